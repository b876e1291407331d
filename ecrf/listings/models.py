"""Listings that people keep, and the rows of listings that somebody has reviewed."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from ecrf.access.roles import Role
from ecrf.audit.triggers import audited
from ecrf.casebook.models import Entry, Patient


class SavedListing(models.Model):
    """One listing under a name. Not audited: it holds no data and gives no right to any; who opens it sees what this
    person may read. What is deleted is hidden, for rows may be marked in it."""

    name = models.CharField(max_length=80)
    definition = models.JSONField(help_text="The pairs of its address, its narrowing with them")
    role = models.CharField(
        max_length=20, blank=True, choices=Role, help_text="With which role it is shared; empty: with none"
    )
    request_key = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Of the click that kept it")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="listings")
    is_deleted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["made_by", "name"],
                condition=models.Q(is_deleted=False),
                name="saved_listing_name_once",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_listing_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


@audited(patient="r.patient_id", entry="r.entry_id")
class RowMark(models.Model):
    """Somebody has reviewed one row of a listing: what stood in it, by its digest. It holds as long as the row shows
    just that, whoever changes what and however: see docs/decisions/0045."""

    listing = models.CharField(max_length=60, help_text="`ready:` and its key, or `saved:` and its number")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", help_text="Of which the row shows one")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what the row showed, in hex")
    reviewed_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    together = models.PositiveIntegerField(null=True, help_text="So many rows by one act; none: by itself")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    site_path: ClassVar[str] = "patient__site"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
                name="row_mark_undone_at_and_by",
            ),
            models.CheckConstraint(
                condition=models.Q(digest__regex="^[0-9a-f]{64}$"), name="row_mark_digest"
            ),
        ]
        indexes = [models.Index(fields=["entry", "listing", "-id"], name="row_mark_of")]

    def __str__(self) -> str:
        return f"{self.listing} {self.entry_id}"
