"""Shown once after a login: when this account was used before, and what went wrong since."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from ecrf.access.login_log import LOGINS, LoginEvent
from ecrf.access.models import User
from ecrf.account.lockout import WRONG

KEPT = "last_login"


@dataclass(frozen=True)
class LastLogin:
    """`at` is None at the first login; `zone` is that of the person's site."""

    at: datetime | None
    address: str
    failed: int
    failed_at: datetime | None
    zone: ZoneInfo


def keep_last_login(request: HttpRequest, user: User) -> None:
    """Note it in the new session, before the login at hand is logged; two statements."""
    of_user = LoginEvent.objects.filter(username=user.username)
    before = of_user.filter(what__in=LOGINS).order_by("pk").last()
    wrong = list(
        of_user.filter(what__in=WRONG, pk__gt=before.pk if before else 0).order_by("pk").values_list("at")
    )
    request.session[KEPT] = {
        "at": before.at.isoformat() if before else "",
        "address": (before.address if before else "") or "",
        "failed": len(wrong),
        "failed_at": wrong[-1][0].isoformat() if wrong else "",
    }


def last_login(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: `last_login`, which is gone once a whole page has shown it."""
    return {"last_login": lambda: _once(request)}


def _once(request: HttpRequest) -> LastLogin | None:
    session = getattr(request, "session", None)
    if session is None or KEPT not in session or request.headers.get("HX-Request"):
        return None
    kept = session.pop(KEPT)
    return LastLogin(
        at=_moment(kept["at"]),
        address=kept["address"],
        failed=kept["failed"],
        failed_at=_moment(kept["failed_at"]),
        zone=zone_of(request.user),
    )


def zone_of(user: object) -> ZoneInfo:
    """Of the first site of the person; UTC for who has none."""
    sites = [m.site for m in user.current_memberships if m.site] if isinstance(user, User) else []
    return sites[0].zone if sites else ZoneInfo("UTC")


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
