"""What stands on one's own page: roles with what is in their way, second factors, sessions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext

from ecrf.access.models import Membership, User
from ecrf.access.obstacles import with_grounds
from ecrf.access.roles import RIGHTS, WORKING, Role
from ecrf.account.browser_words import browser_shown
from ecrf.account.last_login import zone_of
from ecrf.account.models import Authenticator, Passkey, UserSession
from ecrf.account.second.passkeys import passkeys_of
from ecrf.account.second.recovery_codes import codes_left
from ecrf.account.session_store import row_key
from ecrf.account.sessions import sessions_of
from ecrf.audit.registry import Registry


@dataclass(frozen=True)
class OwnLink:
    """A page of one's own that another floor has. `url_name` takes no argument."""

    title: str | Promise
    url_name: str
    is_for: Callable[[User], bool] = lambda user: True


OWN_LINKS = Registry[OwnLink]("link to")


def register_own_link(link: OwnLink) -> OwnLink:
    """Add a link to the own page, from AppConfig.ready of the floor that has the page; each once."""
    return OWN_LINKS.add(link.url_name, link)


@dataclass(frozen=True)
class RoleLine:
    """One role at a site, or at all; `obstacles` says in words what is in the way of its rights today."""

    membership: Membership
    label: str
    where: str
    has_begun: bool
    obstacles: list[str]

    @property
    def first_on(self) -> date | None:
        """The first day, as the page of all access names it: no role holds before it was given."""
        row = self.membership
        given_on = (
            row.granted_at.astimezone(row.site.zone if row.site else UTC).date() if row.granted_at else None
        )
        return max(filter(None, (given_on, row.starts_on)), default=None)


@dataclass(frozen=True)
class SessionLine:
    """One session; `key` names it on the page and opens nothing."""

    key: str
    browser: str
    address: str
    began_at: datetime | None
    seen_at: datetime | None
    is_this: bool


@dataclass(frozen=True)
class OwnPage:
    """Everything of the page."""

    roles: list[RoleLine]
    authenticator: Authenticator | None
    passkeys: list[Passkey]
    codes_left: int
    sessions: list[SessionLine]
    links: list[OwnLink]
    zone: object

    @property
    def has_second_factor(self) -> bool:
        return bool(self.authenticator or self.passkeys)


def own_page(request: HttpRequest, user: User) -> OwnPage:
    """Six statements, whatever the numbers."""
    return OwnPage(
        roles=_roles(user),
        authenticator=Authenticator.objects.filter(user=user, ended_at__isnull=True).first(),
        passkeys=passkeys_of(user),
        codes_left=codes_left(user).count(),
        sessions=_sessions(request, user),
        links=[link for link in OWN_LINKS.values() if link.is_for(user)],
        zone=zone_of(user),
    )


def _roles(user: User) -> list[RoleLine]:
    found = with_grounds(user.memberships.filter(is_current=True)).order_by("site__code", "pk")
    return [
        RoleLine(
            membership=membership,
            label=str(Role(membership.role).label),
            where=f"{membership.site.code} · {membership.site.name}"
            if membership.site
            else gettext("All sites"),
            has_begun=membership.is_in_force(),
            obstacles=_obstacles(membership),
        )
        for membership in found
    ]


def _obstacles(membership: Membership) -> list[str]:
    rights = [right for right in RIGHTS[membership.role] if right in WORKING]
    words = [str(obstacle) for right in sorted(rights) for obstacle in membership.obstacles(right)]
    return list(dict.fromkeys(words))


def _sessions(request: HttpRequest, user: User) -> list[SessionLine]:
    this = row_key(request.session.session_key)
    return [
        SessionLine(
            key=name_of_session(row),
            browser=browser_shown(row.browser) or gettext("Unknown browser"),
            address=row.address or gettext("unknown address"),
            began_at=row.began_at,
            seen_at=row.seen_at,
            is_this=row.session_key == this,
        )
        for row in sessions_of(user)
    ]


def name_of_session(row: UserSession) -> str:
    return salted_hmac("ecrf.account.session", row.session_key, algorithm="sha256").hexdigest()[:20]


def session_named(user: User, name: str) -> UserSession | None:
    return next((row for row in sessions_of(user) if constant_time_compare(name_of_session(row), name)), None)
