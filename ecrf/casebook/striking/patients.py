"""Strikes out a patient who was added by mistake or twice, with all visits and forms, and restores the patient."""

from django.db.models import QuerySet
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.audit.actor import acting
from ecrf.audit.reasons import fault_of, tidy
from ecrf.casebook.models import STANDING, Entry, Patient, Visit
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


def strike_patient(
    *, patient: Patient, by: User, reason: str, consent: StrikingConsent | None = None, source: str = "site"
) -> None:
    """Strike a patient out with all visits and forms. NotStruck says why not; doing it twice changes nothing. The
    number is never given again."""
    why = tidy(reason)
    actor, is_consent_asked = actor_for(by, patient.site, standing_of(patient))
    with acting(actor, patient_id=patient.pk, reason=why, source=source):
        patient.refresh_from_db(fields=STRUCK_WITH_CONSENT)
        if patient.struck_at:
            return
        refuse_changed(actor, by, patient.site, standing_of(patient))
        if fault := fault_of(why, gettext("the patient is struck out")):
            raise NotStruck(fault, "reason")
        check_consent(consent, patient.site, is_asked=is_consent_asked, since=patient.added_at)
        act = Striking.now(by, why, consent)
        strike_entries(Entry.objects.filter(patient=patient), act)
        Visit.objects.filter(STANDING, patient=patient).update(**act.columns_with_consent)
        set_columns(patient, act.columns_with_consent)
        follow(patient)


def restore_patient(*, patient: Patient, by: User, reason: str, source: str = "site") -> None:
    """Bring back a patient, with the visits and forms that were struck out in the same act and no other."""
    why = tidy(reason)
    actor, _is_manager = actor_for(by, patient.site, struck_with(patient))
    with acting(actor, patient_id=patient.pk, reason=why, source=source):
        patient.refresh_from_db(fields=STRUCK_WITH_CONSENT)
        if not patient.struck_at:
            return
        refuse_changed(actor, by, patient.site, struck_with(patient))
        if fault := fault_of(why, gettext("the patient is restored")):
            raise NotStruck(fault, "reason")
        entries, at = struck_with(patient), patient.struck_at
        set_columns(patient, NOT_STRUCK_WITH_CONSENT)
        Visit.objects.filter(patient=patient, struck_at=at).update(**NOT_STRUCK_WITH_CONSENT)
        entries.update(**NOT_STRUCK)
        follow(patient)


def standing_of(patient: Patient) -> QuerySet[Entry]:
    """The forms that are struck out with the patient."""
    return Entry.objects.filter(patient=patient, parent=None, struck_at=None)


def struck_with(patient: Patient) -> QuerySet[Entry]:
    """The forms that were struck out in the same act, and come back with the patient."""
    return Entry.objects.filter(patient=patient, struck_at__isnull=False, struck_at=patient.struck_at)
