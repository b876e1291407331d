"""What an item takes and when it is needed, in words: the limits that its declaration sets."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from ecrf.forms.answers import answers_of
from ecrf.forms.items import WholeNumber
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.words import as_written


def takes(item: Any) -> str:
    """What the item accepts; all else is refused."""
    return WORDS[item.kind](item)


def needed(definition: CrfDefinition, item: Any) -> str:
    """Whether the form can be completed without it."""
    if item.rule:
        return gettext("Calculated: %(rule)s") % {"rule": item.rule}
    if item.instead_of:
        words = gettext("If “%(item)s” has no value but a reason")
        return words % {"item": definition.items[item.instead_of].verbose_name}
    if item.asked_with:
        words = (
            gettext("At visits with “%(form)s”")
            if item.required
            else gettext("No; asked at visits with “%(form)s”")
        )
        return words % {"form": CRFS[item.asked_with].title}
    if not item.asked_if:
        return pgettext("answer", "Yes") if item.required else pgettext("answer", "No")
    words = gettext("If %(condition)s") if item.required else gettext("No; asked if %(condition)s")
    return words % {"condition": _condition(definition, *item.asked_if)}


def asked_when(definition: CrfDefinition, item: Any) -> str:
    """On which answer the item is asked, or at which visits; "" if always."""
    if item.asked_with:
        return gettext("at visits with “%(form)s”") % {"form": CRFS[item.asked_with].title}
    if not item.asked_if:
        return ""
    return gettext("if %(condition)s") % {"condition": _condition(definition, *item.asked_if)}


def _condition(definition: CrfDefinition, name: str, values: tuple[str, ...]) -> str:
    other = definition.items[name]
    labels = dict(other.flatchoices or ())
    others = [str(label) for code, label in labels.items() if code not in values]
    joint = pgettext("between answers", " or ")
    if others and len(others) < len(values) // 2:
        words = gettext("“%(item)s” is not %(answers)s")
        return words % {"item": other.verbose_name, "answers": joint.join(others)}
    answers = joint.join(str(labels.get(value) or _bare_answer(value)) for value in values)
    return gettext("“%(item)s” is %(answers)s") % {"item": other.verbose_name, "answers": answers}


def _bare_answer(value: str) -> str:
    """Of an item without answers of its own: yes, no, or blank."""
    known = {"yes": pgettext("answer", "Yes"), "no": pgettext("answer", "No"), "": gettext("not known")}
    return known.get(value, value.title())


def _number(item: Any) -> str:
    whole = isinstance(item, WholeNumber)
    places = "" if whole else _decimals(item.decimal_places)
    unit = "" if as_written(item, "unit").startswith("of ") else item.unit
    if span := _span(item.low, item.high):
        words = gettext("Whole number: %(span)s") if whole else gettext("Number: %(span)s%(decimals)s")
        return words % {"span": f"{span} {unit}".strip(), "decimals": places}
    if unit:
        words = gettext("Whole number in %(unit)s") if whole else gettext("Number in %(unit)s%(decimals)s")
        return words % {"unit": unit, "decimals": places}
    return gettext("Whole number") if whole else gettext("Number%(decimals)s") % {"decimals": places}


def _decimals(places: int) -> str:
    if places == 0:
        return gettext(", no decimals")
    return ngettext(", up to %(number)s decimal", ", up to %(number)s decimals", places) % {"number": places}


def _span(low: object, high: object) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return gettext("%(low)s or more") % {"low": low}
    if low is None:
        return gettext("%(high)s or less") % {"high": high}
    return gettext("%(low)s to %(high)s") % {"low": low, "high": high}


def _choice(item: Any) -> str:
    answers = [words for _code, words in answers_of(item)]
    return gettext("One of: %(answers)s") % {"answers": gettext(", ").join(answers)}


def _date(item: Any) -> str:
    parts = [
        gettext("Date, in part if no more is known")
        if item.kind == "partial-day"
        else pgettext("what an item takes", "Date"),
        gettext("may lie in the future") if item.future else gettext("not in the future"),
        *([gettext("may lie before the consent")] if item.history else []),
    ]
    return gettext("; ").join(parts)


def _line(item: Any) -> str:
    return gettext("Text, up to %(number)s characters") % {"number": item.max_length}


def _prose(item: Any) -> str:
    return gettext("Text, up to %(number)s characters") % {"number": f"{item.formfield().max_length:,}"}


def _link(item: Any) -> str:
    return gettext("An entry of this patient: %(form)s") % {"form": CRFS[item.to].title}


WORDS: dict[str, Callable[[Any], str]] = {
    "number": _number,
    "choice": _choice,
    "day": _date,
    "partial-day": _date,
    "clock": lambda item: gettext("Time of day, to the minute"),
    "line": _line,
    "prose": _prose,
    "link": _link,
}
