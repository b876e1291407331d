"""Which trails were downloaded, by whom and when."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.models import Patient


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
