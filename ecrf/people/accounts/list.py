"""The list of people: searched, filtered, sorted, by pages, in the same few statements for ten and for thousands."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.paginator import Page, Paginator
from django.db.models import (
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)
from django.db.models.functions import Lower, Now
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ecrf.access.alike import InOrder, holds
from ecrf.access.joined import in_a_row
from ecrf.access.login_log import LoginEvent, What
from ecrf.access.models import Membership, User
from ecrf.account.lockout import LOCKED_FOR
from ecrf.account.models import LinkKind, SecretLink
from ecrf.people.memberships.rules import last_day_is_over

PAGE_ROWS = 25
STATES: dict[str, Promise] = {
    "active": pgettext_lazy("state of an account", "Active"),
    "invited": pgettext_lazy("state of an account", "Invited"),
    "locked": pgettext_lazy("state of an account", "Locked"),
    "closed": pgettext_lazy("state of an account", "Closed"),
}
SORTS: dict[str, Promise] = {
    "name": pgettext_lazy("of a person", "Name"),
    "username": gettext_lazy("User name"),
    "last-login": gettext_lazy("Last login"),
}
ORDERS = {
    "name": (InOrder("full_name"), Lower("username")),
    "username": (Lower("username"),),
    "last-login": (F("last_login").desc(nulls_last=True), Lower("username")),
}


@dataclass(frozen=True)
class PeopleFilter:
    """What the page is narrowed to; "" for everything."""

    search: str = ""
    role: str = ""
    site: str = ""
    state: str = ""
    sort: str = "name"

    @property
    def pairs(self) -> dict[str, str]:
        """As they stand in an address."""
        given = {"q": self.search, "role": self.role, "site": self.site, "state": self.state}
        if self.sort != "name":
            given["sort"] = self.sort
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class PersonLine:
    """One person on the list."""

    user: User
    state: str
    roles: list[str] = field(default_factory=list)
    last_login: datetime | None = None

    @property
    def css(self) -> str:
        """How its state looks."""
        looks = {
            "active": "state-done",
            "invited": "state-due",
            "locked": "state-overdue",
            "closed": "state-unsigned",
        }
        return looks[self.state]

    @property
    def state_words(self) -> str:
        return str(STATES[self.state])


def locked_names() -> list[str]:
    """User names that are locked now: few, found among the last minutes of the log of logins."""
    since = Now() - LOCKED_FOR
    rows = LoginEvent.objects.filter(what__in=(What.LOCKED, What.UNLOCKED), at__gt=since).order_by("pk")
    last = dict(rows.values_list("username", "what"))
    return [username for username, what in last.items() if what == What.LOCKED]


def with_invitation(users: QuerySet[User]) -> QuerySet[Any]:
    """Each with `invited_again`: whether an invitation was sent since the last login, and not taken up."""
    sent = SecretLink.objects.filter(user=OuterRef("pk"), kind=LinkKind.INVITATION, used_at=None)
    return users.annotate(invited_again=Exists(sent.filter(made_at__gt=OuterRef("last_login"))))


def in_state(users: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Those `with_invitation` whose account is closed, else locked, else invited, else active."""
    if state == "closed":
        return users.filter(is_active=False)
    is_locked = Q(username__in=locked_names())
    if state == "locked":
        return users.filter(is_locked, is_active=True)
    is_invited = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) & (
        Q(last_login=None) | Q(invited_again=True)
    )
    return users.filter(is_invited if state == "invited" else ~is_invited, is_active=True).exclude(is_locked)


def state_of_account(user: Any, locked: Collection[str]) -> str:
    """The same of one that is loaded."""
    if not user.is_active:
        return "closed"
    if user.username in locked:
        return "locked"
    waits = not user.has_usable_password() and (user.last_login is None or user.invited_again)
    return "invited" if waits else "active"


def people(wanted: PeopleFilter, number: int) -> Page[Any]:
    """One page of `PersonLine`s; of a number beyond the last page, the last."""
    users = with_invitation(User.objects.all())
    if wanted.search:
        text = wanted.search
        users = users.filter(holds("username", text) | holds("full_name", text) | holds("email", text))
    if wanted.state:
        users = in_state(users, wanted.state)
    if wanted.role or wanted.site:
        held = Membership.objects.filter(user=OuterRef("pk"), is_current=True)
        held = held.filter(role=wanted.role) if wanted.role else held
        held = held.filter(Q(site__code=wanted.site) | Q(site=None)) if wanted.site else held
        users = users.filter(Exists(held))
    roles = Membership.objects.filter(is_current=True).select_related("site").order_by("site__code", "pk")
    users = users.prefetch_related(Prefetch("memberships", roles, to_attr="roles_held"))
    page = Paginator(users.order_by(*ORDERS[wanted.sort]), PAGE_ROWS).get_page(number)
    locked = locked_names()
    page.object_list = [line_of(user, locked) for user in page.object_list]
    return page


def line_of(user: Any, locked: Collection[str] | None = None) -> PersonLine:
    """Of an account `with_invitation`."""
    state = state_of_account(user, locked_names() if locked is None else locked)
    held = [one for one in getattr(user, "roles_held", ()) if not last_day_is_over(one)]
    return PersonLine(user, state, roles_in_words(held), user.last_login)


def roles_in_words(memberships: list[Membership]) -> list[str]:
    """A line for each role, with all its sites: a monitor may have a dozen."""
    where: dict[str, list[str]] = {}
    for membership in memberships:
        place = membership.site.code if membership.site else gettext("all sites")
        where.setdefault(membership.get_role_display(), []).append(place)
    words = gettext("%(role)s, %(sites)s")
    return [words % {"role": role, "sites": in_a_row(*places)} for role, places in where.items()]


def find_person(pk: int) -> Any:
    """One account, `with_invitation`; 404 if there is none."""
    user = with_invitation(User.objects.filter(pk=pk)).first()
    if user is None:
        raise Http404
    return user
