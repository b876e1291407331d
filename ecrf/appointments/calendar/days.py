"""The calendar of a person's sites: days with their appointments, and the windows of visits as bars over them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from django.db.models import Exists, OuterRef

from ecrf.access.models import Site
from ecrf.appointments.calendar.query import CalendarQuery
from ecrf.appointments.lines import AppointmentLine, appointments, line_of
from ecrf.appointments.models import Appointment
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import PatientStatus
from ecrf.casebook.schedule.due import LIVING

MOST = 1_000
"""Of more appointments, or more windows, nobody sees anything on one page: a site is to be chosen."""
LANES = {"month": 3, "week": 12}
"""So many rows of bars stand in a week; the others are counted, and named on paper."""


@dataclass(frozen=True)
class VisitWindow:
    """The window of one patient's next visit. `booked`: whether it has an appointment, in view or not."""

    status: PatientStatus

    @property
    def booked(self) -> bool:
        return bool(self.status.__dict__["booked"])

    @property
    def words(self) -> str:
        return f"{self.status.patient.number} {label_of(self.status.next_code)}"


@dataclass(frozen=True)
class BarCell:
    """A piece of a row of bars, over so many days; without a window it is a gap. `begins`, `ends`: in this week."""

    days: int
    window: VisitWindow | None = None
    begins: bool = False
    ends: bool = False


@dataclass
class CalendarDay:
    """One day of the page."""

    day: date
    is_today: bool
    is_inside: bool
    lines: list[AppointmentLine] = field(default_factory=list)


@dataclass(frozen=True)
class CalendarWeek:
    """Monday to Sunday. `more`: the windows that are not drawn."""

    days: list[CalendarDay]
    lanes: list[list[BarCell]]
    more: list[VisitWindow]

    @property
    def monday(self) -> date:
        return self.days[0].day

    @property
    def number(self) -> int:
        """Of the week, as ISO 8601 counts."""
        return self.monday.isocalendar().week

    @property
    def holds_today(self) -> bool:
        return any(day.is_today for day in self.days)


@dataclass(frozen=True)
class CalendarPage:
    """`count`: the appointments of the month or week itself, without the days around it; `is_cut`: there are more
    appointments or windows than one page holds."""

    weeks: list[CalendarWeek]
    count: int
    is_cut: bool


def page_of(query: CalendarQuery, where: list[Site]) -> CalendarPage:
    """Two statements, whatever the number of sites, patients and days."""
    shown = [site for site in where if query.site in ("", site.code)]
    lines = lines_between(shown, query.first, query.last)
    windows = [VisitWindow(status) for status in statuses_between(shown, query.first, query.last)]
    by_day: dict[date, list[AppointmentLine]] = defaultdict(list)
    for line in lines[:MOST]:
        by_day[line.row.planned_on].append(line)
    weeks = [_week(query, begins, by_day, windows[:MOST]) for begins in query.weeks]
    inside = sum(query.is_in(line.row.planned_on) for line in lines[:MOST])
    return CalendarPage(weeks, inside, len(lines) > MOST or len(windows) > MOST)


def lines_between(where: Iterable[Site], first: date, last: date) -> list[AppointmentLine]:
    """The appointments of these days without those that fell away, at most one more than a page holds; one statement as
    long as a page holds all. Days without a time first, then by the clock."""
    rows = appointments().filter(patient__site__in=where, planned_on__gte=first, planned_on__lte=last)
    found: list[AppointmentLine] = []
    for start in count(0, MOST + 1):
        lines = [line_of(row) for row in rows[start : start + MOST + 1]]
        found += [line for line in lines if not line.is_gone]
        if len(lines) <= MOST or len(found) > MOST:
            break
    return sorted(found, key=lambda line: (line.row.planned_on, line.time, line.patient.number))


def statuses_between(where: Iterable[Site], first: date, last: date) -> list[PatientStatus]:
    """Whose next visit may take place on one of these days, those whose window closes first; one statement."""
    rows = PatientStatus.objects.filter(
        site__in=where,
        state__in=LIVING,
        patient__struck_at=None,
        opens_on__lte=last,
        closes_on__gte=first,
    ).exclude(next_code="")
    open_ones = Appointment.objects.filter(patient=OuterRef("patient"), code=OuterRef("next_code"), ending="")
    found = rows.annotate(booked=Exists(open_ones)).select_related("patient", "site")
    return list(found.order_by("closes_on", "patient__number")[: MOST + 1])


def _week(
    query: CalendarQuery,
    begins: date,
    by_day: dict[date, list[AppointmentLine]],
    windows: list[VisitWindow],
) -> CalendarWeek:
    every = [begins + timedelta(days=n) for n in range(7)]
    days = [CalendarDay(day, day == query.today, query.is_in(day), by_day.get(day, [])) for day in every]
    lanes, more = _lanes(windows, every[0], every[-1], LANES[query.view])
    return CalendarWeek(days, lanes, more)


def _lanes(
    windows: list[VisitWindow], first: date, last: date, most: int
) -> tuple[list[list[BarCell]], list[VisitWindow]]:
    """The bars of a week in rows, each in the first row where it does not lie over another; and what finds none."""
    rows: list[list[BarCell]] = []
    ends: list[date] = []
    more: list[VisitWindow] = []
    for window in windows:
        opens_on, closes_on = window.status.opens_on, window.status.closes_on
        if opens_on is None or closes_on is None or opens_on > last or closes_on < first:
            continue
        left, right = max(opens_on, first), min(closes_on, last)
        at = next((n for n, end in enumerate(ends) if end < left), len(ends))
        if at == most:
            more.append(window)
            continue
        if at == len(ends):
            rows.append([])
            ends.append(first - timedelta(days=1))
        if gap := (left - ends[at]).days - 1:
            rows[at].append(BarCell(gap))
        bar = BarCell((right - left).days + 1, window, opens_on >= first, closes_on <= last)
        rows[at].append(bar)
        ends[at] = right
    for row, end in zip(rows, ends, strict=True):
        if gap := (last - end).days:
            row.append(BarCell(gap))
    return rows, more
