"""Strikes out a visit that was opened by mistake, with all that was entered at it, and restores it."""

from django.db.models import QuerySet
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.audit.actor import acting
from ecrf.audit.reasons import fault_of, tidy
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import visit_label
from ecrf.casebook.models import STANDING, Entry, Visit
from ecrf.casebook.schedule.ended import NotOpened, refuse_after_end
from ecrf.casebook.schedule.status import end_of, schedule_status_forms
from ecrf.casebook.striking.act import (
    NOT_STRUCK,
    NOT_STRUCK_WITH_CONSENT,
    STRUCK_WITH_CONSENT,
    NotStruck,
    Striking,
    StrikingConsent,
    actor_for,
    check_consent,
    follow,
    refuse_changed,
    set_columns,
    strike_entries,
)
from ecrf.casebook.striking.entries import refuse_dangling, refuse_later, refuse_linked
from ecrf.casebook.striking.moved_away import moved_away
from ecrf.forms.protocol import protocol


def strike_visit(
    *, visit: Visit, by: User, reason: str, consent: StrikingConsent | None = None, source: str = "site"
) -> None:
    """Strike a visit out with its forms. NotStruck says why not; doing it twice changes nothing.

    `consent`: of a data manager, who also strikes out completed forms.
    """
    why = tidy(reason)
    actor, is_consent_asked = actor_for(by, visit.patient.site, standing_at(visit))
    with acting(actor, patient_id=visit.patient_id, reason=why, source=source):
        visit.refresh_from_db(fields=STRUCK_WITH_CONSENT)
        if visit.struck_at:
            return
        refuse_changed(actor, by, visit.patient.site, standing_at(visit))
        if fault := fault_of(why, gettext("the visit is struck out")):
            raise NotStruck(fault, "reason")
        check_consent(consent, visit.patient.site, is_asked=is_consent_asked, since=visit.opened_at)
        refuse_linked(visit.patient, standing_at(visit))
        act = Striking.now(by, why, consent)
        strike_entries(Entry.objects.filter(visit=visit), act)
        set_columns(visit, act.columns_with_consent)
        follow(visit.patient)


def restore_visit(*, visit: Visit, by: User, reason: str, source: str = "site") -> None:
    """Bring back a visit and what was struck out in the same act. NotStruck if another of its code stands."""
    why = tidy(reason)
    actor, _is_manager = actor_for(by, visit.patient.site, struck_with(visit))
    with acting(actor, patient_id=visit.patient_id, reason=why, source=source):
        visit.refresh_from_db(fields=STRUCK_WITH_CONSENT)
        visit.patient.refresh_from_db(fields=["struck_at"])
        if not visit.struck_at:
            return
        refuse_changed(actor, by, visit.patient.site, struck_with(visit))
        if fault := fault_of(why, gettext("the visit is restored")):
            raise NotStruck(fault, "reason")
        if visit.patient.struck_at:
            words = gettext("Patient %(number)s is struck out. Restore the patient first.")
            raise NotStruck(words % {"number": visit.patient.number})
        if why := why_visit_not_restored(visit):
            raise NotStruck(why)
        entries = list(struck_with(visit).values_list("pk", flat=True))
        set_columns(visit, NOT_STRUCK_WITH_CONSENT)
        Entry.objects.filter(pk__in=entries).update(**NOT_STRUCK)
        refuse_dangling(visit.patient, entries)
        refuse_later(visit.patient, entries)
        _refuse_after_end(visit)
        follow(visit.patient)


def why_visit_not_restored(visit: Visit) -> str:
    """Why a struck out visit cannot stand where it stood, in words; "" if it can. Two statements, more where it was
    moved away."""
    if gone := moved_away(visit):
        return gone.why_not
    if Visit.objects.filter(STANDING, patient=visit.patient_id, code=visit.code).exists():
        words = gettext(
            "%(visit)s was opened again meanwhile. Strike that one out first, then restore this one."
        )
        return words % {"visit": visit_label(visit)}
    return ""


def _refuse_after_end(visit: Visit) -> None:
    """A visit that could not be opened any more does not come back, unless its date says that it was before the end."""
    plan, data = protocol().plan(visit.code), PatientData(visit.patient)
    data.load(*schedule_status_forms())
    end, day = end_of(data), data.visit_days.get(visit.code)
    if plan is None or end is None or (day and end.ended_on and day <= end.ended_on):
        return
    try:
        refuse_after_end(plan, data, "restored")
    except NotOpened as refusal:
        raise NotStruck(str(refusal)) from refusal


def standing_at(visit: Visit) -> QuerySet[Entry]:
    """The forms that are struck out with it."""
    return Entry.objects.filter(visit=visit, parent=None, struck_at=None)


def struck_with(visit: Visit) -> QuerySet[Entry]:
    """The forms that were struck out in the same act, and come back with it."""
    return Entry.objects.filter(visit=visit, struck_at__isnull=False, struck_at=visit.struck_at)
