"""What the buttons of a page do, after everything typed on it is saved."""

import uuid
from collections.abc import Callable

from ecrf.audit.actor import Actor
from ecrf.casebook.recording import record
from ecrf.casebook.registry import CRFS
from ecrf.casebook.services import Gap, add_entry, complete_entries
from ecrf.casebook.values import Missing
from ecrf.entry.assembly import Page
from ecrf.entry.panels import Panel


class Unknown(LookupError):
    """The button names nothing on this page."""


def act(page: Page, action: str, by: Actor) -> list[Gap]:
    """Do what a button says ("complete", "complete-form:ID", …); what is missing is returned instead of done."""
    verb, _, rest = action.partition(":")
    if verb not in ACTIONS:
        raise Unknown(action)
    return ACTIONS[verb](page, rest, by)


def _nothing(page: Page, rest: str, by: Actor) -> list[Gap]:
    return []


def _complete_page(page: Page, rest: str, by: Actor) -> list[Gap]:
    places = [panel.place for panel in page.wanted if not panel.is_complete or panel.left]
    return complete_entries(patient=page.where.patient, places=places, by=by)


def _complete_form(page: Page, rest: str, by: Actor) -> list[Gap]:
    return complete_entries(patient=page.where.patient, places=[_panel(page, rest).place], by=by)


def _add(page: Page, rest: str, by: Actor) -> list[Gap]:
    """`add:CRF:KEY` or `add:CRF:KEY:PARENT`: one more of a repeating form, or of a form's rows."""
    crf, key, *parent = rest.split(":")
    parent_number = int(parent[0]) if parent else None
    if not _can_be_added(page, crf, parent_number):
        raise Unknown(rest)
    beside = [
        p.place.number for p in page.with_rows if (p.definition.key, p.place.parent) == (crf, parent_number)
    ]
    add_entry(
        patient=page.where.patient,
        definition=CRFS[crf],
        visit=page.where.visit,
        parent=parent_number,
        by=by,
        request_key=uuid.UUID(key),
        at_least=max(beside, default=0) + 1,
    )
    return []


def _can_be_added(page: Page, crf: str, parent: int | None) -> bool:
    if parent is None:
        return any(p.definition.key == crf and p.definition.repeat for p in page.panels)
    return any(crf in p.definition.rows and p.place.number == parent for p in page.panels)


def _not_done(page: Page, rest: str, by: Actor) -> list[Gap]:
    """`not-done:ID:REASON`: the same missing reason for every required item of the form that is still empty."""
    panel_id, _, reason = rest.rpartition(":")
    panel = _panel(page, panel_id)
    for each in [panel, *(row for group in panel.rows for row in group.panels if row.row)]:
        values = {name: Missing(reason) for name in each.missing}
        result = record(place=each.place, values=values, by=by, seen=dict.fromkeys(values, ""))
        if not result.is_clean:
            raise Unknown(rest)
    return []


def _panel(page: Page, panel_id: str) -> Panel:
    found = next((panel for panel in page.panels if panel.id == panel_id), None)
    if found is None:
        raise Unknown(panel_id)
    return found


ACTIONS: dict[str, Callable[[Page, str, Actor], list[Gap]]] = {
    "save": _nothing,
    "complete": _complete_page,
    "complete-form": _complete_form,
    "add": _add,
    "not-done": _not_done,
}
