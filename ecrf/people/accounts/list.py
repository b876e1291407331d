"""The list of people: searched, filtered, sorted, by pages, in the same few statements for ten and for thousands."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Lower, Now
from django.http import Http404

from ecrf.access.login_log import LoginEvent, What
from ecrf.access.models import Membership, User
from ecrf.account.lockout import LOCKED_FOR
from ecrf.account.models import LinkKind, SecretLink
from ecrf.people.memberships.rules import last_day_is_over

PAGE_ROWS = 50
STATES = {"active": "Active", "invited": "Invited", "locked": "Locked", "closed": "Closed"}
SORTS = {"name": "Name", "username": "User name", "last-login": "Last login"}
ORDERS = {
    "name": (Lower("full_name"), Lower("username")),
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
        return STATES[self.state]


def with_state(users: QuerySet[User]) -> QuerySet[Any]:
    """Each with `state`: closed, locked, invited, active, the first of them that is true."""
    locks = LoginEvent.objects.filter(
        username=OuterRef("username"), what__in=(What.LOCKED, What.UNLOCKED), at__gt=Now() - LOCKED_FOR
    )
    invitations = SecretLink.objects.filter(user=OuterRef("pk"), kind=LinkKind.INVITATION).order_by("-pk")
    waits = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX, taken_up_at=None)
    return users.annotate(
        last_lock=Subquery(locks.order_by("-pk").values("what")[:1]),
        invited_at=Subquery(invitations.values("made_at")[:1]),
        taken_up_at=Subquery(invitations.values("used_at")[:1]),
    ).annotate(
        state=Case(
            When(is_active=False, then=Value("closed")),
            When(last_lock=What.LOCKED, then=Value("locked")),
            When(waits & (Q(last_login=None) | Q(invited_at__isnull=False)), then=Value("invited")),
            default=Value("active"),
            output_field=CharField(),
        )
    )


def people(wanted: PeopleFilter, number: int) -> Page[Any]:
    """One page of `PersonLine`s; of a number beyond the last page, the last."""
    users = with_state(User.objects.all())
    if wanted.search:
        text = wanted.search
        users = users.filter(
            Q(username__icontains=text) | Q(full_name__icontains=text) | Q(email__icontains=text)
        )
    if wanted.state:
        users = users.filter(state=wanted.state)
    if wanted.role or wanted.site:
        held = Membership.objects.filter(user=OuterRef("pk"), is_current=True)
        held = held.filter(role=wanted.role) if wanted.role else held
        held = held.filter(Q(site__code=wanted.site) | Q(site=None)) if wanted.site else held
        users = users.filter(Exists(held))
    roles = Membership.objects.filter(is_current=True).select_related("site").order_by("site__code", "pk")
    users = users.prefetch_related(Prefetch("memberships", roles, to_attr="roles_held"))
    page = Paginator(users.order_by(*ORDERS[wanted.sort]), PAGE_ROWS).get_page(number)
    page.object_list = [line_of(user) for user in page.object_list]
    return page


def line_of(user: Any) -> PersonLine:
    """Of an account `with_state`."""
    held = [one for one in getattr(user, "roles_held", ()) if not last_day_is_over(one)]
    roles = [role_words(membership) for membership in held]
    return PersonLine(user, user.state, roles, user.last_login)


def role_words(membership: Membership) -> str:
    where = membership.site.code if membership.site else "all sites"
    return f"{membership.get_role_display()}, {where}"


def find_person(pk: int) -> Any:
    """One account with its state; 404 if there is none."""
    user = with_state(User.objects.filter(pk=pk)).first()
    if user is None:
        raise Http404
    return user
