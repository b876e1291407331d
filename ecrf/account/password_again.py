"""The password asked for again before a signature and its like: with the user name at the first one of a session, then
alone."""

from typing import Any

from django.http import HttpRequest
from django.utils.text import format_lazy

from ecrf.access.login_log import What
from ecrf.access.models import User
from ecrf.access.requests import UserRequest
from ecrf.account import lockout
from ecrf.account.sso.proof import NO_PROOF, confirms_at_provider, use_proof

SIGNED = "signed_with_user_name_and_password"

_LOCKED = format_lazy("{locked} {{nothing}}; the record stays as it was.", locked=lockout.LOCKED_WORDS)
_WORDS: dict[str, Any] = {
    What.LOCKED: _LOCKED,
    What.REFUSED: _LOCKED,
    What.SLOWED: (
        "There were many wrong tries from your network. {nothing}."
        f" Please wait {lockout.SLOWED_TO.seconds} seconds, then type your password again."
    ),
}
_NOT_YOURS = "This is not your password. {nothing}. Mind capital letters and the keyboard's language."
_WRONG_PAIR = (
    "These are not your own user name and password. {nothing}. You are logged in as {name}:"
    " nobody can sign for somebody else."
)


def wants_user_name(request: UserRequest) -> bool:
    """Whether both are asked for: until this person's first signature in this session."""
    return bool(request.session.get(SIGNED) != request.user.pk)


def why_not_confirmed(
    request: UserRequest, username: str, password: str, *, nothing: str = "Nothing was signed"
) -> str:
    """ "" if the person who is logged in has proved anew to be that person; else what is wrong, in words.

    Wrong ones are logged and count towards the lock of the user name, as at the login. Another person's user name is
    wrong whatever the password. `nothing`: what was not done, in words for the page. Who has no password here
    has proved it at the provider of single sign-on, for just what this request carries.
    """
    if confirms_at_provider(request.user):
        return "" if use_proof(request) else NO_PROOF.format(nothing=nothing)
    own, both = request.user.get_username(), wants_user_name(request)
    typed = username if both else own
    outcome = lockout.try_password(
        request,
        own,
        password if typed == own else None,
        right=What.CONFIRMED,
        wrong=What.WRONG_TO_SIGN,
    )
    if isinstance(outcome, User):
        return ""
    words = str(_WORDS.get(outcome, "")) or (_WRONG_PAIR if both else _NOT_YOURS)
    return words.format(name=own, nothing=nothing)


def note_signed(request: UserRequest) -> None:
    """From now on this session's signatures need the password alone. The note goes with the session."""
    request.session[SIGNED] = request.user.pk


def forget(request: HttpRequest) -> None:
    """After another login inside the same session, too."""
    request.session.pop(SIGNED, None)
