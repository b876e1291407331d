"""Acts on several objects: add a patient, open a visit, add one more of a repeating form, complete."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Max
from django.utils.translation import gettext

from ecrf.access.joined import headed
from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.audit.actor import USED_ELSEWHERE, Actor, acting, added_by_click, one_click
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import MOVES, STANDING, Entry, Patient, Status, Visit, not_struck
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import HOOKS
from ecrf.casebook.record.store import ensure_entry
from ecrf.casebook.schedule.ended import refuse_after_end
from ecrf.casebook.schedule.status import refresh_schedule_status
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.registry import CRFS, CrfDefinition

K = TypeVar("K")


@dataclass(frozen=True)
class Gap:
    """One required item that is empty, or a whole form that was not begun (`item` is "")."""

    place: Place
    item: str

    @property
    def label(self) -> str:
        definition, number = self.place.definition, self.place.number
        name = definition.name_of(number) if definition.row_of else definition.title
        return headed(name, definition.items[self.item].verbose_name) if self.item else name


def add_patient(*, site: Site, by: User, request_key: uuid.UUID, source: str = "site") -> Patient:
    """Add a patient; the number is the site's code and the next sequence. The same key twice gives one patient."""
    with acting(by.acting_at(site, Right.ENTER), source=source):
        Site.objects.select_for_update(no_key=True).get(pk=site.pk)
        one_click(request_key)
        if known := added_by_click(Patient.objects.select_related("site"), request_key):
            return _of_this_click(known, fits=known.number.startswith(f"{site.code}-"))
        # By number, not by site: who moved away keeps the number, who came brought another site's.
        added_here = Patient.objects.filter(number__startswith=f"{site.code}-")
        sequence = (added_here.aggregate(last=Max("sequence"))["last"] or 0) + 1
        patient = Patient.objects.create(
            site=site,
            sequence=sequence,
            number=f"{site.code}-{sequence:03}",
            request_key=request_key,
            added_by=by,
        )
        refresh_schedule_status(PatientData(patient))
    return patient


def _of_this_click(known: K, *, fits: bool) -> K:
    if not fits:
        raise LookupError(USED_ELSEWHERE)
    return known


@contextmanager
def together(patient: Patient) -> Iterator[PatientData]:
    """For many acts on one patient, inside one `acting` with the patient: its rows are read once, and its schedule
    status is stored once, at the end: all is saved, or nothing. The data go to `record`, `open_visit` and
    `complete_entries`; they hold no other writer's changes."""
    data = PatientData(patient)
    data.load(*CRFS)
    data.kept = {}
    yield data
    data.kept = None
    refresh_schedule_status(data)


def open_visit(
    *,
    patient: Patient,
    code: str,
    by: User,
    source: str = "site",
    data: PatientData | None = None,
    actor: Actor | None = None,
) -> Visit:
    """Open a visit of the schedule; opening it again gives the same one. LookupError for an unknown code, and for
    one of several such visits (UNS-3) before the one with the number below it is open; NotOpened for one that lies
    after the patient's end. `actor`: of the act it is part of, where that is not the site's entering."""
    plan = protocol().plan(code)
    if plan is None:
        raise LookupError(f"The schedule has no visit {code}.")
    actor = actor or by.acting_at(patient.site, Right.ENTER)
    with acting(actor, patient_id=patient.pk, source=source):
        visit = patient.visits.filter(STANDING, code=code).first()
        if visit is None:
            _follows(patient, plan)
            data = data or PatientData(patient)
            refuse_after_end(plan, data)
            visit = Visit.objects.create(patient=patient, code=code, opened_by=by)
            refresh_schedule_status(data)
    visit.patient = patient
    return visit


def _follows(patient: Patient, plan: VisitPlan) -> None:
    """One of several visits keeps its number when it is struck out, as one of several forms does."""
    if plan.repeats and patient.visits.filter(code=plan.code).exists():
        words = gettext("%(visit)s was struck out and keeps its number.")
        raise LookupError(words % {"visit": plan.label})
    base, _, number = plan.code.rpartition("-")
    if (
        plan.repeats
        and number != "1"
        and not patient.visits.filter(code=f"{base}-{int(number) - 1}").exists()
    ):
        words = gettext("%(visit)s cannot be opened before the one before it.")
        raise LookupError(words % {"visit": plan.label})


def add_entry(
    *,
    patient: Patient,
    definition: CrfDefinition,
    visit: Visit | None,
    parent: int | None,
    by: Actor,
    request_key: uuid.UUID,
    at_least: int = 1,
    source: str = "site",
) -> Place:
    """Add one more of a repeating form. The same key twice adds one. Numbers begin at `at_least`."""
    with acting(by, patient_id=patient.pk, source=source):
        one_click(request_key)
        if known := added_by_click(Entry.objects.all(), request_key):
            fits = known.patient_id == patient.pk and known.crf == definition.key
            return Place(patient, definition, visit, _of_this_click(known, fits=fits).number, parent)
        siblings = Entry.objects.filter(patient=patient, visit=visit, crf=definition.key)
        siblings = (
            siblings.filter(parent__number=parent) if parent is not None else siblings.filter(parent=None)
        )
        if not definition.can_repeat:
            siblings = siblings.filter(not_struck())
        last = siblings.aggregate(last=Max("number"))["last"] or 0
        # Of a form that is there once, the second of two people finds the one that the first one added.
        number = max(last + 1, at_least) if definition.can_repeat or not last else last
        place = Place(patient, definition, visit, number, parent)
        ensure_entry(place, request_key)
    return place


def complete_entries(
    *,
    patient: Patient,
    places: list[Place],
    by: Actor,
    source: str = "site",
    data: PatientData | None = None,
) -> list[Gap]:
    """Complete these entries, each with its rows, or none: what is missing is returned instead."""
    with acting(by, patient_id=patient.pk, source=source):
        rows = [(place, _rows_in(data, place) if data else _rows(place)) for place in places]
        gaps = [gap for place, found in rows for gap in _gaps(place, found)]
        if gaps:
            return gaps
        completed = [r for _, found in rows for r in found if Status.COMPLETE in MOVES[r.entry.status]]
        for row in completed:
            row.entry.status, row.entry.missing = Status.COMPLETE, 0
        # What was counted of a form that asked for more in an earlier version would keep it from being done.
        Entry.objects.filter(pk__in=[row.entry_id for row in completed]).update(
            status=Status.COMPLETE, missing=0
        )
        refresh_schedule_status(data or PatientData(patient))
        for step in HOOKS.after_completion:
            step(patient, completed)
    return []


def _rows(place: Place) -> list[Crf]:
    """The entry's own row first, then its rows' rows; struck out ones are left out."""
    own = place.definition.model._default_manager.filter(place.held("entry__"))
    found: list[Crf] = list(own.select_related("entry__parent", "entry__visit"))
    for key in place.definition.rows:
        children = CRFS[key].model._default_manager.filter(entry__parent__in=[row.entry_id for row in found])
        found += list(children.select_related("entry__parent", "entry__visit"))
    return [row for row in found if not row.entry.is_struck]


def _rows_in(data: PatientData, place: Place) -> list[Crf]:
    """As `_rows`, of rows that are loaded."""
    own = data.row_at(place)
    if own is None or own.entry.is_struck:
        return []
    return [own, *(row for key in place.definition.rows for row in data.children(key, own))]


def _gaps(place: Place, found: list[Crf]) -> list[Gap]:
    if not found:
        visit = place.visit.code if place.visit else ""
        own = [Gap(place, item) for item in place.definition.missing(None, visit)] or [Gap(place, "")]
        return [*own, *_gaps_of_rows(place, found)]
    gaps = []
    for row in found:
        definition = CRFS[row.entry.crf]
        parent = row.entry.parent.number if row.entry.parent else None
        where = Place(place.patient, definition, place.visit, row.entry.number, parent)
        gaps += [Gap(where, item) for item in definition.missing(row)]
    return [*gaps, *_gaps_of_rows(place, found)]


def _gaps_of_rows(place: Place, found: list[Crf]) -> list[Gap]:
    """What the rows of a fixed set lack that nobody has begun."""
    gaps = []
    for definition in (CRFS[key] for key in place.definition.rows):
        begun = {row.entry.number for row in found if row.entry.crf == definition.key}
        for number in range(1, len(definition.row_names) + 1):
            where = Place(place.patient, definition, place.visit, number, place.number)
            gaps += [Gap(where, item) for item in definition.missing(None) if number not in begun]
    return gaps
