"""Serious adverse event: why it is serious, when the site knew and reported it, the story, and what came after."""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, pgettext

from ecrf.casebook.data import PatientData
from ecrf.casebook.report_clock import overdue_for
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, ClockTime, Day, Link, Prose, YesNo
from ecrf.forms.local_time import moments, surely_before
from ecrf.forms.registry import Section, crf
from trial.crfs.adverse_event import Outcome

CRITERIA = (
    "death",
    "life_threatening",
    "hospital_stay",
    "disability",
    "congenital_anomaly",
    "other_important",
)
REPORT_WITHIN = timedelta(hours=24)

IN_HOURS = 72
"""A longer time is said in days."""

TIMES = ("became_aware_on", "became_aware_at", "reported_on", "reported_at")


@crf(
    "serious-adverse-event",
    title="Serious adverse event",
    domain="AE",
    repeat="serious adverse event",
    columns=("adverse_event", *TIMES),
)
class SeriousAdverseEvent(Crf):
    """One serious adverse event: what the adverse event log says of it is not asked again."""

    adverse_event = Link("Adverse event", to="adverse-event", cdash="AESPID")

    death = YesNo("Death", cdash="AESDTH")
    life_threatening = YesNo("Life-threatening", cdash="AESLIFE")
    hospital_stay = YesNo("Hospital stay", hint="Admitted, or stayed longer", cdash="AESHOSP")
    disability = YesNo("Disability", hint="Persistent or significant", cdash="AESDISAB")
    congenital_anomaly = YesNo("Congenital anomaly", cdash="AESCONG")
    other_important = YesNo("Other important medical event", cdash="AESMIE")

    became_aware_on = Day("Site became aware on", cdash="AEAWARDT_SUPPAE")
    became_aware_at = ClockTime("Site became aware at", cdash="AEAWARTM_SUPPAE")
    reported_on = Day("Reported to the sponsor on", cdash="AEREPDT_SUPPAE")
    reported_at = ClockTime("Reported to the sponsor at", cdash="AEREPTM_SUPPAE")

    narrative = Prose("Narrative", hint="What happened, in order; no names", cdash="AENARR_SUPPAE")

    sections = (
        Section("Event", "adverse_event"),
        Section("Why it is serious", *CRITERIA, help="At least one is yes."),
        Section("Report", *TIMES, help="Within 24 hours after the site became aware."),
        Section("Narrative", "narrative"),
    )

    listed = ("adverse_event", "why_serious", "adverse_event.relation", "became_aware_on", "reported_on")
    listed_words: ClassVar[dict[str, str]] = {"why_serious": "Serious because"}

    def why_serious(self) -> str:
        """The criteria that it meets."""
        between = pgettext("between the names of a list", ", ")
        return between.join(str(self._meta.get_field(name).verbose_name) for name in self.met())  # type: ignore[union-attr]

    def late_words(self, zone: ZoneInfo) -> str:
        """How long the report took, or has been waited for, where that is more than 24 hours."""
        lasted = self.lateness(zone)
        if lasted is not None:
            return _reported_after(lasted) if lasted > REPORT_WITHIN else ""
        waited = overdue_for(self, zone)
        return _not_reported_for(waited) if waited else ""

    def in_time_words(self, zone: ZoneInfo) -> str:
        """Of an event that is not known to be late; a day or time that is not known may hide that it was."""
        if not self.became_aware_on:
            return pgettext("in time?", "not known")
        if not self.reported_on:
            if "reported_on" in self.missing_reasons:
                return pgettext("in time?", "not known")
            return pgettext("in time?", "not reported yet")
        aware = moments(self.became_aware_on, self.became_aware_at or time(0), zone)
        longest = max(moments(self.reported_on, self.reported_at or time(23, 59), zone)) - min(aware)
        is_sure = timedelta(0) <= longest <= REPORT_WITHIN
        return pgettext("in time?", "yes") if is_sure else pgettext("in time?", "not known")

    def lateness(self, zone: ZoneInfo) -> timedelta | None:
        """The least time from when the site became aware to the report; an unknown time of day gains the doubt."""
        if not (self.became_aware_on and self.reported_on):
            return None
        aware = moments(self.became_aware_on, self.became_aware_at or time(23, 59), zone)
        return min(moments(self.reported_on, self.reported_at or time(0), zone)) - max(aware)

    def is_reported_before_aware(self, zone: ZoneInfo) -> bool:
        """Whether the report surely came before the site became aware."""
        if not (self.became_aware_on and self.reported_on):
            return False
        aware = moments(self.became_aware_on, self.became_aware_at or time(0), zone)
        return surely_before(moments(self.reported_on, self.reported_at or time(23, 59), zone), aware)

    def met(self) -> list[str]:
        """The criteria answered yes."""
        return [name for name in CRITERIA if getattr(self, name)]

    def meets_none(self) -> bool:
        """Whether every criterion is answered no; no answer, or a missing reason, decides nothing."""
        return all(getattr(self, name) is False for name in CRITERIA)


def _reported_after(lasted: timedelta) -> str:
    hours = _hours(lasted)
    if hours < IN_HOURS:
        return gettext("reported after %(hours)d h") % {"hours": hours}
    return gettext("reported after %(days)d days") % {"days": hours // 24}


def _not_reported_for(lasted: timedelta) -> str:
    hours = _hours(lasted)
    if hours < IN_HOURS:
        return gettext("not reported for %(hours)d h") % {"hours": hours}
    return gettext("not reported for %(days)d days") % {"days": hours // 24}


def _hours(lasted: timedelta) -> int:
    return int(lasted.total_seconds() // 3600)


@crf(
    "sae-follow-up",
    title="Follow-up",
    domain="AE",
    repeat="follow-up",
    row_of="serious-adverse-event",
    columns=("followed_on", "outcome", "news"),
)
class SaeFollowUp(Crf):
    """What became known of a serious adverse event after its first report."""

    followed_on = Day("Date of follow-up", cdash="AEFUDT_SUPPAE")
    news = Prose("What is new", hint="No names", cdash="AENEWS_SUPPAE")
    outcome = Choice("Outcome so far", choices=Outcome, cdash="AEOUT")

    sections = (Section("Follow-up", "followed_on", "outcome", "news"),)


@check(
    "SAE-003",
    on="serious-adverse-event",
    text="Reported {reported}, more than 24 hours after the site became aware, {aware}.",
    items=TIMES,
)
def reported_late(row: SeriousAdverseEvent, data: PatientData) -> Iterator[Question]:
    """The event was reported more than 24 hours after the site became aware of it."""
    lasted = row.lateness(data.patient.site.zone)
    if lasted is not None and lasted > REPORT_WITHIN:
        aware, reported = (
            f"{day} {at:%H:%M}" if at else f"{day}"
            for day, at in (
                (row.became_aware_on, row.became_aware_at),
                (row.reported_on, row.reported_at),
            )
        )
        yield Question("reported_on", reported=reported, aware=aware)


@check(
    "SAE-004",
    on="serious-adverse-event",
    text="Serious adverse event {number} is about the same event. News of an event stands in its follow-ups.",
    items=("adverse_event",),
    reads=("serious-adverse-event",),
)
def two_forms_for_one_event(row: SeriousAdverseEvent, data: PatientData) -> Iterator[Question]:
    """Another serious adverse event form is about the same event."""
    for other in data.rows("serious-adverse-event") if row.adverse_event else ():
        if other.adverse_event == row.adverse_event and other.entry.number < row.entry.number:
            yield Question("adverse_event", number=other.entry.number)
            return


@check(
    "SAE-006",
    on="serious-adverse-event",
    text="The report cannot come before the site became aware of the event.",
    items=TIMES,
    hard=True,
)
def reported_before_aware(row: SeriousAdverseEvent, data: PatientData) -> Iterator[Question]:
    """The report comes before the site became aware."""
    if row.is_reported_before_aware(data.patient.site.zone):
        yield Question("reported_on")
