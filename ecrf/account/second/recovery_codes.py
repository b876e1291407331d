"""Ten codes on paper for the day on which the phone is gone: shown once, stored as hashes, each used once."""

import base64
import secrets
from datetime import timedelta

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, ngettext_lazy

from ecrf.access.models import User
from ecrf.account.mails import tell_changed
from ecrf.account.models import RecoveryCode
from ecrf.audit.actor import Actor, acting
from ecrf.audit.texts import fold

HOW_MANY, RANDOM_BYTES = 10, 15
SECOND_CLICK = timedelta(seconds=5)
_HASHER = PBKDF2PasswordHasher()
ROUNDS = 1
"""A code has 120 random bits: nobody tries them all, however quick a try is, so slowness would add nothing
(OWASP ASVS 6.5.2 asks for a slow hash below 112 bits)."""


def make_codes(user: User) -> list[str]:
    """A new set, in place of what is left of the one before. Only this answer ever holds the codes."""
    codes = [
        _in_groups(base64.b32encode(secrets.token_bytes(RANDOM_BYTES)).decode()) for _ in range(HOW_MANY)
    ]
    with acting(Actor(str(user.pk), user.username), source="account"):
        User.objects.select_for_update().get(pk=user.pk)
        replaced = codes_left(user).update(ended_at=timezone.now(), ended_by=user)
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code=_hashed(code)) for code in codes)
        if replaced:
            tell_changed(
                user, gettext_lazy("New recovery codes were made; those of before open nothing any more")
            )
    return codes


def were_made_just_now(user: User) -> bool:
    """A second click, whose set would take the place of the one that the first is about to show."""
    return codes_left(user).filter(made_at__gt=timezone.now() - SECOND_CLICK).exists()


def codes_left(user: User) -> QuerySet[RecoveryCode]:
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True, ended_at__isnull=True)


def take_recovery_code(user: User, typed: str) -> bool:
    """Whether it is one of the person's codes; it is used up, and the person is told. Of two at once, one is right."""
    code = _plain(typed)
    with acting(Actor(str(user.pk), user.username), source="login"):
        rows = list(codes_left(user).select_for_update())
        # Each is compared, whichever fits.
        found = [row for row in rows if _HASHER.verify(code, row.code)]
        if not found:
            return False
        found[0].used_at = timezone.now()
        found[0].save(update_fields=["used_at"])
        left = len(rows) - 1
        tell_changed(user, _one_was_used(left))
    return True


def _one_was_used(left: int) -> Promise:
    words = ngettext_lazy(
        "A recovery code was used to log in; {left} is left",
        "A recovery code was used to log in; {left} are left",
        left,
    )
    return format_lazy(words, left=left)


def _hashed(code: str) -> str:
    return _HASHER.encode(_plain(code), _HASHER.salt(), ROUNDS)


def _plain(typed: str) -> str:
    """As it was made, whatever the case and however it is divided. 0 and 1 are not in it: O and I are meant."""
    letters = fold(typed).upper().replace("0", "O").replace("1", "I")
    return "".join(sign for sign in letters if sign.isalnum())[:64]


def _in_groups(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
