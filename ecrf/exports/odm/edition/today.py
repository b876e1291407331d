"""The edition of today: what the product's forms and its schedule are now."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from typing import Any

from django.utils.translation import gettext, to_locale

from ecrf.access.language import MASTER, in_every_language
from ecrf.checks.item_words import asked_when
from ecrf.checks.registry import ANY, CHECKS
from ecrf.exports.odm.definitions.sentences import phrases
from ecrf.exports.odm.edition.content import (
    Edition,
    EditionCheck,
    EditionForm,
    EditionItem,
    EditionLimit,
    EditionVisit,
    labelled,
)
from ecrf.exports.tables.description import Column, Table, describe
from ecrf.exports.tables.selection import Selection
from ecrf.exports.tables.statements import tables_of
from ecrf.forms.items import Measure, WholeNumber
from ecrf.forms.protocol import Protocol, protocol
from ecrf.forms.registry import CRFS, CrfDefinition

WHOLE_DIGITS = 10
"""Of the column, where an item has no limits."""


def edition_of_today() -> Edition:
    """The same, whatever language is spoken when it is asked for."""
    editions, product, tables = {}, {}, {}
    for language in in_every_language():
        tag = tag_of(language)
        editions[tag], product[tag] = _edition(), [str(phrase) for phrase in phrases()]
        tables[tag] = [*_labels(tables_of(describe(protocol()), Selection(identifiers=True)))]
    master, english, labels = editions.pop(MASTER), product.pop(MASTER), tables.pop(MASTER)
    words = {tag: _translations(master, other) for tag, other in editions.items()}
    return replace(
        master,
        words=words,
        phrases={
            tag: dict(pair for pair in zip(english, said, strict=True) if pair[0] != pair[1])
            for tag, said in product.items()
        },
        labels={
            tag: {
                labelled(place, label): its
                for (place, label), (_place, its) in zip(labels, said, strict=True)
                if its != words[tag].get(label, label)
            }
            for tag, said in tables.items()
        },
    )


def tag_of(language: str) -> str:
    """As files name it: `zh-Hans`."""
    return to_locale(language).replace("_", "-")


def in_english(edition: Edition) -> Edition:
    """Without translations, as editions were before there were any."""
    return replace(edition, words={}, phrases={}, labels={})


def column_at(table: Table, column: Column) -> str:
    """The place of a column's label among those of an edition; a table's is its name."""
    return f"{table.name}.{column.name}"


def code_at(table: Table, column: Column, code: str) -> str:
    return f"{column_at(table, column)}={code}"


def _labels(tables: Iterable[Table]) -> Iterator[tuple[str, str]]:
    """(place, label): what the codebook says of the tables."""
    for table in tables:
        yield table.name, table.title
        for column in table.columns:
            for one in (column, column.instead):
                if one:
                    yield column_at(table, one), one.label
                    yield from ((code_at(table, one, code), label) for code, label in one.codes)


def _translations(master: Edition, other: Edition) -> dict[str, str]:
    """{text: what the other says in its place}, of the same edition in two languages."""
    found: dict[str, str] = {}
    for text, said in _pairs(asdict(master), asdict(other)):
        found.setdefault(text, said)
    return found


def _pairs(master: Any, other: Any) -> Iterator[tuple[str, str]]:
    match master:
        case str() if master != other:
            yield master, other
        case tuple():
            for one, its in zip(master, other, strict=True):
                yield from _pairs(one, its)
        case dict():
            for name, value in master.items():
                yield from _pairs(value, other[name])


def _edition() -> Edition:
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
        asked_with=item.asked_with,
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
    at_least, at_most = gettext("At least %(limit)s."), gettext("At most %(limit)s.")
    for comparator, words, limit in (("GE", at_least, item.low), ("LE", at_most, item.high)):
        if limit is not None:
            has_both = item.low is not None and item.high is not None
            yield EditionLimit(comparator, str(limit), message if has_both else words % {"limit": limit})


def _checks(key: str, name: str) -> Iterator[EditionCheck]:
    for check in sorted(CHECKS.values(), key=lambda check: check.id):
        if check.on == key and name in check.items and ANY not in check.items:
            yield EditionCheck(check.id, check.version, bool(check.hard), check.title)
