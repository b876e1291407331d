"""Replays one patient's trail in memory: what each event did, and how everything stands after the last one."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from ecrf.casebook.models import Entry, Patient, Status, Visit
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.exports.odm.events import Event
from ecrf.exports.odm.flags import FlagType, Note, note
from ecrf.exports.odm.layout import REASON, FormLayout
from ecrf.exports.odm.names import COMMENT, CONTROL, MISSING, carried, safe
from ecrf.exports.odm.state import (
    CONTEXT,
    INSERT,
    REMOVE,
    UPDATE,
    Cell,
    EntryState,
    Group,
    Signed,
    Step,
)
from ecrf.exports.odm.values import read_exactly, text_of
from ecrf.queries.models import Act, Message, Query
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.verification.models import Verification

Changes = dict[str, list[Any]]
"""{item: [old, new]}"""

IN_DRAFT = "Changed before the form was completed: no reason is asked"
CALCULATED = "Calculated from other items: no reason is asked"
BY_THE_SYSTEM = "Written by the product itself: no reason is asked"
STATES = {
    DiscrepancyState.OPEN: "asked on what was done by",
    DiscrepancyState.CONFIRMED: "confirmed by",
    DiscrepancyState.CLEARED: "no longer asked, on what was done by",
}
WORDS = {act.value: act.label for act in Act}


class PatientReplay:
    """One patient. `take` is given the events in their order and returns what each did, as far as the file tells of it.
    `visits`: {id: code}; entries stand in the order in which they were begun."""

    def __init__(self, layouts: Mapping[str, FormLayout]) -> None:
        self.layouts = layouts
        self.number = ""
        self.site_id = 0
        self.added: Event | None = None
        self.visits: dict[int, str] = {}
        self.entries: dict[int, EntryState] = {}
        self.notes: list[Note] = []
        self.visit_notes: dict[int, list[Note]] = {}
        self.signatures: dict[tuple[str, int | None], Signed] = {}
        self._left: Step | None = None
        self._visits_in_file: set[int | None] = set()
        self._asked: dict[str, tuple[int, str, str]] = {}
        self._takers: dict[str, Callable[[Event, Changes], Step | None]] = {
            Patient._meta.db_table: self._patient,
            Visit._meta.db_table: self._visit,
            Entry._meta.db_table: self._entry,
            Query._meta.db_table: self._query,
            Message._meta.db_table: self._message,
            Discrepancy._meta.db_table: self._discrepancy,
            Verification._meta.db_table: self._verification,
            Signature._meta.db_table: self._signature,
        }
        for key, form in layouts.items():
            self._takers[form.definition.model._meta.db_table] = partial(self._data, key)

    def take(self, event: Event) -> tuple[Step, ...]:
        taker = self._takers.get(event.table)
        step = taker(event, read_exactly(event.changes)) if taker else None
        if self.signatures and event.entry_id and not is_review(event.table):
            step = self._break(event, step)
        left, self._left = self._left, None
        return tuple(one for one in (left, step) if one and one.says_something)

    # --- patient, visits, forms ------------------------------------------------------------------------------

    def _patient(self, event: Event, changes: Changes) -> Step:
        self.number = new(changes, "number", self.number)
        self.site_id = int(new(changes, "site_id", self.site_id))
        if event.is_insert:
            self.added = event
        return Step(subject=INSERT if event.is_insert else CONTEXT)

    def _visit(self, event: Event, changes: Changes) -> Step:
        pk = int(event.row)
        self.visits[pk] = new(changes, "code", self.visits.get(pk, ""))
        return self._step(pk)

    def _entry(self, event: Event, changes: Changes) -> Step | None:
        pk = int(event.row)
        if event.is_insert:
            return self._begun(pk, event, changes)
        entry = self.entries[pk]
        was_there = entry.stands
        if "struck_at" in changes:
            entry.is_struck = changes["struck_at"][1] is not None
        if "status" in changes:
            return self._completed(entry, event, changes)
        if {"visit_id", "number"} & set(changes):
            return self._moved(entry, changes, was_there=was_there)
        if was_there and not entry.stands:
            return self._removed(entry)
        return self._inserted(entry) if entry.stands and not was_there else None

    def _begun(self, pk: int, event: Event, changes: Changes) -> Step | None:
        key, parent = new(changes, "crf"), new(changes, "parent_id")
        visit = new(changes, "visit_id")
        entry = EntryState(
            pk=pk,
            key=key,
            form=self.layouts.get(key),
            visit=int(visit) if visit else None,
            number=new(changes, "number"),
            parent=self.entries[int(parent)] if parent else None,
        )
        self.entries[pk] = entry
        if entry.parent:
            entry.parent.rows.append(entry)
        if entry.form and new(changes, "form_fingerprint") != entry.form.definition.fingerprint:
            version, today = new(changes, "form_version"), entry.form.definition.version
            words = f"Made with version {version} of the form; described here by version {today} of it"
            entry.notes.append(note(event.position, FlagType.FORM, "EARLIER-VERSION", words))
        if not entry.stands:
            return None
        return self._inserted(entry)

    def _completed(self, entry: EntryState, event: Event, changes: Changes) -> Step | None:
        entry.is_complete = changes["status"][1] == Status.COMPLETE
        if not entry.is_complete:
            return None
        words = f"Completed by {event.who}"
        return self._noted(entry, note(event.position, FlagType.FORM, "COMPLETE", words, event.role))

    def _moved(self, entry: EntryState, changes: Changes, *, was_there: bool) -> Step | None:
        """Out of one place, in a step of its own, and into another."""
        stays = entry.parent and "number" not in changes  # a row goes where its form has gone
        if was_there and not stays:
            self._left = self._removed(entry)
        visit = new(changes, "visit_id", entry.visit)
        entry.visit, entry.number = int(visit) if visit else None, new(changes, "number", entry.number)
        return self._inserted(entry) if entry.stands and not stays else None

    # --- where a step takes place ----------------------------------------------------------------------------

    def _step(self, visit: int | None) -> Step:
        """Down to the visit; the event of forms that belong to none begins with the first of them."""
        is_new = visit not in self._visits_in_file
        self._visits_in_file.add(visit)
        return Step(visit=INSERT if is_new else CONTEXT, visit_id=visit)

    def _step_to(self, entry: EntryState) -> Step:
        """Down to the form."""
        top = entry.top
        step = self._step(top.visit)
        step.entry, step.form = top, CONTEXT if top.in_file else INSERT
        top.in_file = True
        return step

    def _inserted(self, entry: EntryState) -> Step:
        """A form or a row with all that is known of it: nothing when it is new, everything when it is restored."""
        step = self._step_to(entry)
        if entry.parent is None:
            step.form_notes = list(entry.notes)
        for one in [entry, *entry.rows]:
            if one.stands and (one.parent or one.begun):
                step.groups.append(_whole(one))
        return step

    def _removed(self, entry: EntryState) -> Step:
        step = self._step_to(entry)
        for one in (entry, *entry.rows):
            one.group_in_file = False
        if entry.parent:
            step.groups.append(Group(entry, REMOVE, [], []))
        else:
            step.form, entry.in_file = REMOVE, False
        return step

    def _group(self, entry: EntryState, cells: list[Cell], notes: Iterable[Note] = ()) -> Group:
        act = CONTEXT if entry.group_in_file else INSERT
        entry.group_in_file = True
        return Group(entry, act, cells, list(notes))

    def _noted(self, entry: EntryState, flag: Note) -> Step | None:
        """A note on the form or the row."""
        entry.notes.append(flag)
        if not entry.stands:
            return None
        step = self._step_to(entry)
        if entry.parent:
            step.groups.append(self._group(entry, [], [flag]))
        else:
            step.form_notes.append(flag)
        return step

    def _noted_on_item(self, entry: EntryState, item: str, flag: Note) -> Step | None:
        """A note on an item; where that never had a value, on the items as a whole, with its name."""
        if entry.form is None or item not in entry.form.items:
            return None
        if item in entry.cells:
            entry.item_notes.setdefault(item, []).append(flag)
            cells, notes = [Cell(item, CONTEXT, entry.cells[item], [flag])], []
        else:
            label = entry.form.items[item].verbose_name
            flag = flag._replace(text=safe(f"On “{label}”, which is blank: ") + flag.text)
            entry.group_notes.append(flag)
            cells, notes = [], [flag]
        if not entry.stands:
            return None
        step = self._step_to(entry)
        step.groups.append(self._group(entry, cells, notes))
        return step

    # --- items -----------------------------------------------------------------------------------------------

    def _data(self, key: str, event: Event, changes: Changes) -> Step | None:
        entry = self.entries[event.entry_id or 0]
        if entry.form is None:
            return None
        entry.begun = True
        calculated: Changes = read_exactly(event.calculated) if event.calculated != "{}" else {}
        values = {**calculated, **changes} if calculated else changes
        cells: list[Cell] = []
        for name, (_old, value) in values.items():
            if name in entry.form.items:
                self._value(entry, event, name, value, cells)
            elif name.endswith(REASON) and (item := name.removesuffix(REASON)) in entry.form.items:
                self._reason(entry, item, value, cells)
        if not event.is_insert and entry.verified:
            self._fall(entry, event, values, cells)
        if not entry.stands or not (cells or event.is_insert):
            return None
        step = self._step_to(entry)
        step.groups.append(self._group(entry, cells))
        step.no_reason = IN_DRAFT if changes else CALCULATED
        if entry.is_complete and changes:
            step.no_reason = BY_THE_SYSTEM
        return step

    def _value(self, entry: EntryState, event: Event, name: str, value: Any, cells: list[Cell]) -> None:
        assert entry.form is not None
        act = UPDATE if name in entry.cells else INSERT
        if value is None:
            if act == UPDATE and entry.cells[name] is not None:
                entry.cells[name] = None
                cells.append(Cell(name, UPDATE, None, []))
            return
        text = text_of(entry.form.items[name], value)
        notes = []
        if CONTROL.search(text) or name in entry.escaped:
            text, notes = _escaped(entry, event, name, text)
        entry.cells[name] = text
        cells.append(Cell(name, act, text, notes))

    def _reason(self, entry: EntryState, item: str, given: Any, cells: list[Cell]) -> None:
        """Why an item has no value: the item itself is null, the reason an item of its own, which goes with it."""
        if given is None:
            for name in (f"{item}{MISSING}", f"{item}{COMMENT}"):
                if name in entry.cells:
                    del entry.cells[name]
                    cells.append(Cell(name, REMOVE, None, []))
            return
        if item not in entry.cells:
            entry.cells[item] = None
            cells.append(Cell(item, INSERT, None, []))
        for name, text in ((f"{item}{MISSING}", given["reason"]), (f"{item}{COMMENT}", given["comment"])):
            before, text = entry.cells.get(name), carried(text)
            if text and text != before:
                entry.cells[name] = text
                cells.append(Cell(name, UPDATE if before else INSERT, text, []))
            elif before and not text:
                del entry.cells[name]
                cells.append(Cell(name, REMOVE, None, []))

    def _fall(self, entry: EntryState, event: Event, values: Changes, cells: list[Cell]) -> None:
        """A verification falls with the value it was given to."""
        for name in dict.fromkeys(name.removesuffix(REASON) for name in values):
            if who := entry.verified.pop(name, ""):
                words = f"Verified by {who}; the value was changed by {event.who}"
                fallen = note(event.position, FlagType.VERIFICATION, "FALLEN", words)
                entry.item_notes.setdefault(name, []).append(fallen)
                place = next((n for n, cell in enumerate(cells) if cell.name == name), None)
                if place is None:
                    cells.append(Cell(name, CONTEXT, entry.cells.get(name), [fallen]))
                else:
                    cells[place].notes.append(fallen)

    # --- review ----------------------------------------------------------------------------------------------

    def _query(self, event: Event, changes: Changes) -> None:
        if event.is_insert:
            self._asked[event.row] = event.entry_id or 0, new(changes, "item"), new(changes, "number")

    def _message(self, event: Event, changes: Changes) -> Step | None:
        entry, item, number = self._asked[new(changes, "query_id")]
        act, text = new(changes, "act"), new(changes, "text", "")
        person = new(changes, "said_by_id")
        who = event.who if person else f"a check, on what was done by {event.who}"
        words = f"Query {number}, {WORDS.get(act, act)} by {who}" + (f": {text}" if text else "")
        flag = note(event.position, FlagType.QUERY, act.upper(), words, event.role if person else "")
        return self._noted_on_item(self.entries[entry], item, flag)

    def _discrepancy(self, event: Event, changes: Changes) -> Step | None:
        key = f"check {event.row}"
        if event.is_insert:
            self._asked[key] = event.entry_id or 0, new(changes, "item"), new(changes, "check_id")
        elif not {"state", "text_as_asked"} & set(changes):
            return None
        entry, item, check = self._asked[key]
        state = new(changes, "state", DiscrepancyState.OPEN.value)
        is_answer = state == DiscrepancyState.CONFIRMED
        words = f"{check}: {STATES.get(state, state)} {event.who}"
        if text := new(changes, "text_as_asked", ""):
            words += f": {text}"
        role = event.role if is_answer else ""
        flag = note(event.position, FlagType.CHECK, state.upper(), words, role)
        return self._noted_on_item(self.entries[entry], item, flag)

    def _verification(self, event: Event, changes: Changes) -> Step | None:
        key = f"verification {event.row}"
        if event.is_insert:
            self._asked[key] = event.entry_id or 0, new(changes, "item"), ""
        elif not new(changes, "undone_at"):
            return None
        pk, item, _number = self._asked[key]
        entry = self.entries[pk]
        if event.is_insert:
            if entry.form and item in entry.form.items:
                entry.verified[item] = event.who
            words = f"Verified by {event.who}: {new(changes, 'value', '')}"
            flag = note(event.position, FlagType.VERIFICATION, "VERIFIED", words, event.role)
        else:
            entry.verified.pop(item, None)
            words = f"Taken back by {event.who}"
            flag = note(event.position, FlagType.VERIFICATION, "TAKEN-BACK", words, event.role)
        return self._noted_on_item(entry, item, flag)

    # --- signatures ------------------------------------------------------------------------------------------

    def _signature(self, event: Event, changes: Changes) -> Step | None:
        if not event.is_insert:
            return None
        scope = new(changes, "scope")
        visit, entry = (int(pk) if (pk := new(changes, name)) else None for name in ("visit_id", "entry_id"))
        name, position, head = (new(changes, what, "") for what in ("printed_name", "position", "head"))
        words = f"{name}, {event.who}: {new(changes, 'meaning')} (at event {position}, whose hash is {head})"
        by = int(new(changes, "signed_by_id"))
        signed = Signed(
            event.row, scope, visit, entry, by, event.actor, event.site, event.at, new(changes, "meaning")
        )
        self.signatures[scope, visit or entry] = signed
        flag = note(event.position, FlagType.SIGNATURE, "SIGNED", words, event.role)
        step = self._on_signed(Step(), signed, flag)
        if step.form or scope != SignatureScope.FORM:
            step.signed = signed
        return step

    def _break(self, event: Event, step: Step | None) -> Step | None:
        """A signature breaks with any change of what it covers; it stands in the file above what was changed."""
        entry = self.entries[event.entry_id or 0]
        for key, signed in list(self.signatures.items()):
            covers = (
                signed.scope == SignatureScope.CASEBOOK
                or (signed.scope == SignatureScope.VISIT and signed.visit == entry.top.visit)
                or (signed.scope == SignatureScope.FORM and signed.entry in (entry.pk, entry.top.pk))
            )
            if covers:
                del self.signatures[key]
                words = (
                    f"The signature of {signed.actor} of {signed.at} no longer holds: changed by {event.who}"
                )
                flag = note(event.position, FlagType.SIGNATURE, "BROKEN", words, more=1)
                step = self._on_signed(step or Step(), signed, flag)
        return step

    def _on_signed(self, step: Step, signed: Signed, flag: Note) -> Step:
        """The note on what is signed: the patient, the visit or the form."""
        if signed.scope == SignatureScope.CASEBOOK:
            self.notes.append(flag)
            step.subject_notes.append(flag)
            return step
        if signed.scope == SignatureScope.VISIT:
            self.visit_notes.setdefault(signed.visit or 0, []).append(flag)
            if not step.visit:
                down = self._step(signed.visit)
                step.visit, step.visit_id = down.visit, down.visit_id
            step.visit_notes.append(flag)
            return step
        entry = self.entries[signed.entry or 0]
        entry.notes.append(flag)
        if entry.stands and step.form != REMOVE:
            if not step.form:
                down = self._step_to(entry)
                step.visit, step.visit_id, step.form, step.entry = down.visit, down.visit_id, down.form, entry
            step.form_notes.append(flag)
        return step


def is_review(table: str) -> bool:
    """Whether it holds what was done about data, and no data: as the database's `audit_is_review` has it."""
    return table.partition("_")[0] in ("checks", "queries", "verification", "signatures", "locks")


def new(changes: Changes, name: str, default: Any = None) -> Any:
    """The value after the event; `default` where it did not change."""
    pair = changes.get(name)
    return default if pair is None else pair[1]


def _whole(entry: EntryState) -> Group:
    entry.group_in_file = True
    notes = [*entry.notes, *entry.group_notes] if entry.parent else list(entry.group_notes)
    cells = [Cell(name, INSERT, value, entry.item_notes.get(name, [])) for name, value in entry.cells.items()]
    return Group(entry, INSERT, cells, notes)


def _escaped(entry: EntryState, event: Event, name: str, text: str) -> tuple[str, list[Note]]:
    """The text as XML can carry it, with a note that says so; and one when it is so no longer."""
    if CONTROL.search(text):
        entry.escaped.add(name)
        found = ", ".join(
            f"U+{ord(sign):04X} at character {at}" for at, sign in enumerate(text, 1) if CONTROL.match(sign)
        )
        flag = note(
            event.position, FlagType.TEXT, "ESCAPED", f"Written as \\u and four digits: {found}", more=2
        )
    else:
        entry.escaped.discard(name)
        flag = note(event.position, FlagType.TEXT, "AS-IT-IS", "Written as it is", more=2)
    entry.item_notes.setdefault(name, []).append(flag)
    return carried(text), [flag]
