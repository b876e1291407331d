"""Gathers what `schedule/due.py` needs from the entries, of one patient or of many, and keeps each one's status."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from ecrf.access.statements import written_once
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import STANDING, Entry, Patient, PatientStatus, Visit
from ecrf.casebook.schedule.completion import FormSums, is_complete, states_at, sums_of
from ecrf.casebook.schedule.due import (
    PatientEnd,
    PatientState,
    ScheduleStatus,
    VisitDue,
    VisitFacts,
    VisitState,
    schedule_status,
    window,
)
from ecrf.casebook.stored_rows import as_stored, lines_of
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.registry import CRFS

OF_VISIT = ("id", "patient_id", "code", "opened_at", "opened_by_id", "struck_at")
VISITS = "SELECT {columns} FROM casebook_visit WHERE patient_id = %s ORDER BY id"
OF_ENTRY = ("id", "patient_id", "visit_id", "crf", "parent_id", "number", "status", "missing", "struck_at")
ENTRIES = "SELECT {columns} FROM casebook_entry WHERE patient_id = %s ORDER BY number"
VISITS_WITH = """
    SELECT DISTINCT e.crf, v.id, v.code FROM casebook_entry e JOIN casebook_visit v ON v.id = e.visit_id
    WHERE e.patient_id = %s AND e.crf = ANY(%s) AND e.struck_at IS NULL
"""


def schedule_status_forms() -> tuple[str, str]:
    """The two forms whose values move the schedule."""
    return protocol().visit_form, protocol().end_form


def visits_of(patient: Patient) -> list[Visit]:
    """The visits that were opened and stand, in the order of opening; one statement."""
    return [visit for visit in visits_with_struck(patient) if not visit.struck_at]


def visits_with_struck(patient: Patient) -> list[Visit]:
    """The same, and those that are struck out; one statement."""
    lines = lines_of(VISITS.format(columns=", ".join(OF_VISIT)), [patient.pk])
    return [as_stored(Visit, dict(zip(OF_VISIT, line, strict=True)), patient=patient) for line in lines]


def entries_of(patient: Patient, visits: Iterable[Visit]) -> list[Entry]:
    """Every entry of the patient at these visits and at none, with its visit and its parent, struck out ones too; one
    statement."""
    opened = {visit.pk: visit for visit in visits}
    lines = lines_of(ENTRIES.format(columns=", ".join(OF_ENTRY)), [patient.pk])
    found = [as_stored(Entry, dict(zip(OF_ENTRY, line, strict=True)), patient=patient) for line in lines]
    found = [entry for entry in found if entry.visit_id is None or entry.visit_id in opened]
    by_id = {entry.pk: entry for entry in found}
    for entry in found:
        known = entry._state.fields_cache
        known["visit"] = opened.get(entry.visit_id) if entry.visit_id else None
        known["parent"] = by_id.get(entry.parent_id) if entry.parent_id else None
    return found


def visits_with(patient: Patient, keys: list[str]) -> list[tuple[str, int, str]]:
    """(CRF key, id and code of a visit) wherever one of these forms stands at a visit; one statement."""
    return lines_of(VISITS_WITH, [patient.pk, keys])


def visits_before(visit: Visit, keys: list[str], data: PatientData) -> dict[str, int]:
    """{CRF key: id of the last earlier visit at which the form was entered}."""
    days = data.visit_days
    here = protocol().rank(visit.code, days)
    last: dict[str, tuple[tuple[int, int], int]] = {}
    for key, pk, code in visits_with(visit.patient, keys):
        found = protocol().rank(code, days), pk
        if found[0] < here:
            last[key] = max(found, last.get(key, found))
    return {key: pk for key, (_rank, pk) in last.items()}


def facts_of(data: PatientData, entries: list[Entry], visits: Iterable[Visit]) -> list[VisitFacts]:
    """One fact per visit that was opened and stands."""
    trial = protocol()
    rows = {row.entry.visit.code: row for row in data.rows(trial.visit_form) if row.entry.visit}
    at_visits: dict[str, list[Entry]] = {visit.code: [] for visit in visits}
    for entry in entries:
        if entry.visit and not entry.visit.struck_at:
            at_visits.setdefault(entry.visit.code, []).append(entry)
    end = end_of(data)
    return [fact_of(code, here, rows.get(code), end) for code, here in at_visits.items()]


def visit_due(patient: Patient, code: str, data: PatientData) -> VisitDue | None:
    """One opened visit's window, from its date and those of the baseline and the screening, and whether it was
    missed: as in the whole schedule, without the entries. None of a visit that the schedule does not know."""
    trial, days = protocol(), data.visit_days
    plan = trial.plan(code)
    if plan is None:
        return None
    facts = {other: VisitFacts(other, day, False, False) for other, day in days.items()}
    occurrences = [getattr(row, trial.visit_occurrence_item) for row in data.at(trial.visit_form, code)]
    start = started_on(patient, days.values())
    due_on, opens_on, closes_on = window(trial, plan, facts, start)
    missed = trial.visit_missed in occurrences
    state = VisitState.MISSED if missed else VisitState.BEGUN
    return VisitDue(plan, state, due_on, opens_on, closes_on, days.get(code), missed)


def was_missed(row: Crf | None) -> bool:
    """Whether a visit's form says that the visit was missed."""
    trial = protocol()
    return row is not None and getattr(row, trial.visit_occurrence_item) == trial.visit_missed


def fact_of(
    code: str, entries: Sequence[Entry], row: Crf | None, end: PatientEnd | None = None
) -> VisitFacts:
    """What a visit's entries say of it; `row` is its visit form, `end` how the patient left, if that is known."""
    visited_on = getattr(row, protocol().visit_date_item) if row else None
    return fact_from(code, sums_of(entries), visited_on, was_missed(row), end)


def fact_from(
    code: str, sums: Mapping[str, FormSums], visited_on: date | None, missed: bool, end: PatientEnd | None
) -> VisitFacts:
    """The same from what stands of each form, and what the visit form says."""
    plan = protocol().plan(code)
    planned = planned_forms(plan, missed=missed, visited_on=visited_on, end=end)
    complete = is_complete(states_at(plan, sums, planned))
    return VisitFacts(code, visited_on, missed, complete)


def planned_forms(
    plan: VisitPlan | None, *, missed: bool, visited_on: date | None = None, end: PatientEnd | None = None
) -> tuple[str, ...]:
    """The kinds of form that a visit asks for, begun or not: all of its plan, or its own form alone where it was missed
    or the patient had left; and then those that the ending itself asks for there."""
    own = (protocol().visit_form,)
    if plan is None or missed:
        return own
    if not left_early(end, visited_on):
        return plan.forms
    assert end is not None
    asked = {crf for code, crf in end.asks if code == plan.code}
    return tuple(key for key in plan.forms if key in own or key in asked)


def left_early(end: PatientEnd | None, visited_on: date | None) -> bool:
    """Whether of a visit no more is wanted than what was begun and what the ending asks for, since the patient left
    early: of a visit that had taken place before that day, all is wanted as ever, save at a screen failure."""
    if end is None or end.completed:
        return False
    took_place_before = bool(visited_on and end.ended_on and visited_on < end.ended_on)
    return end.state == PatientState.SCREEN_FAILURE or not took_place_before


def end_of(data: PatientData) -> PatientEnd | None:
    """How the patient left the study, if an end-of-study form says so."""
    return end_from(data.one(protocol().end_form))


def end_from(row: Crf | None) -> PatientEnd | None:
    """What the end-of-study form says; None while it gives no reason."""
    trial = protocol()
    if row is None or not getattr(row, trial.end_reason_item):
        return None
    reason = getattr(row, trial.end_reason_item)
    state = PatientState(trial.end_states.get(reason, PatientState.ENDED))
    forms = [form for ending in trial.endings if ending.reason == reason for form in ending.forms]
    asks = tuple((form.visit, form.crf) for form in forms if form.visit)
    return PatientEnd(getattr(row, trial.end_date_item), reason == trial.completed_reason, state, asks)


def schedule_status_of(
    patient: Patient,
    data: PatientData | None = None,
    entries: list[Entry] | None = None,
    visits: list[Visit] | None = None,
    today: date | None = None,
) -> ScheduleStatus:
    """The patient's schedule as of today at the site, or of another day; three statements whatever the number of
    visits."""
    data = data or PatientData(patient)
    data.load(*schedule_status_forms())
    visits = visits_of(patient) if visits is None else visits
    entries = entries_of(patient, visits) if entries is None else entries
    return schedule_status_from(patient, facts_of(data, entries, visits), end_of(data), today)


def schedule_status_from(
    patient: Patient, facts: list[VisitFacts], end: PatientEnd | None, today: date | None = None
) -> ScheduleStatus:
    """The schedule that follows from the facts; no statement. A visit may have been before the patient was added. Of
    one who is struck out nothing is due."""
    start = started_on(patient, (fact.visited_on for fact in facts))
    found = schedule_status(protocol(), facts, end, start, today or patient.site.today())
    return ScheduleStatus(found.state, (), None, None, None) if patient.struck_at else found


def started_on(patient: Patient, days: Iterable[date | None]) -> date:
    """The day from which the first visits are due: that on which the patient was added, or an earlier visit's."""
    added_on = patient.added_at.astimezone(patient.site.zone).date()
    return min([added_on, *(day for day in days if day)])


def refresh_schedule_status(data: PatientData) -> None:
    """Store what comes next for the patient, for the lists; while many acts go together, nothing yet."""
    if data.kept is not None:
        return
    row = derived_schedule_status(data)
    if row is None:
        PatientStatus.objects.filter(patient=data.patient).delete()
        return
    columns = [f.name for f in PatientStatus._meta.concrete_fields if not f.primary_key]
    PatientStatus.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["patient"], update_fields=columns
    )


def derived_schedule_status(data: PatientData) -> PatientStatus | None:
    """What comes next for the patient, as it is stored; None of one who is struck out: no list that goes by it names
    the patient."""
    patient = data.patient
    if patient.struck_at:
        return None
    found = schedule_status_of(patient, data)
    following = found.next
    return PatientStatus(
        patient=patient,
        site_id=patient.site_id,
        state=found.state.value,
        last_code=found.last.plan.code if found.last else "",
        last_on=found.last.visited_on if found.last else None,
        next_code=following.plan.code if following else "",
        due_on=following.due_on if following else None,
        opens_on=following.opens_on if following else None,
        closes_on=following.closes_on if following else None,
        unfinished_code=found.unfinished.plan.code if found.unfinished else "",
    )


def overdue(today: dict[int, date]) -> Q:
    """Of the stored statuses, those that are `is_overdue`, for lists of any length. `today` gives
    each site's own date by the site's id."""
    return _each_by_its_date(today, lambda day: Q(closes_on__lt=day))


def window_open(today: dict[int, date]) -> Q:
    """Of the stored schedule statuses, those whose next visit may take place, or should have."""
    return _each_by_its_date(today, lambda day: Q(opens_on__lte=day))


def due_within(days: int, today: dict[int, date]) -> Q:
    """Of the stored schedule statuses, those whose next visit is due in so many days or sooner, and not overdue."""
    return _each_by_its_date(today, lambda day: Q(closes_on__gte=day, due_on__lte=day + timedelta(days=days)))


def _each_by_its_date(today: dict[int, date], rule: Callable[[date], Q]) -> Q:
    """Sites on both sides of midnight do not have the same date; there are three dates in the world at most."""
    sites: dict[date, list[int]] = defaultdict(list)
    for site_id, day in today.items():
        sites[day].append(site_id)
    return reduce(or_, (Q(site__in=ids) & rule(day) for day, ids in sites.items()), Q(pk__in=[]))


def schedule_statuses_of(patients: Sequence[Patient]) -> dict[int, ScheduleStatus]:
    """{patient id: schedule status as of today at the site}: four statements. The patients come with their sites."""
    ends = ends_of(patients)
    facts = _facts(patients, ends)
    return {one.pk: schedule_status_from(one, facts[one.pk], ends.get(one.pk)) for one in patients}


def _facts(patients: Sequence[Patient], ends: dict[int, PatientEnd | None]) -> dict[int, list[VisitFacts]]:
    entries, rows = _entries_by_visit(patients), _visit_forms(patients)
    found: dict[int, list[VisitFacts]] = defaultdict(list)
    for visit in Visit.objects.filter(STANDING, patient__in=patients).order_by("pk"):
        fact = fact_of(visit.code, entries[visit.pk], rows.get(visit.pk), ends.get(visit.patient_id))
        found[visit.patient_id].append(fact)
    return found


def _entries_by_visit(patients: Sequence[Patient]) -> dict[int, list[Entry]]:
    """{visit id: its entries}, with no more columns than say whether it is complete."""
    entries = Entry.objects.filter(patient__in=patients, visit__isnull=False).select_related("parent")
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries.only("visit_id", "crf", "status", "missing", "struck_at", "parent__struck_at"):
        assert entry.visit_id
        found[entry.visit_id].append(entry)
    return found


def _visit_forms(patients: Sequence[Patient]) -> dict[int | None, Crf]:
    """{visit id: its visit form}."""
    return {row.entry.visit_id: row for row in _rows(protocol().visit_form, patients)}


def ends_of(patients: Sequence[Patient]) -> dict[int, PatientEnd | None]:
    """{patient id: how the patient left the study}; one statement."""
    return {row.entry.patient_id: end_from(row) for row in _rows(protocol().end_form, patients)}


def _rows(key: str, patients: Sequence[Patient]) -> list[Crf]:
    """The rows of a form that stands once in its place, without those that are struck out. The kind is named too: else
    every entry is looked at."""
    return _standing_rows.rows([patient.pk for patient in patients], key=key)


@written_once
def _standing_rows(patients: list[int], *, key: str) -> QuerySet[Crf]:
    of_kind = CRFS[key].model._default_manager.filter(entry__crf=key, entry__struck_at=None)
    return of_kind.filter(entry__patient__in=patients).select_related("entry")  # type: ignore[misc]
