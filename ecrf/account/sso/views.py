"""The way to the provider and back: to log in, to link the own account, to confirm before a signature."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.address import client_address
from ecrf.access.login_log import What, note
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.account.arriving.steps import ARRIVING
from ecrf.account.last_login import zone_of
from ecrf.account.links import find_link, is_open
from ecrf.account.login import let_in, next_of
from ecrf.account.models import LinkKind
from ecrf.account.proof import why_not_proved
from ecrf.account.sso import proof
from ecrf.account.sso.flow import (
    ID_TOKEN,
    Answer,
    AnswerRefused,
    Inquiry,
    Purpose,
    answer,
    go,
    is_on,
    require_fresh,
    take,
)
from ecrf.account.sso.provider import ProviderAway, ProviderRefused
from ecrf.account.sso.services import LinkRefused, accept, identity_of, link, unlink, user_of, users
from ecrf.account.sso.tokens import TokenRefused, proves_second_factor
from ecrf.account.way_back import is_page

log = logging.getLogger("ecrf.login")

AWAY = gettext_lazy(
    "{name} does not answer at the moment. Whoever has a user name and a password of the eCRF can"
    " log in with them; everybody else, please try again in some minutes."
)
AWAY_INSIDE = gettext_lazy(
    "{name} does not answer at the moment. {nothing}. Please try again in some minutes."
)
NOT_LET_IN = gettext_lazy("{name} did not let you in, or you did not log in there. {nothing}.")
NOT_TRUSTED = gettext_lazy(
    "The answer of {name} could not be trusted. {nothing}. Please try again; if that does not"
    " help, tell an administrator."
)
UNKNOWN = gettext_lazy(
    "Your login of {name} does not belong to an account of the eCRF, so nobody was logged in. If"
    " you have an invitation, open its link first; if you have an account with a password, log in"
    " with it and link the two on your own page."
)
CLOSED = gettext_lazy("Your account of the eCRF is closed. If that is wrong, ask an administrator.")
SOMEBODY_ELSE = gettext_lazy("You logged in at {name} as somebody else. {nothing}.")
LONGEST_WORDS = 200


@login_not_required
@require_POST
def log_in(request: HttpRequest) -> HttpResponse:
    """The button on the login page."""
    _require_on()
    if request.user.is_authenticated:
        return redirect(next_of(request))
    return _go(request, Purpose.LOG_IN, {"next": next_of(request)})


@login_not_required
@require_POST
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The button on the page of an invitation, in place of a password."""
    _require_on()
    found = find_link(LinkKind.INVITATION, token)
    if found is None or not is_open(found):
        return redirect(LinkKind.INVITATION, token)
    return _go(request, Purpose.INVITED, {"token": token}, user=found.user_id)


@never_cache
@sensitive_post_parameters("current_password")
@require_http_methods(["GET", "POST"])
def own(request: UserRequest) -> HttpResponse:
    """One's own login at the provider: which it is, and linking it, after the password."""
    _require_on()
    identity, unproved = identity_of(request.user), ""
    if request.method == "POST" and identity is None:
        unproved = why_not_proved(request, always=True)
        if not unproved:
            return _go(request, Purpose.LINK, {}, user=request.user.pk)
    context = {"identity": identity, "unproved": unproved, "zone": zone_of(request.user)}
    return render(request, "account/sso/own.html", context, status=422 if unproved else 200)


@require_http_methods(["GET", "POST"])
def unlink_page(request: UserRequest, pk: int) -> HttpResponse:
    """An administrator takes a link away, with the reason: that login opens nothing here any more."""
    _require_on()
    if Right.MANAGE_ACCOUNTS not in request.user.rights:
        raise PermissionDenied(gettext("Your role does not let you manage accounts."))
    user = get_object_or_404(users(), pk=pk)
    identity, wrong = identity_of(user), ""
    if request.method == "POST" and identity:
        actor = request.user.acting_at(None, Right.MANAGE_ACCOUNTS)
        try:
            unlink(identity=identity, by=request.user, actor=actor, reason=request.POST.get("reason", ""))
        except LinkRefused as refused:
            wrong = str(refused)
        else:
            if user == request.user:  # with its own session, too
                logout(request)
                return redirect("login")
            messages.success(
                request,
                gettext("Unlinked. The sessions of %(username)s have ended.") % {"username": user.username},
            )
            return redirect("sso-unlink", user.pk)
    context = {"owner": user, "identity": identity, "wrong": wrong, "typed": request.POST.get("reason", "")}
    return render(request, "account/sso/unlink.html", context, status=422 if wrong else 200)


@require_POST
def confirm(request: UserRequest) -> HttpResponse:
    """The button in the place of the password: to the provider, with what was filled in kept here."""
    _require_on()
    path, back = request.POST.get("confirm-for", ""), request.POST.get("confirm-back", "")
    if not (is_page(request, path) and is_page(request, back) and proof.confirms_at_provider(request.user)):
        raise Http404
    details = {
        "path": path,
        "back": back,
        "act": request.POST.get("confirm-act", "")[:LONGEST_WORDS],
        "what": request.POST.get("confirm-what", "")[:LONGEST_WORDS],
        "fields": proof.typed(request.POST),
    }
    return _go(request, Purpose.CONFIRM, details, user=request.user.pk)


@login_not_required
@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Where the provider sends the browser back to."""
    _require_on()
    asked = take(request)
    if asked is None:
        _log(request, What.SSO_REFUSED, "nothing was asked with this state, or it was answered already")
        messages.error(request, _words(NOT_TRUSTED))
        return redirect("today" if request.user.is_authenticated else "login")
    try:
        return ACTS[asked.purpose](request, answer(request, asked))
    except ProviderAway as error:
        log.error("single sign-on: the provider does not answer", extra={"why": str(error)})
        return _back(request, asked, _away(asked))
    except ProviderRefused as error:
        log.warning("single sign-on: refused by the provider", extra={"why": str(error)})
        return _back(request, asked, _words(NOT_LET_IN, asked))
    except (TokenRefused, AnswerRefused) as error:
        _log(request, What.SSO_REFUSED, str(error))
        return _back(request, asked, _words(NOT_TRUSTED, asked))


def _logged_in(request: HttpRequest, found: Answer) -> HttpResponse:
    user = user_of(found.subject)
    if user is None:
        _log(request, What.SSO_UNKNOWN, "not linked with any account", subject=found.subject)
        return _back(request, found.asked, _words(UNKNOWN))
    if not user.is_active:
        _log(request, What.SSO_CLOSED, "the account is closed", username=user.username)
        return _back(request, found.asked, str(CLOSED))
    response = let_in(
        request,
        user,
        how=What.LOGGED_IN_ELSEWHERE,
        second_factor_done=proves_second_factor(found.claims),
        next_page=found.asked.details.get("next", ""),
    )
    request.session[ID_TOKEN] = found.id_token
    return response


def _invited(request: HttpRequest, found: Answer) -> HttpResponse:
    require_fresh(found)
    invitation = find_link(LinkKind.INVITATION, found.asked.details["token"])
    if invitation is None or not is_open(invitation) or invitation.user_id != found.asked.user:
        return _back(request, found.asked, "")
    try:
        accept(invitation=invitation, subject=found.subject)
    except LinkRefused as refused:
        _log(request, What.SSO_TAKEN, str(refused), username=invitation.user.username)
        return _back(request, found.asked, str(refused))
    response = _logged_in(request, found)
    request.session[ARRIVING] = reverse("today")
    if request.user.is_authenticated:  # else the second factor comes first
        name = invitation.user.username
        messages.success(
            request,
            gettext("Welcome. Your user name is %(name)s; you log in with %(oidc_name)s.")
            % {"name": name, "oidc_name": settings.OIDC_NAME},
        )
        return redirect("welcome")
    return response


def _linked(request: HttpRequest, found: Answer) -> HttpResponse:
    if not request.user.is_authenticated or request.user.pk != found.asked.user:
        raise AnswerRefused("another person is logged in here by now")
    require_fresh(found)
    try:
        link(user=request.user, subject=found.subject)
    except LinkRefused as refused:
        _log(request, What.SSO_TAKEN, str(refused), username=request.user.get_username())
        return _back(request, found.asked, str(refused))
    messages.success(
        request,
        gettext("Linked. From now on you can log in with %(oidc_name)s.") % {"oidc_name": settings.OIDC_NAME},
    )
    return redirect("sso-own")


def _confirmed(request: HttpRequest, found: Answer) -> HttpResponse:
    if not request.user.is_authenticated or request.user.pk != found.asked.user:
        raise AnswerRefused("another person is logged in here by now")
    require_fresh(found)
    identity = identity_of(request.user)
    if identity is None or identity.subject != found.subject:
        _log(request, What.SSO_SWAPPED, "another person logged in", username=request.user.get_username())
        return _back(request, found.asked, _words(SOMEBODY_ELSE, found.asked))
    details = found.asked.details
    note(What.CONFIRMED_ELSEWHERE, request.user.get_username(), client_address(request))
    fields = [(name, value) for name, value in details["fields"]]
    name = proof.give_proof(request, user=request.user, path=details["path"], fields=fields)
    return _confirm_page(request, found.asked, name=name)


ACTS: dict[str, Callable[[HttpRequest, Answer], HttpResponse]] = {
    Purpose.LOG_IN: _logged_in,
    Purpose.INVITED: _invited,
    Purpose.LINK: _linked,
    Purpose.CONFIRM: _confirmed,
}


def _go(request: HttpRequest, purpose: Purpose, details: dict, *, user: int | None = None) -> HttpResponse:
    """To the provider; there everybody but who logs in only has to log in anew."""
    try:
        return go(request, purpose, user=user, details=details, is_fresh=purpose != Purpose.LOG_IN)
    except ProviderAway as error:
        log.error("single sign-on: the provider does not answer", extra={"why": str(error)})
        asked = Inquiry(purpose, "", "", "", 0, user, details)
        return _back(request, asked, _away(asked))


def _back(request: HttpRequest, asked: Inquiry, words: str) -> HttpResponse:
    """To where the way began, with what went wrong. What was filled in for a signature is kept."""
    if asked.purpose == Purpose.CONFIRM and request.user.is_authenticated and request.user.pk == asked.user:
        return _confirm_page(request, asked, wrong=words)
    if words:
        messages.error(request, words)
    if asked.purpose == Purpose.INVITED:
        return redirect(LinkKind.INVITATION, asked.details["token"])
    if asked.purpose == Purpose.LINK and request.user.is_authenticated:
        return redirect("sso-own")
    return redirect("login")


def _confirm_page(request: HttpRequest, asked: Inquiry, *, name: str = "", wrong: str = "") -> HttpResponse:
    """What was filled in, to go on with, now that it is confirmed; or to confirm again."""
    context = {
        **asked.details,
        "name": name,
        "wrong": wrong,
        "proof_field": proof.FIELD,
        "minutes": proof.COUNTS_FOR // 60,
    }
    return render(request, "account/sso/confirm.html", context, status=422 if wrong else 200)


def _away(asked: Inquiry) -> str:
    return _words(AWAY if asked.purpose == Purpose.LOG_IN else AWAY_INSIDE, asked)


NOTHING: dict[str, Promise] = {
    Purpose.CONFIRM: gettext_lazy("Nothing was signed, and what you filled in is kept"),
    Purpose.LINK: gettext_lazy("Nothing was linked"),
    Purpose.INVITED: gettext_lazy("Nothing was linked, and your invitation is still open"),
}


def _words(words: Promise, asked: Inquiry | None = None) -> str:
    nothing = NOTHING.get(asked.purpose if asked else "", gettext("Nobody was logged in"))
    return str(words).format(name=settings.OIDC_NAME, nothing=nothing)


def _log(request: HttpRequest, what: What, why: str, *, username: str = "", subject: str = "") -> None:
    """In the log of logins and for the operator. Whoever is not known here is named by a keyed hash."""
    if not username:
        is_known = request.user.is_authenticated
        hashed = salted_hmac("ecrf.account.sso", subject, algorithm="sha256").hexdigest()[:16]
        username = (
            request.user.get_username() if is_known else f"unknown {hashed if subject else 'at the provider'}"
        )
    note(what, username, client_address(request))
    log.warning("single sign-on refused", extra={"why": why, "username": username})


def _require_on() -> None:
    if not is_on():
        raise Http404
