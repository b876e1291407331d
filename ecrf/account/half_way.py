"""Somebody whose password was right and whose second factor is still asked for: known to the session, not logged in."""

import time
from dataclasses import dataclass

from django.http import HttpRequest

from ecrf.access.login_log import What
from ecrf.access.models import User

HALF_WAY = "half_way"
WITHIN_SECONDS = 10 * 60


@dataclass(frozen=True)
class HalfWay:
    """Who it is, how the first half went (for the log of logins), and where the login leads."""

    user: User
    how: What
    next: str


def begin(request: HttpRequest, user: User, how: What, next_page: str) -> None:
    """In a new session: whoever was logged in here is not any more."""
    request.session.flush()
    request.session[HALF_WAY] = {
        "user": user.pk,
        "how": str(how),
        "next": next_page,
        "at": int(time.time()),
        "hash": user.get_session_auth_hash(),
    }
    request.session.set_expiry(WITHIN_SECONDS)


def half_way(request: HttpRequest) -> HalfWay | None:
    """None once it took too long, or the account was closed or its password changed meanwhile."""
    kept = request.session.get(HALF_WAY)
    if not kept or not 0 <= time.time() - kept["at"] <= WITHIN_SECONDS:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != kept["hash"]:
        return None
    return HalfWay(user, What(kept["how"]), kept["next"])


def forget_half_way(request: HttpRequest) -> None:
    request.session.pop(HALF_WAY, None)
    request.session.set_expiry(None)
