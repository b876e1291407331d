"""A patient's moves from one site to another: who agreed, from which day on, why."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext

from ecrf.access.models import Site
from ecrf.audit.triggers import audited


@audited(patient="r.patient_id", append_only=True)
class Transfer(models.Model):
    """A patient goes to another site, with the whole casebook. What was wrong is put right by another transfer."""

    patient = models.ForeignKey("casebook.Patient", models.PROTECT, related_name="transfers")
    from_site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    to_site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    moved_on = models.DateField(help_text="The new site's first day with the patient")
    reason = models.CharField(max_length=500)
    from_investigator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    from_agreed_on = models.DateField(help_text="When the investigator of the site before agreed")
    to_investigator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    to_agreed_on = models.DateField(help_text="When the investigator of the new site agreed")
    request_key = models.UUIDField(
        unique=True,
        default=uuid.uuid4,
        help_text="Of the click that moved the patient; a second one moves nobody",
    )
    recorded_at = models.DateTimeField(help_text="From this moment on the new site reads and enters")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    site_path: ClassVar[str] = "from_site"

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(from_site=models.F("to_site")), name="transfer_to_another_site"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="transfer_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.patient}: {self.words}"

    @property
    def site(self) -> Site:
        return self.from_site

    @property
    def words(self) -> str:
        words = gettext("Moved from site %(from)s to site %(to)s on %(day)s")
        return words % {"from": self.from_site.code, "to": self.to_site.code, "day": self.moved_on}
