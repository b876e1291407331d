"""Where verification goes on: the patient's visits as they took place, its logs, then the next patient of the site."""

from dataclasses import dataclass

from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook import log_pieces
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of
from ecrf.casebook.log_pieces import piece_query, query_with
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.stored_rows import lines_of, read_json
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS

Order = tuple[int, int, int]

# Left to verify is where more is planned than verified. A long log has a page for each piece of its rows.
LEFT_OF_PATIENT = """
    SELECT r.visit_id, (SELECT v.code FROM casebook_visit v WHERE v.id = r.visit_id), e.crf,
        CASE WHEN r.visit_id IS NULL THEN (coalesce(p.number, e.number) - 1) / %(rows)s + 1 END AS piece,
        sum(r.planned - r.verified)
    FROM casebook_reviewstatus r JOIN casebook_entry e ON e.id = r.entry_id AND e.patient_id = %(patient)s
    LEFT JOIN casebook_entry p ON p.id = e.parent_id AND p.patient_id = %(patient)s
    WHERE r.patient_id = %(patient)s AND r.planned > r.verified GROUP BY r.visit_id, e.crf, piece
"""
NEXT_PATIENT = """
    SELECT to_jsonb(p)::text FROM casebook_reviewstatus r JOIN casebook_patient p ON p.id = r.patient_id
    WHERE r.site_id = %(site)s AND r.planned > r.verified AND r.patient_id <> %(patient)s
    ORDER BY p.number < %(number)s, p.number LIMIT 1
"""


@dataclass(frozen=True)
class NextPlace:
    """One page with something left to verify: a visit's, given by its id, or (`visit` None) one of a log, that of its
    `piece`."""

    patient: Patient
    label: str
    visit: int | None
    log: str
    piece: int
    left: int
    order: Order

    @property
    def url(self) -> str:
        if self.visit:
            return page_of_visit(self.visit)
        return page_of_log(self.patient.pk, self.log) + piece_query(self.piece)


def page_of_visit(visit: int) -> str:
    return reverse("monitor:casebook_visit_change", args=[visit])


def page_of_log(patient: int, crf: str, number: int = 1) -> str:
    """The log, a long one at the row with this number."""
    return reverse("monitor:log", args=[patient, crf]) + query_with(number)


def page_of_entry(entry: Entry) -> str:
    """Where an entry stands among its like: its visit, or its log."""
    if entry.visit_id:
        return page_of_visit(entry.visit_id)
    form = entry.parent or entry
    return page_of_log(entry.patient_id, form.crf, form.number)


def places_left(patient: Patient, data: PatientData | None = None) -> list[NextPlace]:
    """The pages of one patient with something left, in order; two statements."""
    data = data or PatientData(patient)
    left: dict[tuple[int, str] | tuple[str, int], int] = {}
    for visit, code, crf, piece, count in lines_of(
        LEFT_OF_PATIENT, {"patient": patient.pk, "rows": log_pieces.ROWS}
    ):
        key = (visit, code) if visit else (CRFS[crf].row_of or crf, piece)
        left[key] = left.get(key, 0) + count
    places = [_place(patient, data, key, count) for key, count in left.items()]
    return sorted(places, key=lambda place: place.order)


def _place(
    patient: Patient, data: PatientData, key: tuple[int, str] | tuple[str, int], left: int
) -> NextPlace:
    match key:
        case str(log), int(piece):
            return NextPlace(patient, CRFS[log].plural, None, log, piece, left, order_of_log(log, piece))
        case int(pk), str(code):
            return NextPlace(patient, label_of(code), pk, "", 1, left, order_of_visit(code, data))
    raise LookupError(key)


def order_of_visit(code: str, data: PatientData) -> Order:
    return (0, *protocol().rank(code, data.visit_days))


def order_of_log(key: str, piece: int) -> Order:
    keys = (*protocol().patient_forms, *protocol().logs)
    return (1, keys.index(key) if key in keys else len(keys), piece)


def next_place(
    user: User,
    patient: Patient,
    visit: Visit | None = None,
    log: str = "",
    piece: int = 1,
    data: PatientData | None = None,
) -> NextPlace | None:
    """The next page after this visit, or this piece of a log; None when nothing else is left at the site. After the
    site's last patient come those that were left behind."""
    data = data or PatientData(patient)
    here = _order(data, visit, log, piece)
    own = places_left(patient, data)
    for place in own:
        if place.order > here:
            return place
    if other := _next_patient(user, patient):
        return places_left(other)[0]
    return next((place for place in own if place.order < here), None)


def _order(data: PatientData, visit: Visit | None, log: str, piece: int) -> Order:
    if visit is None and not log:
        return (-1, 0, 0)
    return order_of_visit(visit.code, data) if visit else order_of_log(log, piece)


def _next_patient(user: User, patient: Patient) -> Patient | None:
    """The next patient of the site with something left, or else the first one."""
    if not user.may(Right.REVIEW, patient.site):
        return None
    given = {"site": patient.site_id, "patient": patient.pk, "number": patient.number}
    found = lines_of(NEXT_PATIENT, given)
    return read_json(Patient, found[0][0], site=patient.site) if found else None
