"""Loads what a reviewer asks for: another site's does not exist (404), what the role may not read is refused (403)."""

from collections.abc import Mapping
from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from ecrf.access.models import User
from ecrf.access.reach import reach, reachable, require
from ecrf.access.roles import Right
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.schedule.status import visits_of
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.verification.models import Verification


def reader(request: HttpRequest) -> User:
    """Who reads: the middleware lets nobody in who is not logged in."""
    assert isinstance(request.user, User)
    return request.user


def right_to_read(definition: CrfDefinition) -> Right:
    """The safety logs, such as adverse events, are open to safety too; every other form to reviewers only."""
    is_safety = (definition.row_of or definition.key) in protocol().safety_logs
    return Right.REVIEW_SAFETY if is_safety else Right.REVIEW


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


def visits_beside(visit: Visit, days: Mapping[str, date | None]) -> tuple[Visit | None, Visit | None]:
    """The opened visits before and after this one as they took place; one statement. `days`: their dates."""
    opened = sorted(visits_of(visit.patient), key=lambda other: protocol().rank(other.code, days))
    here = [other.pk for other in opened].index(visit.pk)
    return (opened[here - 1] if here else None), next(iter(opened[here + 1 :]), None)
