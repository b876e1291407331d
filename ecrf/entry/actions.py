"""What the buttons of a page do, after everything typed on it is saved."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor
from ecrf.casebook.places import Place
from ecrf.casebook.recording import record
from ecrf.casebook.registry import CRFS
from ecrf.casebook.services import Gap, add_entry, complete_entries
from ecrf.casebook.striking import restore, strike_out
from ecrf.casebook.values import Missing
from ecrf.checks.offers import take_offer
from ecrf.entry.page import Page
from ecrf.entry.panels import Panel


class Unknown(LookupError):
    """The button names nothing on this page."""


@dataclass
class Pressed:
    """A button of a page: what stands behind its verb, who pressed it, and what was written beside it."""

    page: Page
    rest: str
    user: User
    note: str = ""

    @property
    def by(self) -> Actor:
        return self.user.acting_at(self.page.where.patient.site, Right.ENTER)


@dataclass
class Outcome:
    """What came of it: what is missing, or where to go on, and what could not be done as was meant."""

    gaps: list[Gap] = field(default_factory=list)
    place: Place | None = None
    left: list[str] = field(default_factory=list)


def act(page: Page, action: str, user: User, note: str = "") -> Outcome:
    """Do what a button says ("complete", "complete-form:ID", …). Unknown if it names nothing on this page."""
    verb, _, rest = action.partition(":")
    if verb not in ACTIONS:
        raise Unknown(action)
    return ACTIONS[verb](Pressed(page, rest, user, note))


def panel_of(page: Page, action: str) -> Panel | None:
    """The form, or the row of a form, that a button belongs to."""
    named = action.partition(":")[2]
    return next((panel for panel in page.with_rows if panel.id == named), None)


def _nothing(pressed: Pressed) -> Outcome:
    return Outcome()


def _complete_page(pressed: Pressed) -> Outcome:
    places = [panel.place for panel in pressed.page.wanted if not panel.is_complete or panel.left]
    patient = pressed.page.where.patient
    return Outcome(complete_entries(patient=patient, places=places, by=pressed.by))


def _complete_form(pressed: Pressed) -> Outcome:
    place = _panel(pressed.page, pressed.rest).place
    return Outcome(complete_entries(patient=place.patient, places=[place], by=pressed.by))


def _add(pressed: Pressed) -> Outcome:
    """`add:CRF:KEY` or `add:CRF:KEY:PARENT`: one more of a repeating form, or of a form's rows."""
    page = pressed.page
    crf, key, *parent = pressed.rest.split(":")
    parent_number = int(parent[0]) if parent else None
    if not _can_be_added(page, crf, parent_number):
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
        request_key=uuid.UUID(key),
        at_least=max(beside, default=0) + 1,
    )
    return Outcome(place=added)


def _can_be_added(page: Page, crf: str, parent: int | None) -> bool:
    if page.log and page.log.key == crf and parent is None:
        return True
    if parent is None:
        may_be_added = crf in {definition.key for definition in page.to_add}
        return may_be_added or any(p.definition.key == crf and p.definition.can_repeat for p in page.panels)
    return any(
        crf in p.definition.rows and CRFS[crf].can_repeat and p.place.number == parent and not p.is_struck
        for p in page.panels
    )


def _not_done(pressed: Pressed) -> Outcome:
    """`not-done:ID:REASON`: the same missing reason for every required item of the form that is still empty."""
    panel_id, _, reason = pressed.rest.rpartition(":")
    panel = _panel(pressed.page, panel_id)
    below = [row for group in panel.rows for row in group.panels if row.row or row.definition.row_names]
    for each in [panel, *(row for row in below if not row.is_struck)]:
        values = {name: Missing(reason) for name in each.missing}
        result = record(place=each.place, values=values, by=pressed.by, seen=dict.fromkeys(values, ""))
        if not result.is_clean:
            raise Unknown(pressed.rest)
    return Outcome()


def _strike(pressed: Pressed) -> Outcome:
    panel = _stored(pressed)
    assert panel.row is not None
    strike_out(entry=panel.row.entry, by=pressed.user, actor=pressed.by, reason=pressed.note)
    return Outcome(place=panel.place)


def _restore(pressed: Pressed) -> Outcome:
    panel = _stored(pressed)
    assert panel.row is not None
    restore(entry=panel.row.entry, actor=pressed.by, reason=pressed.note)
    return Outcome(place=panel.place)


def _offer(pressed: Pressed) -> Outcome:
    """`offer:FINDING`: what a check offers beside its question, such as a deviation filled in as far as known."""
    shown = {str(f.pk): f for panel in pressed.page.with_rows for f in panel.findings}
    if pressed.rest not in shown:
        raise Unknown(pressed.rest)
    taken = take_offer(finding=shown[pressed.rest], patient=pressed.page.where.patient, by=pressed.by)
    return Outcome(place=taken.place, left=taken.left)


def _stored(pressed: Pressed) -> Panel:
    found = panel_of(pressed.page, f"strike:{pressed.rest}")
    if found is None or found.row is None:
        raise Unknown(pressed.rest)
    return found


def _panel(page: Page, panel_id: str) -> Panel:
    found = next((panel for panel in page.panels if panel.id == panel_id), None)
    if found is None:
        raise Unknown(panel_id)
    return found


ACTIONS: dict[str, Callable[[Pressed], Outcome]] = {
    "save": _nothing,
    "complete": _complete_page,
    "complete-form": _complete_form,
    "add": _add,
    "not-done": _not_done,
    "strike": _strike,
    "restore": _restore,
    "offer": _offer,
    "answer": _nothing,  # done before the page is saved, since a correction may come with it
}
