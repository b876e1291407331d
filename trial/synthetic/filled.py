"""A filled form of the synthetic study, and the page it stands on: what every other module here makes."""

from dataclasses import dataclass, field

from ecrf.casebook.record.values import Missing

Values = dict[str, str | Missing]


@dataclass(frozen=True)
class Filled:
    """One filled form: the visit's code ("" for none), the kind, its values, its number and its parent's.

    `struck`: why the row was struck out after it was entered; `restored`: why it was taken back again.
    """

    code: str
    crf: str
    values: Values
    number: int = 1
    parent: int | None = None
    struck: str = ""
    restored: str = ""

    @property
    def name(self) -> str:
        """How the tables of exceptions name it at its visit: `infusion`, or `infusion.2` for the second."""
        return self.crf if self.number == 1 else f"{self.crf}.{self.number}"


@dataclass(frozen=True)
class FilledPage:
    """The forms of one visit, or (`code` "") those that belong to none."""

    code: str
    forms: list[Filled] = field(default_factory=list)


def yes(answer: object) -> str:
    """The answer to a question, as typed."""
    return "yes" if answer else "no"
