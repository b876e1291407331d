"""The secret addresses of calendar feeds."""

from django.conf import settings
from django.db import models

from ecrf.audit.triggers import audited


@audited(hide=["token_hash"])
class CalendarFeed(models.Model):
    """One secret address of one person. Whoever knows it reads that person's calendar, until it is revoked."""

    label = models.CharField(max_length=40, blank=True, help_text="Which program or device it was made for")
    token_hash = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the secret; the secret itself is stored nowhere"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="calendar_feeds")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at=None, revoked_by=None)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="calendar_feed_revoked_by",
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar feed {self.pk}"
