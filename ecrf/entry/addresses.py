"""Addresses of places: how a page, an item and a field are named in URLs, in HTML and in posted data."""

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.reach import reach
from ecrf.access.requests import whole_number
from ecrf.access.roles import Right
from ecrf.casebook.log_pieces import query_with, with_last_number
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.places import Place, is_stored
from ecrf.casebook.reach import reach_standing_visit
from ecrf.casebook.transfer.stays import patients_with_moves
from ecrf.forms.protocol import CASEBOOK, protocol
from ecrf.forms.registry import CRFS, CrfDefinition

HIGHEST = 32_767
"""No entry can have a higher number: what its column holds."""


@dataclass(frozen=True)
class PagePlace:
    """A page of a patient: a visit's, or (visit None) that of a form that belongs to no visit."""

    patient: Patient
    visit: Visit | None = None

    @property
    def segment(self) -> str:
        return self.visit.code if self.visit else CASEBOOK


def reach_patient(user: User, number: str) -> Patient:
    """The patient with this number, if the user reaches it and may enter there."""
    return reach(user, patients_with_moves().select_related("schedule_status"), Right.READ, number=number)


def reach_where(user: User, number: str, segment: str) -> PagePlace:
    """The visit's page, or the patient's pages without a visit."""
    if segment == CASEBOOK:
        return PagePlace(reach_patient(user, number))
    visit = reach_standing_visit(user, number, segment, Right.READ)
    return PagePlace(visit.patient, visit)


def reach_log(user: User, number: str, kind: str) -> PagePlace:
    """The patient's pages without a visit, with the last number of this log."""
    patients = patients_with_moves().select_related("schedule_status")
    return PagePlace(reach(user, with_last_number(patients, kind), Right.READ, number=number))


def place_of(where: PagePlace, crf: str, address: str) -> Place:
    """The place of an entry on that page; 404 for a form or a number that cannot stand there."""
    definition = CRFS.get(crf)
    if definition is None or not _belongs(where, definition):
        raise Http404
    number, parent = _numbers(address)
    if bool(definition.row_of) != (parent is not None):
        raise Http404
    place = Place(where.patient, definition, where.visit, number, parent)
    if not _is_offered(place) and not is_stored(place):
        raise Http404
    return place


def _is_offered(place: Place) -> bool:
    """Whether the page offers this place before anybody added it."""
    trial, definition = protocol(), place.definition
    if place.parent is not None:
        above = Place(place.patient, CRFS[definition.row_of], place.visit, place.parent)
        return place.number <= definition.offered_rows and (_is_offered(above) or is_stored(above))
    if place.visit is None:
        return definition.key in trial.patient_forms and place.number == 1
    plan = trial.plan(place.visit.code)
    if plan is None or definition.key not in plan.forms:
        return False
    more = place.number - plan.expected_of(definition.key)
    return more <= 0 or more <= _struck_out(place)


def _struck_out(place: Place) -> int:
    """How many entries of the kind are struck out there: for each the page offers one more place."""
    if not place.definition.can_repeat:
        return 0
    same = {"patient": place.patient, "visit": place.visit, "crf": place.definition.key}
    return Entry.objects.filter(**same, struck_at__isnull=False).count()


def _belongs(where: PagePlace, definition: CrfDefinition) -> bool:
    key = definition.row_of or definition.key
    trial = protocol()
    if where.visit is None:
        return key in (*trial.patient_forms, *trial.logs)
    plan = trial.plan(where.visit.code)
    return plan is not None and plan.may_hold(key)


def _numbers(address: str) -> tuple[int, int | None]:
    parts = [whole_number(part) or 0 for part in address.split(".")]
    if len(parts) > 2 or not all(1 <= part <= HIGHEST for part in parts):
        raise Http404
    return parts[-1], parts[0] if len(parts) == 2 else None


def field_name(place: Place, item: str) -> str:
    """The name of the item's field in the page's form."""
    return f"{place.definition.key}:{place.address}:{item}"


def html_id(place: Place, item: str = "") -> str:
    """The id of the item's (or the form's) element."""
    base = f"{place.definition.key}-{place.address.replace('.', '_')}"
    return f"{base}-{item}" if item else base


def page_url(where: PagePlace, place: Place | None = None) -> str:
    """The page on which this place is entered."""
    if where.visit:
        return reverse("visit", args=[where.patient.number, where.visit.code])
    assert place is not None
    form = place.above or place  # a row of a form stands on the form's own page
    key = form.definition.key
    if key in protocol().logs:
        return f"{reverse('log', args=[where.patient.number, key])}{query_with(form.number)}#{html_id(place)}"
    return reverse("log", args=[where.patient.number, key])
