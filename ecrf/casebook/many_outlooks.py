"""The schedules of many patients at once, in a fixed number of statements: the same answer as for each alone."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q

from ecrf.casebook.due import Outlook, PatientEnd, VisitFacts, outlook
from ecrf.casebook.models import Patient, Status, Visit
from ecrf.casebook.outlooks import _end, _is_complete
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import CRFS

Fates = dict[int, tuple[Any, Any]]


def overdue(today: dict[int, date]) -> Q:
    """Of the stored outlooks, those that are `is_overdue`. `today` gives each site's own date by the site's id."""
    return _each_by_its_date(today, lambda day: Q(closes_on__lt=day))


def due_within(days: int, today: dict[int, date]) -> Q:
    """Of the stored outlooks, those whose next visit is due in so many days or sooner, and not overdue."""
    return _each_by_its_date(today, lambda day: Q(closes_on__gte=day, due_on__lte=day + timedelta(days=days)))


def _each_by_its_date(today: dict[int, date], rule: Callable[[date], Q]) -> Q:
    """Sites on both sides of midnight do not have the same date; there are three dates in the world at most."""
    sites: dict[date, list[int]] = defaultdict(list)
    for site_id, day in today.items():
        sites[day].append(site_id)
    return reduce(or_, (Q(site__in=ids) & rule(day) for day, ids in sites.items()), Q(pk__in=[]))


def outlooks_of(patients: Sequence[Patient]) -> dict[int, Outlook]:
    """{patient id: outlook as of today at the site}: three statements. The patients come with their sites."""
    facts, ends = _facts(patients), _ends(patients)
    return {one.pk: _outlook(one, facts[one.pk], ends.get(one.pk)) for one in patients}


def _outlook(patient: Patient, facts: list[VisitFacts], end: PatientEnd | None) -> Outlook:
    added_on = patient.added_at.astimezone(patient.site.zone).date()
    started_on = min([added_on, *(fact.visited_on for fact in facts if fact.visited_on)])
    return outlook(protocol(), facts, end, started_on, patient.site.today())


def _facts(patients: Sequence[Patient]) -> dict[int, list[VisitFacts]]:
    fates = _fates(patients)
    found: dict[int, list[VisitFacts]] = defaultdict(list)
    for (patient_id, visit_id, code), counts in _entries(patients).items():
        visited_on, fate = fates.get(visit_id, (None, None))
        missed = fate == protocol().visit_missed
        complete = _is_complete(protocol().plan(code), counts, missed)
        found[patient_id].append(VisitFacts(code, visited_on, missed, complete))
    return found


def _fates(patients: Sequence[Patient]) -> Fates:
    """{visit id: (date, fate)} from the visit forms."""
    trial = protocol()
    rows = CRFS[trial.visit_form].model._default_manager.filter(entry__patient__in=patients)
    columns = rows.values_list("entry__visit_id", trial.visit_date_item, trial.visit_fate_item)
    return {visit_id: (visited_on, fate) for visit_id, visited_on, fate in columns}


def _entries(patients: Sequence[Patient]) -> dict[tuple[int, int, str], dict[str, tuple[int, int]]]:
    """{(patient id, visit id, code): {CRF key: (entries complete, entries in progress)}}."""
    visits = Visit.objects.filter(patient__in=patients)
    by_kind = visits.values_list("patient_id", "pk", "code", "entries__crf").annotate(
        done=Count("entries", filter=Q(entries__status=Status.COMPLETE, entries__missing=0)),
        begun=Count("entries", filter=Q(entries__status=Status.DRAFT) | Q(entries__missing__gt=0)),
    )
    found: dict[tuple[int, int, str], dict[str, tuple[int, int]]] = {}
    for patient_id, pk, code, crf, done, begun in by_kind.order_by("pk"):
        found.setdefault((patient_id, pk, code), {})[crf] = (done, begun)
    return found


def _ends(patients: Sequence[Patient]) -> dict[int, PatientEnd | None]:
    rows = CRFS[protocol().end_form].model._default_manager.filter(entry__patient__in=patients)
    return {row.entry.patient_id: _end(row) for row in rows.select_related("entry")}
