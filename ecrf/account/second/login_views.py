"""The second half of a login, and the login by passkey alone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ecrf.access.login_log import What
from ecrf.access.models import User
from ecrf.account import half_way, lockout
from ecrf.account.login import let_in, next_of, start
from ecrf.account.second import passkeys
from ecrf.account.second.trying import HELD_BACK, ways_in, why_not_in

PASSKEY_PAGE_SECONDS = 10 * 60


@login_not_required
@never_cache
@sensitive_post_parameters("code", "recovery", "passkey")
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Code, passkey or recovery code of the person whose password was right a few minutes ago."""
    known = half_way.half_way(request)
    if known is None:
        if not request.user.is_authenticated:
            messages.info(
                request, gettext("Please log in again: the second step was not done within ten minutes.")
            )
        return redirect("login")
    wrong = why_not_in(request, known.user) if request.method == "POST" else ""
    if request.method == "POST" and not wrong:
        start(request, known.user, known.how, second_factor_done=True)
        return redirect(known.next)
    context = {**ways_in(request, known.user), "wrong": wrong, "person": known.user}
    return render(request, "account/second_factor.html", context, status=422 if wrong else 200)


@login_not_required
@never_cache
@sensitive_post_parameters("passkey")
@require_http_methods(["GET", "POST"])
def passkey_login(request: HttpRequest) -> HttpResponse:
    """Without a password: the passkey says whose it is, and the device has made sure who holds it."""
    if request.user.is_authenticated:
        return redirect("today")
    wrong = not_here = passkeys.why_not_here(request)
    if request.method == "POST" and not wrong:
        outcome = _person(request)
        if isinstance(outcome, User):
            return let_in(request, outcome, how=What.LOGGED_IN_BY_PASSKEY, second_factor_done=True)
        wrong = outcome
    options = ""
    if not not_here:
        options = passkeys.begin_asking(request, None)
        request.session.set_expiry(PASSKEY_PAGE_SECONDS)
    context = {"passkey_options": options, "wrong": wrong, "next": next_of(request)}
    return render(
        request, "account/passkey_login.html", context, status=422 if request.method == "POST" else 200
    )


def _person(request: HttpRequest) -> User | str:
    """Who has proved a passkey; else why nobody has, in words. Counted and logged like passwords."""
    state, words = request.session.pop(passkeys.ALONE, None), ""
    try:
        answer = passkeys.read_answer(request, request.POST.get("passkey", ""))
    except passkeys.PasskeyRefused as refused:
        return str(refused)
    user = passkeys.owner_of(answer)

    def check() -> User | None:
        nonlocal words
        if user is None or not user.is_active:
            words = gettext("This passkey belongs to no account here, or was removed.")
        else:
            words = passkeys.take_passkey(request, user, answer, state)
        return None if words else user

    name = user.username if user else "passkey of nobody"
    outcome = lockout.try_secret(request, name, check, right=None, wrong=What.WRONG_CODE)
    return outcome if isinstance(outcome, User) else HELD_BACK.get(outcome, words)
