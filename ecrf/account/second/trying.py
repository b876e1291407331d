"""The second factor given at a login: a code, a passkey or a recovery code. Wrong ones count like wrong passwords."""

from typing import Any

from django.http import HttpRequest

from ecrf.access.address import client_address
from ecrf.access.login_log import What, note
from ecrf.access.models import User
from ecrf.account import lockout
from ecrf.account.factors import factors_of
from ecrf.account.second import passkeys
from ecrf.account.second.authenticator import take_code
from ecrf.account.second.recovery_codes import codes_left, take_recovery_code

HELD_BACK: dict[str, Any] = {
    What.LOCKED: lockout.LOCKED_WORDS,
    What.REFUSED: lockout.LOCKED_WORDS,
    What.SLOWED: (
        "There were many wrong tries from your network."
        f" Please wait {lockout.SLOWED_TO.seconds} seconds, then try again."
    ),
}
NO_CODE = "This is none of your recovery codes, or it was used before."


def why_not_in(request: HttpRequest, user: User) -> str:
    """ "" if what was posted is this person's second factor, which is used up by that; else why not, in words."""
    words, state = "", request.session.pop(passkeys.SECOND_STEP, None)

    def check() -> User | None:
        nonlocal words
        words = _why_wrong(request, user, state)
        return None if words else user

    outcome = lockout.try_secret(request, user.username, check, right=None, wrong=What.WRONG_CODE)
    if isinstance(outcome, User):
        return ""
    return str(HELD_BACK.get(outcome, words))


def _why_wrong(request: HttpRequest, user: User, state: Any) -> str:
    if answer := request.POST.get("passkey", ""):
        try:
            return passkeys.take_passkey(request, user, passkeys.read_answer(request, answer), state)
        except passkeys.PasskeyRefused as refused:
            return str(refused)
    if typed := request.POST.get("recovery", "").strip():
        if not take_recovery_code(user, typed):
            return NO_CODE
        note(What.RECOVERY_CODE, user.username, client_address(request))
        return ""
    return take_code(user, request.POST.get("code", "")).words


def ways_in(request: HttpRequest, user: User) -> dict[str, object]:
    """What the page offers: the code's field, the passkey's button with what the browser needs, recovery codes."""
    found = factors_of(user)
    here = [one for one in passkeys.passkeys_of(user) if one.rp_id == passkeys.host_of(request)]
    elsewhere = (
        "" if here or not found.has_passkey else "Your passkey was made for another address of this product."
    )
    return {
        "has_authenticator": found.has_authenticator,
        "passkey_options": passkeys.begin_asking(request, user) if here else "",
        "passkey_words": elsewhere,
        "has_recovery_codes": codes_left(user).exists(),
    }
