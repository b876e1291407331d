"""The password asked for again before the account changes: always, or where it was not given in the last minutes."""

import time
from typing import Any

from django.http import HttpRequest

from ecrf.access.login_log import What
from ecrf.access.models import User
from ecrf.access.requests import UserRequest
from ecrf.account import lockout

PROVED = "proved_at"
RECENT_SECONDS = 10 * 60

_HELD_BACK: dict[str, Any] = {
    What.LOCKED: lockout.LOCKED_WORDS,
    What.REFUSED: lockout.LOCKED_WORDS,
    What.SLOWED: (
        "There were many wrong tries from your network."
        f" Please wait {lockout.SLOWED_TO.seconds} seconds, then type your password again."
    ),
}


def note_proved(request: HttpRequest) -> None:
    """A login or the password has just shown who this is."""
    request.session[PROVED] = int(time.time())


def wants_password(request: UserRequest) -> bool:
    """Whether the page asks for it: not in the minutes after the login."""
    return not 0 <= time.time() - request.session.get(PROVED, 0) <= RECENT_SECONDS


def why_not_proved(request: UserRequest, *, always: bool = False) -> str:
    """ "" if this person has just shown who it is; else what is wrong, in words. The field is `current_password`."""
    has_password = request.user.has_usable_password()
    if not wants_password(request) and not (always and has_password):
        return ""
    if not has_password:
        return "Log out and log in again first, then do this within ten minutes: it shows that it is you."
    typed = request.POST.get("current_password", "")
    outcome = lockout.try_password(
        request, request.user.username, typed, right=What.CONFIRMED_HERE, wrong=What.WRONG_HERE
    )
    if isinstance(outcome, User):
        note_proved(request)
        return ""
    if outcome in _HELD_BACK:
        return str(_HELD_BACK[outcome])
    return "This is not your password of now. Mind capital letters and the keyboard's language."
