"""What is in the way of a lock: missing items, unfinished forms, overdue visits, open queries, unverified, unsigned."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from ecrf.access.models import Site
from ecrf.casebook.labels import counted, form_title, label_of, visit_label
from ecrf.casebook.models import Entry, Patient, PatientStatus, Status, Visit, not_struck
from ecrf.casebook.review_status import ReviewStatus, unsigned
from ecrf.casebook.schedule.completion import visit_states
from ecrf.casebook.schedule.due import LIVING
from ecrf.casebook.schedule.status import ends_of, fact_of, left_early, overdue
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.locks.models import LockScope
from ecrf.queries.lookup import open_queries

SHOWN = 10
"""How many places a point names; the rest is counted."""


@dataclass(frozen=True)
class ChecklistPlace:
    """One place that has something open; `page` says of what kind it is: form, visit or patient."""

    words: str
    page: str
    pk: int


@dataclass(frozen=True)
class ChecklistPoint:
    """One kind of open point: how many, in words, and where the first of them are."""

    words: str
    count: int
    places: list[ChecklistPlace] = field(default_factory=list)
    number_of_places: int = 0

    @property
    def more(self) -> int:
        return max(self.number_of_places - len(self.places), 0)


@dataclass(frozen=True)
class Target:
    """What a freeze or a lock is put on, with all that it hangs on."""

    scope: LockScope
    site: Site | None = None
    patient: Patient | None = None
    visit: Visit | None = None
    entry: Entry | None = None

    @classmethod
    def of(
        cls,
        scope: LockScope,
        *,
        site: Site | None = None,
        patient: Patient | None = None,
        visit: Visit | None = None,
        entry: Entry | None = None,
    ) -> "Target":
        """The target named by its innermost part; ValueError if that is not there."""
        patient = patient or (visit or entry).patient if (visit or entry) else patient  # type: ignore[union-attr]
        site = site or (patient.site if patient else None)
        named = {
            LockScope.FORM: entry,
            LockScope.VISIT: visit,
            LockScope.PATIENT: patient,
            LockScope.SITE: site,
            LockScope.STUDY: scope,
        }[scope]
        if named is None:
            raise ValueError(f"No {scope} is named.")
        keeps = {
            LockScope.FORM: (site, patient, None, entry),
            LockScope.VISIT: (site, patient, visit, None),
            LockScope.PATIENT: (site, patient, None, None),
            LockScope.SITE: (site, None, None, None),
            LockScope.STUDY: (None, None, None, None),
        }[scope]
        return cls(scope, *keeps)  # type: ignore[arg-type]

    @property
    def columns(self) -> dict[str, Any]:
        """As the columns of a lock."""
        return {"site": self.site, "patient": self.patient, "visit": self.visit, "entry": self.entry}

    @property
    def words(self) -> str:
        """`Week 4 of 01-001`."""
        if self.entry:
            parts = [visit_label(self.entry.visit), form_title(self.entry)]
            return f"{' · '.join(p for p in parts if p)} of {self.patient}"
        if self.visit:
            return f"{visit_label(self.visit)} of {self.patient}"
        return (
            f"Patient {self.patient}"
            if self.patient
            else f"Site {self.site.code}"
            if self.site
            else "The study"
        )

    def narrow(self, path: str = "") -> Q:
        """The filter on rows that hang on an entry by `path` ("" for entries, "entry__" for what belongs to one)."""
        if self.entry:
            return Q(**{f"{path}pk": self.entry.pk}) | Q(**{f"{path}parent": self.entry.pk})
        if self.visit:
            return Q(**{f"{path}visit": self.visit.pk})
        if self.patient:
            return Q(**{f"{path}patient": self.patient.pk})
        # Practice patients are never study data: they are in nobody's way.
        site = f"{path}patient__site"
        return Q(**{site: self.site.pk}) if self.site else Q(**{f"{site}__is_practice": False})


def checklist(target: Target) -> list[ChecklistPoint]:
    """What is open, each kind with its count and places; a fixed number of statements, however large the target."""
    points = [
        _overdue(target),
        _not_begun(target),
        _unfinished(target),
        _missing(target),
        _queries(target),
        _unverified(target),
        _unsigned(target),
    ]
    return [point for point in points if point.count]


def _entries(target: Target) -> QuerySet[Entry]:
    return (
        Entry.objects.filter(target.narrow(), not_struck())
        .select_related("patient", "visit", "parent")
        .order_by("patient__number", "pk")
    )


def _form(entry: Entry, more: str = "") -> ChecklistPlace:
    parts = [str(entry.patient), visit_label(entry.visit), form_title(entry)]
    return ChecklistPlace(
        " · ".join(part for part in parts if part) + more, "form", entry.parent_id or entry.pk
    )


def _unfinished(target: Target) -> ChecklistPoint:
    drafts = _entries(target).filter(status=Status.DRAFT, parent=None)
    count = drafts.count()
    words = f"{counted(count, 'form')} not complete"
    return ChecklistPoint(words, count, [_form(entry) for entry in drafts[:SHOWN]], count)


def _missing(target: Target) -> ChecklistPoint:
    incomplete = _entries(target).filter(missing__gt=0)
    total = incomplete.aggregate(total=Sum("missing"))["total"] or 0
    places = [_form(entry, f": {entry.missing}") for entry in incomplete[:SHOWN]]
    words = f"{counted(total, 'required item')} empty"
    return ChecklistPoint(words, total, places, incomplete.count())


def _not_begun(target: Target) -> ChecklistPoint:
    """Of a visit, the forms that nobody has begun; of more than a visit, the visits that are not complete."""
    if target.visit:
        return _forms_to_begin(target.visit)
    if target.entry:
        return ChecklistPoint("", 0)
    patients = _schedule_statuses(target).exclude(unfinished_code="")
    count = patients.count()
    words = f"{counted(count, 'patient')} with a visit that is not complete"
    return ChecklistPoint(words, count, [_patient(o, o.unfinished_code) for o in patients[:SHOWN]], count)


def _forms_to_begin(visit: Visit) -> ChecklistPoint:
    entries = list(visit.entries.select_related("parent"))
    form = CRFS[protocol().visit_form].model._default_manager.filter(entry__visit=visit).first()
    fact = fact_of(visit.code, entries, form)
    has_left = left_early(ends_of([visit.patient]).get(visit.patient_id), fact.visited_on)
    states = visit_states(protocol().plan(visit.code), entries, missed=fact.missed, has_left=has_left)
    empty = [CRFS[key].title for key, state in states.items() if state.state == "empty" and key in CRFS]
    words = f"{counted(len(empty), 'form')} not begun: {', '.join(empty)}"
    return ChecklistPoint(
        words, len(empty), [ChecklistPlace(f"{visit.patient} · {visit_label(visit)}", "visit", visit.pk)], 1
    )


def _schedule_statuses(target: Target) -> QuerySet[PatientStatus]:
    schedule_statuses = PatientStatus.objects.select_related("patient__site").order_by("patient__number")
    if target.patient:
        return schedule_statuses.filter(patient=target.patient)
    return (
        schedule_statuses.filter(site=target.site)
        if target.site
        else schedule_statuses.filter(site__is_practice=False)
    )


def _patient(schedule_status: PatientStatus, code: str) -> ChecklistPlace:
    words = f"{schedule_status.patient} · {label_of(code)}"
    return ChecklistPlace(words, "patient", schedule_status.patient_id)


def _overdue(target: Target) -> ChecklistPoint:
    if target.visit or target.entry:
        return ChecklistPoint("", 0)
    sites = [target.site] if target.site else Site.objects.filter(is_practice=False)
    late = overdue({site.pk: site.today() for site in sites})
    late_patients = _schedule_statuses(target).filter(late, state__in=LIVING)
    count = late_patients.count()
    words = f"{counted(count, 'visit')} overdue"
    return ChecklistPoint(words, count, [_patient(o, o.next_code) for o in late_patients[:SHOWN]], count)


def _queries(target: Target) -> ChecklistPoint:
    queries = open_queries().filter(target.narrow("entry__")).order_by("turn_since")
    count = queries.count()
    shown = queries.select_related("entry__patient", "entry__visit", "entry__parent")[:SHOWN]
    places = [_form(query.entry, f": query {query.number}") for query in shown]
    return ChecklistPoint(counted(count, "open query", "open queries"), count, places, count)


def _review_statuses(target: Target) -> QuerySet[ReviewStatus]:
    review_statuses = ReviewStatus.objects.filter(target.narrow("entry__"), not_struck("entry__"))
    return review_statuses.select_related("entry__patient", "entry__visit", "entry__parent").order_by(
        "entry__patient__number", "pk"
    )


def _unverified(target: Target) -> ChecklistPoint:
    unverified = _review_statuses(target).filter(planned__gt=F("verified"))
    total = unverified.aggregate(total=Sum(F("planned") - F("verified")))["total"] or 0
    places = [
        _form(review_status.entry, f": {review_status.planned - review_status.verified}")
        for review_status in unverified[:SHOWN]
    ]
    words = f"{counted(total, 'planned item')} not verified"
    return ChecklistPoint(words, total, places, unverified.count())


def _unsigned(target: Target) -> ChecklistPoint:
    to_sign = _review_statuses(target).filter(unsigned(), entry__parent=None)
    count = to_sign.count()
    words = f"{counted(count, 'form')} not signed"
    return ChecklistPoint(
        words, count, [_form(review_status.entry) for review_status in to_sign[:SHOWN]], count
    )
