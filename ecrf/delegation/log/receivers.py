"""Who receives a site's safety letters."""

from ecrf.access.delegation import Delegation, Task
from ecrf.access.models import Site, User
from ecrf.access.roles import Role


def receivers_of_safety_letters(site: Site) -> list[User]:
    """The site's investigators, and everybody to whom they have delegated it today and who still works there."""
    rows = site.memberships.filter(is_current=True, user__is_active=True).exclude(role=Role.MONITOR)
    held = [
        row for row in rows.select_related("user", "site").order_by("user__username") if row.is_in_force()
    ]
    today = site.today()
    given = Delegation.objects.filter(
        site=site, task=Task.SAFETY_LETTERS, ended_at=None, starts_on__lte=today
    ).exclude(ends_on__lt=today)
    delegated = set(given.values_list("user_id", flat=True))
    found = [row.user for row in held if row.role == Role.INVESTIGATOR or row.user_id in delegated]
    return list(dict.fromkeys(found))
