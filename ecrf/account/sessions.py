"""The sessions of an account: which there are, and their end."""

from django.db.models import QuerySet

from ecrf.access.login_log import LoginEvent, What
from ecrf.access.models import User
from ecrf.account.models import UserSession
from ecrf.audit.actor import Actor, acting


def sessions_of(user: User) -> QuerySet[UserSession]:
    """Those that have not run out, the last used first."""
    from django.utils import timezone

    open_ones = UserSession.objects.filter(user=user, expire_date__gt=timezone.now())
    return open_ones.defer("session_data").order_by("-seen_at", "-began_at", "session_key")


def end_sessions(*, user: User, by: Actor, reason: str = "", but: str = "", only: str = "") -> int:
    """End the sessions of an account, each at its next request; how many there were.

    `but`: the key of a session that goes on; `only`: of the one that ends. Each end stands in the log of logins.
    """
    with acting(by, reason=reason, source="account"):
        found = UserSession.objects.filter(user=user).exclude(session_key=but)
        found = found.filter(session_key=only) if only else found
        addresses = list(found.values_list("address", flat=True))
        found.delete()
        LoginEvent.objects.bulk_create(
            LoginEvent(what=What.ENDED, username=user.username, address=address) for address in addresses
        )
    return len(addresses)
