"""Records how a patient left, in one act: the form of the end, and the forms that the ending begins; all or nothing."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.reach import require
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor, acting
from ecrf.audit.refusals import Locked
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient, PatientStatus
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Shown
from ecrf.casebook.schedule.due import words_of_state
from ecrf.casebook.schedule.status import end_of
from ecrf.casebook.services import add_entry
from ecrf.entry.ending.forms_wanted import forms_to_load, standing, to_begin, values_of
from ecrf.forms.protocol import Ending, EndingForm, protocol
from ecrf.forms.registry import CRFS


class NotRecorded(Exception):
    """Nothing was recorded, and why, in words; `recorded`: what became of the items of the form of the end."""

    def __init__(self, words: str, recorded: Recorded | None = None) -> None:
        super().__init__(words)
        self.recorded = recorded


class AlreadyEnded(NotRecorded):
    """The patient has left already, in another way or on another day."""


def end_place(patient: Patient) -> Place:
    """Where it is recorded how the patient left."""
    return Place(patient, CRFS[protocol().end_form])


def record_ending(
    *,
    patient: Patient,
    ending: Ending,
    day: date,
    values: Mapping[str, Any],
    seen: Mapping[str, Shown],
    begins: bool,
    by: User,
) -> bool:
    """Record the end with these items of its form, and begin the forms in logs that it asks for, unless their event is
    recorded. The same end again changes nothing: then False. NotRecorded says why nothing was recorded."""
    require(by, Right.ENTER, patient.site)
    trial, actor = protocol(), by.acting_at(patient.site, Right.ENTER)
    try:
        with acting(actor, patient_id=patient.pk):
            data = PatientData(patient)
            data.load(*forms_to_load(ending))
            if _is_recorded(ending, day, data):
                return False
            given = {trial.end_reason_item: ending.reason, **values}
            done = record(place=end_place(patient), values=given, by=actor, seen=seen)
            if not done.is_clean:
                raise NotRecorded(_why(done), done)
            if begins:
                _begin(ending, day, data, actor)
    except Locked as refusal:
        raise NotRecorded(str(refusal)) from refusal
    return True


def _is_recorded(ending: Ending, day: date, data: PatientData) -> bool:
    """Whether this very end is recorded. NotRecorded where another one is, or the patient cannot leave this way."""
    trial, end = protocol(), end_of(data)
    if end is None:
        status = PatientStatus.objects.filter(patient=data.patient).first()
        if status is None:
            words = gettext("Patient %(number)s is struck out. Restore the patient first.")
            raise NotRecorded(words % {"number": data.patient.number})
        state = status.state
        if state not in ending.during:
            raise NotRecorded(
                gettext("The patient's state is “%(state)s”.") % {"state": words_of_state(state)}
            )
        return False
    reason = getattr(data.one(trial.end_form), trial.end_reason_item)
    if (reason, end.ended_on) == (ending.reason, day):
        return True
    words = CRFS[trial.end_form].items[trial.end_reason_item].words(reason)
    if not end.ended_on:
        recorded = gettext("An end is recorded already: %(reason)s, without a day.")
        raise AlreadyEnded(recorded % {"reason": words.lower()})
    recorded = gettext("An end is recorded already: %(reason)s, %(day)s.")
    raise AlreadyEnded(recorded % {"reason": words.lower(), "day": end.ended_on})


def _begin(ending: Ending, day: date, data: PatientData, by: Actor) -> None:
    missing = to_begin(ending, data)
    found = {form.crf: standing(form, data) for form in ending.forms if form not in missing}
    numbers = {crf: row.entry.number for crf, row in found.items() if row is not None}
    for form in missing:
        place = _begin_form(form, data.patient, by)
        numbers[form.crf] = place.number
        done = record(place=place, values=values_of(form, day, numbers), by=by)
        if not done.is_clean:
            words = gettext("%(form)s could not be begun. %(why)s")
            raise NotRecorded(words % {"form": form.words, "why": _why(done)})


def _begin_form(form: EndingForm, patient: Patient, by: Actor) -> Place:
    return add_entry(
        patient=patient,
        definition=CRFS[form.crf],
        visit=None,
        parent=None,
        by=by,
        request_key=uuid.uuid4(),
    )


def _why(done: Recorded) -> str:
    if done.wants_reason:
        words = gettext("“%(form)s” is complete: correct it there, with a reason.")
        return words % {"form": done.place.definition.title}
    if done.conflicts:
        return gettext("Somebody entered something else meanwhile.")
    return " ".join(dict.fromkeys(done.refused.values()))
