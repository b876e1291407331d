"""What belongs to one account: its sessions, its second factors, and the links that were sent to its owner."""

import secrets

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.models import User
from ecrf.audit.triggers import audited


class UserSession(AbstractBaseSession):
    """Somebody's visit with one browser, from the login on. It is over when its row is gone: at the next request."""

    user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="sessions", help_text="Empty: not logged in yet"
    )
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True, help_text="The last use, to the minute")
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=60, blank=True, help_text="In words, such as Firefox on Windows")

    def __str__(self) -> str:
        return f"Session of {self.user_id or 'nobody'}"

    @classmethod
    def get_session_store_class(cls) -> type:
        from ecrf.account.session_store import SessionStore

        return SessionStore


class LinkKind(models.TextChoices):
    INVITATION = "invitation", gettext_lazy("Invitation")
    RESET = "reset", gettext_lazy("Forgotten password")
    NEW_ADDRESS = "new-address", gettext_lazy("New e-mail address")


def new_nonce() -> str:
    return secrets.token_urlsafe(24)


@audited(hide=["nonce"])
class SecretLink(models.Model):
    """A link that was sent to one person and opens once. What it consists of is made when it is sent, and stored
    nowhere (links.py)."""

    kind = models.CharField(max_length=20, choices=LinkKind)
    user = models.ForeignKey(User, models.PROTECT, related_name="links")
    nonce = models.CharField(max_length=32, default=new_nonce)
    email = models.EmailField(null=True, blank=True, help_text="The address that is to be the account's")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    valid_until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True, help_text="Or replaced by a newer one")
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=models.Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_link_of_a_kind",
            ),
            # The other way round is allowed: the command line is nobody's account, nor is the system.
            models.CheckConstraint(
                condition=models.Q(withdrawn_by__isnull=True) | models.Q(withdrawn_at__isnull=False),
                name="link_withdrawn_by_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.user.username}"


@audited(hide=["password"])
class PasswordChange(models.Model):
    """An account got a password: when, and by whom. One that its owner has not typed is changed at the first login."""

    user = models.ForeignKey(User, models.PROTECT, related_name="password_changes")
    set_at = models.DateTimeField(default=timezone.now)
    set_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: the command line, by whoever sat there",
    )
    password = models.CharField(
        max_length=128, null=True, help_text="Hashed; kept only as long as it must not be taken again"
    )

    def __str__(self) -> str:
        return f"Password of {self.user.username}"


def _ended_by_at(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(ended_by__isnull=True) | models.Q(ended_at__isnull=False), name=name
    )


@audited(hide=["secret"], ignore=["last_step", "early_step"])
class Authenticator(models.Model):
    """The app on a person's phone that shows a new code every thirty seconds (TOTP)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="authenticators")
    secret = models.TextField(help_text="Encrypted (encryption.py)")
    last_step = models.BigIntegerField(
        help_text="Of the last code that was taken: it and older ones are used up"
    )
    early_step = models.BigIntegerField(
        null=True, help_text="Of one that came before its time: it is not taken when its time comes"
    )
    added_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ended_at__isnull=True), name="one_authenticator"
            ),
            _ended_by_at("authenticator_ended_by_at"),
        ]

    def __str__(self) -> str:
        return f"Authenticator of {self.user.username}"


@audited(ignore=["sign_count", "used_at"])
class Passkey(models.Model):
    """A passkey of a person: on a phone, a computer or a security key (WebAuthn). Only its public half is here."""

    user = models.ForeignKey(User, models.PROTECT, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.CharField(max_length=1400, unique=True, help_text="base64url")
    credential = models.TextField(help_text="With the public key, as the authenticator gave it; base64url")
    rp_id = models.CharField(max_length=253, help_text="The host that it was made for")
    sign_count = models.BigIntegerField(default=0, help_text="As the authenticator counts; many always say 0")
    added_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [_ended_by_at("passkey_ended_by_at")]

    def __str__(self) -> str:
        return f"Passkey {self.name} of {self.user.username}"


@audited(hide=["code"])
class RecoveryCode(models.Model):
    """One of ten codes on paper, for the day on which the phone is gone. Only its hash is here."""

    user = models.ForeignKey(User, models.PROTECT, related_name="recovery_codes")
    code = models.CharField(max_length=128, help_text="Hashed")
    made_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="Replaced by a newer set, or taken away")
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [_ended_by_at("recovery_code_ended_by_at")]

    def __str__(self) -> str:
        return f"Recovery code of {self.user.username}"
