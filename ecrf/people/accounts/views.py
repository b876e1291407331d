"""The administrator's first page, with the list of people; one person's page; the invitation of somebody new."""

from datetime import UTC

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Role
from ecrf.account.factors import has_second_factor
from ecrf.account.invitations import state_of
from ecrf.account.sessions import sessions_of
from ecrf.audit.texts import cleaned
from ecrf.mail.queue import is_on
from ecrf.people.accounts.due import what_is_due
from ecrf.people.accounts.list import SORTS, STATES, PeopleFilter, find_person, line_of, people
from ecrf.people.accounts.services import NewPerson, invite_person
from ecrf.people.administering import require_administrator
from ecrf.people.answering import answered
from ecrf.people.forms import InvitationForm
from ecrf.people.memberships.consent import decided, others, pending
from ecrf.people.past.days import held_roles
from ecrf.people.sites.list import all_sites
from ecrf.signatures.signers import identity_check


@require_GET
def people_page(request: UserRequest) -> HttpResponse:
    """What is due, and everybody with an account."""
    require_administrator(request.user)
    wanted = _filter(request)
    number = whole_number(request.GET.get("page", "")) or 1
    is_first = number == 1 and not wanted.pairs
    context = {
        "page": people(wanted, number),
        "wanted": wanted,
        "due": what_is_due() if is_first else None,
        "requests": pending() if is_first else [],
        "roles": Role.choices,
        "sites": all_sites(),
        "states": STATES.items(),
        "sorts": SORTS.items(),
        "zone": UTC,
    }
    return render(request, "people/accounts/people.html", context)


def _filter(request: UserRequest) -> PeopleFilter:
    """What the address asks for; anything that is none of the choices is left out."""
    given = {
        name: cleaned(request.GET.get(name, "").replace("\x00", ""), lines=False) for name in ("q", "role")
    }
    site, state, sort = (request.GET.get(name, "") for name in ("site", "state", "sort"))
    return PeopleFilter(
        search=given["q"][:100],
        role=given["role"] if given["role"] in Role.values else "",
        site=site if site.isascii() and site.isalnum() else "",
        state=state if state in STATES else "",
        sort=sort if sort in SORTS else "name",
    )


WITHOUT_ROLES = {
    "active": gettext_lazy("None: this person can log in and sees nothing."),
    "invited": gettext_lazy(
        "None: once the invitation is taken up, this person can log in and sees nothing."
    ),
    "locked": gettext_lazy("None: once unlocked, this person can log in and sees nothing."),
    "closed": gettext_lazy("None, and the account is closed: nobody logs in with it."),
}
"""What follows from having no role, by the state of the account."""


@require_GET
def person_page(request: UserRequest, pk: int) -> HttpResponse:
    """One account: what is known of it, every role it has and had, and what can be done."""
    require_administrator(request.user)
    person = find_person(pk)
    held = held_roles(person.memberships.order_by("-pk"))
    waiting = [one for one in pending() if one.user_id == person.pk]
    context = {
        "person": person,
        "state": line_of(person),
        "may_be_invited": not person.has_usable_password(),
        "invitation": state_of(person),
        "has_second_factor": has_second_factor(person),
        "sessions": sessions_of(person).count(),
        "identity": identity_check(person),
        "current": [role for role in held if role.membership.is_current],
        "past": [role for role in held if not role.membership.is_current],
        "without_roles": WITHOUT_ROLES[line_of(person).state],
        "requests": waiting,
        "decided": decided(person),
        "agree": settings.ADMINISTRATORS_AGREE,
        "is_only_administrator": settings.ADMINISTRATORS_AGREE and not others(request.user),
        "zone": UTC,
    }
    return render(request, "people/accounts/person.html", context)


@require_http_methods(["GET", "POST"])
def invite_page(request: UserRequest) -> HttpResponse:
    """Invite somebody: the account, the role, and the mail with the link, all or nothing."""
    require_administrator(request.user)
    form = InvitationForm(request.POST if request.method == "POST" else None, sites=all_sites())

    def act() -> HttpResponse:
        typed = form.cleaned_data
        person, is_new = invite_person(
            person=NewPerson(typed["username"], typed["full_name"], typed["email"]),
            roles=form.wanted,
            reason=typed["reason"],
            identity=typed["identity"] if form.signs else "",
            by=request.user,
        )
        if is_new:
            words = gettext("%(name)s is invited by a mail to %(email)s.")
            messages.success(request, words % {"name": person.full_name, "email": person.email})
        else:
            words = gettext("%(name)s was invited already; no second mail was sent.")
            messages.info(request, words % {"name": person.full_name})
        return redirect("person", person.pk)

    return answered(request, form, act, "people/accounts/invite.html", {"is_on": is_on()})
