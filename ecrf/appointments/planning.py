"""For which visits of a patient an appointment can be made, and what the schedule says of their windows."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext

from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient
from ecrf.casebook.schedule.due import AHEAD, LIVING
from ecrf.casebook.schedule.ended import is_seen_again
from ecrf.casebook.schedule.matrix import on_demand_after
from ecrf.casebook.schedule.status import schedule_status_of

MARGIN = timedelta(days=3)
"""So much is drawn of the days before and after a window."""


@dataclass(frozen=True)
class PlannedVisit:
    """One visit that is not opened, and its window; None each where it has none, or none is known yet."""

    code: str
    label: str
    due_on: date | None = None
    opens_on: date | None = None
    closes_on: date | None = None

    @property
    def window(self) -> str:
        """`2026-11-24 to 2026-12-08, due 2026-12-01`; "" where none is known."""
        words = gettext("%(opens)s to %(closes)s, due %(due)s")
        return (
            words % {"opens": self.opens_on, "closes": self.closes_on, "due": self.due_on}
            if self.opens_on
            else ""
        )

    def is_outside(self, day: date) -> bool:
        """Whether the day lies outside the window. Where none is known, no day does."""
        if self.opens_on is None or self.closes_on is None:
            return False
        return not self.opens_on <= day <= self.closes_on

    def days(self, *others: date) -> list["StripDay"]:
        """The window day by day with a margin, for the small drawing; days in `others` are marked if they lie there."""
        if self.opens_on is None or self.closes_on is None:
            return []
        first, last = self.opens_on - MARGIN, self.closes_on + MARGIN
        every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [StripDay(day, not self.is_outside(day), day == self.due_on, day in others) for day in every]


@dataclass(frozen=True)
class StripDay:
    """One day of the drawing."""

    day: date
    is_inside: bool
    is_due: bool
    is_marked: bool

    @property
    def is_monday(self) -> bool:
        return self.day.weekday() == 0


@dataclass(frozen=True)
class Planning:
    """What can be planned for a patient. `opened`: the codes of visits that are there already."""

    visits: tuple[PlannedVisit, ...]
    opened: frozenset[str]
    next_code: str

    def find(self, code: str) -> PlannedVisit | None:
        return next((visit for visit in self.visits if visit.code == code), None)


def planning_of(patient: Patient) -> Planning:
    """The visits still to come in their order, then those on demand. Of a patient who left, only the latter, and only
    of one who may be seen again; of one who is struck out, none."""
    data = PatientData(patient)
    schedule = schedule_status_of(patient, data)
    ahead = [due for due in schedule.visits if due.state in AHEAD and schedule.state in LIVING]
    ever_opened = list(patient.visits.values_list("code", "struck_at"))
    opened = frozenset(code for code, struck_at in ever_opened if not struck_at)
    visits = [
        PlannedVisit(due.plan.code, due.plan.label, due.due_on, due.opens_on, due.closes_on) for due in ahead
    ]
    if is_seen_again(data) and not patient.struck_at:
        plans = on_demand_after(opened, [code for code, _ in ever_opened])
        visits += [PlannedVisit(plan.code, plan.label) for plan in plans]
    return Planning(tuple(visits), opened, schedule.next.plan.code if schedule.next else "")
