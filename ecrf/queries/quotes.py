"""Quotes an item as it stands: what a query is asked about, and what its answer was given to."""

from collections.abc import Iterable
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import get_language, override

from ecrf.access.kept_words import as_read
from ecrf.access.language import MASTER, in_master
from ecrf.casebook.history import blank
from ecrf.casebook.models import Entry
from ecrf.forms.answers import answers_of
from ecrf.forms.crf import Crf, MissingReason
from ecrf.forms.registry import CRFS

WRITTEN = ("line", "prose")
"""Kinds of items into which people write words."""


def quoted(row: Crf | None, item: str) -> str:
    """The value in words, or why there is none; "" of an item that the form does not have (any more). In English,
    whoever asks: it is stored with what was asked about it."""
    with in_master():
        return in_words(row, item)


def in_words(row: Crf | None, item: str) -> str:
    """The same in the reader's language."""
    definition = CRFS.get(row.entry.crf) if row is not None else None
    if definition is None or item not in definition.items:
        return ""
    assert row is not None
    if missing := row.missing_reasons.get(item):
        comment = f" ({missing['comment']})" if missing.get("comment") else ""
        return f"{MissingReason(missing['reason']).label}{comment}"
    value, kind = getattr(row, item), definition.items[item]
    if value is None:
        return blank()
    words, unit = str(kind.words(value)), getattr(kind, "unit", "")
    return words if not unit or words.endswith(unit) else f"{words} {unit}"


def quoted_as_read(item: str, kept: str) -> str:
    """What was quoted of an item of this name, in the reader's language: answers, why there is no value, that there is
    none, units. Numbers and days say the same; of an item into which people write words, all stays as written."""
    language = get_language() or MASTER
    if not kept or language == MASTER:
        return kept
    if sentences := _sentences_of(item):
        return as_read(kept, *sentences)
    whole, units = _said_of(item, language)
    if kept in whole:
        return whole[kept]
    reason, bracket, comment = kept.partition(" (")
    if bracket and reason in whole:
        return f"{whole[reason]} ({comment}"
    unit = next((unit for unit in units if kept.endswith(f" {unit}")), "")
    return f"{kept.removesuffix(unit)}{units[unit]}" if unit else kept


@cache
def _sentences_of(item: str) -> tuple[Promise, ...]:
    """Those that items of this name hold where the product itself says something in them."""
    kinds = [definition.items[item] for definition in CRFS.values() if item in definition.items]
    return tuple(sentence for kind in kinds for sentence in getattr(kind, "says", ()))


@cache
def _said_of(item: str, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """{what stands for a value, in English: as it is said}, and so the units; of all items of this name. No form is
    asked for: a text of the trial is translated in one way."""
    kinds = [definition.items[item] for definition in CRFS.values() if item in definition.items]
    if not kinds or any(kind.kind in WRITTEN for kind in kinds):
        return {}, {}

    def words() -> list[str]:
        answers = [label for kind in kinds for _code, label in answers_of(kind)]
        return [blank(), *(str(reason.label) for reason in MissingReason), *answers]

    def units() -> list[str]:
        return [str(kind.unit) for kind in kinds if kind.unit]

    with in_master():
        english = words(), units()
    with override(language):
        said = words(), units()
    whole, of_units = (dict(zip(a, b, strict=True)) for a, b in zip(english, said, strict=True))
    return whole, of_units


def rows_of(entries: Iterable[Entry]) -> dict[int, Crf]:
    """{entry id: its row}; one statement for each kind of form."""
    kinds: dict[str, dict[int, Entry]] = {}
    for entry in entries:
        kinds.setdefault(entry.crf, {})[entry.pk] = entry
    rows: dict[int, Crf] = {}
    for key, of_kind in kinds.items():
        for row in CRFS[key].model._default_manager.filter(pk__in=of_kind) if key in CRFS else ():
            row.entry = of_kind[row.pk]
            rows[row.pk] = row
    return rows


def as_it_stands(entry: Entry, item: str) -> str:
    """The stored item of one entry in words; one statement."""
    return quoted(rows_of([entry]).get(entry.pk), item)
