"""Discrepancies: what soft checks asked about saved values, and what the site answered."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.models import Entry
from ecrf.forms.crf import Crf


class DiscrepancyState(models.TextChoices):
    OPEN = "open", "To answer"
    CONFIRMED = "confirmed", "Confirmed against the source"
    CLEARED = "cleared", "No longer so"


@audited(patient="(SELECT e.patient_id FROM casebook_entry e WHERE e.id = r.entry_id)", entry="r.entry_id")
class Discrepancy(models.Model):
    """One soft check's question on one item of one entry. Another value asks anew; the same one stays answered."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="discrepancies")
    check_id = models.CharField(max_length=40)
    item = models.CharField(max_length=63)
    text = models.TextField(help_text="The question as asked, with the values it was asked about")
    state = models.CharField(max_length=10, choices=DiscrepancyState, default=DiscrepancyState.OPEN)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    site_path: ClassVar[str] = "entry__patient__site"
    row: Crf | None = None
    """The row it is asked about, where the checks have just read it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "check_id", "item"], name="discrepancy_once"),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="discrepancy_confirmed_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_id} {self.item}"

    @property
    def site(self) -> Site:
        return self.entry.patient.site
