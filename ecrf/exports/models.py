"""What is taken out: the files that were asked for, data cuts, saved choices, downloads and receipts."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.models import Patient


class ExportKind(models.TextChoices):
    DATA_CUT = "data-cut", gettext_lazy("Data cut")
    REBUILD = "rebuild", gettext_lazy("Data cut made again from the trail")
    CASEBOOK = "casebook", gettext_lazy("Casebook")
    HANDED_OVER = "handed-over", gettext_lazy("Casebook as it was handed over")
    SITE_COPY = "site-copy", gettext_lazy("Investigator's copy")
    ANNOTATED_CRF = "annotated-crf", gettext_lazy("Annotated CRF")
    ARCHIVE = "archive", gettext_lazy("Archive of the study")


class ExportState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Being made"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


CASEBOOK_KINDS = (ExportKind.CASEBOOK, ExportKind.HANDED_OVER)
PDF_KINDS = (*CASEBOOK_KINDS, ExportKind.ANNOTATED_CRF)
UNFINISHED = (ExportState.QUEUED, ExportState.RUNNING)


@audited(ignore=["progress", "steps_done", "steps", "beat_at"])
class Export(models.Model):
    """One file that somebody asked for: made in the background, whole or not at all, and kept with its hash."""

    kind = models.CharField(max_length=20, choices=ExportKind)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.QUEUED)
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, related_name="+", help_text="None: of the study"
    )
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+")
    wanted = models.JSONField(default=dict, help_text="What was chosen: selection, formats, name, reason")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, blank=True, help_text="In which role it was asked for")
    request_key = models.UUIDField(
        unique=True, help_text="Of the click that asked; a second one asks for nothing"
    )
    progress = models.CharField(max_length=200, blank=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True, help_text="When the worker last said that it is at it")
    attempts = models.PositiveSmallIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    file_name = models.CharField(
        max_length=200, blank=True, help_text="As it is called when it is downloaded"
    )
    size = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    removed_at = models.DateTimeField(
        null=True, help_text="When its file was removed, to make room: it can be made again"
    )
    outcome = models.TextField(blank=True, help_text="In words: why it failed, or what was found")

    site_path: ClassVar[str] = "site"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=ExportState.values), name="export_state"),
            models.CheckConstraint(
                condition=models.Q(cancelled_at__isnull=True, cancelled_by__isnull=True)
                | models.Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="export_cancelled_at_and_by",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(size__isnull=False) & ~models.Q(sha256=""),
                name="export_done_has_a_file",
            ),
        ]
        indexes = [models.Index(fields=["site", "-asked_at"], name="export_list")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def is_done(self) -> bool:
        return self.state == ExportState.DONE

    @property
    def has_file(self) -> bool:
        return self.is_done and self.removed_at is None

    @property
    def stored_name(self) -> str:
        """Of the file in the folder of exports."""
        return f"{self.request_key}.{'pdf' if self.kind in PDF_KINDS else 'zip'}"

    @property
    def seconds_waiting(self) -> int:
        """Since it last moved."""
        return int((timezone.now() - (self.beat_at or self.asked_at)).total_seconds())

    @property
    def minutes_waiting(self) -> int:
        return self.seconds_waiting // 60


class KeptContent(models.Model):
    """What a casebook says that is handed over, read at that moment: until its file is made, which may take a while."""

    export = models.OneToOneField(Export, models.PROTECT, primary_key=True, related_name="kept_content")
    content = models.TextField(help_text="JSON; its SHA-256 stands with what the export wants, in the trail")

    def __str__(self) -> str:
        return f"Content of {self.export}"


@audited(append_only=True, row="fingerprint", ignore=["content"])
class FormEdition(models.Model):
    """All forms and the schedule as they were when data cuts were taken: one row for all cuts of one edition of them.

    The trail shows the SHA-256 that names it, and not the content, which is long: whatever changes that is found.
    """

    fingerprint = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the content")
    content = models.TextField(help_text="JSON: what ODM files are described by")

    def __str__(self) -> str:
        return self.fingerprint[:16]


@audited(append_only=True)
class DataCut(models.Model):
    """The study's data up to an event of every chain: named, never changed, and made again from the trail at will."""

    name = models.CharField(max_length=60, unique=True)
    reason = models.CharField(max_length=500)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    positions = models.JSONField(help_text="{chain: position of its last event}")
    description = models.JSONField(help_text="Of the tables, as they were")
    edition = models.ForeignKey(
        FormEdition,
        models.PROTECT,
        null=True,
        related_name="cuts",
        help_text="Of the forms, as they were; none where the cut is older than that they are kept",
    )
    selection = models.JSONField(help_text="Forms, sites, patients, columns; whether identifiers are in it")
    identifiers_reason = models.CharField(max_length=500, blank=True)
    formats = models.JSONField()
    sums = models.JSONField(
        null=True,
        help_text="SHA-256 of each of the package's files, and of the program that made its SDTM; none where the cut is"
        " older than that they are kept",
    )
    version = models.CharField(max_length=40, help_text="Of the software")
    is_synthetic = models.BooleanField()
    export = models.OneToOneField(Export, models.PROTECT, related_name="cut")

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="data_cut_has_reason")]

    def __str__(self) -> str:
        return self.name


@audited(append_only=True)
class Download(models.Model):
    """Somebody took a file with him."""

    export = models.ForeignKey(Export, models.PROTECT, related_name="downloads")
    downloaded_at = models.DateTimeField()
    downloaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.export} by {self.downloaded_by}"


@audited(append_only=True)
class Receipt(models.Model):
    """The site confirms that it has its copy, and where it keeps it."""

    export = models.OneToOneField(Export, models.PROTECT, related_name="receipt")
    note = models.CharField(max_length=500, blank=True, help_text="Where it is kept")
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"Receipt of {self.export}"


@audited()
class SavedChoice(models.Model):
    """What is often taken out, under a name; saving under the same name replaces it."""

    name = models.CharField(max_length=60, unique=True)
    choice = models.JSONField(help_text="Selection and formats")
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name
