"""Checks a password and keeps guessing slow: a user name is locked, an address slowed down, every try is logged."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth import authenticate
from django.db import connection
from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from ecrf.access.address import client_address, neighbours
from ecrf.access.login_log import LOGINS, LoginEvent, LoginTry, What, note
from ecrf.access.models import User
from ecrf.account.mails import tell_changed
from ecrf.audit.actor import SYSTEM, Actor, acting

log = logging.getLogger("ecrf.login")

WRONG_TRIES = 8
"""Of one user name within WINDOW: the last of them locks it."""
WRONG_TRIES_OF_AN_ADDRESS = 50
"""Of one address within WINDOW, a whole hospital's perhaps: from then on it may try once in SLOWED_TO."""
TRIES_AT_ONCE = 10
"""Of one address: so many passwords are checked at the same moment, one more has to wait."""
CHECKED_WITHIN = timedelta(minutes=1)
WINDOW = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)
SLOWED_TO = timedelta(seconds=10)
LINKS_FOR_A_NAME, LINKS_FROM_AN_ADDRESS = 3, 20
"""Links for a forgotten password, within WINDOW: more are not sent for one account, nor asked for from one address."""
LOCKED_WORDS = format_lazy(
    gettext_lazy(
        "There were {tries} wrong tries with this user name. To protect it, nobody can log in with it for {minutes}"
        " minutes, not even with the right password. If you cannot wait, ask an administrator to unlock it."
    ),
    tries=WRONG_TRIES,
    minutes=LOCKED_FOR.seconds // 60,
)

ASKED_TOO_OFTEN = format_lazy(
    gettext_lazy("Many links were asked for from your network. Ask again in {minutes} minutes."),
    minutes=WINDOW.seconds // 60,
)

FRESH_START = (*LOGINS, What.CONFIRMED, What.CONFIRMED_HERE, What.LOCKED, What.UNLOCKED)
"""What ends the count of a user name's wrong tries."""
WRONG = (What.WRONG, What.WRONG_TO_SIGN, What.WRONG_HERE, What.WRONG_CODE)
"""At the login, at a signature, of a second factor: all count."""


def try_password(
    request: HttpRequest,
    username: str,
    password: str | None,
    *,
    right: What | None = None,
    wrong: What = What.WRONG,
) -> User | What:
    """The user, if the password is his and neither he nor his address is held back; else why not. A wrong one is
    logged as `wrong`, a right one as `right`; without, by the caller. No password at all is a wrong one.

    Nothing here depends on whether the user name exists, so that nobody can find out which do.
    """

    def check() -> User | None:
        found = authenticate(request, username=username, password=password)
        return found if isinstance(found, User) else None

    return try_secret(request, username, check, right=right, wrong=wrong)


def try_secret(
    request: HttpRequest,
    username: str,
    check: Callable[[], User | None],
    *,
    right: What | None,
    wrong: What,
) -> User | What:
    """Whom `check` gives, if neither the user name nor the address is held back; else why not, and logged.

    Each try is counted before it is checked: a burst of them gets no more guesses than one after the other. The check
    takes long, on purpose, so it is made for who is not held back only, and no transaction is open meanwhile.
    """
    name, address = name_in_log(username), client_address(request)
    started = _start(name, address)
    if isinstance(started, What):
        return started
    try:
        user = check()
    except BaseException:
        started.delete()
        raise
    with acting(SYSTEM, source="login"):
        _take_turns(name)
        started.delete()
        if user is not None:
            if right is not None:
                note(right, name, address)
            return user
        note(wrong, name, address)
        if _wrong_tries(name) < WRONG_TRIES or is_locked(name):
            return wrong
        log.warning("user name locked", extra={"username": name, "address": address})
        if owner := User.objects.filter(username=name, is_active=True).first():
            tell_changed(
                owner, f"Nobody can log in for {LOCKED_FOR.seconds // 60} minutes: there were wrong tries"
            )
        return note(What.LOCKED, name, address)


def _start(name: str, address: str | None) -> LoginTry | What:
    """A try that counts from now on, or why there is none: too many were wrong or are still being checked."""
    with acting(SYSTEM, source="login"):
        _take_turns(name)
        if address:
            _take_turns(address)
            if _is_slowed(address):
                return _slow_down(name, address)
        if is_locked(name) or _wrong_tries(name) + _being_checked(username=name) >= WRONG_TRIES:
            return note(What.REFUSED, name, address)
        return LoginTry.objects.create(username=name, address=address)


def _being_checked(**by: object) -> int:
    """How many tries; of those that a killed process has left behind, none."""
    return LoginTry.objects.filter(began_at__gt=Now() - CHECKED_WITHIN, **by).count()


def may_ask_for_link(name: str, address: str | None) -> bool:
    """Whether the address has not asked too often; inside the caller's `acting`, where those who ask take turns."""
    _take_turns(name)
    if address is None:
        return True
    _take_turns(address)
    return _from(address).filter(what=What.RESET_ASKED).count() < LINKS_FROM_AN_ADDRESS


def clear_left_behind() -> None:
    LoginTry.objects.filter(began_at__lte=Now() - CHECKED_WITHIN).delete()


def unlock(*, username: str, by: Actor) -> bool:
    """End a lock before its time; False if there is none."""
    with acting(by, source="command"):
        _take_turns(username)
        if not is_locked(username):
            return False
        LoginEvent.objects.create(what=What.UNLOCKED, username=username)
    return True


def name_in_log(typed: str) -> str:
    """An account's name as it is. Anything else might be a password in the wrong field: a hash with our secret key.

    The space keeps the two apart: no user name holds one.
    """
    if User.objects.filter(username=typed).exists():
        return typed
    return f"unknown {salted_hmac('ecrf.login', typed, algorithm='sha256').hexdigest()[:16]}"


def is_locked(name: str) -> bool:
    latest = _of(name).filter(what__in=(What.LOCKED, What.UNLOCKED), at__gt=Now() - LOCKED_FOR)
    last = latest.order_by("pk").last()
    return last is not None and last.what == What.LOCKED


def _of(name: str) -> QuerySet[LoginEvent]:
    return LoginEvent.objects.filter(username=name)


def _take_turns(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ecrf.login'), hashtext(%s))", [name])


def _wrong_tries(name: str) -> int:
    start = _of(name).filter(what__in=FRESH_START).order_by("-pk").values("pk")[:1]
    wrong = _of(name).filter(what__in=WRONG, at__gt=Now() - WINDOW)
    return wrong.filter(pk__gt=Coalesce(Subquery(start), 0)).count()


def _from(address: str) -> QuerySet[LoginEvent]:
    return LoginEvent.objects.filter(address__range=neighbours(address), at__gt=Now() - WINDOW)


def _is_slowed(address: str) -> bool:
    failed = _from(address).filter(what__in=(*WRONG, What.REFUSED))
    checked = _being_checked(address__range=neighbours(address))
    if failed.count() + checked < WRONG_TRIES_OF_AN_ADDRESS:
        return checked >= TRIES_AT_ONCE
    return bool(checked) or failed.filter(at__gt=Now() - SLOWED_TO).exists()


def _slow_down(name: str, address: str) -> What:
    """Logged once in WINDOW, not at each try: whoever floods the login does not fill the log."""
    if not _from(address).filter(what=What.SLOWED).exists():
        log.warning("address slowed down", extra={"address": address})
        note(What.SLOWED, name, address)
    return What.SLOWED
