"""What is unusual in the log of logins: one table of rules, each with its threshold. Pure functions: no database."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from ecrf.access.address import network_of
from ecrf.access.login_log import LOGINS, What

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
    """One thing that a rule has found. The same one found again has the same identity."""

    identity: str
    username: str
    at: datetime
    words: str


@dataclass(frozen=True)
class LoginRule:
    """A named rule; `words` say what it looks for."""

    key: str
    title: str
    words: str
    find: Callable[[Activity], Iterator[Unusual]]


def new_address(activity: Activity) -> Iterator[Unusual]:
    for login in activity.logins:
        if login.what in LOGINS and login.is_new_address and login.address:
            words = f"Logged in from {login.address}, from where this person never did before."
            identity = f"new-address:{login.username}:{network_of(login.address)}"
            yield Unusual(identity, login.username, login.at, words)


def at_night(activity: Activity) -> Iterator[Unusual]:
    for login in activity.logins:
        if login.what not in LOGINS or login.zone is None:
            continue
        local = login.at.astimezone(login.zone)
        if local.hour in NIGHT:
            words = f"Logged in at {local:%H:%M} on the clock of {login.zone}."
            yield Unusual(f"night:{login.username}:{local:%Y-%m-%d}", login.username, login.at, words)


def many_tries(activity: Activity) -> Iterator[Unusual]:
    recent: dict[str, list[datetime]] = {}
    for login in activity.logins:
        if login.what not in WRONG:
            continue
        tries = [at for at in recent.get(login.username, []) if login.at - at < HOUR]
        recent[login.username] = [*tries, login.at]
        if len(tries) == TRIES_AT_MOST:  # the one that is too many: told once
            where = login.address or "an unknown address"
            words = f"{TRIES_AT_MOST + 1} wrong passwords or codes within an hour, the last from {where}."
            yield Unusual(f"tries:{login.username}:{login.pk}", login.username, login.at, words)


def many_pages(activity: Activity) -> Iterator[Unusual]:
    for count in activity.pages:
        if count.pages > PAGES_AT_MOST:
            words = f"More than {PAGES_AT_MOST} pages in the hour from {count.hour:%H:%M} UTC."
            yield Unusual(
                f"pages:{count.username}:{count.hour:%Y-%m-%dT%H}", count.username, count.hour, words
            )


RULES = (
    LoginRule(
        "new-address", "New address", "a login from where this person never logged in before", new_address
    ),
    LoginRule(
        "night", "At night", f"a login from 0 to {NIGHT.stop} o'clock, on the clock of the site", at_night
    ),
    LoginRule(
        "tries",
        "Many tries",
        f"more than {TRIES_AT_MOST} wrong passwords or codes within an hour",
        many_tries,
    ),
    LoginRule("pages", "Many pages", f"more than {PAGES_AT_MOST} pages within an hour", many_pages),
)


def unusual(activity: Activity) -> Iterator[tuple[LoginRule, Unusual]]:
    """Whatever any rule finds."""
    for rule in RULES:
        for found in rule.find(activity):
            yield rule, found


def titles(rules: Iterable[LoginRule] = RULES) -> dict[str, str]:
    return {rule.key: rule.title for rule in rules}
