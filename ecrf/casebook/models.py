"""Patients, their visits and their entries; `Crf`, the base of every typed form; and each patient's schedule status."""

import uuid
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.laboratory.models import ReferenceRange  # noqa: F401  (a table of this app)
from ecrf.casebook.review_status import ReviewStatus  # noqa: F401  (a table of this app)
from ecrf.casebook.schedule.due import is_overdue, words_of_state
from ecrf.casebook.transfer.models import Transfer  # noqa: F401  (a table of this app)


class StruckWhole(models.Model):
    """What is struck out as a whole, with everything that belongs to it."""

    struck_at = models.DateTimeField(null=True, help_text="Struck out: shown on demand, counted nowhere")
    struck_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    struck_reason = models.CharField(max_length=500, null=True)
    struck_consent_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="The investigator"
    )
    struck_consent_on = models.DateField(null=True, help_text="Where a data manager struck it out")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(struck_at__isnull=True, struck_by__isnull=True, struck_reason__isnull=True)
                | (
                    models.Q(struck_at__isnull=False, struck_by__isnull=False, struck_reason__isnull=False)
                    & ~models.Q(struck_reason="")
                ),
                name="%(class)s_struck_at_by_and_why",
            ),
            models.CheckConstraint(
                condition=models.Q(struck_consent_of__isnull=True, struck_consent_on__isnull=True)
                | (
                    models.Q(struck_consent_of__isnull=False, struck_consent_on__isnull=False)
                    & models.Q(struck_at__isnull=False)
                ),
                name="%(class)s_consent_of_and_on",
            ),
        ]


@audited(patient="r.id")
class Patient(StruckWhole):
    """One participant, known by site and sequence only: never a name, initials or a record number."""

    site = models.ForeignKey(
        Site, models.PROTECT, related_name="patients", help_text="Where the patient is now: see `Transfer`"
    )
    sequence = models.PositiveIntegerField(
        help_text="Given by the system, from 1 at the site that added the patient, whose code begins the number"
    )
    number = models.CharField(max_length=20, unique=True, help_text="Site code and sequence: 01-001")
    request_key = models.UUIDField(
        unique=True,
        default=uuid.uuid4,
        help_text="Of the click that added the patient; a second one adds none",
    )
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    site_path: ClassVar[str] = "site"

    class Meta(StruckWhole.Meta):
        abstract = False
        ordering = ["number"]
        indexes = [models.Index(fields=["site", "number"], name="patient_list")]

    def __str__(self) -> str:
        return self.number


@audited(patient="r.patient_id")
class Visit(StruckWhole):
    """One visit of one patient that the site has opened; what happened at it stands in its entries."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="visits")
    code = models.CharField(max_length=10, help_text="As in the protocol's schedule: SCR, W01, W04 …")
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    site_path: ClassVar[str] = "patient__site"

    class Meta(StruckWhole.Meta):
        abstract = False
        constraints = [
            *StruckWhole.Meta.constraints,
            # One that is struck out stays beside the one that is opened in its stead.
            models.UniqueConstraint(
                fields=["patient", "code"], condition=models.Q(struck_at=None), name="visit_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient} {self.code}"

    @property
    def site(self) -> Site:
        return self.patient.site


class Status(models.TextChoices):
    """Of an entry. Verified, signed and locked are derived, not statuses."""

    DRAFT = "draft", "In progress"
    COMPLETE = "complete", "Complete"


MOVES: dict[str, frozenset[str]] = {
    Status.DRAFT: frozenset({Status.COMPLETE}),
    Status.COMPLETE: frozenset(),
}
"""From which status to which: a completed entry stays complete; changing it asks for a reason instead."""


@audited(patient="r.patient_id", entry="r.id", ignore=["missing", "request_key"])
class Entry(models.Model):
    """One filled form of one patient, at a visit or (in a log) at none: what everything else points to."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="entries")
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, related_name="entries", db_index=False
    )  # the index `entry_of_visit` begins with it
    crf = models.CharField(max_length=40, help_text="The CRF's key")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="rows")
    number = models.PositiveSmallIntegerField(default=1, help_text="Within a repeat, from 1")
    form_version = models.PositiveSmallIntegerField(help_text="Of the CRF, when the entry was made")
    form_fingerprint = models.CharField(
        max_length=64, help_text="Of that version's definition: SHA-256, in hex"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    missing = models.PositiveSmallIntegerField(
        default=0, help_text="How many required items are empty; derived, kept for lists"
    )
    request_key = models.UUIDField(
        unique=True, null=True, help_text="Of the click that added it; a second click adds none"
    )
    struck_at = models.DateTimeField(null=True, help_text="Struck out: shown, but no longer counted")
    struck_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    struck_reason = models.CharField(max_length=500, blank=True)

    site_path: ClassVar[str] = "patient__site"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "visit", "crf", "parent", "number"],
                condition=models.Q(struck_at=None),
                nulls_distinct=False,
                name="entry_once",
            ),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="entry_status"),
            models.CheckConstraint(
                condition=models.Q(form_version__gte=1, form_fingerprint__regex="^[0-9a-f]{64}$"),
                name="entry_form_version_and_fingerprint",
            ),
            models.CheckConstraint(
                condition=models.Q(struck_at__isnull=True, struck_by__isnull=True, struck_reason="")
                | (models.Q(struck_at__isnull=False, struck_by__isnull=False) & ~models.Q(struck_reason="")),
                name="entry_struck_at_by_and_why",
            ),
        ]
        indexes = [
            # What is calculated over all patients reads one form after another: half the time with this.
            models.Index(
                fields=["crf", "id"],
                include=["patient", "visit"],
                condition=models.Q(struck_at=None),
                name="entry_counted",
            ),
            # One form of a visit, such as the one with its date, without a look at the twenty others.
            models.Index(fields=["visit", "crf"], name="entry_of_visit"),
        ]
        verbose_name = "form"

    def __str__(self) -> str:
        return f"{self.patient} {self.visit.code if self.visit else ''} {self.crf} {self.address}"

    @property
    def site(self) -> Site:
        return self.patient.site

    @property
    def address(self) -> str:
        """Its place among its kind: `2`, or `2.1` for the first row of the second."""
        return f"{self.parent.number}.{self.number}" if self.parent else str(self.number)

    @property
    def link(self) -> str:
        """How another form of the patient names it: `3` in a log, `W04.1` at a visit."""
        return f"{self.visit.code}.{self.number}" if self.visit else str(self.number)

    @property
    def is_struck(self) -> bool:
        """Whether it, or the form whose row it is, is struck out."""
        if self.struck_at or not self.parent_id:  # most have no parent, and need not look it up
            return bool(self.struck_at)
        assert self.parent is not None
        return bool(self.parent.struck_at)

    @property
    def is_done(self) -> bool:
        """Complete, and nothing that is required is empty."""
        return self.status == Status.COMPLETE and not self.missing


STANDING = models.Q(struck_at=None)
"""Of patients or visits, those that are not struck out."""


def not_struck(path: str = "") -> models.Q:
    """Of entries (to which `path` leads), those that are not `is_struck`."""
    return models.Q(**{f"{path}struck_at": None, f"{path}parent__struck_at": None})


def done(path: str = "") -> models.Q:
    """Of entries (to which `path` leads), those that are `is_done`."""
    return models.Q(**{f"{path}status": Status.COMPLETE, f"{path}missing": 0})


class PatientStatus(models.Model):
    """What the schedule says comes next for a patient: one row each, derived by `schedule/due.py`, so that lists of
    ten thousand patients need no walk through their visits. Holds no study data; can be rebuilt any time."""

    patient = models.OneToOneField(Patient, models.PROTECT, primary_key=True, related_name="schedule_status")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    state = models.CharField(max_length=20)
    last_code = models.CharField(max_length=10, blank=True)
    last_on = models.DateField(null=True)
    next_code = models.CharField(max_length=10, blank=True)
    due_on = models.DateField(null=True)
    opens_on = models.DateField(null=True)
    closes_on = models.DateField(null=True)
    unfinished_code = models.CharField(
        max_length=10, blank=True, help_text="The earliest visit begun and not completed"
    )

    class Meta:
        indexes = [
            models.Index(fields=["site", "closes_on"], name="schedule_status_closes"),
            models.Index(
                fields=["site", "patient"],
                name="schedule_status_unfinished",
                condition=~models.Q(unfinished_code=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}: {self.state}"

    @property
    def state_words(self) -> str:
        return words_of_state(self.state)

    def is_overdue(self, today: date) -> bool:
        """Whether the next visit's window has closed; `today` is the site's."""
        return is_overdue(self.closes_on, today)
