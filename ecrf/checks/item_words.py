"""What an item takes and when it is needed, in words: the limits that its declaration sets."""

from collections.abc import Callable
from typing import Any

from ecrf.forms.items import WholeNumber
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.words import as_written


def takes(item: Any) -> str:
    """What the item accepts; all else is refused."""
    return WORDS[item.kind](item)


def needed(definition: CrfDefinition, item: Any) -> str:
    """Whether the form can be completed without it."""
    if item.rule:
        return f"Calculated: {item.rule}"
    if item.instead_of:
        return f"If “{definition.items[item.instead_of].verbose_name}” has no value but a reason"
    if not item.asked_if:
        return "Yes" if item.required else "No"
    condition = _condition(definition, *item.asked_if)
    return f"If {condition}" if item.required else f"No; asked if {condition}"


def asked_when(definition: CrfDefinition, item: Any) -> str:
    """On which answer the item is asked; "" if always."""
    return f"if {_condition(definition, *item.asked_if)}" if item.asked_if else ""


def _condition(definition: CrfDefinition, name: str, values: tuple[str, ...]) -> str:
    other = definition.items[name]
    labels = dict(other.flatchoices or ())
    others = [str(label) for code, label in labels.items() if code not in values]
    if others and len(others) < len(values) // 2:
        return f"“{other.verbose_name}” is not {' or '.join(others)}"
    answers = " or ".join(str(labels.get(value, value.title() or "not known")) for value in values)
    return f"“{other.verbose_name}” is {answers}"


def _number(item: Any) -> str:
    whole = isinstance(item, WholeNumber)
    what = "Whole number" if whole else "Number"
    places = "" if whole else f", {_decimals(item.decimal_places)}"
    unit = "" if as_written(item, "unit").startswith("of ") else item.unit
    if span := _span(item.low, item.high):
        return f"{what}: {span} {unit}".strip() + places
    return f"{what} in {unit}{places}" if unit else what + places


def _decimals(places: int) -> str:
    return {0: "no decimals", 1: "up to 1 decimal"}.get(places, f"up to {places} decimals")


def _span(low: object, high: object) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"{low} or more"
    return f"{high} or less" if low is None else f"{low} to {high}"


def _choice(item: Any) -> str:
    answers = [str(words) for _code, words in item.flatchoices or (("yes", "Yes"), ("no", "No"))]
    return f"One of: {', '.join(answers)}"


def _date(item: Any) -> str:
    what = "Date, in part if no more is known" if item.kind == "partial-day" else "Date"
    future = "may lie in the future" if item.future else "not in the future"
    return f"{what}; {future}{'; may lie before the consent' if item.history else ''}"


def _line(item: Any) -> str:
    return f"Text, up to {item.max_length} characters"


def _prose(item: Any) -> str:
    return f"Text, up to {item.formfield().max_length:,} characters"


def _link(item: Any) -> str:
    return f"An entry of this patient: {CRFS[item.to].title}"


WORDS: dict[str, Callable[[Any], str]] = {
    "number": _number,
    "choice": _choice,
    "day": _date,
    "partial-day": _date,
    "clock": lambda item: "Time of day, to the minute",
    "line": _line,
    "prose": _prose,
    "link": _link,
}
