"""Replays one patient's trail in memory: what each event did, and how everything stands after the last one."""

from collections.abc import Callable, Iterable, Mapping

from ecrf.casebook.models import Entry, Patient, Status, Visit
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.exports.odm.edition.content import Edition
from ecrf.exports.odm.flags import FlagType, Note, note
from ecrf.exports.odm.layout import FormLayout
from ecrf.exports.odm.names import safe
from ecrf.exports.odm.replay.events import TrailEvent, is_review
from ecrf.exports.odm.replay.items import Changes, changed_items, new
from ecrf.exports.odm.replay.state import (
    CONTEXT,
    INSERT,
    REMOVE,
    UPDATE,
    EntryState,
    GroupChange,
    ItemChange,
    Signed,
    Transaction,
    whole,
)
from ecrf.exports.odm.values import read_exactly
from ecrf.queries.models import Act, Message, Query
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.verification.models import Verification

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
    `visits`: {id: code}; `events_begun`: their ids, and None for what belongs to no visit, in the order in which they
    were begun, like the entries. `without_texts`: what people wrote about the data, which may identify, is left out."""

    def __init__(
        self, layouts: Mapping[str, FormLayout], edition: Edition, *, without_texts: bool = False
    ) -> None:
        self.layouts, self.edition, self.without_texts = layouts, edition, without_texts
        self.number = ""
        self.site_id = 0
        self.is_struck = False
        self.added: TrailEvent | None = None
        self.visits: dict[int, str] = {}
        self.events_begun: dict[int | None, None] = {}
        self.entries: dict[int, EntryState] = {}
        self.notes: list[Note] = []
        self.visit_notes: dict[int, list[Note]] = {}
        self.signatures: dict[tuple[str, int | None], Signed] = {}
        self._rows: dict[int, list[EntryState]] = {}
        self._left: Transaction | None = None
        self._asked: dict[str, tuple[int, str, str]] = {}
        self._not_begun: dict[str, str] = {}

    def take(self, event: TrailEvent) -> tuple[Transaction, ...]:
        is_data = event.table in self.edition.tables
        taker = PatientReplay._data if is_data else TAKERS.get(event.table)
        transaction = taker(self, event, read_exactly(event.changes)) if taker else None
        if self.signatures and event.entry_id and not is_review(event.table):
            transaction = self._break(event, transaction)
        left, self._left = self._left, None
        return tuple(one for one in (left, transaction) if one and one.says_something)

    def with_rows(self, entry: EntryState) -> list[EntryState]:
        """The form, and the rows that it ever had."""
        return [entry, *self._rows.get(entry.pk, ())]

    # --- patient, visits, forms ------------------------------------------------------------------------------

    def _patient(self, event: TrailEvent, changes: Changes) -> Transaction:
        self.number = new(changes, "number", self.number)
        self.site_id = int(new(changes, "site_id", self.site_id))
        if event.is_insert:
            self.added = event
            return Transaction(subject=INSERT)
        if "struck_at" in changes:
            self.is_struck = changes["struck_at"][1] is not None
            if self.is_struck:
                return Transaction(subject=REMOVE)
            return Transaction(subject=INSERT, subject_notes=list(self.notes))
        return Transaction(subject=UPDATE if "site_id" in changes else CONTEXT)

    def _visit(self, event: TrailEvent, changes: Changes) -> Transaction:
        pk = int(event.row)
        self.visits[pk] = new(changes, "code", self.visits.get(pk, ""))
        if not event.is_insert and new(changes, "struck_at"):
            # Its forms have gone before it.
            del self.events_begun[pk]
            return Transaction(visit=REMOVE, visit_id=pk)
        transaction = self._to_visit(pk)
        transaction.visit_notes = list(self.visit_notes.get(pk, ()))
        return transaction

    def _entry(self, event: TrailEvent, changes: Changes) -> Transaction | None:
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

    def _begun(self, pk: int, event: TrailEvent, changes: Changes) -> Transaction | None:
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
            self._rows.setdefault(entry.parent.pk, []).append(entry)
        if entry.form and new(changes, "form_fingerprint") != entry.form.definition.fingerprint:
            version, today = new(changes, "form_version"), entry.form.definition.version
            words = f"Made with version {version} of the form; described here by version {today} of it"
            entry.notes.append(note(event.position, FlagType.FORM, "EARLIER-VERSION", words))
        if not entry.stands:
            return None
        return self._inserted(entry)

    def _completed(self, entry: EntryState, event: TrailEvent, changes: Changes) -> Transaction | None:
        entry.is_complete = changes["status"][1] == Status.COMPLETE
        if not entry.is_complete:
            return None
        words = f"Completed by {event.who}"
        return self._noted(entry, note(event.position, FlagType.FORM, "COMPLETE", words, event.role))

    def _moved(self, entry: EntryState, changes: Changes, *, was_there: bool) -> Transaction | None:
        """Out of one place, in a transaction of its own, and into another."""
        stays = entry.parent and "number" not in changes  # a row goes where its form has gone
        if was_there and not stays:
            self._left = self._removed(entry)
        visit = new(changes, "visit_id", entry.visit)
        entry.visit, entry.number = int(visit) if visit else None, new(changes, "number", entry.number)
        return self._inserted(entry) if entry.stands and not stays else None

    # --- where a transaction takes place ----------------------------------------------------------------------------

    def _to_visit(self, visit: int | None) -> Transaction:
        """Down to the visit; the event of forms that belong to none begins with the first of them."""
        is_new = visit not in self.events_begun
        self.events_begun[visit] = None
        return Transaction(visit=INSERT if is_new else CONTEXT, visit_id=visit)

    def _to_form(self, entry: EntryState) -> Transaction:
        """Down to the form."""
        top = entry.top
        transaction = self._to_visit(top.visit)
        transaction.entry, transaction.form = top, CONTEXT if top.in_file else INSERT
        top.in_file = True
        return transaction

    def _inserted(self, entry: EntryState) -> Transaction:
        """A form or a row with all that is known of it: nothing when it is new, everything when it is restored."""
        transaction = self._to_form(entry)
        if entry.parent is None:
            transaction.form_notes = list(entry.notes)
        for one in self.with_rows(entry):
            if one.stands and (one.parent or one.begun):
                transaction.groups.append(whole(one))
        return transaction

    def _removed(self, entry: EntryState) -> Transaction:
        transaction = self._to_form(entry)
        for one in self.with_rows(entry):
            one.group_in_file = False
        if entry.parent:
            transaction.groups.append(GroupChange(entry, REMOVE, [], []))
        else:
            transaction.form, entry.in_file = REMOVE, False
        return transaction

    def _group(self, entry: EntryState, cells: list[ItemChange], notes: Iterable[Note] = ()) -> GroupChange:
        act = CONTEXT if entry.group_in_file else INSERT
        entry.group_in_file = True
        return GroupChange(entry, act, cells, list(notes))

    def _noted(self, entry: EntryState, flag: Note) -> Transaction | None:
        """A note on the form or the row."""
        entry.notes.append(flag)
        if not entry.stands:
            return None
        transaction = self._to_form(entry)
        if entry.parent:
            transaction.groups.append(self._group(entry, [], [flag]))
        else:
            transaction.form_notes.append(flag)
        return transaction

    def _noted_on_item(self, entry: EntryState, item: str, flag: Note) -> Transaction | None:
        """A note on an item; where that never had a value, on the items as a whole, with its name."""
        if entry.form is None or item not in entry.form.items:
            return None
        if item in entry.cells:
            entry.item_notes.setdefault(item, []).append(flag)
            cells, notes = [ItemChange(item, CONTEXT, entry.cells[item], [flag])], []
        else:
            label = entry.form.items[item].label
            flag = flag._replace(text=safe(f"On “{label}”, which is blank: ") + flag.text)
            entry.group_notes.append(flag)
            cells, notes = [], [flag]
        if not entry.stands:
            return None
        transaction = self._to_form(entry)
        transaction.groups.append(self._group(entry, cells, notes))
        return transaction

    # --- items -----------------------------------------------------------------------------------------------

    def _data(self, event: TrailEvent, changes: Changes) -> Transaction | None:
        entry = self.entries[event.entry_id or 0]
        if entry.form is None:
            return None
        entry.begun = True
        calculated: Changes = read_exactly(event.calculated) if event.calculated != "{}" else {}
        cells = changed_items(
            entry, event, {**calculated, **changes} if calculated else changes, self.without_texts
        )
        if not entry.stands or not (cells or event.is_insert):
            return None
        transaction = self._to_form(entry)
        transaction.groups.append(self._group(entry, cells))
        transaction.no_reason = IN_DRAFT if changes else CALCULATED
        if entry.is_complete and changes:
            transaction.no_reason = BY_THE_SYSTEM
        return transaction

    # --- review ----------------------------------------------------------------------------------------------

    def _query(self, event: TrailEvent, changes: Changes) -> None:
        if event.is_insert:
            name = f"{(new(changes, 'kind') or 'query').capitalize()} {new(changes, 'number')}"
            item = new(changes, "item")
            if not event.entry_id:
                self._not_begun[event.row] = f"“{self.edition.words_of(new(changes, 'crf'), item)}”"
            self._asked[event.row] = event.entry_id or 0, item, name
        elif event.row in self._not_begun and event.entry_id:
            del self._not_begun[event.row]
            self._asked[event.row] = event.entry_id, *self._asked[event.row][1:]

    def _message(self, event: TrailEvent, changes: Changes) -> Transaction | None:
        if not event.is_insert:
            return None  # redacted: the event in which it was said has been, too
        which = new(changes, "query_id")
        entry, item, name = self._asked[which]
        act, text = new(changes, "act"), new(changes, "text", "")
        person = new(changes, "said_by_id")
        who = event.who if person else f"a check, on what was done by {event.who}"
        words = f"{name}, {WORDS.get(act, act)} by {who}" + self._said(text)
        flag = note(event.position, FlagType.QUERY, act.upper(), words, event.role if person else "")
        if which in self._not_begun:
            flag = flag._replace(text=safe(f"On {self._not_begun[which]}, in a form not begun: ") + flag.text)
            self.notes.append(flag)
            return Transaction(subject_notes=[flag])
        return self._noted_on_item(self.entries[entry], item, flag)

    def _said(self, text: str) -> str:
        return f": {text}" if text and not self.without_texts else ""

    def _discrepancy(self, event: TrailEvent, changes: Changes) -> Transaction | None:
        key = f"check {event.row}"
        if event.is_insert:
            self._asked[key] = event.entry_id or 0, new(changes, "item"), new(changes, "check_id")
        elif not {"state", "text_as_asked"} & set(changes):
            return None
        entry, item, check = self._asked[key]
        state = new(changes, "state", DiscrepancyState.OPEN.value)
        is_answer = state == DiscrepancyState.CONFIRMED
        words = f"{check}: {STATES.get(state, state)} {event.who}" + self._said(
            new(changes, "text_as_asked", "")
        )
        role = event.role if is_answer else ""
        flag = note(event.position, FlagType.CHECK, state.upper(), words, role)
        return self._noted_on_item(self.entries[entry], item, flag)

    def _verification(self, event: TrailEvent, changes: Changes) -> Transaction | None:
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

    def _signature(self, event: TrailEvent, changes: Changes) -> Transaction | None:
        if not event.is_insert:
            return None
        scope = new(changes, "scope")
        visit, entry = (int(pk) if (pk := new(changes, name)) else None for name in ("visit_id", "entry_id"))
        name, position, head = (new(changes, what, "") for what in ("printed_name", "position", "head"))
        who = event.who if self.without_texts else f"{name}, {event.who}"
        words = f"{who}: {new(changes, 'meaning')} (at event {position}, whose hash is {head})"
        by = int(new(changes, "signed_by_id"))
        signed = Signed(
            event.row, scope, visit, entry, by, event.actor, event.site, event.at, new(changes, "meaning")
        )
        self.signatures[scope, visit or entry] = signed
        flag = note(event.position, FlagType.SIGNATURE, "SIGNED", words, event.role)
        transaction = self._on_signed(Transaction(), signed, flag)
        if transaction.form or scope != SignatureScope.FORM:
            transaction.signed = signed
        return transaction

    def _break(self, event: TrailEvent, transaction: Transaction | None) -> Transaction | None:
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
                transaction = self._on_signed(transaction or Transaction(), signed, flag)
        return transaction

    def _on_signed(self, transaction: Transaction, signed: Signed, flag: Note) -> Transaction:
        """The note on what is signed: the patient, the visit or the form."""
        if signed.scope == SignatureScope.CASEBOOK:
            self.notes.append(flag)
            transaction.subject_notes.append(flag)
            return transaction
        if signed.scope == SignatureScope.VISIT:
            self.visit_notes.setdefault(signed.visit or 0, []).append(flag)
            if not transaction.visit:
                down = self._to_visit(signed.visit)
                transaction.visit, transaction.visit_id = down.visit, down.visit_id
            transaction.visit_notes.append(flag)
            return transaction
        entry = self.entries[signed.entry or 0]
        entry.notes.append(flag)
        if entry.stands and transaction.form != REMOVE:
            if not transaction.form:
                down = self._to_form(entry)
                transaction.visit, transaction.visit_id = down.visit, down.visit_id
                transaction.form, transaction.entry = down.form, down.entry
            transaction.form_notes.append(flag)
        return transaction


Taker = Callable[[PatientReplay, TrailEvent, Changes], Transaction | None]
TAKERS: dict[str, Taker] = {
    Patient._meta.db_table: PatientReplay._patient,
    Visit._meta.db_table: PatientReplay._visit,
    Entry._meta.db_table: PatientReplay._entry,
    Query._meta.db_table: PatientReplay._query,
    Message._meta.db_table: PatientReplay._message,
    Discrepancy._meta.db_table: PatientReplay._discrepancy,
    Verification._meta.db_table: PatientReplay._verification,
    Signature._meta.db_table: PatientReplay._signature,
}
"""{table: what its events did}; those of the forms' own tables are data. No patient holds itself: one is gone as soon
as the next begins."""
