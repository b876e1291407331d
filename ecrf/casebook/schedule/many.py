"""The schedules of many patients at once, in a fixed number of statements: the same answer as for each alone."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q

from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.schedule.due import PatientEnd, ScheduleStatus, VisitFacts
from ecrf.casebook.schedule.status import end_from, fact_of, schedule_status_from
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS


def overdue(today: dict[int, date]) -> Q:
    """Of the stored statuses, those that are `is_overdue`. `today` gives each site's own date by the site's id."""
    return _each_by_its_date(today, lambda day: Q(closes_on__lt=day))


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
    facts, ends = _facts(patients), _ends(patients)
    return {one.pk: schedule_status_from(one, facts[one.pk], ends.get(one.pk)) for one in patients}


def _facts(patients: Sequence[Patient]) -> dict[int, list[VisitFacts]]:
    entries, rows = _entries_by_visit(patients), _visit_forms(patients)
    found: dict[int, list[VisitFacts]] = defaultdict(list)
    for visit in Visit.objects.filter(patient__in=patients).order_by("pk"):
        found[visit.patient_id].append(fact_of(visit.code, entries[visit.pk], rows.get(visit.pk)))
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


def _ends(patients: Sequence[Patient]) -> dict[int, PatientEnd | None]:
    return {row.entry.patient_id: end_from(row) for row in _rows(protocol().end_form, patients)}


def _rows(key: str, patients: Sequence[Patient]) -> list[Crf]:
    """The rows of a form that stands once in its place, without those that are struck out."""
    found = CRFS[key].model._default_manager.filter(entry__patient__in=patients, entry__struck_at=None)  # type: ignore[misc]
    return list(found.select_related("entry"))
