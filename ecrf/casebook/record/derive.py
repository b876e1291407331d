"""What follows from values: calculated items of other forms, how many items are missing, the patient's schedule."""

from collections.abc import Iterable

from ecrf.access.language import in_master
from ecrf.access.models import Site
from ecrf.audit.actor import Actor, acting
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient, PatientStatus, Status
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import HOOKS
from ecrf.casebook.schedule.status import refresh_schedule_status, schedule_status_forms
from ecrf.casebook.transfer.stays import ever_at
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition


def kinds_to_derive(definition: CrfDefinition, changed: Iterable[str]) -> set[str]:
    """The kinds of form (by key) that will be read to derive what follows from these items."""
    kinds = {name.partition(".")[0] for name in definition.calculated_from}
    return kinds | {other.key for other in recalculated_with(definition.key, changed)}


def recalculated_with(key: str, changed: Iterable[str]) -> list[CrfDefinition]:
    """The kinds of form that derive items from these items of this form."""
    names = {f"{key}.{name}" for name in changed}
    return [definition for definition in CRFS.values() if definition.calculated_from & names]


def derive(place: Place, row: Crf, changed: list[str], data: PatientData, *, is_new: bool) -> list[Crf]:
    """Store what follows from these items of a row that was just saved; returns the rows that were calculated anew."""
    key, recalculated = place.definition.key, []
    for definition in recalculated_with(key, changed):
        recalculated += _recalculate(definition, row, data)
    turned = _count_missing([row, *recalculated])
    moves_schedule = bool(changed) and key in schedule_status_forms()
    if turned or moves_schedule or (is_new and data.kept is None and _reopens_visit(place)):
        refresh_schedule_status(data)
    return recalculated


def recalculate_site(site: Site, by: Actor, *, source: str, reason: str = "") -> None:
    """Write the rows whose items calculated from the site's ranges change, patient by patient, and have the checks ask.

    Call it inside the `acting` that changes the ranges: both are saved, or none.
    """
    # Every patient's turn is taken: a first result that is being saved by the ranges of before is not to be seen yet.
    # Of who moved away, the results of the time at the site go by its ranges still.
    for patient in Patient.objects.filter(ever_at(site)).select_related("site").order_by("pk"):
        with acting(by, patient_id=patient.pk, reason=reason, source=source):
            recalculate_patient(PatientData(patient))


def recalculate_patient(data: PatientData) -> None:
    """The same of one patient, inside the `acting` of what changed which ranges count."""
    kinds = [definition for definition in CRFS.values() if definition.model.uses_ranges]
    keys = [kind.key for kind in kinds]
    sources = [name.partition(".")[0] for kind in kinds for name in kind.calculated_from]
    data.load(*keys, *sources)
    if not any(data.with_struck(key) for key in keys):
        return
    changed = [row for kind in kinds for row in _recalculate(kind, None, data)]
    if _count_missing(changed):
        refresh_schedule_status(data)
    for step in HOOKS.after_recalculation:
        step(data, keys)


def _recalculate(definition: CrfDefinition, source: Crf | None, data: PatientData) -> list[Crf]:
    """Derive anew what a change elsewhere touches: the rows of `source` if its own, else all of the kind.

    Returns the rows of which something changed.
    """
    rows = data.with_struck(definition.key)
    if source is not None and definition.row_of == source.entry.crf:
        rows = [row for row in rows if row.entry.parent_id == source.entry_id]
    changed = []
    for row in rows:
        before = [getattr(row, name) for name in definition.calculated]
        with in_master():
            row.calculate(data)
        if before != [getattr(row, name) for name in definition.calculated]:
            changed.append(row)
    if changed:
        definition.model._default_manager.bulk_update(changed, list(definition.calculated))
    return changed


def _count_missing(rows: list[Crf]) -> bool:
    """Store how many required items each of these forms lacks; whether a complete form of a visit thereby is done, or
    no longer is. An item may be asked or not by what was derived: a flag asks whether the value is significant."""
    moved, turned = [], False
    for row in rows:
        entry = row.entry
        fixed = _fixed_rows(CRFS[entry.crf])
        missing = missing_in(
            row, entry.rows.filter(crf__in=fixed).values_list("crf", flat=True) if fixed else ()
        )
        if missing != entry.missing:
            is_turned = entry.status == Status.COMPLETE and bool(missing) != bool(entry.missing)
            turned |= bool(entry.visit_id) and is_turned
            entry.missing = missing
            moved.append(entry)
    if len(moved) == 1:
        Entry.objects.filter(pk=moved[0].pk).update(missing=moved[0].missing)
    elif moved:
        Entry.objects.bulk_update(moved, ["missing"])
    return turned


def count_anew(data: PatientData) -> None:
    """Of all forms of the patient, how many required items they lack: a later version may ask for others."""
    _count_missing(data.every_row())


def missing_in(row: Crf, begun: Iterable[str]) -> int:
    """How many required items a form lacks; `begun`: the kind of each of its rows that is stored. The rows of a fixed
    set are wanted too; one that was begun counts its own."""
    definition = CRFS[row.entry.crf]
    fixed = _fixed_rows(definition)
    missing = len(definition.missing(row))
    missing += sum(len(kind.row_names) * kind.missing_when_blank() for kind in fixed.values())
    return missing - sum(fixed[key].missing_when_blank() for key in begun if key in fixed)


def _fixed_rows(definition: CrfDefinition) -> dict[str, CrfDefinition]:
    return {key: CRFS[key] for key in definition.rows if CRFS[key].row_names}


def _reopens_visit(place: Place) -> bool:
    """Whether a form that was begun makes a visit unfinished that was complete; one statement."""
    if place.visit is None:
        return False
    codes = PatientStatus.objects.filter(patient=place.patient).values_list("unfinished_code", flat=True)
    begun, trial = codes.first(), protocol()
    plan = trial.plan(place.visit.code)
    # Where an unscheduled visit stands among the others follows from the dates.
    return not begun or bool(plan and plan.repeats) or trial.order(begun) > trial.order(place.visit.code)
