"""What is entered, step by step, in the tests of checks across forms."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """Values entered on one form: at a visit, or in a log (`where` "")."""

    where: str
    crf: str
    values: dict[str, Any]
    number: int = 1
    parent: int | None = None


@dataclass(frozen=True)
class Wake:
    """What stands first without a question, what then opens it elsewhere, and what clears it again."""

    opens: Step
    clears: Step
    first: list[Step] = field(default_factory=list)


def on(where: str, crf: str, number: int = 1, parent: int | None = None, **values: Any) -> Step:
    return Step(where, crf, values, number, parent)


def consent(day: str) -> Step:
    return on("SCR", "consent", signed_on=day)


def event(number: int = 1, **values: Any) -> Step:
    return on("", "adverse-event", number, **values)


def end(**values: Any) -> Step:
    return Step("", "end-of-study", values)


def infusion(where: str, number: int = 1, **values: Any) -> Step:
    return on(where, "infusion", number, **values)


def lot(where: str, number: int = 1, parent: int = 1, **values: Any) -> Step:
    return on(where, "infusion-lot", number, parent, **values)


def visit(where: str, day: str) -> Step:
    return on(where, "visit", visited_on=day)


def sae(number: int = 1, **values: Any) -> Step:
    return on("", "serious-adverse-event", number, **values)


def follow_up(number: int = 1, **values: Any) -> Step:
    return on("", "sae-follow-up", number, 1, **values)


def medication(number: int = 1, **values: Any) -> Step:
    return on("", "concomitant-medication", number, **values)


def history(number: int = 1, **values: Any) -> Step:
    return on("", "medical-history", number, **values)


def treatment(number: int = 1, **values: Any) -> Step:
    return on("", "prior-treatment", number, **values)


def deviation(number: int = 1, **values: Any) -> Step:
    return on("", "protocol-deviation", number, **values)


def demographics(**values: Any) -> Step:
    return on("SCR", "demographics", **values)


def eligibility(**values: Any) -> Step:
    return on("SCR", "eligibility", **values)


def mmn(**values: Any) -> Step:
    return on("SCR", "mmn-history", **values)
