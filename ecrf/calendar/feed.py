"""The calendar feed: visits still expected of the sites' patients, and appointments, each by patient number alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from icalendar import Calendar, Event, vText

from ecrf.access.models import Site, User
from ecrf.access.reach import reachable, sites
from ecrf.access.roles import READERS
from ecrf.appointments.lines import AppointmentLine, appointments, line_of
from ecrf.casebook.models import Patient
from ecrf.casebook.schedule.due import LIVING, VisitDue, VisitState
from ecrf.casebook.schedule.status import schedule_statuses_of

PATIENTS_AT_MOST = 200
"""Beyond these, a calendar tells nobody anything; and every program fetches the whole of it again and again."""
APPOINTMENTS_AT_MOST = 400
LOOKS_BACK = timedelta(days=14)
"""So long an appointment stays in the feed when its day is over, so that one that was cancelled is seen to be."""
REFRESH = timedelta(hours=6)


def calendar_of(user: User) -> bytes | None:
    """The feed as iCalendar text (RFC 5545); None when the user may read patients at no site (any more)."""
    where = list(sites(user, *READERS))
    if not where:
        return None
    calendar = _empty_calendar(where)
    now = timezone.now()
    for patient, due in _awaited(user):
        calendar.add_component(_event(patient, due, now))
    for line in _agreed(user, now):
        calendar.add_component(_appointment_event(line, now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _awaited(user: User) -> Iterator[tuple[Patient, VisitDue]]:
    living = reachable(user, Patient.objects.filter(schedule_status__state__in=LIVING), *READERS)
    patients = list(
        living.select_related("site").order_by("schedule_status__closes_on", "number")[:PATIENTS_AT_MOST]
    )
    schedule_statuses = schedule_statuses_of(patients)
    for patient in patients:
        yield from (
            (patient, due) for due in schedule_statuses[patient.pk].visits if due.is_awaited and due.opens_on
        )


def _agreed(user: User, now: datetime) -> Iterator[AppointmentLine]:
    since = now.astimezone(UTC).date() - LOOKS_BACK
    rows = reachable(user, appointments().filter(planned_on__gte=since), *READERS)
    yield from (line_of(row) for row in rows[:APPOINTMENTS_AT_MOST])


def _empty_calendar(where: list[Site]) -> Calendar:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//eCRF//Expected visits//EN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(calendar_name(where)))  # a name it does not know is not escaped
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESH // timedelta(hours=1)}H")
    return calendar


def calendar_name(where: list[Site]) -> str:
    """The name under which calendar programs list the feed."""
    codes = ", ".join(site.code for site in where)
    if settings.SYNTHETIC_DATA:
        words = ngettext(
            "eCRF visits, site %(codes)s (synthetic data)",
            "eCRF visits, sites %(codes)s (synthetic data)",
            len(where),
        )
    else:
        words = ngettext("eCRF visits, site %(codes)s", "eCRF visits, sites %(codes)s", len(where))
    return words % {"codes": codes}


def _event(patient: Patient, due: VisitDue, now: datetime) -> Event:
    """The whole window as one all-day event. Its identity stays when its dates move."""
    assert due.opens_on
    assert due.closes_on
    event = Event()
    event.add("uid", f"{patient.number}-{due.plan.code}@ecrf")
    event.add("dtstamp", now)
    event.add("dtstart", due.opens_on)
    event.add("dtend", due.closes_on + timedelta(days=1))  # the first day after it, says RFC 5545
    event.add("summary", _summary(patient, due))
    event.add("transp", "TRANSPARENT")  # a window keeps nobody busy
    return event


def _summary(patient: Patient, due: VisitDue) -> str:
    if due.state == VisitState.OVERDUE:
        words = gettext("%(number)s %(visit)s, overdue, was due %(day)s")
    else:
        words = gettext("%(number)s %(visit)s, due %(day)s")
    return words % {"number": patient.number, "visit": due.plan.label, "day": due.due_on} + _remark(patient)


def _remark(patient: Patient) -> str:
    if patient.site.is_practice and settings.SYNTHETIC_DATA:
        return gettext(" (practice, synthetic)")
    if patient.site.is_practice:
        return gettext(" (practice)")
    return gettext(" (synthetic)") if settings.SYNTHETIC_DATA else ""


def _appointment_event(line: AppointmentLine, now: datetime) -> Event:
    """At its time on the site's clock, or all day where none is agreed. Moved, it keeps its identity; one that was
    missed or cancelled is told as cancelled, so that programs take it out. Its note stays here."""
    row, patient = line.row, line.patient
    is_off = bool(row.ending) or line.is_gone
    event = Event()
    event.add("uid", f"appointment-{row.pk}@ecrf")
    event.add("dtstamp", now)
    event.add("sequence", row.moves + is_off)
    if row.planned_time:
        event.add("dtstart", datetime.combine(row.planned_on, row.planned_time, patient.site.zone))
    else:
        event.add("dtstart", row.planned_on)
        event.add("dtend", row.planned_on + timedelta(days=1))
    event.add(
        "summary",
        gettext("%(number)s %(visit)s, appointment") % {"number": patient.number, "visit": line.label}
        + _remark(patient),
    )
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event
