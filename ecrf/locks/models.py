"""Freezes and locks."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext, pgettext_lazy

from ecrf.access.kept_words import as_read
from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.models import Entry, Patient, Visit


class LockKind(models.TextChoices):
    """A freeze keeps the data as they are, while queries, verification and signatures go on; a lock ends these too."""

    FREEZE = "freeze", pgettext_lazy("freeze or lock", "frozen")
    LOCK = "lock", pgettext_lazy("freeze or lock", "locked")


class LockScope(models.TextChoices):
    FORM = "form", pgettext_lazy("what is frozen or locked", "form")
    VISIT = "visit", pgettext_lazy("what is frozen or locked", "visit")
    PATIENT = "patient", pgettext_lazy("what is frozen or locked", "patient")
    SITE = "site", pgettext_lazy("what is frozen or locked", "site")
    STUDY = "study", pgettext_lazy("what is frozen or locked", "study")


@audited(patient="r.patient_id", entry="r.entry_id")
class Lock(models.Model):
    """A freeze or a lock on a form with its rows, a visit, a patient, a site, or the whole study, until it is lifted.

    Enforced by a trigger on the trail: as every write of study data writes an event, whatever writes is refused.
    """

    kind = models.CharField(max_length=10, choices=LockKind)
    scope = models.CharField(max_length=10, choices=LockScope)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="locks")
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    open_points = models.TextField(blank=True, help_text="What was open when it was locked all the same")
    checklist = models.JSONField(
        null=True, help_text="What was open, place by place, as it stood when it was locked"
    )
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lift_reason = models.CharField(max_length=500, blank=True)

    site_path: ClassVar[str] = "site"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    scope=LockScope.FORM,
                    site__isnull=False,
                    patient__isnull=False,
                    visit__isnull=True,
                    entry__isnull=False,
                )
                | models.Q(
                    scope=LockScope.VISIT,
                    site__isnull=False,
                    patient__isnull=False,
                    visit__isnull=False,
                    entry__isnull=True,
                )
                | models.Q(
                    scope=LockScope.PATIENT,
                    site__isnull=False,
                    patient__isnull=False,
                    visit__isnull=True,
                    entry__isnull=True,
                )
                | models.Q(
                    scope=LockScope.SITE,
                    site__isnull=False,
                    patient__isnull=True,
                    visit__isnull=True,
                    entry__isnull=True,
                )
                | models.Q(
                    scope=LockScope.STUDY,
                    site__isnull=True,
                    patient__isnull=True,
                    visit__isnull=True,
                    entry__isnull=True,
                ),
                name="lock_scope_fits",
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True, lift_reason="")
                | (models.Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~models.Q(lift_reason="")),
                name="lock_lifted_at_by_and_why",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="lock_has_reason"),
            models.UniqueConstraint(
                fields=["kind", "site", "patient", "visit", "entry"],
                condition=models.Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="lock_stands_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope", "patient"], name="lock_stands", condition=models.Q(lifted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.scope}"

    @property
    def points_words(self) -> str:
        """What was open, which is kept in English, in the reader's language."""
        return gettext("; ").join(map(_point_as_read, self.open_points.split("; ")))


def _point_as_read(kept: str) -> str:
    """Behind a colon it names forms."""
    what, colon, forms = kept.partition(": ")
    if not colon:
        return as_read(kept)
    named = gettext(", ").join(map(as_read, forms.split(", ")))
    return gettext("%(what)s: %(forms)s") % {"what": as_read(what), "forms": named}
