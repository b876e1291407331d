"""An appointment: the day, and perhaps the time, on which a patient is expected for a visit. No study data."""

import json
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.models import Patient


class AppointmentEnding(models.TextChoices):
    """Why an appointment is over without a visit."""

    MISSED = "missed", pgettext_lazy("of an appointment", "Missed")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")


@audited(patient="r.patient_id", ignore=["request_key"])
class Appointment(models.Model):
    """One appointment for one visit that is not opened yet. Day and time are those of the clock at the site. A move
    changes them, and the trail keeps what was planned before."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="appointments")
    code = models.CharField(max_length=10, help_text="Of the visit, as in the protocol's schedule")
    planned_on = models.DateField()
    planned_time = models.TimeField(null=True, help_text="Empty: the day alone is agreed")
    note = models.CharField(max_length=500, blank=True)
    outside_reason = models.CharField(
        max_length=500, blank=True, help_text="Why the day lies outside the visit's window"
    )
    moves = models.PositiveSmallIntegerField(default=0, help_text="How often its day or time was changed")
    request_key = models.UUIDField(
        unique=True, default=uuid.uuid4, help_text="Of the click that made it; a second one makes none"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ending = models.CharField(max_length=10, choices=AppointmentEnding, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ending_reason = models.CharField(max_length=500, blank=True)

    site_path: ClassVar[str] = "patient__site"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "code"], condition=models.Q(ending=""), name="appointment_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ending="", ended_at__isnull=True, ended_by__isnull=True, ending_reason="")
                | (
                    models.Q(
                        ending__in=AppointmentEnding.values, ended_at__isnull=False, ended_by__isnull=False
                    )
                    & ~models.Q(ending_reason="")
                ),
                name="appointment_ended_at_by_and_why",
            ),
        ]
        indexes = [models.Index(fields=["planned_on"], name="appointment_day")]

    def __str__(self) -> str:
        return f"{self.patient} {self.code} {self.when}"

    @property
    def site(self) -> Site:
        return self.patient.site

    @property
    def when(self) -> str:
        """`2026-12-01 09:30`, or the day alone."""
        return f"{self.planned_on} {self.planned_time:%H:%M}" if self.planned_time else str(self.planned_on)

    @property
    def agreed(self) -> str:
        """All that a move can change, in one text: a page tells by it whether somebody changed it meanwhile."""
        return json.dumps([self.when, self.note, self.outside_reason], ensure_ascii=False)
