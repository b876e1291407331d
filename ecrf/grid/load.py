"""Loads rows of the grid: a few statements, the same for one patient and for fifty, and nothing of other patients."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from ecrf.access.statements import written_once
from ecrf.casebook.models import STANDING, Patient, Status, Visit, not_struck
from ecrf.casebook.schedule.completion import NOTHING, FormSums
from ecrf.casebook.schedule.due import PatientEnd, ScheduleStatus, VisitDue
from ecrf.casebook.schedule.matrix import cells_at
from ecrf.casebook.schedule.status import ends_of, fact_from, schedule_status_from
from ecrf.casebook.stored_rows import lines_of
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.registry import CRFS
from ecrf.grid.cells import FormCell, VisitCell, form_cell, log_cell
from ecrf.grid.spots import NOBODY_LOOKED, SpotStatus
from ecrf.locks.models import Lock, LockScope
from ecrf.queries.lookup import open_queries
from ecrf.signatures.models import STANDS, Signature

Spot = tuple[int, int | None, str]
"""A patient's id, a visit's (None for the logs), a kind of form."""
# Each table is read once and joined as a whole. Joined row by row, the forms of eighteen patients are ten thousand
# looks at the form whose row each is, and ten thousand at its review, each under its policy.
SUMS = """
    WITH standing AS MATERIALIZED (
        SELECT e.id, e.patient_id, e.visit_id, e.crf, e.parent_id, e.missing, e.status
        FROM casebook_entry e WHERE e.patient_id = ANY(%(patients)s) AND e.struck_at IS NULL
    ), forms AS MATERIALIZED (
        SELECT id, crf FROM standing WHERE parent_id IS NULL
    ), review AS MATERIALIZED (
        SELECT r.entry_id, r.planned, r.verified, r.is_signed
        FROM casebook_reviewstatus r WHERE r.patient_id = ANY(%(patients)s)
    )
    SELECT s.patient_id, s.visit_id, coalesce(f.crf, s.crf) AS kind,
        count(*) FILTER (WHERE s.parent_id IS NULL), sum(s.missing), bool_and(s.status = %(complete)s),
        coalesce(sum(r.planned), 0), coalesce(sum(r.verified), 0),
        count(*) FILTER (WHERE s.parent_id IS NULL AND r.is_signed)
    FROM standing s LEFT JOIN forms f ON f.id = s.parent_id LEFT JOIN review r ON r.entry_id = s.id
    WHERE s.parent_id IS NULL OR f.id IS NOT NULL
    GROUP BY s.patient_id, s.visit_id, kind
"""
"""Of each kind of form at each visit, its rows with it: how many forms, items missing, whether all are complete; items
planned and verified, forms signed. Nothing that is struck out, or is a row of what is."""


@dataclass(frozen=True)
class PatientRow:
    """One patient's row: the visits in their order, and what belongs to none by its kind."""

    patient: Patient
    schedule: ScheduleStatus
    visits: tuple[VisitCell, ...]
    logs: dict[str, FormCell]

    @cached_property
    def by_code(self) -> dict[str, VisitCell]:
        return {visit.due.plan.code: visit for visit in self.visits}

    @property
    def missing(self) -> int:
        """Required items that are empty in what was begun."""
        of_logs = sum(log.missing for log in self.logs.values())
        return of_logs + sum(visit.missing for visit in self.visits)

    @property
    def queries(self) -> int:
        of_logs = sum(log.status.queries for log in self.logs.values())
        return of_logs + sum(visit.queries for visit in self.visits)


def patient_rows(patients: Sequence[Patient]) -> list[PatientRow]:
    """The patients come with their sites. Seven statements."""
    ids = [patient.pk for patient in patients]
    visits = _visits(ids)
    sums, spots = _sums(ids)
    said = _visit_forms(ids)
    ends = ends_of(patients)
    for spot in _queries(ids):
        spots[spot].queries += 1
    _mark_broken(spots, ids)
    _mark_held(spots, patients)
    return [
        _row(patient, visits[patient.pk], sums[patient.pk], spots, said, ends.get(patient.pk))
        for patient in patients
    ]


def _row(
    patient: Patient,
    opened: Mapping[str, int],
    sums: Mapping[int | None, dict[str, FormSums]],
    spots: Mapping[Spot, SpotStatus],
    said: Mapping[int, tuple[date | None, bool]],
    end: PatientEnd | None,
) -> PatientRow:
    facts = [
        fact_from(code, sums.get(pk, {}), *said.get(pk, (None, False)), end) for code, pk in opened.items()
    ]
    schedule = schedule_status_from(patient, facts, end)

    def status_at(visit: int | None, key: str) -> SpotStatus:
        return spots.get((patient.pk, visit, key), NOBODY_LOOKED)

    def at_visit(due: VisitDue) -> VisitCell:
        visit = opened.get(due.plan.code)
        here = sums.get(visit, {}) if visit else {}
        forms = (
            form_cell(due, cell, status_at(visit, cell.key) if visit else NOBODY_LOOKED)
            for cell in cells_at(due, forms_at(due.plan, here), here, end)
        )
        return VisitCell(due, visit, tuple(forms))

    trial, outside = protocol(), sums.get(None, {})
    logs = {key: outside.get(key, NOTHING) for key in (*trial.logs, *trial.patient_forms)}
    return PatientRow(
        patient,
        schedule,
        tuple(at_visit(due) for due in schedule.visits),
        {key: log_cell(key, found.state(found.count), status_at(None, key)) for key, found in logs.items()},
    )


def forms_at(plan: VisitPlan, here: Mapping[str, FormSums] | None = None) -> list[str]:
    """The kinds of form at a visit: those it may hold, and whatever else stands there."""
    stored = (key for key, found in (here or {}).items() if found.count and key in CRFS)
    return list(dict.fromkeys([*plan.forms, *plan.optional, *stored]))


def _visits(ids: list[int]) -> dict[int, dict[str, int]]:
    """{patient id: {visit code: the opened visit's id}}."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for pk, patient, code in _opened.lines(ids):
        found[patient][code] = pk
    return found


@written_once
def _opened(patients: list[int]) -> QuerySet:
    opened = Visit.objects.filter(STANDING, patient__in=patients).order_by("pk")
    return opened.values_list("pk", "patient_id", "code")


Sums = dict[int, dict[int | None, dict[str, FormSums]]]


def _sums(ids: list[int]) -> tuple[Sums, dict[Spot, SpotStatus]]:
    """What stands of each form at each visit, and its review: summed up by the database, for forms have many rows."""
    rows = lines_of(SUMS, {"patients": ids, "complete": Status.COMPLETE.value})
    sums: Sums = defaultdict(lambda: defaultdict(dict))
    spots: dict[Spot, SpotStatus] = defaultdict(SpotStatus)
    for patient, visit, key, count, missing, all_complete, planned, verified, signed in rows:
        sums[patient][visit][key] = FormSums(count, missing, all_complete)
        spots[patient, visit, key] = SpotStatus(planned, verified, 0, signed == count)
    return sums, spots


def _visit_forms(ids: list[int]) -> dict[int, tuple[date | None, bool]]:
    """{visit id: its date, and whether it was missed}, as the visit's own form says."""
    missed = protocol().visit_missed
    return {visit: (day, occurrence == missed) for visit, day, occurrence in _said.lines(ids)}


@written_once
def _said(patients: list[int]) -> QuerySet:
    trial = protocol()
    rows = CRFS[trial.visit_form].model._default_manager.filter(
        entry__patient__in=patients,
        entry__crf=trial.visit_form,
        entry__visit__isnull=False,
        entry__struck_at=None,
    )
    return rows.values_list("entry__visit_id", trial.visit_date_item, trial.visit_occurrence_item)


def _queries(ids: list[int]) -> Iterator[Spot]:
    """Where each open query stands."""
    yield from _asked.lines(ids)


@written_once
def _asked(patients: list[int]) -> QuerySet:
    places = ("patient_id", "entry__visit_id", Coalesce("entry__parent__crf", "entry__crf"))
    return open_queries().filter(patient__in=patients).order_by().values_list(*places)


OF_ENTRY = ("entry__visit_id", Coalesce("entry__parent__crf", "entry__crf"))
NOT_OF_STRUCK = Q(entry=None) | not_struck("entry__")


def _mark_broken(spots: Mapping[Spot, SpotStatus], ids: list[int]) -> None:
    """Where a signature broke that covered it, and none stands instead."""
    of_patient = _by_patient(spots)
    for patient, scope, visit, *of_entry in _broken.lines(ids):
        for spot in _covered(of_patient[patient], scope, visit, of_entry):
            spots[spot].is_broken = not spots[spot].is_signed


@written_once
def _broken(patients: list[int]) -> QuerySet:
    broken = Signature.objects.filter(NOT_OF_STRUCK, ~STANDS, patient__in=patients).order_by()
    return broken.values_list("patient_id", "scope", "visit_id", *OF_ENTRY)


def _mark_held(spots: Mapping[Spot, SpotStatus], patients: Sequence[Patient]) -> None:
    """What freezes and locks in force hold."""
    sites = {patient.pk: patient.site_id for patient in patients}
    of_study = [patient.pk for patient in patients if not patient.site.is_practice]
    locks = _locks.lines(list(sites), list(dict.fromkeys(sites.values())))
    of_patient = _by_patient(spots)
    for kind, scope, site, patient, visit, *of_entry in locks:
        of_site = [pk for pk, own in sites.items() if own == site] if site else of_study
        held = [patient] if patient else of_site
        for spot in (spot for pk in held for spot in _covered(of_patient[pk], scope, visit, of_entry)):
            spots[spot].hold_by(kind)


@written_once
def _locks(patients: list[int], sites: list[int]) -> QuerySet:
    over = Q(scope=LockScope.STUDY) | Q(scope=LockScope.SITE, site__in=sites)
    locks = Lock.objects.filter(over | Q(patient__in=patients), NOT_OF_STRUCK, lifted_at=None).order_by()
    return locks.values_list("kind", "scope", "site_id", "patient_id", "visit_id", *OF_ENTRY)


def _by_patient(spots: Mapping[Spot, SpotStatus]) -> dict[int, list[Spot]]:
    found: dict[int, list[Spot]] = defaultdict(list)
    for spot in spots:
        found[spot[0]].append(spot)
    return found


def _covered(spots: list[Spot], scope: str, visit: int | None, of_entry: list[object]) -> list[Spot]:
    """Those of a patient's spots that a signature or a lock is on: of a form, of a visit, or of all of them."""
    if scope == LockScope.FORM:
        return [spot for spot in spots if list(spot[1:]) == of_entry]
    return [spot for spot in spots if scope != LockScope.VISIT or spot[1] == visit]
