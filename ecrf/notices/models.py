"""What a person chose to be told of, serious events that safety has seen, letters that a site has read."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.models import Entry
from ecrf.monitoring.models import MonitoringVisit

PERSON = settings.AUTH_USER_MODEL


class HowOften(models.TextChoices):
    DAILY = "daily", gettext_lazy("Each day")
    WEEKLY = "weekly", gettext_lazy("Each week")
    NONE = "none", gettext_lazy("Not at all")


@audited(row="user_id")
class MailChoice(models.Model):
    """How often a person gets the list of visits that are due. Without a row: each week."""

    user = models.OneToOneField(PERSON, models.PROTECT, primary_key=True, related_name="mail_choice")
    visits = models.CharField(max_length=10, choices=HowOften, default=HowOften.WEEKLY)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(visits__in=HowOften.values), name="mail_choice_visits")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.visits}"


# In the chain of what belongs to no patient: a patient that is locked can be confirmed as seen, too.
@audited(ignore=["mailed_at", "times"])
class SeriousNotice(models.Model):
    """A serious event of which safety is told, again and again until somebody confirms that it was seen."""

    event = models.OneToOneField(Entry, models.PROTECT, related_name="serious_notice")
    noticed_at = models.DateTimeField(default=timezone.now, help_text="When the worker saw the event")
    mailed_at = models.DateTimeField(null=True, help_text="The last time")
    times = models.PositiveSmallIntegerField(default=0, help_text="How often mail of it was queued")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")

    site_path: ClassVar[str] = "event__patient__site"

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None, confirmed_by=None)
                | models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="serious_notice_confirmed_at_and_by",
            )
        ]

    def __str__(self) -> str:
        return f"Serious event {self.event_id}"

    @property
    def site(self) -> Site:
        return self.event.site


@audited(append_only=True)
class LetterReceipt(models.Model):
    """One person of the site has read one letter of the monitor."""

    visit = models.ForeignKey(MonitoringVisit, models.PROTECT, related_name="receipts")
    read_at = models.DateTimeField(default=timezone.now)
    read_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["read_at"]
        constraints = [models.UniqueConstraint(fields=["visit", "read_by"], name="letter_read_once")]

    def __str__(self) -> str:
        return f"{self.visit}: read by {self.read_by}"
