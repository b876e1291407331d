"""Who has a right at a site: the people to tell, in the place of one person to ask."""

from collections.abc import Sequence

from django.db.models import Q

from ecrf.access.alike import InOrder
from ecrf.access.delegation import Delegation, Task
from ecrf.access.models import Membership, Site, User
from ecrf.access.obstacles import keeps_log_here
from ecrf.access.roles import RIGHTS, Right, Role


def people_with(right: Right, site: Site) -> list[User]:
    """Every open account that has the right there now, asked one by one as each request asks; by user name."""
    roles = [role for role, rights in RIGHTS.items() if right in rights]
    there = Q(memberships__site=site) | Q(memberships__site=None)
    found = User.objects.filter(
        there, memberships__is_current=True, memberships__role__in=roles, is_active=True
    )
    return [user for user in found.distinct().order_by("username") if user.may(right, site)]


def people_in(role: Role) -> list[User]:
    """Every open account that holds the role today, at whatever site; by user name."""
    found = User.objects.filter(memberships__role=role, memberships__is_current=True, is_active=True)
    return [
        user
        for user in found.distinct().order_by("username")
        if any(membership.role == role for membership in user.current_memberships)
    ]


def holders_of(roles: Sequence[str], site: Site | None = None) -> list[Membership]:
    """Who has one of the roles in force, at whatever site but a practice site, or at this one or all: one row a person
    and role."""
    rows = Membership.objects.filter(role__in=roles, is_current=True, user__is_active=True)
    rows = rows.exclude(site__is_practice=True).select_related("user", "site")
    if site:
        rows = rows.filter(Q(site=site) | Q(site=None))
    found: dict[tuple[int, str], Membership] = {}
    for row in rows.order_by(InOrder("user__full_name"), "user__username", "role", "site__code"):
        if row.is_in_force():
            found.setdefault((row.user_id, row.role), row)
    return list(found.values())


def receivers_of_letters(site: Site) -> list[User]:
    """To whom letters to the site go: everybody who works there; where the delegation log is kept here, those whom it
    names. Its investigators in any case."""
    today = site.today()
    if site.is_practice or not keeps_log_here(site, today):
        return people_with(Right.READ, site)
    given = Delegation.objects.filter(
        site=site, task=Task.SAFETY_LETTERS, ended_at=None, starts_on__lte=today
    ).exclude(ends_on__lt=today)
    delegated = set(given.values_list("user_id", flat=True))
    rows = site.memberships.filter(is_current=True, user__is_active=True).exclude(role=Role.MONITOR)
    held = [
        row for row in rows.select_related("user", "site").order_by("user__username") if row.is_in_force()
    ]
    found = [row.user for row in held if row.role == Role.INVESTIGATOR or row.user_id in delegated]
    return list(dict.fromkeys(found))
