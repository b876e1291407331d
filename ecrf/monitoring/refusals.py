"""What a refusal offers: who reviews and came to a site's page, by a link in a mail, is led to the same in Review."""

from dataclasses import dataclass

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.obstacles import NotNow
from ecrf.access.reach import reachable, roles_that_ended
from ecrf.access.requests import whole_number
from ecrf.access.roles import READERS, Right
from ecrf.audit.bound.person import whole_study
from ecrf.casebook.labels import visit_label
from ecrf.casebook.log_pieces import query_with
from ecrf.casebook.models import Patient
from ecrf.casebook.reach import StruckOut
from ecrf.casebook.read_by_safety import right_to_read
from ecrf.casebook.transfer.models import Transfer
from ecrf.casebook.transfer.stays import handed_over_from
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.monitoring.reach import patients

OF_PATIENT = {
    "casebook_patient_change": "patient",
    "casebook_visit_change": "patient__visits",
    "casebook_entry_change": "patient__entries",
    **dict.fromkeys(
        ("appointment", "move-appointment", "miss-appointment", "cancel-appointment"), "patient__appointments"
    ),
}
"""{a page that names no patient's number: how a transfer's patient is found by what its address names}."""


@dataclass(frozen=True)
class Way:
    """A page of Review, and what it shows."""

    url: str
    words: str


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of every refusal (403), in words and with a way on."""
    if request.headers.get("HX-Request"):
        return _in_words(str(exception) or gettext("Your role does not include this."), 403)
    known = _known(request)
    context = {
        "exception": str(exception),
        "not_now": any(isinstance(words, NotNow) for words in exception.args),
        "way": _way(request, known) if known else None,
    }
    return render(request, "403.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of every 404. A role that ended is named, and a patient who moved: what was there is not there today."""
    known = _known(request)
    if known and (moved := _moved(request, known)):
        return _handed_over(request, moved)
    ended = roles_that_ended(known) if known else []
    if isinstance(exception, StruckOut):
        if request.headers.get("HX-Request"):
            return _in_words(gettext("%(why)s. Nothing was changed.") % {"why": exception}, 404)
        return render(request, "errors/struck_out.html", {"struck": exception}, status=404)
    if request.headers.get("HX-Request"):
        return _in_words(
            " ".join(ended) or gettext("There is nothing here, or it belongs to another site."), 404
        )
    return render(request, "404.html", {"ended": ended}, status=404)


def _moved(request: HttpRequest, user: User) -> Transfer | None:
    """How the patient whom the address names left the user's site, if the user reads there and no longer here."""
    named = request.resolver_match.kwargs if request.resolver_match else {}
    if "number" in named:
        which: dict[str, object] = {"patient__number": named["number"]}
    elif path := OF_PATIENT.get(request.resolver_match.url_name or "" if request.resolver_match else ""):
        which = {path: named["pk"]}
    else:
        return None
    with whole_study():  # the row that the address names is the new site's
        last = handed_over_from(user, **which).first()
    here = last and reachable(user, patients(), *READERS).filter(pk=last.patient_id).exists()
    return None if here else last


def _handed_over(request: HttpRequest, moved: Transfer) -> HttpResponse:
    number, site = moved.patient.number, moved.to_site.code
    words = gettext(
        "Patient %(number)s was handed over to site %(site)s on %(day)s: its people enter the data now."
    ) % {"number": number, "site": site, "day": moved.moved_on}
    if request.headers.get("HX-Request"):
        return _in_words(gettext("%(what)s Nothing was changed.") % {"what": words}, 404)
    return render(request, "moved.html", {"words": words, "moved": moved}, status=404)


def _in_words(words: str, status: int) -> HttpResponse:
    """For the page's script, which shows it where something was sent from."""
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def _known(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def _way(request: HttpRequest, user: User) -> Way | None:
    """Of what the address names, the nearest that the user may read: nothing of another site is shown."""
    named = request.resolver_match.kwargs if request.resolver_match else {}
    if "number" not in named or request.path.startswith(reverse("monitor:index")):
        return None
    way = (
        reachable(user, patients(), Right.REVIEW, Right.REVIEW_SAFETY).filter(number=named["number"]).first()
    )
    if way is None:
        return None
    code = named.get("code") or named.get("segment") or ""
    number = whole_number(str(named.get("entry_number") or named.get("address") or "").partition(".")[0]) or 1
    return _in_log(user, way, named.get("crf", ""), number) or _at_visit(user, way, code)


def _in_log(user: User, patient: Patient, crf: str, number: int) -> Way | None:
    """The log, a long one at the row with this number."""
    is_log = crf in (*protocol().logs, *protocol().patient_forms)
    if not is_log or not user.may(right_to_read(CRFS[crf]), patient.site):
        return None
    return Way(
        reverse("monitor:log", args=[patient.pk, crf]) + query_with(number),
        gettext(", ").join([patient.number, CRFS[crf].plural]),
    )


def _at_visit(user: User, patient: Patient, code: str) -> Way | None:
    """The visit, if it was opened; else the patient."""
    if not user.may(Right.REVIEW, patient.site):
        return None
    if visit := patient.visits.filter(code=code).order_by(F("struck_at").desc(nulls_first=True)).first():
        address = reverse("monitor:casebook_visit_change", args=[visit.pk])
        return Way(address, gettext(", ").join([patient.number, visit_label(visit)]))
    return Way(
        reverse("monitor:casebook_patient_change", args=[patient.pk]),
        gettext("patient %(number)s") % {"number": patient.number},
    )
