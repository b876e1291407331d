"""Loads what a reviewer asks for: another site's does not exist (404), what the role may not read is refused (403)."""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.reach import reach, reachable, reached, require
from ecrf.access.roles import Right
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.reach import visit_by_id
from ecrf.casebook.read_by_safety import patients_with_serious_event, right_to_read
from ecrf.casebook.schedule.status import visits_of
from ecrf.casebook.transfer.stays import patients_with_moves
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.queries.rules import right_to_ask
from ecrf.verification.models import Verification


def reader(request: HttpRequest) -> User:
    """Who reads: the middleware lets nobody in who is not logged in."""
    assert isinstance(request.user, User)
    return request.user


def patients() -> QuerySet[Patient]:
    return Patient.objects.select_related("site")


def visits() -> QuerySet[Visit]:
    return Visit.objects.select_related("patient__site")


def entries() -> QuerySet[Entry]:
    return Entry.objects.select_related("patient__site", "visit", "parent")


def rows(definition: CrfDefinition) -> QuerySet[Crf]:
    stored = definition.model._default_manager.all()
    return stored.select_related("entry__patient__site", "entry__visit", "entry__parent")


def verifications() -> QuerySet[Verification]:
    return Verification.objects.select_related("site", "patient__site", "entry__visit", "entry__parent")


def entries_of(patient: Patient, ids: set[int]) -> dict[int, Entry]:
    """{id: the entry}, of those that belong to the patient."""
    reached = {entry.pk: entry for entry in entries().filter(patient=patient, pk__in=ids)}
    return {pk: entry for pk, entry in reached.items() if entry.crf in CRFS}


def reach_patient(user: User, pk: int) -> Patient:
    return reach(user, patients(), Right.REVIEW, pk=pk)


def reach_visit(user: User, pk: int) -> Visit:
    return reach(user, visits(), Right.REVIEW, pk=pk)


def reach_entry(user: User, pk: int) -> Entry:
    entry = get_object_or_404(reachable(user, entries()), pk=pk)
    if entry.crf not in CRFS:
        raise Http404
    require(user, right_to_read(CRFS[entry.crf]), entry.site)
    return entry


def reads_casebook(user: User, patient: Patient) -> bool:
    """Whether the whole casebook is open: to reviewers, and to safety where a serious event is recorded."""
    if user.may(Right.REVIEW, patient.site):
        return True
    is_safety = user.may(Right.REVIEW_SAFETY, patient.site)
    return is_safety and patient.pk in patients_with_serious_event(patient.pk)


def read_patient(user: User, pk: int) -> Patient:
    patient = get_object_or_404(reachable(user, patients_with_moves()), pk=pk)
    _require_casebook(user, patient)
    return patient


def read_visit(user: User, pk: int) -> tuple[Visit, int]:
    """And how long its patient's chain is."""
    found, length = visit_by_id(pk)
    visit = reached(user, found)
    _require_casebook(user, visit.patient)
    return visit, length


def read_entry(user: User, pk: int) -> Entry:
    entry = get_object_or_404(reachable(user, entries()), pk=pk)
    if entry.crf not in CRFS:
        raise Http404
    require_form(user, entry.patient, CRFS[entry.crf])
    return entry


def reach_to_ask(user: User, pk: int) -> Entry:
    """A form that the person reads, at a site where he may ask."""
    entry = read_entry(user, pk)
    require(user, right_to_ask(user, entry.site), entry.site)
    return entry


def require_crf(user: User, patient: Patient, crf: str) -> None:
    """As `require_form`, also for a kind of form that the study no longer has."""
    if crf in CRFS:
        require_form(user, patient, CRFS[crf])
    else:
        _require_casebook(user, patient)


def require_form(user: User, patient: Patient, definition: CrfDefinition) -> None:
    """Refuse (403) whom neither the form's log nor the patient's casebook is open to."""
    if not user.may(right_to_read(definition), patient.site):
        _require_casebook(user, patient)


def _require_casebook(user: User, patient: Patient) -> None:
    """The refusal names the reason: safety reads all of a patient, but not of every one."""
    if reads_casebook(user, patient):
        return
    if user.may(Right.REVIEW_SAFETY, patient.site):
        raise PermissionDenied(
            gettext(
                "Your role reads the whole casebook of patients with a serious event. "
                "None is recorded for %(patient)s: of this patient you read the safety logs."
            )
            % {"patient": patient.number}
        )
    require(user, Right.REVIEW, patient.site)


def visits_beside(visit: Visit, days: Mapping[str, date | None]) -> tuple[Visit | None, Visit | None]:
    """The opened visits before and after this one as they took place; one statement. `days`: their dates. A visit that
    is struck out stands beside none."""
    opened = sorted(visits_of(visit.patient), key=lambda other: protocol().rank(other.code, days))
    if visit.struck_at:
        return None, None
    here = [other.pk for other in opened].index(visit.pk)
    return (opened[here - 1] if here else None), next(iter(opened[here + 1 :]), None)
