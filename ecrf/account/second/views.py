"""The pages on which a person adds and removes what is asked for besides the password."""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ecrf.access.requests import UserRequest
from ecrf.account.arriving.steps import ARRIVING
from ecrf.account.factors import Factors, factors_of
from ecrf.account.policy import needs_second_factor
from ecrf.account.proof import wants_password, why_not_proved
from ecrf.account.second import authenticator, passkeys, recovery_codes
from ecrf.account.second.encryption import UnreadableSecret, decrypt, encrypt
from ecrf.account.second.enforcement import SECOND_FACTOR_DONE
from ecrf.account.session_store import row_key
from ecrf.account.sessions import end_sessions
from ecrf.audit.actor import Actor

PENDING, TO_SHOW = "authenticator_to_confirm", "recovery_codes_to_show"
LAST_ONE = gettext_lazy(
    "Your account needs a second factor, and this is its only one. Add another one before you remove this."
)


@never_cache
@require_safe
def setup(request: UserRequest) -> HttpResponse:
    """Where somebody who needs a second factor and has none is led to."""
    context = {
        "factors": factors_of(request.user),
        "is_needed": needs_second_factor(request.user),
        "passkeys_not_here": passkeys.why_not_here(request),
    }
    return render(request, "account/setup.html", context)


@never_cache
@sensitive_post_parameters("code", "current_password")
@require_http_methods(["GET", "POST"])
def add_authenticator(request: UserRequest) -> HttpResponse:
    """The QR code and the secret; added when a code shows that the app has it. That code is used up."""
    secret = _pending(request)
    before, wrong, unproved = factors_of(request.user), "", ""
    if request.method == "POST":
        judged = authenticator.judge(secret, request.POST.get("code", ""))
        wrong, unproved = judged.words, why_not_proved(request)
        if not wrong and not unproved:
            if not authenticator.add_authenticator(user=request.user, secret=secret, step=judged.step):
                return redirect(
                    "recovery-codes"
                )  # a second click: the first has done it, and keeps the session
            del request.session[PENDING]
            return _added(request, before, gettext("The authenticator app is added."))
    context = {
        "secret": authenticator.in_groups(secret),
        "qr": authenticator.qr_code(request.user, secret),
        "replaces": before.has_authenticator,
        "wrong": wrong,
        "unproved": unproved,
        "wants_password": wants_password(request),
        "code": "" if wrong else request.POST.get("code", ""),
    }
    return render(
        request, "account/add_authenticator.html", context, status=422 if wrong or unproved else 200
    )


@sensitive_post_parameters("current_password")
@require_http_methods(["GET", "POST"])
def remove_authenticator(request: UserRequest) -> HttpResponse:
    found = factors_of(request.user)
    if not found.has_authenticator:
        return redirect("account")
    is_last = not found.has_passkey and needs_second_factor(request.user)
    wrong = str(LAST_ONE) if is_last else ""
    if request.method == "POST" and not wrong:
        wrong = why_not_proved(request)
        if not wrong:
            authenticator.remove_authenticator(user=request.user)
            messages.success(request, gettext("The authenticator app is removed."))
            return redirect("account")
    context = {"question": gettext("Remove the authenticator app?"), "wrong": wrong, "is_last": is_last}
    return _ask_whether(request, context)


@never_cache
@sensitive_post_parameters("current_password")
@require_http_methods(["GET", "POST"])
def add_passkey(request: UserRequest) -> HttpResponse:
    not_here, wrong, unproved = passkeys.why_not_here(request), "", ""
    before = factors_of(request.user)
    if request.method == "POST" and not not_here:
        unproved = why_not_proved(request)
        try:
            if not unproved:
                given = request.POST.get("passkey", ""), request.POST.get("name", "")
                passkey = passkeys.add_passkey(request, request.user, *given)
                return _added(
                    request, before, gettext("The passkey “%(name)s” is added.") % {"name": passkey.name}
                )
        except passkeys.PasskeyRefused as refused:
            wrong = str(refused)
    context = {
        "not_here": not_here,
        "passkey_options": "" if not_here else passkeys.begin_adding(request, request.user),
        "name": request.POST.get("name", "")[:60],
        "wrong": wrong,
        "unproved": unproved,
        "wants_password": wants_password(request),
    }
    return render(
        request, "account/add_passkey.html", context, status=422 if request.method == "POST" else 200
    )


@sensitive_post_parameters("current_password")
@require_http_methods(["GET", "POST"])
def remove_passkey(request: UserRequest, pk: int) -> HttpResponse:
    """One of one's own; somebody else's does not exist (404)."""
    passkey = get_object_or_404(request.user.passkeys, pk=pk, ended_at__isnull=True)
    found = factors_of(request.user)
    is_last = (
        len(passkeys.passkeys_of(request.user)) == 1
        and not found.has_authenticator
        and needs_second_factor(request.user)
    )
    wrong = str(LAST_ONE) if is_last else ""
    if request.method == "POST" and not wrong:
        wrong = why_not_proved(request)
        if not wrong:
            passkeys.remove_passkey(user=request.user, passkey=passkey)
            messages.success(request, gettext("The passkey “%(name)s” is removed.") % {"name": passkey.name})
            return redirect("account")
    return _ask_whether(
        request,
        {
            "question": gettext("Remove the passkey “%(name)s”?") % {"name": passkey.name},
            "wrong": wrong,
            "is_last": is_last,
        },
    )


@never_cache
@sensitive_post_parameters("current_password")
@require_http_methods(["GET", "POST"])
def codes(request: UserRequest) -> HttpResponse:
    """The recovery codes, as long as the person has not said that they are kept; POST makes a new set."""
    wrong = ""
    if request.method == "POST":
        wrong = why_not_proved(request)
        if not wrong and not factors_of(request.user):
            wrong = gettext("Add an authenticator app or a passkey first: recovery codes stand in for them.")
        if not wrong:
            if not recovery_codes.were_made_just_now(request.user):
                _make_codes(request)
            return redirect("recovery-codes")
    context = {
        "codes": _codes_to_show(request),
        "left": recovery_codes.codes_left(request.user).count(),
        "wrong": wrong,
        "wants_password": wants_password(request),
    }
    return render(request, "account/recovery_codes.html", context, status=422 if wrong else 200)


@require_POST
def codes_kept(request: UserRequest) -> HttpResponse:
    """The person has them on paper: they are never shown again."""
    request.session.pop(TO_SHOW, None)
    return redirect("welcome" if ARRIVING in request.session else "account")


def _pending(request: UserRequest) -> str:
    """The secret that waits for its first code; it is the session's, so that a reload shows the same."""
    try:
        return decrypt(request.session[PENDING])
    except (KeyError, UnreadableSecret):
        secret = authenticator.new_secret()
        request.session[PENDING] = encrypt(secret)
        return secret


def _added(request: UserRequest, before: Factors, words: str) -> HttpResponse:
    """The first one: other sessions, which were begun without it, end; recovery codes come with it."""
    request.session[SECOND_FACTOR_DONE] = True
    messages.success(request, words)
    if not before:
        by = Actor(str(request.user.pk), request.user.username)
        end_sessions(user=request.user, by=by, but=row_key(request.session.session_key))
    if not recovery_codes.codes_left(request.user).exists():
        _make_codes(request)
        return redirect("recovery-codes")
    return redirect("welcome" if ARRIVING in request.session else "account")


def _make_codes(request: UserRequest) -> None:
    request.session[TO_SHOW] = encrypt(json.dumps(recovery_codes.make_codes(request.user)))


def _codes_to_show(request: UserRequest) -> list[str]:
    try:
        return list(json.loads(decrypt(request.session[TO_SHOW])))
    except (KeyError, UnreadableSecret):
        return []


def _ask_whether(request: UserRequest, context: dict[str, object]) -> HttpResponse:
    context["wants_password"] = wants_password(request) and not context["is_last"]
    return render(request, "account/remove.html", context, status=422 if request.method == "POST" else 200)
