"""Moving in three steps: what and whereto, a look at what it will do, and the act."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from ecrf.access.models import User
from ecrf.access.requests import UserRequest, click_key
from ecrf.access.roles import Right
from ecrf.audit.refusals import Locked
from ecrf.casebook.labels import label_of
from ecrf.casebook.log_pieces import query_with
from ecrf.casebook.models import STANDING, Patient
from ecrf.casebook.moving import Destination, Moved, NotMoved, move
from ecrf.casebook.reach import reach_patient
from ecrf.corrections.moving.choice import (
    MoveChoice,
    forms_to_choose,
    numbers_to_choose,
    visits_to_choose,
)
from ecrf.corrections.moving.preview import MovingPreview, preview
from ecrf.corrections.rights import require_correction
from ecrf.corrections.striking.forms import StrikingForm
from ecrf.corrections.striking.views import page_of
from ecrf.forms.protocol import CASEBOOK

REASONS = (
    pgettext_lazy("reason", "Entered into the wrong visit"),
    pgettext_lazy("reason", "Entered into the wrong patient"),
    pgettext_lazy("reason", "The visit's code was wrong"),
)


@require_GET
def choose(request: UserRequest, number: str, segment: str) -> HttpResponse:
    """What is to be moved, all of the visit unless some is taken out, and whereto."""
    patient = _reach(request.user, number)
    if segment != CASEBOOK and not patient.visits.filter(STANDING, code=segment).exists():
        struck = patient.visits.filter(code=segment).order_by("struck_at").last()
        if struck is None:
            raise Http404
        return redirect("struck-visit", number, struck.pk)
    return _choose(request, MoveChoice.of(patient, segment, request.GET), [])


@require_http_methods(["GET", "POST"])
def look(request: UserRequest, number: str, segment: str) -> HttpResponse:
    """A GET shows what the move will do; a POST does it."""
    patient = _reach(request.user, number)
    choice = MoveChoice.of(patient, segment, request.GET)
    if request.method == "GET" and (named := choice.numbered(request.user)) != choice:
        return redirect(f"{request.path}?{named.query}")
    to = choice.destination(request.user)
    if isinstance(to, str):
        return _choose(request, choice, [to], status=422)
    if request.method == "GET":
        return _look(request, choice, to, preview(choice.forms, to, request.user))
    key = click_key(request)
    if key is None:
        return HttpResponseBadRequest(gettext("The page is out of date. Go back and load it again."))
    return _move(request, choice, to, key)


def _move(request: UserRequest, choice: MoveChoice, to: Destination, key: uuid.UUID) -> HttpResponse:
    site, entries = choice.patient.site, choice.forms
    asks_consent = bool(request.POST.get("consent_of") or request.POST.get("consent_on"))
    form = StrikingForm(request.POST, site=site if asks_consent else None)
    refusal: NotMoved | Locked | None = None
    if form.is_valid():
        consent = form.consent if asks_consent else None
        reason = form.cleaned_data["reason"]
        try:
            moved = move(
                forms=entries, to=to, by=request.user, reason=reason, request_key=key, consent=consent
            )
        except (NotMoved, Locked) as error:
            refusal = error
        else:
            messages.success(request, _done(moved))
            return redirect(_page_of(request.user, moved))
    seen = preview(entries, to, request.user)
    form = StrikingForm(request.POST, site=site if seen.asks_consent else None)
    form.is_valid()
    if refusal and str(refusal) not in seen.troubles:
        form.refuse(refusal)
    return _look(request, choice, to, seen, form, status=409 if isinstance(refusal, Locked) else 422)


def _reach(user: User, number: str) -> Patient:
    patient = reach_patient(user, number)
    require_correction(user, patient)
    return patient


def _choose(request: UserRequest, choice: MoveChoice, troubles: list[str], status: int = 200) -> HttpResponse:
    patient, is_log = choice.patient, choice.segment == CASEBOOK
    chosen = set(choice.entries)
    forms = forms_to_choose(patient, choice.segment)
    context = {
        "choice": choice,
        "patient": patient,
        "title": pgettext("what is moved", "the logs") if is_log else label_of(choice.segment),
        "is_log": is_log,
        # All of a visit; of the logs, what was named.
        "forms": [(entry, name, entry.pk in chosen or not (chosen or is_log)) for entry, name in forms],
        "visits": [] if is_log else visits_to_choose(choice.target(request.user) or patient),
        "numbers": numbers_to_choose(request.user, patient),
        "troubles": troubles,
        "back": _back(request.user, choice),
    }
    return render(request, "corrections/moving/choose.html", context, status=status)


def _look(
    request: UserRequest,
    choice: MoveChoice,
    to: Destination,
    seen: MovingPreview,
    form: StrikingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "choice": choice,
        "patient": choice.patient,
        "to": to,
        "preview": seen,
        "form": form or StrikingForm(None, site=choice.patient.site if seen.asks_consent else None),
        "key": request.POST.get("key") or uuid.uuid4(),
        "reasons": REASONS,
        "back": _back(request.user, choice),
        "without_signatures": True,
    }
    return render(request, "corrections/moving/look.html", context, status=status)


def _back(user: User, choice: MoveChoice) -> str:
    visit = choice.patient.visits.filter(STANDING, code=choice.segment).first()
    if visit:
        visit.patient = choice.patient
    return page_of(user, visit or choice.patient)


def _done(moved: Moved) -> str:
    if moved.was_done:
        words = gettext("It was moved already, by the same click: it stands here, at %(place)s.")
        return words % {"place": moved.to.words}
    words = ngettext(
        "%(number)s form moved to %(place)s, in progress there: look at each and complete it.",
        "%(number)s forms moved to %(place)s, in progress there: look at each and complete it.",
        len(moved.forms),
    ) % {"number": len(moved.forms), "place": moved.to.words}
    return f"{words} {gettext('The visit that it left is struck out.')}" if moved.strikes_visit else words


def _page_of(user: User, moved: Moved) -> str:
    """Where it now stands: the visit; of one log, its page."""
    if moved.visit is not None:
        moved.visit.patient = moved.to.patient
        return page_of(user, moved.visit)
    kinds = {one.place.definition.key for one in moved.forms}
    if len(kinds) == 1 and user.may(Right.READ, moved.to.patient.site):
        page = reverse("log", args=[moved.to.patient.number, kinds.pop()])
        return page + query_with(min(one.place.number for one in moved.forms))
    return page_of(user, moved.to.patient)
