"""Where verification goes on: the patient's visits as they took place, its logs, then the next patient of the site."""

from dataclasses import dataclass

from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.stored_rows import lines_of, read_json
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS

Order = tuple[int, int, int]

# Left to verify is where more is planned than verified.
LEFT_OF_PATIENT = """
    SELECT r.visit_id, (SELECT v.code FROM casebook_visit v WHERE v.id = r.visit_id), e.crf,
        sum(r.planned - r.verified)
    FROM casebook_reviewstatus r JOIN casebook_entry e ON e.id = r.entry_id AND e.patient_id = %(patient)s
    WHERE r.patient_id = %(patient)s AND r.planned > r.verified GROUP BY r.visit_id, e.crf
"""
NEXT_PATIENT = """
    SELECT to_jsonb(p)::text FROM casebook_reviewstatus r JOIN casebook_patient p ON p.id = r.patient_id
    WHERE r.site_id = %(site)s AND r.planned > r.verified AND r.patient_id <> %(patient)s
    ORDER BY p.number < %(number)s, p.number LIMIT 1
"""


@dataclass(frozen=True)
class NextPlace:
    """One page with something left to verify: a visit's, given by its id, or (`visit` None) a log's."""

    patient: Patient
    label: str
    visit: int | None
    log: str
    left: int
    order: Order

    @property
    def url(self) -> str:
        return page_of_visit(self.visit) if self.visit else page_of_log(self.patient.pk, self.log)


def page_of_visit(visit: int) -> str:
    return reverse("monitor:casebook_visit_change", args=[visit])


def page_of_log(patient: int, crf: str) -> str:
    return reverse("monitor:log", args=[patient, crf])


def page_of_entry(entry: Entry) -> str:
    """Where an entry stands among its like: its visit, or its log."""
    if entry.visit_id:
        return page_of_visit(entry.visit_id)
    return page_of_log(entry.patient_id, CRFS[entry.crf].row_of or entry.crf)


def places_left(patient: Patient, data: PatientData | None = None) -> list[NextPlace]:
    """The pages of one patient with something left, in order; two statements."""
    data = data or PatientData(patient)
    left: dict[tuple[int, str] | str, int] = {}
    for visit, code, crf, count in lines_of(LEFT_OF_PATIENT, {"patient": patient.pk}):
        key = (visit, code) if visit else CRFS[crf].row_of or crf
        left[key] = left.get(key, 0) + count
    places = [_place(patient, data, key, count) for key, count in left.items()]
    return sorted(places, key=lambda place: place.order)


def _place(patient: Patient, data: PatientData, key: tuple[int, str] | str, left: int) -> NextPlace:
    if isinstance(key, str):
        return NextPlace(patient, CRFS[key].plural, None, key, left, order_of_log(key))
    pk, code = key
    return NextPlace(patient, label_of(code), pk, "", left, order_of_visit(code, data))


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
    if not user.may(Right.REVIEW, patient.site):
        return None
    given = {"site": patient.site_id, "patient": patient.pk, "number": patient.number}
    found = lines_of(NEXT_PATIENT, given)
    return read_json(Patient, found[0][0], site=patient.site) if found else None
