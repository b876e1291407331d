"""`record`: the one function through which every value of the study enters the database.

The page, the import, the synthetic study and any other way in call it; nothing writes study data beside it.
Read on in `store.py` (the row and its entry), `derive.py` (what follows from them), `values.py` (texts to values) and
`hooks.py` (where floors above take part).
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from ecrf.audit.actor import Actor, acting
from ecrf.audit.reasons import SHORTEST, fault_of, tidy
from ecrf.audit.refusals import Locked
from ecrf.casebook.data import PatientData, stored_row
from ecrf.casebook.models import Entry, Status
from ecrf.casebook.places import Place
from ecrf.casebook.record.derive import kinds_to_derive
from ecrf.casebook.record.hooks import HOOKS, DatabaseRefused, Recorded, Writing
from ecrf.casebook.record.store import write
from ecrf.casebook.record.values import Shown, apply_allowed, changes_in, is_blank
from ecrf.forms.crf import Crf

REASON = "reason"


def record(
    *,
    place: Place,
    values: Mapping[str, Any],
    by: Actor,
    reason: str = "",
    source: str = "site",
    seen: Mapping[str, Shown] | None = None,
    data: PatientData | None = None,
) -> Recorded:
    """Record item values of one entry, in one transaction; create the entry if need be.

    `values`: {item: text as typed, a value, None to clear, or `Missing`}. `seen`: {item: what the page showed},
    compared with what is stored now. Raises LookupError for an item the form does not have. `data`: of this patient,
    for who records many forms in one transaction of which it has had all its rows; else it is read anew.
    Each item stands alone: one that is refused does not keep the others from being saved. Where many acts go
    `together`, what the database itself refuses undoes them all.
    """
    alone = data is None or data.kept is None
    why, fault = _reason(reason, data)
    if fault:
        return Recorded(place, stored_row(place) if alone else None, refused=dict.fromkeys(values, fault))
    try:
        with acting(by, patient_id=place.patient.pk, reason=why, source=source, savepoint=alone):
            return _record(place, values, by, why, seen or {}, data or PatientData(place.patient))
    except Locked as refusal:
        refused = dict.fromkeys(values, str(refusal))
    except DatabaseRefused as refusal:
        why = gettext("The database cannot store this value. Check what was typed; nothing was changed.")
        if refusal.beyond:
            items = pgettext("between the values of a list", " and ").join(refusal.beyond)
            why = gettext("Not saved: %(items)s cannot be right. Correct that first.") % {"items": items}
        refused = dict.fromkeys(refusal.args, why)
    return Recorded(place, stored_row(place) if alone else None, refused=refused)


def _reason(reason: str, data: PatientData | None) -> tuple[str, str]:
    """As it is stored, and what is wrong with it; the one of many acts that go together is looked at once."""
    kept = data.kept if data and data.kept is not None else {}
    key = REASON, reason
    if key not in kept:
        why = tidy(reason)
        kept[key] = why, fault_of(why, shortest=1) if why else ""
    found: tuple[str, str] = kept[key]
    return found


def _record(
    place: Place,
    values: Mapping[str, Any],
    by: Actor,
    reason: str,
    seen: Mapping[str, Shown],
    data: PatientData,
) -> Recorded:
    if odd := [name for name in values if name not in place.definition.entered]:
        raise LookupError(f"{place.definition.title} has no item {odd[0]}.")
    row, above = _load(place, values, data)
    result = Recorded(place, row)
    if (row is not None and row.entry.is_struck) or (above is not None and above.is_struck):
        result.refused = dict.fromkeys(
            values, gettext("This row is struck out. Restore it before changing it.")
        )
        return result
    changes = changes_in(values, row, seen, data, result)
    # The form is complete, or a first value is entered into a row of one that is.
    is_complete = row is not None and row.entry.status == Status.COMPLETE
    begins_in_complete = (
        (row is None or is_blank(row)) and above is not None and above.status == Status.COMPLETE
    )
    if changes and len(reason) < SHORTEST and (is_complete or begins_in_complete):
        result.wants_reason = list(changes)
        return result
    # A row that is not stored yet is checked first, so that a refused value leaves no empty entry.
    draft = row or place.definition.model(entry=place.new_entry())
    writing = Writing(place, draft, list(changes), by, data, is_new=row is None)
    apply_allowed(changes, writing, result)
    if not writing.changed:
        return result
    writing.recalculated = write(place, writing.row, writing.changed, data)
    result.row, result.changed, result.recalculated = writing.row, writing.changed, writing.recalculated
    for step in HOOKS.after_write:
        result.remarks += step(writing)
    return result


def _load(place: Place, values: Mapping[str, Any], data: PatientData) -> tuple[Crf | None, Entry | None]:
    """The row at this place, and the entry of the form whose row it is, if there are any; with them, in one statement,
    everything that the checks and the calculations of these items will read."""
    definition = place.definition
    if not data.is_whole:
        kinds = kinds_to_derive(definition, values)
        kinds |= {key for step in HOOKS.needed for key in step(definition.key, list(values))}
        kinds |= {definition.links[name].to for name in values if name in definition.links}
        data.load_beside(place, kinds)
    # Where its kind is compared with others of its kind, it is loaded among them.
    row = data.row_at(place) if data.covers(place) else stored_row(place)
    if row is not None:
        return row, row.entry.parent
    above = data.row_of_parent(place)
    return None, above.entry if above else None
