"""Files and their versions, the bytes of which each is made, and who has read which document."""

import uuid
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from ecrf.access.models import Site
from ecrf.access.roles import Role
from ecrf.audit.triggers import NEVER_DELETED, NEVER_UPDATED, audited
from ecrf.casebook.models import Entry, Patient
from ecrf.queries.models import Query

PATIENT_OF_FILE = "(SELECT f.patient_id FROM files_storedfile f WHERE f.id = r.file_id)"
ENTRY_OF_FILE = "(SELECT f.entry_id FROM files_storedfile f WHERE f.id = r.file_id)"


class FileKind(models.TextChoices):
    """What a file is. All but the first are documents: of the study or of a site, and of no patient."""

    COPY = "copy", pgettext_lazy("what a file is", "Source copy")
    PROTOCOL = "protocol", pgettext_lazy("what a file is", "Protocol")
    MANUAL = "manual", pgettext_lazy("what a file is", "Manual")
    CERTIFICATE = "certificate", pgettext_lazy("what a file is", "Laboratory certificate")
    DOCUMENT = "document", pgettext_lazy("what a file is", "Other document")


DOCUMENTS = tuple(kind for kind in FileKind if kind != FileKind.COPY)


class FileContent(models.Model):
    """The bytes of a file, known by their SHA-256: the same bytes are stored once."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text="In bytes")
    pages = models.PositiveSmallIntegerField()

    class Meta:
        triggers = [NEVER_UPDATED, NEVER_DELETED]
        constraints = [
            models.CheckConstraint(condition=models.Q(sha256__regex="^[0-9a-f]{64}$"), name="content_sha256"),
        ]

    def __str__(self) -> str:
        return self.sha256


class FilePiece(models.Model):
    """A part of a content's bytes, so that nobody has to hold all of them at once."""

    content = models.ForeignKey(FileContent, models.PROTECT, related_name="pieces")
    number = models.PositiveIntegerField()
    piece = models.BinaryField()

    class Meta:
        triggers = [NEVER_UPDATED, NEVER_DELETED]
        constraints = [models.UniqueConstraint(fields=["content", "number"], name="piece_once")]

    def __str__(self) -> str:
        return f"{self.content_id} {self.number}"


@audited(patient="r.patient_id", entry="r.entry_id", ignore=["request_key"])
class StoredFile(models.Model):
    """A file where it belongs: at a patient, at one of the forms, at an item of it, at a query; at a site; or, where
    neither is named, of the whole study. What it holds stands in its versions."""

    kind = models.CharField(max_length=12, choices=FileKind)
    title = models.CharField(max_length=200, help_text="What it is: “Laboratory report of 2026-11-22”")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="files")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="files")
    item = models.CharField(max_length=63, blank=True, help_text="Empty: it proves the whole form")
    query = models.ForeignKey(Query, models.PROTECT, null=True, related_name="files")
    of_site = models.ForeignKey(
        Site, models.PROTECT, null=True, related_name="files", help_text="Of a file of no patient"
    )
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role), default=list, help_text="Who confirms to have read it"
    )
    moved_from = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="moved_to",
        help_text="What it was before its form was moved",
    )
    request_key = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Of the click that added it")
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True, help_text="Struck out: named, and its pages are not shown")
    struck_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    struck_reason = models.CharField(max_length=500, blank=True)

    site_path: ClassVar[str] = "patient__site"

    class Meta:
        verbose_name = "file"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(struck_at__isnull=True, struck_by__isnull=True, struck_reason="")
                | (models.Q(struck_at__isnull=False, struck_by__isnull=False) & ~models.Q(struck_reason="")),
                name="file_struck_at_by_and_why",
            ),
            models.CheckConstraint(
                condition=models.Q(patient__isnull=True) | models.Q(kind=FileKind.COPY, of_site__isnull=True),
                name="file_of_patient_is_copy",
            ),
            models.CheckConstraint(
                condition=models.Q(patient__isnull=False)
                | (
                    models.Q(kind__in=DOCUMENTS, entry__isnull=True, query__isnull=True, item="")
                    & models.Q(kind__isnull=False)
                ),
                name="file_of_nobody_is_document",
            ),
            models.CheckConstraint(
                condition=models.Q(item="") | models.Q(entry__isnull=False), name="file_of_item_has_form"
            ),
        ]
        indexes = [
            models.Index(fields=["entry", "item"], name="file_place", condition=models.Q(entry__isnull=False))
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def site(self) -> Site | None:
        """Whose it is; None of a document of the whole study."""
        return self.patient.site if self.patient else self.of_site

    @property
    def is_copy(self) -> bool:
        return self.kind == FileKind.COPY


@audited(patient=PATIENT_OF_FILE, entry=ENTRY_OF_FILE, append_only=True, ignore=["request_key"])
class FileVersion(models.Model):
    """One version of a file: bound to its bytes by their hash, and never changed."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(help_text="From 1")
    content = models.ForeignKey(FileContent, models.PROTECT, related_name="+", help_text="By its SHA-256")
    name = models.CharField(max_length=200, help_text="Of the original, without folders")
    original_sha256 = models.CharField(
        max_length=64, blank=True, help_text="Of the original, as the browser counted it: it was never sent"
    )
    boxes = models.PositiveSmallIntegerField(default=0, help_text="How many places were blacked out")
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    reason = models.CharField(max_length=500, blank=True, help_text="Why there is another version")
    request_key = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Of the click that added it")
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "version of a file"
        verbose_name_plural = "versions of files"
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="file_version_once"),
            models.CheckConstraint(
                condition=models.Q(number=1) | ~models.Q(reason=""), name="file_version_has_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="file_version_valid_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file}, version {self.number}"

    def is_over(self, today: date) -> bool:
        return self.valid_until is not None and self.valid_until < today


@audited(append_only=True)
class FileReceipt(models.Model):
    """A person's own word: this version of a document was read."""

    version = models.ForeignKey(FileVersion, models.PROTECT, related_name="receipts")
    confirmed_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "receipt of a document"
        constraints = [models.UniqueConstraint(fields=["version", "confirmed_by"], name="receipt_once")]

    def __str__(self) -> str:
        return f"{self.version}: read"
