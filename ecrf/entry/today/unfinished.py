"""What a site has begun and not finished, each by its own name: serious events first, then logs, then visits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When, Window
from django.urls import reverse
from django.utils import timezone

from ecrf.access.models import Site
from ecrf.access.statements import written_once
from ecrf.casebook.labels import element_id, form_title, label_of
from ecrf.casebook.log_pieces import query_with
from ecrf.casebook.models import STANDING, Entry, Patient, PatientStatus, Visit, done, not_struck
from ecrf.casebook.report_clock import aware_since, is_waited_for
from ecrf.casebook.schedule.completion import missing_at
from ecrf.casebook.schedule.status import ends_of, fact_of, planned_forms
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.locks.lookup import locks_in_force


@dataclass(frozen=True)
class Unfinished:
    """One visit or form of a log. `aware_for`: of a serious event that is not reported, since when the site knows."""

    patient: Patient
    words: str
    url: str
    missing: int
    is_serious: bool = False
    aware_for: timedelta | None = None

    @property
    def hours(self) -> int | None:
        return None if self.aware_for is None else int(self.aware_for.total_seconds() // 3600)

    @property
    def is_late(self) -> bool:
        """Whether the report should have been made."""
        clock = protocol().serious_clock
        return clock is not None and self.aware_for is not None and self.aware_for > clock.within


def unfinished(
    where: list[Site], statuses: Sequence[PatientStatus], missing: dict[int, int], limit: int
) -> tuple[list[Unfinished], int]:
    """At most so many, half of which are kept for visits if there are so many, and how many more there are; those of
    practice behind all others. What is frozen or locked is nobody's to finish. `statuses`: the `unfinished_visits`;
    `missing`: what `missing_of` says of them. Three statements, however many there are."""
    (forms, total), visits = _log_forms(where, limit), _visits(statuses, missing)
    found: list[Unfinished] = []
    for is_practice in (False, True):
        own, at_visits = (
            [one for one in kind if one.patient.site.is_practice == is_practice] for kind in (forms, visits)
        )
        left = limit - len(found)
        kept = own[: max(left - len(at_visits), left - left // 2)]
        found += [*kept, *at_visits[: left - len(kept)]]
    total += next((status.__dict__["total"] for status in statuses), 0)
    return found, total - len(found)


def _log_forms(where: list[Site], limit: int) -> tuple[list[Unfinished], int]:
    """At most so many, and how many there are."""
    trial = protocol()
    forms = _open_log_forms.rows([site.pk for site in where], limit=limit)
    found = [entry for entry in forms if entry.crf in CRFS]
    total = next((entry.__dict__["total"] for entry in found), 0)
    aware = _aware(entry for entry in found if entry.crf == trial.serious_log)
    lines = [
        Unfinished(
            entry.patient,
            form_title(entry),
            _url(entry),
            entry.missing + sum(row.missing for row in entry.rows.all() if not row.struck_at),
            entry.crf == trial.serious_log,
            aware.get(entry.pk),
        )
        for entry in found
    ]
    return lines, total


@written_once
def _open_log_forms(sites: list[int], *, limit: int) -> QuerySet[Entry]:
    trial = protocol()
    is_open = Exists(
        Entry.objects.filter(Q(pk=OuterRef("pk")) | Q(parent=OuterRef("pk")), not_struck()).exclude(done())
    )
    return (
        Entry.objects.filter(patient__site__in=sites, visit=None, parent=None, struck_at=None)
        .filter(is_open, ~Exists(locks_in_force("patient__site", "patient", entries=("pk",))))
        .select_related("patient__site")
        .prefetch_related("rows")
        .annotate(total=Window(Count("pk")))
        .order_by(
            "patient__site__is_practice",
            Case(When(crf=trial.serious_log, then=0), default=1),
            "patient__number",
            "crf",
            "number",
        )[:limit]
    )


def _url(entry: Entry) -> str:
    page = reverse("log", args=[entry.patient.number, entry.crf])
    return f"{page}{query_with(entry.number)}#{element_id(entry.crf, entry.address)}"


def _aware(entries: Iterable[Entry]) -> dict[int, timedelta]:
    """{entry id: how long the site has known of it}, of those not reported yet; one statement."""
    trial = protocol()
    sites = {entry.pk: entry.patient.site for entry in entries}
    if trial.serious_clock is None or not sites:
        return {}
    clock = trial.serious_clock
    rows = CRFS[trial.serious_log].model._default_manager.filter(
        pk__in=sites, **{f"{clock.reported_on}__isnull": True}
    )
    since = {row.pk: aware_since(row, sites[row.pk].zone) for row in rows if is_waited_for(row)}
    return {pk: timezone.now() - moment for pk, moment in since.items() if moment}


def unfinished_visits(sites: list[int], limit: int) -> list[PatientStatus]:
    """The patients of these sites whose visit is begun and not finished, at most so many, those of practice last, each
    with the `total` of them; one statement."""
    return _unfinished_visits.rows(sites, limit=limit)


@written_once
def _unfinished_visits(sites: list[int], *, limit: int) -> QuerySet[PatientStatus]:
    visit = Visit.objects.filter(STANDING, patient=OuterRef("patient"), code=OuterRef("unfinished_code"))
    free = Exists(visit.filter(~Exists(locks_in_force("patient__site", "patient", visits=("pk",)))))
    return (
        PatientStatus.objects.filter(site__in=sites)
        .exclude(unfinished_code="")
        .filter(free)
        .select_related("patient__site", "site")
        .annotate(total=Window(Count("pk")))
        .order_by("site__is_practice", "patient__number")[:limit]
    )


def _visits(statuses: Sequence[PatientStatus], missing: dict[int, int]) -> list[Unfinished]:
    return [
        Unfinished(
            status.patient,
            label_of(status.unfinished_code),
            reverse("visit", args=[status.patient.number, status.unfinished_code]),
            missing[status.patient_id],
        )
        for status in statuses
    ]


def missing_of(statuses: Sequence[PatientStatus]) -> dict[int, int]:
    """{patient id: required items that are empty at the unfinished visit}, of forms not begun too; four statements."""
    trial, codes = protocol(), {status.patient_id: status.unfinished_code for status in statuses}
    standing = _visits_of.rows(list(codes), list(dict.fromkeys(codes.values())))
    visits = [visit for visit in standing if visit.code == codes[visit.patient_id]]
    entries: dict[int, list[Entry]] = defaultdict(list)
    ids = [visit.pk for visit in visits]
    for entry in _entries_of.rows(ids):
        entries[entry.visit_id or 0].append(entry)
    visit_forms = {row.entry.visit_id: row for row in _visit_forms_of.rows(ids)}
    ends = ends_of([status.patient for status in statuses])
    missing = dict.fromkeys(codes, 0)
    for visit in visits:
        fact = fact_of(visit.code, entries[visit.pk], visit_forms.get(visit.pk))
        plan, end = trial.plan(visit.code), ends.get(visit.patient_id)
        planned = planned_forms(plan, missed=fact.missed, visited_on=fact.visited_on, end=end)
        missing[visit.patient_id] = missing_at(plan, entries[visit.pk], planned)
    return missing


@written_once
def _visits_of(patients: list[int], codes: list[str]) -> QuerySet[Visit]:
    return Visit.objects.filter(STANDING, patient__in=patients, code__in=codes)


@written_once
def _entries_of(visits: list[int]) -> QuerySet[Entry]:
    return Entry.objects.filter(visit__in=visits).select_related("parent")


@written_once
def _visit_forms_of(visits: list[int]) -> QuerySet[Crf]:
    forms = CRFS[protocol().visit_form].model._default_manager.select_related("entry")
    return forms.filter(entry__visit__in=visits, entry__struck_at=None)  # type: ignore[misc]
