"""What is unusual in the log of logins: one table of rules, each with its threshold. Pure functions: no database."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecrf.access.address import network_of
from ecrf.access.kept_words import as_kept
from ecrf.access.login_log import LOGINS, What
from ecrf.people.logins.sentences import (
    AT_NIGHT,
    FROM_ELSEWHERE,
    MANY_PAGES,
    TRIES,
    TRIES_OF_UNKNOWN,
)

NIGHT = range(0, 5)
"""Hours on the person's own clock: from midnight on, before five."""
TRIES_AT_MOST = 5
"""Wrong passwords and codes of one user name within an hour that are nothing unusual."""
PAGES_AT_MOST = 600
"""Pages of one person within an hour: ten a minute, for a whole hour."""
HOUR = timedelta(hours=1)
WRONG = (What.WRONG, What.WRONG_CODE, What.WRONG_TO_SIGN, What.WRONG_HERE)


@dataclass(frozen=True)
class Login:
    """One line of the log, with what the rules need to know of the person. `zone`: the clock on the wall there; None
    where nobody knows it."""

    pk: int
    what: str
    username: str
    at: datetime
    address: str | None
    zone: tzinfo | None = None
    is_new_address: bool = False


@dataclass(frozen=True)
class PagesInHour:
    """How many pages a person asked for in one hour."""

    username: str
    hour: datetime
    pages: int


@dataclass(frozen=True)
class Activity:
    """What is looked at: lines of the log, the oldest first, and pages by the hour."""

    logins: list[Login]
    pages: list[PagesInHour]


@dataclass(frozen=True)
class Unusual:
    """One thing that a rule has found, in English words. The same one found again has the same identity."""

    identity: str
    username: str
    at: datetime
    words: str


@dataclass(frozen=True)
class LoginRule:
    """A named rule; `words` say what it looks for, in the reader's language."""

    key: str
    title: str | Promise
    looks_for: str | Promise
    find: Callable[[Activity], Iterator[Unusual]]

    @property
    def words(self) -> str:
        return str(self.looks_for) % {"hour": NIGHT.stop, "tries": TRIES_AT_MOST, "pages": PAGES_AT_MOST}


def new_address(activity: Activity) -> Iterator[Unusual]:
    for login in activity.logins:
        if login.what in LOGINS and login.is_new_address and login.address:
            words = as_kept(FROM_ELSEWHERE, address=login.address)
            identity = f"new-address:{login.username}:{network_of(login.address)}"
            yield Unusual(identity, login.username, login.at, words)


def at_night(activity: Activity) -> Iterator[Unusual]:
    for login in activity.logins:
        if login.what not in LOGINS or login.zone is None:
            continue
        local = login.at.astimezone(login.zone)
        if local.hour in NIGHT:
            words = as_kept(AT_NIGHT, time=f"{local:%H:%M}", zone=str(login.zone))
            yield Unusual(f"night:{login.username}:{local:%Y-%m-%d}", login.username, login.at, words)


def many_tries(activity: Activity) -> Iterator[Unusual]:
    recent: dict[str, list[datetime]] = {}
    for login in activity.logins:
        if login.what not in WRONG:
            continue
        tries = [at for at in recent.get(login.username, []) if login.at - at < HOUR]
        recent[login.username] = [*tries, login.at]
        if len(tries) == TRIES_AT_MOST:  # the one that is too many: told once
            tries_made = str(TRIES_AT_MOST + 1)
            if login.address:
                words = as_kept(TRIES, number=tries_made, address=login.address)
            else:
                words = as_kept(TRIES_OF_UNKNOWN, number=tries_made)
            yield Unusual(f"tries:{login.username}:{login.pk}", login.username, login.at, words)


def many_pages(activity: Activity) -> Iterator[Unusual]:
    for count in activity.pages:
        if count.pages > PAGES_AT_MOST:
            words = as_kept(MANY_PAGES, number=str(PAGES_AT_MOST), time=f"{count.hour:%H:%M}")
            yield Unusual(
                f"pages:{count.username}:{count.hour:%Y-%m-%dT%H}", count.username, count.hour, words
            )


RULES = (
    LoginRule(
        "new-address",
        pgettext_lazy("rule of unusual access", "New address"),
        gettext_lazy("a login from where this person never logged in before"),
        new_address,
    ),
    LoginRule(
        "night",
        pgettext_lazy("rule of unusual access", "At night"),
        gettext_lazy("a login from 0 to %(hour)s o'clock, on the clock of the site"),
        at_night,
    ),
    LoginRule(
        "tries",
        pgettext_lazy("rule of unusual access", "Many tries"),
        gettext_lazy("more than %(tries)s wrong passwords or codes within an hour"),
        many_tries,
    ),
    LoginRule(
        "pages",
        pgettext_lazy("rule of unusual access", "Many pages"),
        gettext_lazy("more than %(pages)s pages within an hour"),
        many_pages,
    ),
)


def unusual(activity: Activity) -> Iterator[tuple[LoginRule, Unusual]]:
    """Whatever any rule finds."""
    for rule in RULES:
        for found in rule.find(activity):
            yield rule, found


def titles(rules: Iterable[LoginRule] = RULES) -> dict[str, str]:
    return {rule.key: str(rule.title) for rule in rules}
