"""Where appointments join floors below: what falls away with a patient's end, and the words of the trail."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext

from ecrf.appointments.lines import falls_away, open_of
from ecrf.appointments.models import Appointment, AppointmentEnding
from ecrf.audit.models import AuditEvent
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Patient
from ecrf.casebook.page_acts import FALLS_AWAY
from ecrf.casebook.schedule.ended import may_be_seen_again
from ecrf.forms.protocol import Ending, protocol
from ecrf.trail.context import LOADED, Around
from ecrf.trail.kinds import EventKind
from ecrf.trail.words import EventLine, is_new, new, old, renders

LOADED.append((Appointment, ()))


@FALLS_AWAY
def appointments_after(patient: Patient, day: date, ending: Ending) -> Iterator[str]:
    """Those of visits that are not opened; they stay as they are, and nobody is reminded of them any more. What a
    patient allows who withdraws consent is still to be asked."""
    rule = protocol().consent_withdrawn
    again = may_be_seen_again(ending.reason) or bool(
        rule and rule.reason == ending.reason and rule.visits_with
    )
    for line in open_of([patient.pk]).get(patient.pk, {}).values():
        if line.may_change and falls_away(line.row.code, line.row.planned_on, day, again=again):
            yield gettext("The appointment for %(visit)s on %(when)s falls away.") % {
                "visit": line.label,
                "when": line.row.when,
            }


@renders(Appointment)
def appointment(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    code = new(event, "code") or (row.code if row else "")
    kind = EventKind.APPOINTMENT
    if is_new(event):
        what = gettext("appointment made for %(when)s") % {"when": _when(event, None)}
        yield EventLine(what, label_of(code), said=new(event, "note") or "", kind=kind)
    elif new(event, "ending"):
        is_missed = new(event, "ending") == AppointmentEnding.MISSED
        how = gettext("appointment missed") if is_missed else gettext("appointment cancelled")
        yield EventLine(how, label_of(code), said=new(event, "ending_reason") or "", kind=kind)
    elif "planned_on" in event.changes or "planned_time" in event.changes:
        yield EventLine(
            gettext("appointment moved to %(when)s") % {"when": _when(event, row)}, label_of(code), kind=kind
        )
    else:
        yield EventLine(
            gettext("note of the appointment changed"),
            label_of(code),
            said=new(event, "note") or "",
            kind=kind,
        )
    if reason := new(event, "outside_reason"):
        yield EventLine(gettext("the day is outside the window"), label_of(code), said=reason, kind=kind)


def _when(event: AuditEvent, row: Appointment | None) -> str:
    """Day and time after the event; what it did not change stands in the row (of the day: maybe moved since)."""
    day = new(event, "planned_on") or (row.planned_on if row else "")
    time = new(event, "planned_time")
    if "planned_time" not in event.changes and row and row.planned_time:
        time = f"{row.planned_time:%H:%M}"
    when = f"{day} {str(time)[:5]}" if time else f"{day}"
    before = old(event, "planned_on")
    return gettext("%(when)s (was %(before)s)") % {"when": when, "before": before} if before else when
