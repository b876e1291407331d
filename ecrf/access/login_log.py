"""The log of logins: one row for each login, wrong try, lock and log-out. Rows are added, never changed or removed."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import pgettext_lazy

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.triggers import audited


class What(models.TextChoices):
    LOGGED_IN = "logged-in", pgettext_lazy("log of logins", "logged in")
    LOGGED_IN_BY_PASSKEY = "passkey", pgettext_lazy("log of logins", "logged in with a passkey")
    LOGGED_IN_ELSEWHERE = "single-sign-on", pgettext_lazy("log of logins", "logged in by single sign-on")
    ELSEWHERE_RIGHT = (
        "elsewhere-right",
        pgettext_lazy("log of logins", "single sign-on right, second factor asked for"),
    )
    PASSWORD_RIGHT = (
        "password-right",
        pgettext_lazy("log of logins", "password right, second factor asked for"),
    )
    WRONG_CODE = "wrong-code", pgettext_lazy("log of logins", "wrong code or passkey of the second factor")
    RECOVERY_CODE = "recovery-code", pgettext_lazy("log of logins", "a recovery code was used")
    WRONG = "wrong", pgettext_lazy("log of logins", "wrong user name or password")
    LOCKED = "locked", pgettext_lazy("log of logins", "locked: too many wrong tries")
    REFUSED = "refused", pgettext_lazy("log of logins", "refused: still locked")
    SLOWED = "slowed", pgettext_lazy("log of logins", "refused: too many wrong tries from this address")
    LOGGED_OUT = "logged-out", pgettext_lazy("log of logins", "logged out")
    IDLE = "idle", pgettext_lazy("log of logins", "session ended: not used")
    TOO_LONG = "too-long", pgettext_lazy("log of logins", "session ended: its longest time")
    ENDED = "ended", pgettext_lazy("log of logins", "session ended by its owner or an administrator")
    UNLOCKED = "unlocked", pgettext_lazy("log of logins", "unlocked early")
    CONFIRMED = "confirmed", pgettext_lazy("log of logins", "password given again to sign")
    CONFIRMED_ELSEWHERE = (
        "confirmed-elsewhere",
        pgettext_lazy("log of logins", "confirmed anew by single sign-on to sign"),
    )
    WRONG_TO_SIGN = "wrong-to-sign", pgettext_lazy("log of logins", "wrong user name or password to sign")
    SSO_UNKNOWN = (
        "sso-unknown",
        pgettext_lazy("log of logins", "refused: this login of single sign-on has no account here"),
    )
    SSO_CLOSED = "sso-closed", pgettext_lazy("log of logins", "refused: single sign-on to a closed account")
    SSO_SWAPPED = "sso-swapped", pgettext_lazy("log of logins", "refused: somebody else at single sign-on")
    SSO_TAKEN = (
        "sso-taken",
        pgettext_lazy("log of logins", "refused: this login of single sign-on cannot be linked"),
    )
    SSO_REFUSED = (
        "sso-refused",
        pgettext_lazy("log of logins", "refused: an answer of single sign-on that is not valid"),
    )
    CONFIRMED_HERE = (
        "confirmed-here",
        pgettext_lazy("log of logins", "password given again to change the account"),
    )
    WRONG_HERE = "wrong-here", pgettext_lazy("log of logins", "wrong password to change the account")
    RESET_ASKED = "reset-asked", pgettext_lazy("log of logins", "a link for a forgotten password asked for")
    WRONG_LINK = "wrong-link", pgettext_lazy("log of logins", "a link from a mail that opens nothing")


LOGINS = (What.LOGGED_IN, What.LOGGED_IN_BY_PASSKEY, What.LOGGED_IN_ELSEWHERE)
"""Whatever way: from then on the person is in."""


@audited(append_only=True)
class LoginEvent(models.Model):
    """What happened at one login, log-out or try of one. Chained in the audit trail with all account changes."""

    at = models.DateTimeField(db_default=Now(), help_text="The database server's clock")
    what = models.CharField(max_length=20, choices=What)
    username = models.CharField(
        max_length=150, help_text="Of an account; of anything else that was typed, a keyed hash"
    )
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["username", "what"], name="login_username"),
            models.Index(fields=["address", "at"], name="login_address"),
            models.Index(fields=["at"], name="login_when"),
        ]

    def __str__(self) -> str:
        return f"{self.username}: {self.get_what_display()}"


class LoginTry(models.Model):
    """A password that is being checked at this moment, outside the trail: what came of it is logged."""

    username = models.CharField(max_length=150, db_index=True, help_text="As in the log of logins")
    address = models.GenericIPAddressField(null=True, db_index=True)
    began_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.username}: being checked"


def note(what: What, username: str, address: str | None) -> What:
    """Write one line of the log; the trail's actor is the system, whoever typed."""
    with acting(SYSTEM, source="login"):
        LoginEvent.objects.create(what=what, username=username, address=address)
    return what
