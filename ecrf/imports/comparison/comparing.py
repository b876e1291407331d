"""A file beside what the site transcribed: what is equal, what differs, what is not there. Nothing is written."""

from collections.abc import Iterable

from django.utils.translation import gettext

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.values import Missing, changes_in, state_of
from ecrf.forms.registry import CRFS
from ecrf.imports.models import RowKind
from ecrf.imports.plan.carrying_out import (
    COMMENT_STAYS,
    STRUCK,
    reason_words,
    stand_at,
    with_comments,
    words_of,
)
from ecrf.imports.plan.outcome import CellOutcome, RowOutcome
from ecrf.imports.plan.places import Here, PlaceKey, RowRefused, place_of, take_once, visit_code, visits_of
from ecrf.imports.plan.units import fit_unit
from ecrf.imports.sources.row import SourceRow


def compare(patient: Patient, rows: Iterable[SourceRow]) -> tuple[list[RowOutcome], list[int | None]]:
    """What each row says beside what is stored, and the entry that it was compared with."""
    rows = list(rows)
    if patient.struck_at:
        why = str(STRUCK) % {"number": patient.number, "why": (patient.struck_reason or "").rstrip(".")}
        return [RowOutcome(where=patient.number, why=why) for _row in rows], [None for _row in rows]
    data, visits, taken = PatientData(patient), visits_of(patient), dict[PlaceKey, Here]()
    data.load(*CRFS)
    outcomes, entries = [], []
    for row in rows:
        outcome, entry = RowOutcome(where=patient.number), None
        try:
            entry = _compare(row, patient, visits, data, outcome, taken)
        except RowRefused as refusal:
            outcome.why = str(refusal)
        outcomes.append(outcome)
        entries.append(entry)
    return outcomes, entries


def _compare(
    row: SourceRow,
    patient: Patient,
    visits: dict[str, Visit],
    data: PatientData,
    outcome: RowOutcome,
    taken: dict[PlaceKey, Here],
) -> int | None:
    if fault := row.faults.get(""):
        raise RowRefused(fault)
    code = visit_code(row, data)
    if code and code not in visits:
        raise RowRefused(
            gettext("%(visit)s is not opened yet: nothing is transcribed there.") % {"visit": label_of(code)}
        )
    place = place_of(row, patient, visits.get(code), data)
    stand_at(outcome, place)
    take_once(taken, row, place)
    stored = data.row_at(place)
    if stored is not None and stored.entry.is_struck:
        raise RowRefused(gettext("This row is struck out."))
    values = fit_unit(row, place, dict(row.values), data) if row.unit else dict(row.values)
    if row.unit in row.values and getattr(stored, row.unit, None) is not None:
        values.setdefault(row.unit, getattr(stored, row.unit))  # written otherwise, and the same
    values, keep_comment = with_comments(values, stored)
    result = Recorded(place, stored)
    changes = changes_in(values, stored, {}, data, result)
    definition = place.definition
    for name in [
        one for one in definition.entered if one in {*values, *changes, *result.refused, *row.faults}
    ]:
        item, old = definition.items[name], words_of(definition, name, stored)
        if why := row.faults.get(name) or result.refused.get(name, ""):
            outcome.cells.append(CellOutcome(name, str(item.verbose_name), RowKind.REFUSED, old, "", why))
        elif name not in changes:
            why = str(COMMENT_STAYS) if name in keep_comment else ""
            outcome.cells.append(CellOutcome(name, str(item.verbose_name), RowKind.SAME, old, old, why))
        else:
            given = changes[name]
            new = reason_words(given) if isinstance(given, Missing) else item.words(given)
            kind = RowKind.NEW if state_of(stored, name) is None else RowKind.CHANGED
            outcome.cells.append(CellOutcome(name, str(item.verbose_name), kind, old, str(new)))
    _compare_day(row, place, data, outcome)
    return stored.entry_id if stored is not None else None


def _compare_day(row: SourceRow, place: Place, data: PatientData, outcome: RowOutcome) -> None:
    """The day of a result stands on the form whose row it is."""
    above = data.row_of_parent(place)
    if not (row.day and row.day_item and above):
        return
    stored = getattr(above, row.day_item)
    if stored is not None and stored.isoformat() != row.day:
        assert place.above is not None
        label = str(place.above.definition.items[row.day_item].verbose_name)
        outcome.cells.append(CellOutcome(row.day_item, label, RowKind.CHANGED, str(stored), row.day))
