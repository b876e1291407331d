"""Makes, moves and ends appointments. Nothing here writes study data: a missed appointment is no missed visit."""

import uuid
from dataclasses import dataclass
from datetime import date, time

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ecrf.access.models import Site, User
from ecrf.access.reach import require
from ecrf.access.roles import Right
from ecrf.appointments.models import Appointment, AppointmentEnding
from ecrf.appointments.planning import PlannedVisit, Planning, planning_of
from ecrf.audit.actor import USED_ELSEWHERE, acting, added_by_click, one_click
from ecrf.audit.reasons import fault_of, tidy
from ecrf.audit.texts import cleaned_or_fault
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Patient
from ecrf.forms.local_time import exists, moments

LAST_DAY = date(2099, 12, 31)
LONGEST_NOTE = 500
WHY_ENDED: dict[str, Promise] = {
    AppointmentEnding.MISSED: pgettext_lazy("of which the reason is asked", "it was missed"),
    AppointmentEnding.CANCELLED: pgettext_lazy("of which the reason is asked", "it was cancelled"),
}
CHANGED_MEANWHILE = gettext_lazy(
    "Somebody changed this appointment meanwhile; nothing of yours is stored. What"
    " stands now is said beside what you typed: correct it, or change it once more."
)


@dataclass(frozen=True)
class Wanted:
    """What was typed: the day, the time or None (`at`), the note, and the reason for a day outside the window."""

    day: date
    at: time | None = None
    note: str = ""
    reason: str = ""


def make_appointment(
    *, patient: Patient, code: str, wanted: Wanted, by: User, request_key: uuid.UUID, source: str = "site"
) -> Appointment:
    """Make an appointment for a visit that is not opened. The same click twice makes one.

    ValidationError, field by field, for what cannot stand; nothing is kept then.
    """
    require(by, Right.ENTER, patient.site)
    with acting(by.acting_at(patient.site, Right.ENTER), patient_id=patient.pk, source=source):
        one_click(request_key)
        if known := added_by_click(Appointment.objects.all(), request_key):
            if known.patient_id != patient.pk:
                raise ValidationError(USED_ELSEWHERE)
            return known
        visit = _visit(planning_of(_as_it_is(patient)), code)
        if other := patient.appointments.filter(code=code, ending="").first():
            raise ValidationError(
                {
                    "visit": gettext("%(label)s has an appointment already, on %(when)s. Move that one.")
                    % {"label": visit.label, "when": other.when}
                }
            )
        found = _checked(patient.site, visit, wanted)
        return Appointment.objects.create(
            patient=patient,
            code=code,
            planned_on=found.day,
            planned_time=found.at,
            note=found.note,
            outside_reason=found.reason,
            request_key=request_key,
            made_by=by,
        )


def move_appointment(
    *, appointment: Appointment, wanted: Wanted, seen: str, by: User, source: str = "site"
) -> bool:
    """Give it another day, time or note; whether the day or the time is another one. `seen`: what was agreed
    (`Appointment.agreed`) when the page was shown. ValidationError for what cannot stand, and where somebody else
    changed or ended it meanwhile."""
    patient = appointment.patient
    require(by, Right.ENTER, patient.site)
    with acting(by.acting_at(patient.site, Right.ENTER), patient_id=patient.pk, source=source):
        row = Appointment.objects.get(pk=appointment.pk)
        row.patient = _as_it_is(patient)
        if row.ending:
            raise ValidationError(
                gettext("This appointment is %(ending)s: nothing of it is changed any more.")
                % {"ending": row.get_ending_display().lower()}
            )
        if row.agreed != seen:
            raise ValidationError(CHANGED_MEANWHILE)
        is_moved = (row.planned_on, row.planned_time) != (wanted.day, wanted.at)
        found = _checked(
            patient.site, _visit(planning_of(row.patient), row.code), wanted, may_be_past=not is_moved
        )
        row.planned_on, row.planned_time = found.day, found.at
        row.note, row.outside_reason = found.note, found.reason
        row.moves += is_moved
        row.save(update_fields=["planned_on", "planned_time", "note", "outside_reason", "moves"])
    return is_moved


def end_appointment(*, appointment: Appointment, ending: AppointmentEnding, reason: str, by: User) -> bool:
    """Record that it was missed, or cancelled, and why; False where it is over already, as after a second click.

    ValidationError for a reason that cannot stand, for a visit that is opened, and for missing what is still to come.
    """
    words, patient = tidy(reason), appointment.patient
    if fault := fault_of(words, WHY_ENDED[ending]):
        raise ValidationError({"reason": fault})
    require(by, Right.ENTER, patient.site)
    with acting(by.acting_at(patient.site, Right.ENTER), patient_id=patient.pk):
        row = Appointment.objects.get(pk=appointment.pk)
        _as_it_is(patient)
        if row.ending:
            return False
        if patient.visits.filter(code=row.code, struck_at=None).exists():
            raise ValidationError(
                {
                    "reason": gettext("%(visit)s is opened already: the patient came.")
                    % {"visit": label_of(row.code)}
                }
            )
        if ending == AppointmentEnding.MISSED and row.planned_on > patient.site.today():
            raise ValidationError(
                {
                    "reason": gettext("%(planned_on)s is still to come. Move it, or cancel it.")
                    % {"planned_on": row.planned_on}
                }
            )
        row.ending, row.ending_reason = ending, words
        row.ended_at, row.ended_by = timezone.now(), by
        row.save(update_fields=["ending", "ending_reason", "ended_at", "ended_by"])
    return True


def _as_it_is(patient: Patient) -> Patient:
    """The patient as stored now. ValidationError for one who is struck out."""
    now = Patient.objects.select_related("site").get(pk=patient.pk)
    if now.struck_at:
        raise ValidationError(
            gettext("Patient %(number)s is struck out. Restore the patient first.") % {"number": now.number}
        )
    return now


def _visit(planning: Planning, code: str) -> PlannedVisit:
    """The visit that is to be planned. ValidationError for one that is there, or that nobody expects."""
    if visit := planning.find(code):
        return visit
    if code in planning.opened:
        raise ValidationError(
            {
                "visit": gettext(
                    "%(label_of)s is opened already: its day stands on its form. Choose a later visit."
                )
                % {"label_of": label_of(code)}
            }
        )
    if planning.visits:
        words = gettext("This visit is not expected of the patient. Choose one of the list.")
    else:
        words = gettext("This visit is not expected of the patient. None is any more.")
    raise ValidationError({"visit": words})


def _checked(site: Site, visit: PlannedVisit, wanted: Wanted, *, may_be_past: bool = False) -> Wanted:
    """What was typed as it is stored. ValidationError, field by field."""
    note, fault = cleaned_or_fault(wanted.note, lines=False)
    refused = {"note": fault} if fault else {}
    if len(note) > LONGEST_NOTE:
        refused["note"] = gettext("At most %(longest_note)s characters: it has %(len)s. Shorten it.") % {
            "longest_note": LONGEST_NOTE,
            "len": len(note),
        }
    if why := _fault_of_time(site, wanted, may_be_past):
        refused |= why
    is_outside = visit.is_outside(wanted.day)
    reason = tidy(wanted.reason) if is_outside else ""
    if is_outside and (fault := fault_of(reason)):
        words = gettext(
            "%(day)s is outside the window (%(opens)s to %(closes)s). %(fault)s Or choose a day inside."
        )
        window = {"opens": visit.opens_on, "closes": visit.closes_on}
        refused["reason"] = words % {"day": wanted.day, "fault": fault, **window}
    if refused:
        raise ValidationError(refused)  # type: ignore[arg-type]
    return Wanted(wanted.day, wanted.at, note, reason)


def _fault_of_time(site: Site, wanted: Wanted, may_be_past: bool) -> dict[str, str]:
    """A day or a time that is over, or that the clock at the site never shows."""
    today = site.today()
    if wanted.day > LAST_DAY:
        return {"day": gettext("Write a day up to %(last_day)s.") % {"last_day": LAST_DAY}}
    if wanted.day < today and not may_be_past:
        return {
            "day": gettext("%(day)s is over: it is %(today)s at the site. Choose today or a later day.")
            % {"day": wanted.day, "today": today}
        }
    if wanted.at is None:
        return {}
    if not exists(wanted.day, wanted.at, site.zone):
        return {
            "time": gettext(
                "The clock at the site does not show %(time)s on %(day)s: it is put forward. Choose another time."
            )
            % {"time": f"{wanted.at:%H:%M}", "day": wanted.day}
        }
    # In the hour that comes twice, the later one counts: nothing is refused that may still be to come.
    if max(moments(wanted.day, wanted.at, site.zone)) < timezone.now() and not may_be_past:
        return {
            "time": gettext("%(time)s is over: it is %(now)s at the site. Choose a later time.")
            % {"time": f"{wanted.at:%H:%M}", "now": f"{site.now():%H:%M}"}
        }
    return {}
