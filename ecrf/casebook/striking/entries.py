"""Strikes out an entry made by mistake, and restores it: it stays, shown struck out."""

from collections.abc import Collection

from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.audit.reasons import fault_of, tidy
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import place_of_form, visit_label
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.record.withdrawn import why_not_again
from ecrf.casebook.striking.act import (
    NOT_STRUCK,
    STRUCK,
    NotStruck,
    Striking,
    follow,
    set_columns,
)
from ecrf.casebook.striking.moved_away import moved_away
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS


def can_be_struck(entry: Entry) -> bool:
    """Only one of several can be struck out by itself: a form that is there once is corrected instead."""
    return CRFS[entry.crf].can_repeat


def strike_out(*, entry: Entry, by: User, actor: Actor, reason: str, source: str = "site") -> None:
    """Strike an entry out, with its rows. NotStruck says why not; doing it twice changes nothing."""
    why = tidy(reason)
    with acting(actor, patient_id=entry.patient_id, reason=why, source=source):
        entry.refresh_from_db(fields=STRUCK)
        if entry.struck_at:
            return
        if not can_be_struck(entry):
            raise NotStruck(
                gettext("This form is there once. Correct its values, or give the reason why there are none.")
            )
        if fault := fault_of(why, gettext("the row is struck out")):
            raise NotStruck(fault, "reason")
        refuse_linked(entry.patient, [entry])
        set_columns(entry, Striking.now(by, why).columns)
        follow(entry.patient)


def restore(*, entry: Entry, actor: Actor, reason: str, source: str = "site") -> None:
    """Take back the striking out of an entry. NotStruck if its place is taken, or what it stands at is struck out."""
    why = tidy(reason)
    with acting(actor, patient_id=entry.patient_id, reason=why, source=source):
        entry.refresh_from_db(fields=STRUCK)
        if not entry.struck_at:
            return
        if fault := fault_of(why, gettext("the row is restored")):
            raise NotStruck(fault, "reason")
        if trouble := why_not_restored(entry):
            raise NotStruck(trouble)
        set_columns(entry, NOT_STRUCK)
        refuse_dangling(entry.patient, [entry.pk])
        refuse_later(entry.patient, [entry.pk])
        follow(entry.patient)


def why_not_restored(entry: Entry) -> str:
    """Why a struck out form cannot stand where it stood, in words; "" if it can. Three statements, more where it was
    moved away."""
    standing = Entry.objects.select_related("patient", "visit").get(pk=entry.pk)
    above = standing.visit if standing.visit and standing.visit.struck_at else None
    if standing.patient.struck_at or above:
        words = gettext("Patient %(number)s is struck out. Restore that first.")
        if above:
            words = gettext("%(visit)s of patient %(number)s is struck out. Restore that first.")
        return words % {"visit": visit_label(above), "number": standing.patient.number}
    if gone := moved_away(standing):
        return gone.why_not
    place = Entry.objects.filter(
        patient=entry.patient_id,
        visit=entry.visit_id,
        crf=entry.crf,
        parent=entry.parent_id,
        number=entry.number,
    )
    if place.filter(struck_at=None).exists():
        words = gettext("%(form)s stands there anew. This one can be restored only where the place is free.")
        return words % {"form": place_of_form(standing)}
    return ""


def links_to(entry: Entry, data: PatientData) -> list[Crf]:
    """The rows whose link items name this entry."""
    if entry.parent_id:
        return []
    linking = [(d.key, name) for d in CRFS.values() for name, link in d.links.items() if link.to == entry.crf]
    data.load(*(key for key, _name in linking))
    named = [
        (row, address) for key, name in linking for row in data.rows(key) if (address := getattr(row, name))
    ]
    link = entry.link if named else ""
    return [row for row, address in named if address == link]


def refuse_linked(patient: Patient, entries: Collection[Entry]) -> None:
    """What is struck out must not be named by a row that stays."""
    data, together = PatientData(patient), {entry.pk for entry in entries}
    for entry in entries:
        for row in links_to(entry, data):
            if {row.entry_id, row.entry.parent_id}.isdisjoint(together):
                where = f"{CRFS[row.entry.crf].title} {row.entry.link}"
                words = gettext("%(row)s names this row. Change that first, then strike this one out.")
                if len(together) > 1:
                    words = gettext("%(row)s names %(other)s. Change that first, then strike this one out.")
                known = {"row": where, "other": f"{CRFS[entry.crf].title} {entry.link}"}
                raise NotStruck(words % known)


def refuse_later(patient: Patient, entries: Collection[int]) -> None:
    """Nor must they be of a day after the patient's consent was withdrawn; asked once they stand, inside the act."""
    if why := why_not_again(PatientData(patient), entries):
        raise NotStruck(why)


def refuse_dangling(patient: Patient, entries: Collection[int]) -> None:
    """Restored rows must not name one that is struck out meanwhile; asked once they stand, inside the act."""
    data, restored = PatientData(patient), set(entries)
    linking = [d for d in CRFS.values() if d.links]
    data.load(*(d.key for d in linking), *(link.to for d in linking for link in d.links.values()))
    for definition in linking:
        for row in data.rows(definition.key):
            if not restored.isdisjoint({row.entry_id, row.entry.parent_id}):
                _refuse_dangling_row(data, row)


def _refuse_dangling_row(data: PatientData, row: Crf) -> None:
    for name, link in CRFS[row.entry.crf].links.items():
        if getattr(row, name) and data.linked(row, name) is None:
            words = gettext("This row names %(other)s, which is struck out. Restore that first.")
            raise NotStruck(words % {"other": link.words(getattr(row, name))})
