"""`move`: forms of one place go to another visit or another patient of the site, and the old ones are struck out."""

import uuid
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.utils.translation import gettext

from ecrf.access.language import in_master
from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.audit.actor import USED_ELSEWHERE, Actor, acting, added_by_click, one_click
from ecrf.audit.reasons import LONGEST, fault_of, tidy
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.moving.arriving import arrive, lead_links, refuse_altered
from ecrf.casebook.moving.destination import (
    Destination,
    MovingForm,
    NotMoved,
    forms_at,
    is_filled,
    rows_to_move,
    where_words,
)
from ecrf.casebook.record.hooks import HOOKS, MovedForm
from ecrf.casebook.schedule.ended import NotOpened
from ecrf.casebook.services import open_visit, together
from ecrf.casebook.striking import NotStruck, StrikingConsent, links_to
from ecrf.casebook.striking.act import Striking, actor_for, check_consent, follow, set_columns, strike_entries
from ecrf.casebook.striking.moved_away import MOVED
from ecrf.forms.registry import CRFS


@dataclass(frozen=True)
class Moved:
    """What came of it: the forms with their new places, and whether the visit that they left was struck out too.
    `was_done`: the same click had moved them before; then `forms` is empty."""

    to: Destination
    visit: Visit | None
    forms: list[MovingForm]
    strikes_visit: bool = False
    was_done: bool = False


def move(
    *,
    forms: Collection[Entry],
    to: Destination,
    by: User,
    reason: str,
    request_key: uuid.UUID,
    consent: StrikingConsent | None = None,
) -> Moved:
    """Move these forms of one patient, with their rows, all or none of them. NotMoved and `Locked` say why not; the
    same key twice moves once. They arrive in progress: the site completes them where they now stand.

    `consent`: of a data manager, who also moves completed forms.
    """
    patient, why = _patient_of(forms, to), tidy(reason)
    actor, is_consent_asked = _actor_for(by, patient.site, forms)
    with _turns(actor, patient, to.patient):
        one_click(request_key)
        if known := added_by_click(Entry.objects.select_related("visit"), request_key):
            return _of_this_click(known, to)
        if _actor_for(by, patient.site, forms)[0] != actor:
            raise NotMoved(gettext("It was changed meanwhile. Look again, then decide."))
        _check(why, consent, patient, is_asked=is_consent_asked)
        source = PatientData(patient)
        source.load(*CRFS)
        rows = rows_to_move(forms, source)
        visit = _open(to, by, actor)
        there = source if to.patient.pk == patient.pk else PatientData(to.patient)
        there.load(*CRFS)
        moving = forms_at(rows, to, visit, source, there)
        act = Striking.now(by, why, consent)
        strikes_visit = _strike(moving, source, act, actor)
        reasons = _arrive(moving, patient, to, why, actor)
        moved = _moved_forms(moving, to, visit, reasons)
        for step in HOOKS.after_move:
            step(moved, by, actor)
        first = moving[0].place
        Entry.objects.filter(first.held()).update(request_key=request_key)
    return Moved(to, visit, moving, strikes_visit)


def _arrive(moving: list[MovingForm], patient: Patient, to: Destination, why: str, actor: Actor) -> list[str]:
    """Record at the new places, then let everything follow: links, schedule, checks. Returns each reason."""
    with in_master():  # what is kept in the trail
        reasons = [_fitting(f"Moved from {one.from_words}", why) for one in moving]
        led = _fitting(f"What it names moved to {to.words}", why)
    is_other_patient = to.patient.pk != patient.pk
    with acting(actor, patient_id=to.patient.pk, source=MOVED), together(to.patient) as data:
        arrive(moving, reasons, actor, data, is_other_patient=is_other_patient)
        if not is_other_patient:
            lead_links(moving, actor, led, data)
    refuse_altered(moving, to.patient, is_other_patient=is_other_patient)
    _refuse_named(moving, patient)
    with acting(actor, patient_id=patient.pk, source=MOVED):
        follow(patient)
    return reasons


def _moved_forms(
    moving: list[MovingForm], to: Destination, visit: Visit | None, reasons: list[str]
) -> list[MovedForm]:
    """Where each form and each of its rows stands now, for those who joined; two statements."""
    old = {one.entry.pk: one for one in moving}
    left = Entry.objects.in_bulk(old)
    standing = Entry.objects.filter(patient=to.patient, visit=visit, struck_at=None, parent__struck_at=None)
    now = {(entry.crf, entry.address): entry for entry in standing.select_related("parent", "patient__site")}
    moved = []
    for (pk, one), arrived in zip(old.items(), reasons, strict=True):
        places = {pk: one.place} | {part.row.entry_id: part.place for part in one.parts}
        keys = {row: (place.definition.key, place.address) for row, place in places.items()}
        entries = {row: now[key] for row, key in keys.items() if key in now}
        moved.append(MovedForm(entries, left[pk].struck_reason, arrived))
    return moved


def _patient_of(forms: Collection[Entry], to: Destination) -> Patient:
    places = {(entry.patient, entry.visit) for entry in forms}
    if len(places) != 1:
        raise NotMoved(gettext("Choose the forms that are to be moved, of one visit or of one log."))
    ((patient, _visit),) = places
    if to.patient.site_id != patient.site_id:
        words = gettext(
            "Patient %(number)s is at another site. What was entered is moved within a site only; a patient"
            " who goes to another site is handed over to it by the data manager."
        )
        raise NotMoved(words % {"number": to.patient.number})
    if any(entry.patient_id == to.patient.pk and _code(entry) == to.code for entry in forms):
        words = gettext("The forms stand at %(place)s already. Choose where they belong.")
        raise NotMoved(words % {"place": to.words})
    return patient


def _code(entry: Entry) -> str:
    return entry.visit.code if entry.visit else ""


def _actor_for(by: User, site: Site, forms: Collection[Entry]) -> tuple[Actor, bool]:
    """As for striking out: the site moves what is not completed, a data manager anything, with a consent."""
    entries = Entry.objects.filter(pk__in=[entry.pk for entry in forms])
    try:
        return actor_for(by, site, entries)
    except NotStruck as refusal:
        if by.may(Right.ENTER, site):
            raise NotMoved(
                gettext(
                    "There are completed forms among them: only a data manager moves those, with the consent of an"
                    " investigator."
                )
            ) from refusal
        raise NotMoved(gettext("Your role does not let you move what was entered.")) from refusal


def _check(why: str, consent: StrikingConsent | None, patient: Patient, *, is_asked: bool) -> None:
    if fault := fault_of(why, gettext("it is moved")):
        raise NotMoved(fault, field="reason")
    try:
        check_consent(consent, patient.site, is_asked=is_asked, since=patient.added_at)
    except NotStruck as refusal:
        raise NotMoved(str(refusal), field=refusal.field) from refusal


@contextmanager
def _turns(actor: Actor, *patients: Patient) -> Iterator[None]:
    """The turns of both patients, always in the same order: two moves between the same two do not wait in a circle."""
    with ExitStack() as stack:
        for pk in sorted({patient.pk for patient in patients}):
            stack.enter_context(acting(actor, patient_id=pk, source=MOVED))
        yield


def _of_this_click(known: Entry, to: Destination) -> Moved:
    if known.patient_id != to.patient.pk or _code(known) != to.code:
        raise NotMoved(USED_ELSEWHERE)
    return Moved(to, known.visit, [], was_done=True)


def _open(to: Destination, by: User, actor: Actor) -> Visit | None:
    if not to.code:
        return None
    try:
        return open_visit(patient=to.patient, code=to.code, by=by, actor=actor, source=MOVED)
    except (LookupError, NotOpened) as refusal:
        raise NotMoved(str(refusal)) from refusal


def _strike(moving: list[MovingForm], source: PatientData, act: Striking, actor: Actor) -> bool:
    """Strike the old forms out, each with a reason that says where it went; and their visit, if nothing is left there.
    Before anything is recorded anew, so that no check sees the same twice. Returns whether the visit was."""
    consented = f" {act.consent.of} consented on {act.consent.on}." if act.consent else ""
    for one in moving:
        with in_master():  # what is kept in the trail
            words = _fitting(f"Moved to {one.to_words}", f"{act.reason}{consented}")
        with acting(actor, patient_id=source.patient.pk, reason=words, source=MOVED):
            entry = Entry.objects.filter(pk=one.entry.pk)
            strike_entries(entry, Striking(act.at, act.by, words, act.consent))
    visit, gone = moving[0].entry.visit, {one.entry.pk for one in moving}
    if visit is None or any(
        row.entry.visit_id == visit.pk and row.entry_id not in gone and is_filled(row, source)
        for definition in CRFS.values()
        if not definition.row_of
        for row in source.rows(definition.key)
    ):
        return False
    new = moving[0].place
    whole = Destination(new.patient, new.visit.code if new.visit else "")
    with in_master():
        words = _fitting(f"Moved to {whole.words}", act.reason)
    last = Striking(act.at, act.by, words, act.consent)
    with acting(actor, patient_id=source.patient.pk, reason=words, source=MOVED):
        strike_entries(Entry.objects.filter(visit=visit), last)
        set_columns(visit, last.columns_with_consent)
    return True


def _refuse_named(moving: list[MovingForm], patient: Patient) -> None:
    """No form that stays with the patient may name one that is gone."""
    data, troubles = PatientData(patient), []
    for one in moving:
        for row in links_to(one.entry, data):
            words = where_words(patient, row.entry.visit, CRFS[row.entry.crf], row.entry.number)
            said = gettext("%(form)s names %(other)s. Move it along, or change that first.")
            troubles.append(said % {"form": words, "other": one.from_words})
    if troubles:
        raise NotMoved(*troubles)


class TooLong(NotMoved):
    """Asked for while the trail's words are made, which are English: said when the refusal is read."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def __str__(self) -> str:
        words = gettext("Say why in at most %(number)s characters: the place is named beside it.")
        return words % {"number": self.room}


def _fitting(where: str, why: str) -> str:
    """The reason that stands in the trail. NotMoved if it is too long with the words of the place before it."""
    words = f"{where}: {why}"
    if len(words) > LONGEST:
        raise TooLong(LONGEST - len(where) - 2)
    return words
