"""The edition of today: what the product's forms and its schedule are now."""

from collections.abc import Iterable, Iterator
from typing import Any

from ecrf.checks.item_words import asked_when
from ecrf.checks.registry import ANY, CHECKS
from ecrf.exports.odm.edition.content import (
    Edition,
    EditionCheck,
    EditionForm,
    EditionItem,
    EditionLimit,
    EditionVisit,
)
from ecrf.forms.items import Measure, WholeNumber
from ecrf.forms.protocol import Protocol, protocol
from ecrf.forms.registry import CRFS, CrfDefinition

WHOLE_DIGITS = 10
"""Of the column, where an item has no limits."""


def edition_of_today() -> Edition:
    trial = protocol()
    return Edition(
        title=trial.title,
        short_title=trial.short_title,
        visits=tuple(
            EditionVisit(plan.code, plan.label, plan.on_demand, plan.repeats, plan.forms, plan.optional)
            for plan in trial.visits
        ),
        patient_forms=trial.patient_forms,
        logs=trial.logs,
        contents=tuple(_form(CRFS[key]) for key in _in_order(trial)),
    )


def _in_order(trial: Protocol) -> Iterable[str]:
    first = dict.fromkeys(key for key in (*trial.scheduled_crfs(), *CRFS) if not CRFS[key].row_of)
    return [row for key in first for row in (key, *CRFS[key].rows)]


def _form(definition: CrfDefinition) -> EditionForm:
    return EditionForm(
        key=definition.key,
        title=definition.title,
        version=definition.version,
        fingerprint=definition.fingerprint,
        table=definition.model._meta.db_table,
        domain=definition.domain,
        repeats=bool(definition.repeat or definition.row_names),
        row_of=definition.row_of,
        rows=tuple(definition.rows),
        row_names=definition.row_names,
        entries=tuple(_item(definition, name, item) for name, item in definition.items.items()),
    )


def _item(definition: CrfDefinition, name: str, item: Any) -> EditionItem:
    data_type, length, decimals = _type_of(item)
    section = next((one for one in definition.sections if name in one.items), None)
    return EditionItem(
        name=name,
        label=str(item.verbose_name),
        kind=item.kind,
        data_type=data_type,
        length=length,
        decimals=decimals,
        unit=item.unit,
        hint=str(item.hint),
        rule=item.rule,
        cdash=item.cdash,
        section=str(section.title) if section else "",
        required=bool(item.required),
        identifying=item.identifying,
        instead_of=item.instead_of,
        asked_if=item.asked_if,
        asked_when=asked_when(definition, item),
        codes=tuple((code, str(label)) for code, label in item.flatchoices or ()),
        limits=tuple(_limits(item)),
        checks=tuple(_checks(definition.key, name)),
    )


def _type_of(item: Any) -> tuple[str, int, int]:
    """ODM's DataType, with its Length and SignificantDigits; 0 where it has none."""
    match item.kind:
        case "number" if isinstance(item, WholeNumber):
            limits = [len(str(abs(limit))) for limit in (item.low, item.high) if limit is not None]
            return "integer", max(limits) if len(limits) == 2 else WHOLE_DIGITS, 0
        case "number" if isinstance(item, Measure):
            return "float", item.max_digits, item.decimal_places
        case "day":
            return "date", 0, 0
        case "partial-day":
            return "partialDate", 0, 0
        case "clock":
            return "partialTime", 0, 0
        case "choice":
            codes = [code for code, _label in item.flatchoices or ()] or ["yes"]
            return "text", max(map(len, codes)), 0
    return "text", item.max_length or item.formfield().max_length, 0


def _limits(item: Any) -> Iterator[EditionLimit]:
    """What is impossible beyond them is refused, with these words."""
    message = next((str(one.message) for one in item.validators if hasattr(one, "limit_value")), "")
    for comparator, words, limit in (("GE", "At least", item.low), ("LE", "At most", item.high)):
        if limit is not None:
            has_both = item.low is not None and item.high is not None
            yield EditionLimit(comparator, str(limit), message if has_both else f"{words} {limit}.")


def _checks(key: str, name: str) -> Iterator[EditionCheck]:
    for check in sorted(CHECKS.values(), key=lambda check: check.id):
        if check.on == key and name in check.items and ANY not in check.items:
            yield EditionCheck(check.id, check.version, bool(check.hard), check.title)
