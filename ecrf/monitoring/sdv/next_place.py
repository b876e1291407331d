"""Where verification goes on: the patient's visits as they took place, its logs, then the next patient of the site."""

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet, Sum
from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.roles import Right
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import visit_label
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.review_status import ReviewStatus
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS

Order = tuple[int, int, int]


@dataclass(frozen=True)
class NextPlace:
    """One page with something left to verify."""

    patient: Patient
    label: str
    url: str
    left: int
    order: Order


def page_of_visit(visit: int) -> str:
    return reverse("monitor:casebook_visit_change", args=[visit])


def page_of_log(patient: int, crf: str) -> str:
    return reverse("monitor:log", args=[patient, crf])


def page_of_entry(entry: Entry) -> str:
    """Where an entry stands among its like: its visit, or its log."""
    if entry.visit_id:
        return page_of_visit(entry.visit_id)
    return page_of_log(entry.patient_id, CRFS[entry.crf].row_of or entry.crf)


def left_to_verify() -> QuerySet[ReviewStatus]:
    return ReviewStatus.objects.filter(planned__gt=F("verified"))


def places_left(patient: Patient, data: PatientData | None = None) -> list[NextPlace]:
    """The pages of one patient with something left, in order; two statements."""
    data = data or PatientData(patient)
    review_statuses = left_to_verify().filter(patient=patient).order_by()
    sums = review_statuses.values_list("visit", "visit__code", "entry__crf").annotate(
        left=Sum(F("planned") - F("verified"))
    )
    left: dict[tuple[int, str] | str, int] = {}
    for visit, code, crf, count in sums:
        key = (visit, code) if visit else CRFS[crf].row_of or crf
        left[key] = left.get(key, 0) + count
    places = [_place(patient, data, key, count) for key, count in left.items()]
    return sorted(places, key=lambda place: place.order)


def _place(patient: Patient, data: PatientData, key: tuple[int, str] | str, left: int) -> NextPlace:
    if isinstance(key, str):
        several = CRFS[key].plural
        return NextPlace(patient, several, page_of_log(patient.pk, key), left, order_of_log(key))
    pk, code = key
    label = visit_label(Visit(pk=pk, code=code))
    return NextPlace(patient, label, page_of_visit(pk), left, order_of_visit(code, data))


def order_of_visit(code: str, data: PatientData) -> Order:
    return (0, *protocol().rank(code, data.visit_days))


def order_of_log(key: str) -> Order:
    keys = (*protocol().patient_forms, *protocol().logs)
    return (1, keys.index(key) if key in keys else len(keys), 0)


def next_place(
    user: User, patient: Patient, visit: Visit | None = None, log: str = "", data: PatientData | None = None
) -> NextPlace | None:
    """The next page after this visit, or this log; None when nothing else is left at the site. After the site's last
    patient come those that were left behind."""
    data = data or PatientData(patient)
    here = _order(data, visit, log)
    own = places_left(patient, data)
    for place in own:
        if place.order > here:
            return place
    if other := _next_patient(user, patient):
        return places_left(other)[0]
    return next((place for place in own if place.order < here), None)


def _order(data: PatientData, visit: Visit | None, log: str) -> Order:
    if visit is None and not log:
        return (-1, 0, 0)
    return order_of_visit(visit.code, data) if visit else order_of_log(log)


def _next_patient(user: User, patient: Patient) -> Patient | None:
    """The next patient of the site with something left, or else the first one."""
    left = (
        reachable(user, left_to_verify(), Right.REVIEW).filter(site=patient.site_id).exclude(patient=patient)
    )
    behind = left.annotate(is_before=Q(patient__number__lt=patient.number))
    review_statuses = behind.select_related("patient__site").order_by("is_before", "patient__number")
    found = review_statuses.first()
    return found.patient if found else None
