"""Monitoring visits: planned or called off, conducted on a frozen worklist, ended with report and follow-up letter."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from ecrf.access.language import MASTER
from ecrf.access.models import LONGEST_LANGUAGE, Site
from ecrf.audit.triggers import audited

PERSON = settings.AUTH_USER_MODEL


class How(models.TextChoices):
    ON_SITE = "on-site", pgettext_lazy("a monitoring visit", "On site")
    REMOTE = "remote", pgettext_lazy("a monitoring visit", "Remote")


class VisitStage(models.TextChoices):
    """Where a monitoring visit stands; derived from what has happened."""

    PLANNED = "planned", pgettext_lazy("state of a monitoring visit", "planned")
    UNDER_WAY = "under-way", pgettext_lazy("state of a monitoring visit", "under way")
    ENDED = "ended", pgettext_lazy("state of a monitoring visit", "ended, report to finish")
    FINISHED = "finished", pgettext_lazy("state of a monitoring visit", "finished")
    CALLED_OFF = "called-off", pgettext_lazy("state of a monitoring visit", "called off")


STAYS = """
    IF OLD.finished_at IS NOT NULL THEN
        RAISE EXCEPTION 'A finished monitoring visit is never changed.' USING ERRCODE = 'EC003';
    END IF;
    IF OLD.called_off_at IS NOT NULL THEN
        RAISE EXCEPTION 'A monitoring visit that was called off is never changed.' USING ERRCODE = 'EC003';
    END IF;
    IF OLD.started_at IS NOT NULL AND (
        (NEW.site_id, NEW.monitor_id, NEW.planned_on, NEW.how, NEW.purpose)
        IS DISTINCT FROM (OLD.site_id, OLD.monitor_id, OLD.planned_on, OLD.how, OLD.purpose)
        -- A start is taken back whole, before the end; or it stays.
        OR (NEW.started_at IS NULL AND OLD.ended_at IS NOT NULL)
        OR (NEW.started_at IS NOT NULL AND (NEW.started_at, NEW.started_by_id, NEW.worklist)
            IS DISTINCT FROM (OLD.started_at, OLD.started_by_id, OLD.worklist))
    ) THEN
        RAISE EXCEPTION 'What a monitoring visit started with stays as it was.' USING ERRCODE = 'EC003';
    END IF;
    IF OLD.ended_at IS NOT NULL
        AND (NEW.ended_at, NEW.ended_by_id) IS DISTINCT FROM (OLD.ended_at, OLD.ended_by_id)
    THEN
        RAISE EXCEPTION 'The end of a monitoring visit stays as it was.' USING ERRCODE = 'EC003';
    END IF;
    RETURN NEW;
"""


def _pair(name: str) -> models.CheckConstraint:
    """A moment and a person come together."""
    none = {f"{name}_at__isnull": True, f"{name}_by__isnull": True}
    both = models.Q(**none) | models.Q(**dict.fromkeys(none, False))
    return models.CheckConstraint(condition=both, name=f"monitoring_visit_{name}_at_and_by")


def _only_after(later: str, earlier: str) -> models.CheckConstraint:
    condition = models.Q(**{f"{later}_at__isnull": True}) | models.Q(**{f"{earlier}_at__isnull": False})
    return models.CheckConstraint(condition=condition, name=f"monitoring_visit_{later}_after_{earlier}")


@audited()
class MonitoringVisit(models.Model):
    """One monitor's visit of one site: what was to do when it started stays; what was done is reported at its end."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="monitoring_visits")
    monitor = models.ForeignKey(PERSON, models.PROTECT, related_name="monitoring_visits")
    planned_on = models.DateField(help_text="The site's calendar")
    how = models.CharField(max_length=10, choices=How)
    purpose = models.TextField(blank=True)
    called_off_at = models.DateTimeField(null=True)
    called_off_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    called_off_why = models.CharField(max_length=500, blank=True)
    request_key = models.UUIDField(
        unique=True, help_text="Of the click that planned it; a second one plans none"
    )
    started_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    worklist = models.JSONField(null=True, help_text="What was to do when the visit started")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    report = models.TextField(blank=True)
    letter = models.TextField(blank=True)
    report_language = models.CharField(
        max_length=LONGEST_LANGUAGE, null=True, help_text="In which the report is written; empty: English"
    )
    letter_language = models.CharField(
        max_length=LONGEST_LANGUAGE, null=True, help_text="In which the letter is written; empty: English"
    )
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")

    site_path: ClassVar[str] = "site"

    class Meta:
        constraints = [
            _pair("started"),
            _pair("ended"),
            _pair("finished"),
            _pair("called_off"),
            models.CheckConstraint(
                condition=models.Q(called_off_at=None, called_off_why="")
                | (models.Q(called_off_at__isnull=False, started_at=None) & ~models.Q(called_off_why="")),
                name="monitoring_visit_called_off_before_its_start_and_why",
            ),
            _only_after("ended", "started"),
            _only_after("finished", "ended"),
            models.CheckConstraint(
                condition=models.Q(started_at__isnull=True, worklist__isnull=True)
                | models.Q(started_at__isnull=False, worklist__isnull=False),
                name="monitoring_visit_worklist_of_the_start",
            ),
            models.CheckConstraint(condition=models.Q(how__in=How.values), name="monitoring_visit_how"),
            models.UniqueConstraint(
                fields=["site", "monitor"],
                condition=models.Q(started_at__isnull=False, ended_at__isnull=True),
                name="monitoring_visit_one_under_way",
            ),
        ]
        indexes = [models.Index(fields=["site", "started_at"], name="monitoring_visit_when")]
        triggers = [
            pgtrigger.Trigger(name="stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=STAYS)
        ]

    def __str__(self) -> str:
        return f"{self.site}, {self.planned_on}"

    def written_in(self, kind: str) -> str:
        """The language of the `report` or the `letter`."""
        return getattr(self, f"{kind}_language") or MASTER

    @property
    def is_remote(self) -> bool:
        return self.how == How.REMOTE

    @property
    def stage(self) -> VisitStage:
        if self.called_off_at:
            return VisitStage.CALLED_OFF
        if self.finished_at:
            return VisitStage.FINISHED
        if self.ended_at:
            return VisitStage.ENDED
        return VisitStage.UNDER_WAY if self.started_at else VisitStage.PLANNED
