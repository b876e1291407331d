"""The log of logins as a page: by person, by what happened, by day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet

from ecrf.access.login_log import LoginEvent, What
from ecrf.account.lockout import name_in_log

PAGE_ROWS = 100


@dataclass(frozen=True)
class LoginFilter:
    """What the page is narrowed to; `day` is one of UTC."""

    username: str = ""
    what: str = ""
    day: date | None = None

    @property
    def pairs(self) -> dict[str, str]:
        given = {
            "who": self.username,
            "what": self.what,
            "day": self.day.isoformat() if self.day else "",
        }
        return {name: value for name, value in given.items() if value}


def log_of_logins(wanted: LoginFilter, before: int | None) -> tuple[list[LoginEvent], int | None]:
    """One page, the newest first, and where the next one goes on."""
    rows: QuerySet[LoginEvent] = LoginEvent.objects.order_by("-pk")
    if wanted.username:
        rows = rows.filter(username=name_in_log(wanted.username))
    if wanted.what:
        rows = rows.filter(what=wanted.what)
    if wanted.day:
        begin = datetime(wanted.day.year, wanted.day.month, wanted.day.day, tzinfo=UTC)
        rows = rows.filter(at__gte=begin, at__lt=begin + timedelta(days=1))
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE_ROWS + 1])
    return found[:PAGE_ROWS], found[PAGE_ROWS - 1].pk if len(found) > PAGE_ROWS else None


def whats() -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in What.choices]
