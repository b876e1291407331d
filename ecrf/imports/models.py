"""Files that were brought, what each of their rows would do or did, and how laboratories' files are read."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecrf.access.kept_words import as_read
from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.queries.models import at_and_by


class ImportPurpose(models.TextChoices):
    IMPORT = "import", pgettext_lazy("what a file is brought for", "Import")
    COMPARISON = "comparison", pgettext_lazy("what a file is brought for", "Comparison")


class ImportFormat(models.TextChoices):
    FORM = "form", gettext_lazy("CSV of one form")
    LABORATORY = "laboratory", gettext_lazy("CSV of a laboratory, one result a row")
    ODM = "odm", "ODM-XML 1.3.2"


class ImportState(models.TextChoices):
    UNMAPPED = "unmapped", "Columns to be named"
    WAITING = "waiting", "Waiting to be looked at"
    CHECKING = "checking", "Being looked at"
    CHECKED = "checked", "Looked at"
    REFUSED = "refused", "Cannot be read"
    DUE = "due", "Waiting to be imported"
    ACTING = "acting", "Being imported"
    DONE = "done", "Imported"
    ASIDE = "aside", "Put aside"
    FAILED = "failed", "Failed"


STATE_WORDS: dict[ImportState, Promise] = {
    ImportState.UNMAPPED: pgettext_lazy("state of a file", "columns to be named"),
    ImportState.WAITING: pgettext_lazy("state of a file", "waiting to be looked at"),
    ImportState.CHECKING: pgettext_lazy("state of a file", "being looked at"),
    ImportState.CHECKED: pgettext_lazy("state of a file", "looked at"),
    ImportState.REFUSED: pgettext_lazy("state of a file", "cannot be read"),
    ImportState.DUE: pgettext_lazy("state of a file", "waiting to be imported"),
    ImportState.ACTING: pgettext_lazy("state of a file", "being imported"),
    ImportState.DONE: pgettext_lazy("state of a file", "imported"),
    ImportState.ASIDE: pgettext_lazy("state of a file", "put aside"),
    ImportState.FAILED: pgettext_lazy("state of a file", "failed"),
}
UNDER_WAY = (ImportState.WAITING, ImportState.CHECKING, ImportState.DUE, ImportState.ACTING)


class RowKind(models.TextChoices):
    """What a row does, or how it lies to what is stored."""

    READ = "read", pgettext_lazy("what a row does", "Not looked at yet")
    NEW = "new", pgettext_lazy("what a row does", "New")
    CHANGED = "changed", pgettext_lazy("what a row does", "Changed")
    SAME = "same", pgettext_lazy("what a row does", "The same")
    REFUSED = "refused", pgettext_lazy("what a row does", "Refused")


@audited(append_only=True, row="sha256")
class ImportFile(models.Model):
    """A file as it came, named by its SHA-256: kept once, for the record, and never changed."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    kept_at = models.DateTimeField()
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex="^[0-9a-f]{64}$"), name="import_file_has_a_hash"
            )
        ]

    def __str__(self) -> str:
        return self.sha256[:16]


@audited(append_only=True, ignore=["content"])
class ImportFilePiece(models.Model):
    """A piece of a file's content: nobody holds a large file in memory to keep or to read it."""

    file = models.ForeignKey(ImportFile, models.PROTECT, related_name="pieces")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="file_piece_once")]

    def __str__(self) -> str:
        return f"{self.file} {self.number}"


@audited()
class LabMapping(models.Model):
    """How a laboratory's file is read, under a name: what its columns are, and where each of its tests is entered."""

    name = models.CharField(max_length=60, unique=True)
    columns = models.JSONField(help_text="{what it is: name of the column in the file}")
    target = models.JSONField(
        help_text="The form of results, and its items for the value, the unit and the day"
    )
    tests = models.JSONField(
        help_text="{test as the file names it: number of the row on the form, 0 for none}"
    )
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name


@audited(ignore=["progress", "steps_done", "steps", "beat_at", "attempts"])
class Import(models.Model):
    """One file that somebody brought: looked at first, and then imported whole or not at all; or only compared."""

    purpose = models.CharField(max_length=10, choices=ImportPurpose)
    format = models.CharField(max_length=10, choices=ImportFormat)
    form = models.CharField(max_length=40, blank=True, help_text="Key of the CRF, of a CSV of one form")
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, related_name="+", help_text="Whose patients alone; none: all sites"
    )
    source_system = models.CharField(max_length=60, help_text="Where the file comes from")
    file = models.ForeignKey(ImportFile, models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=200)
    reading = models.JSONField(default=dict, help_text="Encoding, delimiter, decimal sign, mapping")
    role = models.CharField(max_length=20, blank=True, help_text="In which role it was brought")
    request_key = models.UUIDField(
        unique=True, help_text="Of the click that brought it; a second one brings none"
    )
    brought_at = models.DateTimeField()
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.WAITING)
    counts = models.JSONField(default=dict, help_text="Of rows by kind, of values, of what it undoes")
    outcome = models.TextField(blank=True, help_text="In words: why it was refused, or what came of it")
    reason = models.CharField(max_length=500, blank=True)
    consents = models.JSONField(default=dict, help_text="{site: [investigator's id, name, day]}")
    act_key = models.UUIDField(null=True, help_text="Of the click that imports it")
    ordered_at = models.DateTimeField(null=True)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True, help_text="When it was imported")
    progress = models.CharField(max_length=200, blank=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True, help_text="When whoever works on it last said so")
    attempts = models.PositiveSmallIntegerField(default=0)

    site_path: ClassVar[str] = "site"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=ImportState.values), name="import_state"),
            models.CheckConstraint(condition=at_and_by("ordered"), name="import_ordered_at_and_by"),
            models.CheckConstraint(
                condition=~models.Q(state="done")
                | ~models.Q(reason="") & models.Q(finished_at__isnull=False),
                name="import_done_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_in_vain(self) -> bool:
        return self.state in (ImportState.REFUSED, ImportState.FAILED)

    @property
    def is_comparison(self) -> bool:
        return self.purpose == ImportPurpose.COMPARISON

    @property
    def state_words(self) -> str:
        return str(STATE_WORDS[ImportState(self.state)])

    @property
    def progress_words(self) -> str:
        return as_read(self.progress)

    @property
    def outcome_words(self) -> str:
        return as_read(self.outcome)

    @property
    def hash_words(self) -> str:
        return f"SHA-256 {self.file_id}"


@audited(append_only=True)
class ImportDownload(models.Model):
    """Somebody took the file itself, or what was seen of its rows, with him."""

    batch = models.ForeignKey(Import, models.PROTECT, related_name="downloads")
    what = models.CharField(max_length=60)
    downloaded_at = models.DateTimeField()
    downloaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.what} of {self.batch}"


class ImportRow(models.Model):
    """One row of a file, and what became of it when it was last looked at. Derived: made anew from the file at will."""

    batch = models.ForeignKey(Import, models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(help_text="As a spreadsheet numbers it; of XML, the line")
    place = models.PositiveIntegerField(default=0, help_text="Among those that stand in one row of the file")
    patient_number = models.CharField(max_length=40)
    given = models.JSONField(help_text="What stands in the row, as it was read")
    kind = models.CharField(max_length=10, choices=RowKind, default=RowKind.READ)
    result = models.JSONField(
        default=dict, help_text="Where it goes, what each value does, what it undoes, why not"
    )
    differs = models.BooleanField(
        default=False, help_text="It would now do something else than was shown before"
    )
    entry = models.BigIntegerField(null=True, help_text="Of a comparison: the entry it was compared with")
    seen = models.BigIntegerField(null=True, help_text="Length of the patient's chain at that moment")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "number", "place"], name="import_row_once"),
            models.CheckConstraint(condition=models.Q(kind__in=RowKind.values), name="import_row_kind"),
        ]
        indexes = [
            models.Index(fields=["batch", "patient_number", "number"], name="import_row_patient"),
            models.Index(fields=["batch", "kind", "number"], name="import_row_kinds"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}, row {self.number}"
