"""Quotes an item as it stands: what a query is asked about, and what its answer was given to."""

from collections.abc import Iterable

from ecrf.access.language import in_master
from ecrf.casebook.history import blank
from ecrf.casebook.models import Entry
from ecrf.forms.crf import Crf, MissingReason
from ecrf.forms.registry import CRFS


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
