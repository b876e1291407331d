"""Who has a right at a site: the people to tell, in the place of one person to ask."""

from django.db.models import Q

from ecrf.access.models import Site, User
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
