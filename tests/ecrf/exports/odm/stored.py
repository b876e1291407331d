"""What the database holds, cell by cell, as a file would name it."""

from functools import cache

from ecrf.casebook.models import Entry
from ecrf.casebook.record.values import Missing, state_of
from ecrf.exports.odm.edition.today import edition_of_today
from ecrf.exports.odm.names import carried
from ecrf.forms.registry import CRFS

Cells = dict[tuple[str, ...], str | None]


def stored() -> Cells:
    """{place of an item: its value}, of all that stands and is of the study; without what is blank."""
    found: Cells = {}
    for entry in Entry.objects.filter(patient__site__is_practice=False).select_related(
        "patient", "visit", "parent"
    ):
        if entry.is_struck:
            continue
        row = CRFS[entry.crf].model.objects.get(pk=entry.pk)
        for name, item in CRFS[entry.crf].items.items():
            value = state_of(row, name)
            if isinstance(value, Missing):
                found[*place(entry), f"I.{entry.crf}.{name}.MISSING"] = value.reason
                if value.comment:
                    found[*place(entry), f"I.{entry.crf}.{name}.MISSING-COMMENT"] = value.comment
            elif value is not None:
                found[*place(entry), f"I.{entry.crf}.{name}"] = carried(item.text(value))
    return found


@cache
def event_oid(visit_code: str) -> tuple[str, str | None]:
    return edition_of_today().event_oid(visit_code)


def place(entry: Entry) -> tuple[str, ...]:
    """As a file names it."""
    event, repeat = event_oid(entry.visit.code) if entry.visit else ("SE.LOG", None)
    form = CRFS[entry.crf].row_of or entry.crf
    number = (entry.parent or entry).number if CRFS[form].repeat else ""
    row = entry.number if entry.parent else ""
    return entry.patient.number, f"{event}/{repeat or ''}", f"F.{form}/{number}", f"IG.{entry.crf}/{row}"


def values(found: Cells) -> Cells:
    """The items that have a value."""
    return {key: what for key, what in found.items() if key[-1].startswith("I.") and what is not None}
