"""What the reports keep: the secret addresses of calendar feeds, and which trails were downloaded."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.models import Patient


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


@audited(append_only=True)
class TrailExport(models.Model):
    """One download of a patient's or a site's trail: who took out what, and when. It changes nothing of the data.
    `screen`: only what a review screen found there.

    Audited in the chain of what belongs to no patient: a locked patient's trail can still be taken out, and what was
    seen of a patient's chain stays its end.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+")
    filters = models.TextField(blank=True, help_text="In words; empty: everything")
    screen = models.CharField(max_length=20, blank=True, help_text="Of the review screen; empty: the events")
    events = models.PositiveIntegerField(help_text="How many events, or rows of the screen, were taken out")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    site_path: ClassVar[str] = "site"

    class Meta:
        indexes = [models.Index(fields=["site", "patient", "made_at"], name="trail_export_of")]

    def __str__(self) -> str:
        return f"Trail of {self.patient or self.site}, {self.events} events"
