"""Which login at the provider belongs to which account, and what was used up."""

from datetime import timedelta

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.models import User
from ecrf.audit.triggers import audited


@audited()
class ExternalIdentity(models.Model):
    """One login at a provider that belongs to one account. It is unlinked, never removed or given to another."""

    user = models.ForeignKey(User, models.PROTECT, related_name="external_identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(
        max_length=255, help_text="What the provider calls the person, for ever: its `sub`"
    )
    linked_at = models.DateTimeField(default=timezone.now)
    linked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    unlinked_at = models.DateTimeField(null=True, blank=True)
    unlinked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    unlink_reason = models.CharField(max_length=500, null=True, blank=True)

    class Meta:
        verbose_name_plural = "external identities"
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                condition=models.Q(unlinked_at__isnull=True),
                name="external_identity_of_one_account",
                violation_error_message=gettext_lazy("This login belongs to another account."),
            ),
            models.UniqueConstraint(
                fields=["issuer", "user"],
                condition=models.Q(unlinked_at__isnull=True),
                name="external_identity_one_per_account",
                violation_error_message=gettext_lazy("This account has another login there."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    unlinked_at__isnull=True, unlinked_by__isnull=True, unlink_reason__isnull=True
                )
                | models.Q(unlinked_at__isnull=False, unlinked_by__isnull=False, unlink_reason__isnull=False),
                name="external_identity_unlinked_by_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.subject}"


class UsedOnce(models.Model):
    """The name of something that counts once and was used: a proof, a logout token. Two at once use it once."""

    name = models.CharField(max_length=100, primary_key=True)
    until = models.DateTimeField(help_text="From then on it would not count anyway, and the row goes")

    def __str__(self) -> str:
        return self.name


def use_once(name: str, seconds: float) -> bool:
    """Whether nobody used it before; within `seconds` from now on nobody does again."""
    now = timezone.now()
    UsedOnce.objects.filter(until__lt=now).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sso_usedonce (name, until) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [name, now + timedelta(seconds=seconds)],
        )
        return bool(cursor.rowcount == 1)
