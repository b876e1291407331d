"""What Today, the mail and the feed say of appointments: of today, of tomorrow, and of days that passed unanswered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from ecrf.access.models import Site
from ecrf.access.statements import written_once
from ecrf.appointments.lines import AppointmentLine, AppointmentState, appointments, line_of
from ecrf.appointments.models import Appointment

ASKED_BACK = timedelta(days=60)
"""Of older days nobody is asked any more what became of them; their appointments stay on the calendar."""
SHOWN = 12


@dataclass
class Soon:
    """Of the sites where a person enters. `more_passed`: how many more days are over of which nothing is known."""

    passed: list[AppointmentLine] = field(default_factory=list)
    today: list[AppointmentLine] = field(default_factory=list)
    tomorrow: list[AppointmentLine] = field(default_factory=list)
    more_passed: int = 0

    def __bool__(self) -> bool:
        return bool(self.passed or self.today or self.tomorrow)


def soon(where: Iterable[Site]) -> Soon:
    """One statement, whatever the number of sites; each by its own calendar."""
    days = {site.pk: site.today() for site in where}
    if not days:
        return Soon()
    first, last = min(days.values()) - ASKED_BACK, max(days.values()) + timedelta(days=1)
    found = Soon()
    for line in map(line_of, _around.rows(list(days), first, last, min(days.values()))):
        _take(found, line, days[line.patient.site_id])
    found.more_passed = max(len(found.passed) - SHOWN, 0)
    found.passed = found.passed[:SHOWN]
    return found


@written_once
def _around(sites: list[int], first: date, last: date, today: date) -> QuerySet[Appointment]:
    """Of those days; before today, where the visit was not opened."""
    rows = appointments().filter(
        patient__site__in=sites, ending="", planned_on__gte=first, planned_on__lte=last
    )
    return rows.filter(Q(is_opened=False) | Q(planned_on__gte=today))


def _take(found: Soon, line: AppointmentLine, today: date) -> None:
    if line.state == AppointmentState.PASSED:
        found.passed.append(line)
    elif line.row.planned_on == today and not line.is_gone:
        found.today.append(line)
    elif line.row.planned_on == today + timedelta(days=1) and line.is_planned:
        found.tomorrow.append(line)


def tomorrow_at(site: Site) -> list[AppointmentLine]:
    """Who is expected tomorrow; one statement."""
    rows = appointments().filter(patient__site=site, ending="", planned_on=site.today() + timedelta(days=1))
    return [line for line in map(line_of, rows) if line.is_planned]


def is_anybody_expected_tomorrow(site: Site) -> bool:
    return bool(tomorrow_at(site))
