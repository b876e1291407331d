"""A role is given or ended; what one administrator asked is consented to or refused by another."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.people.accounts.list import find_person
from ecrf.people.administering import require_administrator
from ecrf.people.answering import answered
from ecrf.people.forms import AskForReason, RolePart
from ecrf.people.memberships.consent import WAITS, all_requests
from ecrf.people.memberships.deciding import decide
from ecrf.people.memberships.services import end_role, give_roles
from ecrf.people.models import AdministratorRequest, ConsentOutcome
from ecrf.people.sites.list import all_sites


@require_http_methods(["GET", "POST"])
def give_role_page(request: UserRequest, pk: int) -> HttpResponse:
    """Give a role at one site or several."""
    require_administrator(request.user)
    person = find_person(pk)
    form = RolePart(request.POST if request.method == "POST" else None, sites=all_sites())

    def act() -> HttpResponse:
        reason = form.cleaned_data["reason"]
        given = give_roles(user=person, wanted=form.wanted, reason=reason, by=request.user)
        waits = any(isinstance(one, AdministratorRequest) for one in given)
        messages.success(
            request, str(WAITS) if waits else gettext("The role is given, from the next page on.")
        )
        return redirect("person", pk)

    return answered(request, form, act, "people/accounts/give_role.html", {"person": person})


@require_http_methods(["GET", "POST"])
def end_role_page(request: UserRequest, pk: int, role: int) -> HttpResponse:
    """End a role; ended before by somebody else, it is said and nothing more."""
    require_administrator(request.user)
    person = find_person(pk)
    membership = get_object_or_404(person.memberships.select_related("site"), pk=role)
    form = AskForReason(
        request.POST if request.method == "POST" else None,
        of=pgettext("of which the reason is asked", "the role ends"),
    )

    def act() -> HttpResponse:
        ended = end_role(membership=membership, by=request.user, **form.cleaned_data)
        _say_ended(request, ended)
        is_own = person == request.user and ended is True
        still = Right.MANAGE_ACCOUNTS in find_person(request.user.pk).rights
        return redirect("today") if is_own and not still else redirect("person", pk)

    context = {"person": person, "membership": membership}
    return answered(request, form, act, "people/accounts/end_role.html", context)


def _say_ended(request: UserRequest, ended: bool | AdministratorRequest) -> None:
    if isinstance(ended, AdministratorRequest):
        messages.success(request, str(WAITS))
    elif ended:
        messages.success(request, gettext("The role has ended."))
    else:
        messages.info(request, gettext("The role had ended already; nothing was changed."))


@require_POST
def consent(request: UserRequest, pk: int) -> HttpResponse:
    return _decided(request, pk, ConsentOutcome.CONSENTED, gettext("You have consented: it is done."))


@require_POST
def refuse(request: UserRequest, pk: int) -> HttpResponse:
    return _decided(request, pk, ConsentOutcome.REFUSED, gettext("You have refused; nothing was changed."))


@require_POST
def take_back_request(request: UserRequest, pk: int) -> HttpResponse:
    return _decided(request, pk, ConsentOutcome.WITHDRAWN, gettext("Your request is withdrawn."))


def _decided(request: UserRequest, pk: int, outcome: ConsentOutcome, words: str) -> HttpResponse:
    require_administrator(request.user)
    wanted = get_object_or_404(all_requests(), pk=pk)
    try:
        is_new = decide(request=wanted, outcome=outcome, by=request.user)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(
            request, words if is_new else gettext("That was decided before; nothing was changed.")
        )
    return redirect("people")
