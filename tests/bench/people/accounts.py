"""Accounts by bulk, audited as ever: each with a role at one site, and a line in the log of logins."""

from ecrf.access.login_log import LoginEvent, What
from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting


def add_accounts(count: int) -> None:
    """So many more, at the sites that there are."""
    sites = list(Site.objects.all())
    first = User.objects.count()
    with acting(SYSTEM, source="bench"):
        users = User.objects.bulk_create(
            User(username=f"person{number:04}", full_name=f"Synthetic person {number:04}", password="!")
            for number in range(first, first + count)
        )
        Membership.objects.bulk_create(
            Membership(user=user, role=Role.COORDINATOR, site=sites[number % len(sites)])
            for number, user in enumerate(users)
        )
        LoginEvent.objects.bulk_create(
            LoginEvent(what=What.LOGGED_IN, username=user.username, address="192.0.2.1") for user in users
        )
