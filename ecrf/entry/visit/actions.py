"""What the buttons of a page do, after everything typed on it is saved."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from ecrf.access.models import User
from ecrf.access.requests import key_in
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor
from ecrf.casebook.places import Place
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Missing
from ecrf.casebook.services import Gap, add_entry, complete_entries
from ecrf.casebook.striking import restore, strike_out
from ecrf.checks.offers import take_offer
from ecrf.entry.visit.form_input import FormInput
from ecrf.entry.visit.page import EntryPage
from ecrf.forms.registry import CRFS
from ecrf.queries.models import Query, Turn


class Unknown(LookupError):
    """The button names nothing on this page."""


@dataclass
class Pressed:
    """A button of a page: what stands behind its verb, who pressed it, and what was written beside it."""

    page: EntryPage
    rest: str
    user: User
    note: str = ""

    @property
    def by(self) -> Actor:
        return self.user.acting_at(self.page.where.patient.site, Right.ENTER)


@dataclass
class ActionOutcome:
    """What came of it: what is missing, or where to go on, and what could not be done as was meant."""

    gaps: list[Gap] = field(default_factory=list)
    place: Place | None = None
    left: list[str] = field(default_factory=list)
    asked: int = 0
    """How many questions of checks became queries, the form being complete now."""


def act(page: EntryPage, action: str, user: User, note: str = "") -> ActionOutcome:
    """Do what a button says ("complete", "complete-form:ID", …). Unknown if it names nothing on this page."""
    verb, _, rest = action.partition(":")
    if verb not in ACTIONS:
        raise Unknown(action)
    return ACTIONS[verb](Pressed(page, rest, user, note))


def form_input_of(page: EntryPage, action: str) -> FormInput | None:
    """The form, or the row of a form, that a button belongs to."""
    named = action.partition(":")[2]
    return next((form_input for form_input in page.with_rows if form_input.id == named), None)


def _nothing(pressed: Pressed) -> ActionOutcome:
    return ActionOutcome()


def _answered(pressed: Pressed) -> ActionOutcome:
    """`answer:QUERY`: it was given before the page was saved, since a correction may come with it."""
    for form_input in pressed.page.with_rows:
        if any(str(query.pk) == pressed.rest for asked in form_input.queries.values() for query in asked):
            return ActionOutcome(place=form_input.place)
    return ActionOutcome()


def _complete_page(pressed: Pressed) -> ActionOutcome:
    places = [
        form_input.place
        for form_input in pressed.page.wanted
        if not form_input.is_complete or form_input.left
    ]
    return _complete(pressed, places)


def _complete_form(pressed: Pressed) -> ActionOutcome:
    place = _form_input(pressed.page, pressed.rest).place
    outcome = _complete(pressed, [place])
    outcome.place = place
    return outcome


def _complete(pressed: Pressed, places: list[Place]) -> ActionOutcome:
    patient, began = pressed.page.where.patient, timezone.now()
    gaps = complete_entries(patient=patient, places=places, by=pressed.by)
    if gaps:
        return ActionOutcome(gaps)
    since = Query.objects.filter(patient=patient, turn=Turn.SITE, turn_since__gte=began)
    return ActionOutcome(asked=since.exclude(discrepancy=None).count())


def _add(pressed: Pressed) -> ActionOutcome:
    """`add:CRF:KEY` or `add:CRF:KEY:PARENT`: one more of a repeating form, or of a form's rows."""
    page = pressed.page
    crf, text, *parent = pressed.rest.split(":")
    parent_number, key = int(parent[0]) if parent else None, key_in(text)
    if key is None or not _can_be_added(page, crf, parent_number):
        raise Unknown(pressed.rest)
    beside = [
        p.place.number for p in page.with_rows if (p.definition.key, p.place.parent) == (crf, parent_number)
    ]
    added = add_entry(
        patient=page.where.patient,
        definition=CRFS[crf],
        visit=page.where.visit,
        parent=parent_number,
        by=pressed.by,
        request_key=key,
        at_least=max(beside, default=0) + 1,
    )
    return ActionOutcome(place=added)


def _can_be_added(page: EntryPage, crf: str, parent: int | None) -> bool:
    if page.log and page.log.key == crf and parent is None:
        return True
    if parent is None:
        may_be_added = crf in {definition.key for definition in page.to_add}
        return may_be_added or any(
            p.definition.key == crf and p.definition.can_repeat for p in page.form_inputs
        )
    return any(
        crf in p.definition.rows and CRFS[crf].can_repeat and p.place.number == parent and not p.is_struck
        for p in page.form_inputs
    )


def _not_done(pressed: Pressed) -> ActionOutcome:
    """`not-done:ID:REASON`: the same missing reason for every required item of the form that is still empty."""
    form_input_id, _, reason = pressed.rest.rpartition(":")
    form_input = _form_input(pressed.page, form_input_id)
    below = [
        row for group in form_input.tables for row in group.form_views if row.row or row.definition.row_names
    ]
    for each in [form_input, *(row for row in below if not row.is_struck)]:
        values = {name: Missing(reason) for name in each.missing_items}
        result = record(place=each.place, values=values, by=pressed.by, seen=dict.fromkeys(values, ""))
        if not result.is_clean:
            raise Unknown(pressed.rest)
    return ActionOutcome(place=form_input.place)


def _strike(pressed: Pressed) -> ActionOutcome:
    form_input = _stored(pressed)
    assert form_input.row is not None
    strike_out(entry=form_input.row.entry, by=pressed.user, actor=pressed.by, reason=pressed.note)
    return ActionOutcome(place=form_input.place)


def _restore(pressed: Pressed) -> ActionOutcome:
    form_input = _stored(pressed)
    assert form_input.row is not None
    restore(entry=form_input.row.entry, actor=pressed.by, reason=pressed.note)
    return ActionOutcome(place=form_input.place)


def _offer(pressed: Pressed) -> ActionOutcome:
    """`offer:FINDING`: what a check offers beside its question, such as a deviation filled in as far as known."""
    shown = {str(f.pk): f for form_input in pressed.page.with_rows for f in form_input.discrepancies}
    if pressed.rest not in shown:
        raise Unknown(pressed.rest)
    taken = take_offer(discrepancy=shown[pressed.rest], patient=pressed.page.where.patient, by=pressed.by)
    return ActionOutcome(place=taken.place, left=taken.left)


def _stored(pressed: Pressed) -> FormInput:
    found = form_input_of(pressed.page, f"strike:{pressed.rest}")
    if found is None or found.row is None:
        raise Unknown(pressed.rest)
    return found


def _form_input(page: EntryPage, form_input_id: str) -> FormInput:
    found = next((form_input for form_input in page.form_inputs if form_input.id == form_input_id), None)
    if found is None:
        raise Unknown(form_input_id)
    return found


ACTIONS: dict[str, Callable[[Pressed], ActionOutcome]] = {
    "save": _nothing,
    "complete": _complete_page,
    "complete-form": _complete_form,
    "add": _add,
    "not-done": _not_done,
    "strike": _strike,
    "restore": _restore,
    "offer": _offer,
    "answer": _answered,
}
