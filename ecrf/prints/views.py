"""Pages made for paper: a visit, a log, the casebook, and blank worksheets. Each answers GET and writes nothing."""

from datetime import UTC

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from ecrf.access.models import User
from ecrf.access.reach import sites
from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import READERS, Right
from ecrf.casebook.log_pieces import pieces_of
from ecrf.casebook.models import Patient
from ecrf.casebook.reach import reach_patient, reach_patient_with_log, reach_visit
from ecrf.checks.catalogue import catalogue
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CrfDefinition
from ecrf.prints.pages import (
    FormGroup,
    blank_log,
    blank_visit,
    patient_worksheet,
    printed_casebook,
    printed_log,
    printed_visit,
    worksheet_logs,
    worksheet_plans,
)
from ecrf.queries.lookup import ByItem, asked_where


@require_GET
def visit(request: UserRequest, number: str, code: str) -> HttpResponse:
    """One visit with all its forms."""
    visit = reach_visit(request.user, number, code)
    context = _paper(request.user, visit.patient) | {
        "visit": visit,
        "form_group": printed_visit(visit),
    }
    context["queries"] = asked_where(Q(entry__visit=visit) | Q(visit=visit))
    return render(request, "prints/print_visit.html", context)


@require_GET
def log(request: UserRequest, number: str, crf: str) -> HttpResponse:
    """One log, a long one by pieces (`?page=`), or the one form of a kind that belongs to no visit."""
    patient, definition = reach_patient_with_log(request.user, number, crf), _log_kind(crf)
    asked = whole_number(request.GET.get("page", "")) or 1
    pieces = pieces_of(patient, definition, asked) if definition.can_repeat else None
    context = _paper(request.user, patient) | {
        "log": definition,
        "pieces": pieces,
        "log_url": reverse("print-log", args=[number, crf]),
        "form_group": printed_log(patient, definition, pieces.shown if pieces else None),
    }
    context["queries"] = _asked_in_log(patient, definition)
    return render(request, "prints/print_visit.html", context)


def _asked_in_log(patient: Patient, definition: CrfDefinition) -> ByItem:
    """Also at the one form of a kind while nobody has begun it."""
    kinds = [definition.key, *definition.rows]
    not_begun = Q(entry=None, visit=None, crf__in=kinds)
    return asked_where(Q(entry__crf__in=kinds) | not_begun, patient=patient)


@require_GET
def casebook(request: UserRequest, number: str) -> HttpResponse:
    """The whole casebook: a cover with the contents, the visits in order, the logs."""
    patient = reach_patient(request.user, number)
    context = _paper(request.user, patient) | {"casebook": printed_casebook(patient)}
    context["queries"] = asked_where(patient=patient)
    return render(request, "prints/print_casebook.html", context)


@require_GET
def worksheets(request: UserRequest) -> HttpResponse:
    """The blank forms there are."""
    _require_reader(request.user)
    context = {"plans": worksheet_plans(), "logs": worksheet_logs()}
    return render(request, "prints/worksheets.html", context)


@require_GET
def worksheet(request: UserRequest, code: str) -> HttpResponse:
    """The blank forms of one visit."""
    _require_reader(request.user)
    plan = next((plan for plan in worksheet_plans() if plan.code == code), None)
    if plan is None:
        raise Http404
    return _worksheet(request, blank_visit(plan))


@require_GET
def log_worksheet(request: UserRequest, crf: str) -> HttpResponse:
    """Room for several entries of one log."""
    _require_reader(request.user)
    return _worksheet(request, blank_log(_log_kind(crf)))


@require_GET
def patient_visit_worksheet(request: UserRequest, number: str, code: str) -> HttpResponse:
    """The forms of a patient's visit to write on, opened or not: number, window, last values, planned doses."""
    patient, plan = reach_patient(request.user, number), protocol().plan(code)
    if plan is None or patient.struck_at:
        raise Http404
    context = _paper(request.user, patient) | {
        "form_group": patient_worksheet(patient, plan),
        "worksheet": True,
    }
    return render(request, "prints/worksheet.html", context)


def _worksheet(request: UserRequest, form_group: FormGroup) -> HttpResponse:
    context = _paper(request.user) | {"form_group": form_group, "worksheet": True}
    return render(request, "prints/worksheet.html", context)


def _paper(user: User, patient: Patient | None = None) -> dict[str, object]:
    """What the header of every printed page says."""
    trial = protocol()
    site = patient.site if patient else sites(user, *READERS).first()
    return {
        "trial": trial,
        "patient": patient,
        "zone": site.zone if site else UTC,
        "printed_at": timezone.now(),
        "fingerprint": catalogue(trial).fingerprint,
        "enters": patient is not None and user.may(Right.READ, patient.site),
    }


def _log_kind(crf: str) -> CrfDefinition:
    log = next((definition for definition in worksheet_logs() if definition.key == crf), None)
    if log is None:
        raise Http404
    return log


def _require_reader(user: User) -> None:
    if not user.rights & set(READERS):
        raise PermissionDenied(gettext("Your role does not let you print the trial's forms."))
