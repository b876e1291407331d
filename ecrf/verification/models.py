"""Verifications of items, and each site's share of forms that are verified."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.models import Entry, Patient
from ecrf.files.models import FileVersion

STANDS = models.Q(undone_at__isnull=True, fallen_position__isnull=True)


@audited(patient="r.patient_id", entry="r.entry_id", ignore=["fallen_position", "fell_at"])
class Verification(models.Model):
    """A monitor has compared one item with the source: bound to the audit event that was seen.

    When the value changes, whoever changes it and however, the database's trigger writes the position of that event
    into `fallen_position`: the verification no longer stands, and stays as history.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="verifications")
    item = models.CharField(max_length=63)
    is_critical = models.BooleanField(help_text="By the plan of that moment")
    position = models.BigIntegerField(
        help_text="In the patient's chain: the event that gave the item its value"
    )
    value = models.TextField(help_text="The item in words, as it was seen")
    copy = models.ForeignKey(
        FileVersion,
        models.PROTECT,
        null=True,
        related_name="verifications",
        help_text="The source copy beside it",
    )
    copy_sha256 = models.CharField(max_length=64, null=True, help_text="Of that version's bytes")
    verified_at = models.DateTimeField()
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    together = models.PositiveIntegerField(
        null=True, help_text="So many items were verified by one press of “Verify them”; none: by itself"
    )
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    fallen_position = models.BigIntegerField(
        null=True, help_text="In the patient's chain: the change that undid it"
    )
    fell_at = models.DateTimeField(null=True)

    site_path: ClassVar[str] = "site"
    against: str = ""
    since_then: str = ""
    """Of a page: which source copy it was made against, and what became of that (`copies.say_against`)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "item"], condition=STANDS, name="verification_stands_once"
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
                name="verification_undone_at_and_by",
            ),
            models.CheckConstraint(
                condition=models.Q(fell_at__isnull=True, fallen_position__isnull=True)
                | models.Q(fell_at__isnull=False, fallen_position__isnull=False),
                name="verification_fell_at_and_position",
            ),
            models.CheckConstraint(
                condition=models.Q(copy__isnull=True, copy_sha256__isnull=True)
                | models.Q(copy__isnull=False, copy_sha256__isnull=False),
                name="verification_copy_and_hash",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "verified_at"], name="verification_when"),
            models.Index(fields=["patient", "entry"], name="verification_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}.{self.item} at {self.position}"

    @property
    def stands(self) -> bool:
        return self.undone_at is None and self.fallen_position is None


@audited(append_only=True)
class SiteShare(models.Model):
    """From a date on, so many per cent of a site's forms are sampled for verification; the latest one counts."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="shares")
    share = models.PositiveSmallIntegerField(help_text="Per cent of the forms that hold no critical item")
    from_on = models.DateField(help_text="Forms completed on this day or later")
    reason = models.CharField(max_length=500)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    site_path: ClassVar[str] = "site"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(share__lte=100), name="site_share_per_cent"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="site_share_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.site}: {self.share} % from {self.from_on}"
