"""Codes of an authenticator app (TOTP, RFC 6238): six digits, a new one every thirty seconds, each taken once."""

import enum
import logging
import time
from dataclasses import dataclass

import pyotp
import segno
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext, gettext_lazy, ngettext

from ecrf.access.models import User
from ecrf.account.mails import tell_changed
from ecrf.account.models import Authenticator
from ecrf.account.second.encryption import UnreadableSecret, decrypt, encrypt, encrypt_anew
from ecrf.audit.actor import Actor, acting
from ecrf.audit.texts import fold

log = logging.getLogger("ecrf.login")

STEP_SECONDS, DIGITS = 30, 6
TOLERANCE = 1
"""Steps before and after the present one that are taken: the time that typing takes, and clocks a little off."""
RECOGNISED = 8
"""Steps before and after it at which a code is recognised and not taken: the clock of the phone is off."""


class CodeVerdict(enum.Enum):
    RIGHT = "right"
    WRONG = "wrong"
    USED = "used"
    CLOCK_OFF = "clock-off"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Judged:
    """What came of a typed code; `step` counts half minutes since 1970, `off_seconds` says how far the clock is off."""

    verdict: CodeVerdict
    step: int = 0
    off_seconds: int = 0

    @property
    def words(self) -> str:
        match self.verdict:
            case CodeVerdict.USED:
                return gettext("This code was used already. Wait until the app shows the next one.")
            case CodeVerdict.CLOCK_OFF:
                minutes = max(1, round(abs(self.off_seconds) / 60))
                if self.off_seconds > 0:
                    words = ngettext(
                        "The clock of your phone seems to be ahead by about %(minutes)d minute. Let the phone"
                        " set its time by itself, then type the next code.",
                        "The clock of your phone seems to be ahead by about %(minutes)d minutes. Let the phone"
                        " set its time by itself, then type the next code.",
                        minutes,
                    )
                else:
                    words = ngettext(
                        "The clock of your phone seems to be behind by about %(minutes)d minute. Let the phone"
                        " set its time by itself, then type the next code.",
                        "The clock of your phone seems to be behind by about %(minutes)d minutes. Let the phone"
                        " set its time by itself, then type the next code.",
                        minutes,
                    )
                return words % {"minutes": minutes}
            case CodeVerdict.UNREADABLE:
                return gettext(
                    "Your authenticator cannot be checked here any more, since a key of this installation has"
                    " changed. Ask an administrator to take your second factor away, or use a recovery code."
                )
            case CodeVerdict.WRONG:
                return gettext(
                    "This is not the code that your authenticator shows now. Type the six digits that it shows."
                )
        return ""


def new_secret() -> str:
    """Of 160 bits, as base32, which people can type."""
    return pyotp.random_base32(32)


def in_groups(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def qr_code(user: User, secret: str) -> str:
    """What the app reads with the camera: an SVG, as a data address. White around and below, in dark mode too."""
    address = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="eCRF")
    return str(segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))


def judge(secret: str, typed: str, *, used_up_to: int = -1, early: int | None = None) -> Judged:
    """Compare what was typed with the codes around now. `used_up_to`: the step of the last code that was taken;
    `early`: of one that came before its time, which is not taken when its time comes."""
    code = "".join(fold(typed).split())
    now = int(time.time()) // STEP_SECONDS
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return Judged(CodeVerdict.WRONG)
    codes = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    steps = sorted(range(now - RECOGNISED, now + RECOGNISED + 1), key=lambda step: abs(step - now))
    found = [step for step in steps if constant_time_compare(codes.generate_otp(step), code)]
    if not found:
        return Judged(CodeVerdict.WRONG)
    step = found[0]
    if abs(step - now) > TOLERANCE:
        return Judged(CodeVerdict.CLOCK_OFF, step, (step - now) * STEP_SECONDS)
    return Judged(CodeVerdict.USED if step <= used_up_to or step == early else CodeVerdict.RIGHT, step)


def take_code(user: User, typed: str) -> Judged:
    """Judge a code of the person's authenticator and use it up. Two at once take turns at its row: one is right."""
    with acting(Actor(str(user.pk), user.username), source="login"):
        rows = Authenticator.objects.select_for_update()
        row = rows.filter(user=user, ended_at__isnull=True).first()
        if row is None:
            return Judged(CodeVerdict.WRONG)
        try:
            secret = decrypt(row.secret)
        except UnreadableSecret:
            log.error("an authenticator cannot be decrypted: SECOND_FACTOR_KEY", extra={"user": user.pk})
            return Judged(CodeVerdict.UNREADABLE)
        found = judge(secret, typed, used_up_to=row.last_step, early=row.early_step)
        if found.verdict is CodeVerdict.RIGHT:
            row.last_step = found.step
            row.save(update_fields=["last_step"])
        elif found.verdict is CodeVerdict.CLOCK_OFF and found.off_seconds > 0:
            row.early_step = found.step  # who guessed it would know from the words that it opens soon
            row.save(update_fields=["early_step"])
        return found


def add_authenticator(*, user: User, secret: str, step: int) -> bool:
    """After its first code was right: that code is used up. The one before is replaced. False for a second click."""
    by = Actor(str(user.pk), user.username)
    with acting(by, source="account"):
        User.objects.select_for_update().get(pk=user.pk)
        if _has_secret(user, secret):
            return False
        end_authenticator(user)
        Authenticator.objects.create(user=user, secret=encrypt(secret), last_step=step)
        tell_changed(user, gettext_lazy("An authenticator app was added"))
    return True


def _has_secret(user: User, secret: str) -> bool:
    row = Authenticator.objects.filter(user=user, ended_at__isnull=True).first()
    try:
        return row is not None and decrypt(row.secret) == secret
    except UnreadableSecret:
        return False


def remove_authenticator(*, user: User) -> None:
    with acting(Actor(str(user.pk), user.username), source="account"):
        if end_authenticator(user):
            tell_changed(user, gettext_lazy("The authenticator app was removed"))


def end_authenticator(user: User) -> int:
    """Inside the caller's `acting`."""
    User.objects.select_for_update().get(pk=user.pk)
    rows = Authenticator.objects.filter(user=user, ended_at__isnull=True)
    return rows.update(ended_at=timezone.now(), ended_by=user)


def encrypt_all_anew(*, by: Actor) -> int:
    """With the first key, those that have ended too; how many. Raises `UnreadableSecret`, and nothing is changed."""
    with acting(by, source="command"):
        rows = list(Authenticator.objects.select_for_update())
        for row in rows:
            row.secret = encrypt_anew(row.secret)
            row.save(update_fields=["secret"])
    return len(rows)
