"""What an administrator does to one account: each act has an address of its own, and says what it will do."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from ecrf.access.models import User
from ecrf.access.requests import UserRequest
from ecrf.account.factors import has_second_factor
from ecrf.account.session_store import row_key
from ecrf.people.accounts import services
from ecrf.people.accounts.list import find_person
from ecrf.people.administering import require_administrator
from ecrf.people.answering import answered
from ecrf.people.forms import AskForReason, CorrectionForm, IdentityForm, RolePart
from ecrf.people.memberships.consent import WAITS, needs_consent_about
from ecrf.people.models import AdministratorRequest
from ecrf.people.sites.list import all_sites

DONE_BEFORE = gettext_lazy("That was done before; nothing was changed.")


@require_http_methods(["GET", "POST"])
def correct_page(request: UserRequest, pk: int) -> HttpResponse:
    """Correct name and address."""
    require_administrator(request.user)
    person = find_person(pk)
    known = {"full_name": person.full_name, "email": person.email or ""}
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=known)

    def act() -> HttpResponse:
        changed = services.correct_person(user=person, by=request.user, **form.cleaned_data)
        waits = isinstance(changed, AdministratorRequest)
        if waits:
            words = gettext(
                "The address: it waits for the consent of another administrator, who finds it on the page People."
            )
        else:
            words = gettext("Corrected.") if changed else gettext("Nothing was different.")
        messages.success(request, words)
        return redirect("person", pk)

    context = {"person": person, "needs_consent": needs_consent_about(person, request.user)}
    return answered(request, form, act, "people/accounts/correct.html", context)


@require_http_methods(["GET", "POST"])
def close_page(request: UserRequest, pk: int) -> HttpResponse:
    """Close the account: all roles and sessions end."""
    require_administrator(request.user)
    person = find_person(pk)
    form = AskForReason(
        request.POST if request.method == "POST" else None,
        of=pgettext("of which the reason is asked", "the account is closed"),
    )

    def act() -> HttpResponse:
        is_new = services.close_account(user=person, by=request.user, **form.cleaned_data)
        words = gettext("The account %(username)s is closed.") if is_new else str(DONE_BEFORE)
        return _leave(request, person, words % {"username": person.username})

    context = {"person": person, "is_own": person == request.user}
    return answered(request, form, act, "people/accounts/close.html", context)


@require_http_methods(["GET", "POST"])
def reopen_page(request: UserRequest, pk: int) -> HttpResponse:
    """Open a closed account again, by a new invitation to a role."""
    require_administrator(request.user)
    person = find_person(pk)
    form = RolePart(request.POST if request.method == "POST" else None, sites=all_sites())

    def act() -> HttpResponse:
        is_new = services.reopen_account(
            user=person, roles=form.wanted, reason=form.cleaned_data["reason"], by=request.user
        )
        words = gettext("%(username)s is invited again.") if is_new else str(DONE_BEFORE)
        messages.success(request, words % {"username": person.username})
        return redirect("person", pk)

    return answered(request, form, act, "people/accounts/reopen.html", {"person": person})


@require_http_methods(["GET", "POST"])
def identity_page(request: UserRequest, pk: int) -> HttpResponse:
    """Record how it was made sure who this is."""
    require_administrator(request.user)
    person = find_person(pk)
    form = IdentityForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        services.record_identity(user=person, how=form.cleaned_data["how"], by=request.user)
        messages.success(request, gettext("It is recorded, with your name."))
        return redirect("person", pk)

    return answered(request, form, act, "people/accounts/identity.html", {"person": person})


@require_http_methods(["GET", "POST"])
def second_factor_page(request: UserRequest, pk: int) -> HttpResponse:
    """Take the second factor away, so that its owner sets up a new one."""
    require_administrator(request.user)
    person = find_person(pk)
    if not has_second_factor(person):
        words = gettext("%(username)s has no second factor: there is nothing to take away.")
        messages.warning(request, words % {"username": person.username})
        return redirect("person", pk)
    form = AskForReason(
        request.POST if request.method == "POST" else None,
        of=pgettext("of which the reason is asked", "it is taken away"),
    )

    def act() -> HttpResponse:
        if services.ask_for_new_second_factor(user=person, by=request.user, **form.cleaned_data):
            messages.success(request, str(WAITS))
            return redirect("person", pk)
        return _leave(request, person, gettext("It is taken away: the next login asks for a new one."))

    context = {"person": person, "needs_consent": needs_consent_about(person, request.user)}
    return answered(request, form, act, "people/accounts/second_factor.html", context)


def _leave(request: UserRequest, person: User, words: str) -> HttpResponse:
    """On to the person's page; to the login where the own session has ended with the act."""
    if person == request.user:
        logout(request)
        return redirect("login")
    messages.success(request, words)
    return redirect("person", person.pk)


def _act(request: UserRequest, pk: int, act: Callable[[User], str]) -> HttpResponse:
    """An act without a form of its own; what stands against it is said on the person's page."""
    require_administrator(request.user)
    try:
        messages.success(request, act(find_person(pk)))
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("person", pk)


@require_POST
def send_invitation(request: UserRequest, pk: int) -> HttpResponse:
    """By a new link; the one before works no more."""

    def act(person: User) -> str:
        services.send_invitation(user=person, by=request.user)
        words = gettext("A new invitation goes to %(email)s. The link before it works no more.")
        return words % {"email": person.email}

    return _act(request, pk, act)


@require_POST
def withdraw_invitation(request: UserRequest, pk: int) -> HttpResponse:
    def act(person: User) -> str:
        is_new = services.withdraw_invitation(user=person, by=request.user)
        return gettext("The invitation is withdrawn: its link works no more.") if is_new else str(DONE_BEFORE)

    return _act(request, pk, act)


@require_POST
def unlock(request: UserRequest, pk: int) -> HttpResponse:
    def act(person: User) -> str:
        is_new = services.unlock_account(user=person, by=request.user)
        if not is_new:
            return gettext("This account is not locked.")
        return gettext("%(username)s can log in again.") % {"username": person.username}

    return _act(request, pk, act)


@require_POST
def end_sessions(request: UserRequest, pk: int) -> HttpResponse:
    """One's own session here goes on."""

    def act(person: User) -> str:
        own = row_key(request.session.session_key) if person == request.user else ""
        ended = services.end_all_sessions(user=person, by=request.user, but=own)
        if not ended:
            return gettext("There was no session to end.")
        words = ngettext("%(number)d session ended.", "%(number)d sessions ended.", ended)
        return words % {"number": ended}

    return _act(request, pk, act)
