"""Runs the edit checks that a change sets off, inside the transaction that saves the change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from ecrf.audit.actor import Actor, acting
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient, Status
from ecrf.casebook.patient_rows import load_rows
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import HOOKS, Writing
from ecrf.casebook.stored_rows import store
from ecrf.checks.discrepancies import discrepancies_on, notify
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import ANY, CHECKS, Check, Question
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS


@HOOKS.needed
def kinds_read(key: str, changed: list[str]) -> set[str]:
    """The kinds of form that the checks read which these items set off; the form itself where any check compares it
    with others of its kind. Of a fixed set the rows with the same name are loaded in any case."""
    own = [c for c in CHECKS.values() if c.looks_at(key, changed)]
    others = [c for c in CHECKS.values() if not c.hard and c.is_triggered(key, changed)]
    looked_at = ((c, kind) for c in others if not c.same_visit for kind in _kinds(c))
    read = {kind for c, kind in looked_at if not (c.same_name and kind == key)}
    read |= {kind for c in [*own, *others] for kind in c.reads if not (c.same_name and kind == key)}
    is_compared = any(c.on == key and key in c.reads for c in CHECKS.values())
    return read | ({key} if is_compared and not CRFS[key].row_names else set())


@HOOKS.before_write
def refuse_impossible(writing: Writing) -> dict[str, str]:
    """Hard checks: {item: why it is refused}."""
    hard, data = _set_off(writing)[0], writing.data
    asked = [(c, q) for c in hard for q in _ask(c, writing.row, data)]
    return {name: c.text_of(q) for c, q in asked for name in _given(c, q, writing.changed)}


def _given(check: Check, question: Question, changed: list[str]) -> list[str]:
    """The items given now that break the rule: the one it names, or else those of its items that were given."""
    if question.item in changed:
        return [question.item]
    return [name for name in changed if name in check.items or ANY in check.items]


@dataclass
class PutOff:
    """Of many acts that go together: the checks that they set off for other rows than their own, which then run once
    for all of the acts. {check: the numbers of the rows of a fixed set, None for all rows}"""

    checks: dict[str, set[int] | None] = field(default_factory=dict)

    def add(self, check: Check, number: int | None) -> None:
        if number is None or self.checks.get(check.id, set()) is None:
            self.checks[check.id] = None
        else:
            self.checks[check.id] = (self.checks.get(check.id) or set()) | {number}


PUT_OFF, SET_OFF = "checks put off", "checks set off"


@HOOKS.after_write
def ask_about_unlikely(writing: Writing) -> list[Discrepancy]:
    """Soft checks: open, keep, reopen or clear discrepancies; returns those of this entry that are not cleared, and
    those of other entries that moved. Where many acts go together and it is `put_off`, those of other entries wait for
    `ask_what_was_put_off`."""
    key, data = writing.place.definition.key, writing.data
    put_off: PutOff | None = (data.kept or {}).get(PUT_OFF)
    _hard, own, others = _set_off(writing)
    if put_off is not None:  # else it would ask of the one row, not knowing where it stands
        own = [c for c in own if not c.among_rows]
    runs = {(c.id, writing.row.entry_id): (c, writing.row) for c in own}
    if put_off is None:
        elsewhere = [c for c in others if not c.same_visit]
        data.load(*(kind for c in elsewhere for kind in [*_kinds(c), *c.reads] if kind != key))
        at_visit = [c for c in others if c.same_visit]
        data.load(*(kind for c in at_visit for kind in c.reads))
        runs |= {(c.id, row.entry_id): (c, row) for c, row in _at_visit(at_visit, writing)}
        for c in elsewhere:
            numbers = {writing.place.number} if c.same_name and c.on == key else None
            runs |= {(c.id, row.entry_id): (c, row) for row in _rows_of(c, data, numbers)}
    else:
        for c in others:
            put_off.add(c, writing.place.number if c.same_name and c.on == key else None)
    runs |= {(c.id, row.entry_id): (c, row) for c, row in _of_recalculated(writing, put_off)}
    return _settle(list(runs.values()), data, writing.row.entry_id, is_new=writing.is_new)


def _set_off(writing: Writing) -> tuple[list[Check], list[Check], list[Check]]:
    """The hard checks of the row, its soft checks, and the soft checks of other rows that what changes sets off. Of
    many acts that go together, those that change the same items of the same form set off the same."""
    key, kept = writing.place.definition.key, writing.data.kept
    which = (SET_OFF, key, *writing.changed)
    if kept is not None and which in kept and key != protocol().visit_form:
        found: tuple[list[Check], list[Check], list[Check]] = kept[which]
        return found
    own = [c for c in CHECKS.values() if c.looks_at(key, writing.changed)]
    is_moved = _moves_visits(writing)
    others = [
        c
        for c in CHECKS.values()
        if not c.hard and (c.is_triggered(key, writing.changed) or (is_moved and c.on in c.reads))
    ]
    found = [c for c in own if c.hard], [c for c in own if not c.hard], others
    if kept is not None:
        kept[which] = found
    return found


def put_off_checks(data: PatientData, put_off: PutOff) -> None:
    """Let `ask_about_unlikely` put off what many acts on this patient would run again and again."""
    assert data.kept is not None
    data.kept[PUT_OFF] = put_off


def ask_what_was_put_off(data: PatientData, put_off: PutOff) -> list[Discrepancy]:
    """Run each of these checks once, as everything stands now; returns what opened or cleared."""
    checks = [(CHECKS[name], numbers) for name, numbers in put_off.checks.items()]
    data.load(*(kind for c, _numbers in checks for kind in [*_kinds(c), *c.reads]))
    return _settle([(c, row) for c, numbers in checks for row in _rows_of(c, data, numbers)], data)


def _rows_of(check: Check, data: PatientData, numbers: set[int] | None) -> Iterator[Crf]:
    """The rows that a check looks at; of a fixed set, those with these numbers."""
    for kind in _kinds(check):
        if numbers is None:
            yield from data.rows(kind)
        for number in numbers or ():
            yield from data.limited_to(frozenset({kind}), {kind: number}).rows(kind)


def _at_visit(checks: list[Check], writing: Writing) -> Iterator[tuple[Check, Crf]]:
    """These checks with the rows that stand at the visit of what was written: of kinds that are not loaded, one
    statement reads those of the visit, where a patient may have hundreds at others."""
    data, visit = writing.data, writing.place.visit
    if visit is None or not checks:
        return
    kinds = {kind for c in checks for kind in _kinds(c)}
    found = load_rows(data.patient, kinds - data.whole, {visit.pk})
    for key in kinds & data.whole:
        found[key] = data.rows(key)
    for c in checks:
        for kind in _kinds(c):
            here = (row for row in found[kind] if row.entry.visit_id == visit.pk and not row.entry.is_struck)
            yield from ((c, row) for row in sorted(here, key=_number_of))


def _number_of(row: Crf) -> tuple[int, int]:
    entry = row.entry
    return entry.parent.number if entry.parent else 0, entry.number


def _of_recalculated(writing: Writing, put_off: PutOff | None) -> Iterator[tuple[Check, Crf]]:
    """The soft checks that look at what was derived anew in other forms, with the rows to run them on."""
    for key in {row.entry.crf for row in writing.recalculated}:
        derived = list(CRFS[key].calculated)
        standing = [row for row in writing.recalculated if row.entry.crf == key and not row.entry.is_struck]
        for c in CHECKS.values():
            if c.hard or not c.looks_at(key, derived):
                continue
            rows = standing
            if c.is_triggered(key, derived):
                if put_off is None:
                    rows = writing.data.rows(key)
                else:
                    put_off.add(c, None)
            yield from ((c, row) for row in rows)


def _moves_visits(writing: Writing) -> bool:
    """Whether what was written moves the order of the visits, and with it what "the last visit" is for whoever compares
    with others of the kind: where there are unscheduled visits, the date of any visit does."""
    trial = protocol()
    if writing.place.definition.key != trial.visit_form or trial.visit_date_item not in writing.changed:
        return False
    return any(plan and plan.repeats for plan in map(trial.plan, writing.data.visit_days))


def ask_what_waited(data: PatientData, rows: Iterable[Crf]) -> list[Discrepancy]:
    """Run the late checks on these rows, whose form was left or completed; returns what opened or cleared."""
    entries = {row.entry_id: row.entry.crf for row in rows}
    late = [c for c in CHECKS.values() if c.late and c.on in entries.values()]
    data.load(*(key for c in late for key in (c.on, *c.reads)))
    runs = [(c, row) for c in late for row in data.rows(c.on) if row.entry_id in entries]
    return _settle(runs, data, is_left=True) if runs else []


def leave(place: Place, by: Actor) -> list[Discrepancy]:
    """The site goes on to another form: what waited until then is asked; returns what opened or cleared."""
    with acting(by, patient_id=place.patient.pk):
        data = PatientData(place.patient)
        row = data.row_at(place)
        return ask_what_waited(data, [row] if row and not row.entry.is_struck else [])


@HOOKS.after_completion
def ask_at_completion(patient: Patient, rows: list[Crf]) -> list[Discrepancy]:
    """No statement where no check waits for it."""
    return ask_what_waited(PatientData(patient), rows)


def _settle(
    runs: Iterable[tuple[Check, Crf]],
    data: PatientData,
    entry_id: int = 0,
    *,
    is_new: bool = False,
    is_left: bool = False,
) -> list[Discrepancy]:
    """Compare what the checks ask now with what they asked before; of an entry that `is_new`, nothing. What is late
    opens only where its form `is_left` or complete. Returns what is asked about the entry, and what moved elsewhere."""
    patient = data.patient
    runs = list(runs)
    may_be_asked = [(r.entry_id, c, q) for c, r in runs for q in _ask(c, r, data)]
    ran = {(row.entry_id, check.id) for check, row in runs}
    entries = {row_entry for row_entry, _ in ran} | {entry_id}
    if is_new:
        entries.discard(entry_id)
    if data.kept is not None:
        entries &= _entries_asked(data, data.kept)
    known = discrepancies_on(list(entries)) if entries else []
    standing = {(d.entry_id, d.check_id, d.item) for d in known if d.state != DiscrepancyState.CLEARED}
    waits = {
        (r.entry_id, c.id) for c, r in runs if c.late and not is_left and r.entry.status != Status.COMPLETE
    }
    asked = {
        key: asks
        for key, asks in _asked_once(may_be_asked, standing).items()
        if key in standing or key[:2] not in waits
    }
    changed = []
    for discrepancy in known:
        if (discrepancy.entry_id, discrepancy.check_id) not in ran:
            continue
        question = asked.pop((discrepancy.entry_id, discrepancy.check_id, discrepancy.item), None)
        if _move(discrepancy, question):
            changed.append(discrepancy)
    new = []
    for (entry, _check_id, item), question in asked.items():
        new.append(Discrepancy(entry_id=entry, item=item))
        new[-1].ask(*question)
    # What is locked stays as it is: what is entered elsewhere still can be.
    if elsewhere := {one.entry_id for one in [*changed, *new]} - {entry_id}:
        locked = {pk for step in HOOKS.guards for pk in step(patient, elsewhere)}
        changed = [discrepancy for discrepancy in changed if discrepancy.entry_id not in locked]
        new = [discrepancy for discrepancy in new if discrepancy.entry_id not in locked]
    columns = [*Discrepancy.QUESTION, "state", "confirmed_at", "confirmed_by"]
    if len(changed) == 1:
        store(changed[0], columns)  # nearly always; a fifth of the bulk statement's time
    elif changed:
        Discrepancy.objects.bulk_update(changed, columns)
    if new:
        Discrepancy.objects.bulk_create(new)
        if data.kept is not None:
            _entries_asked(data, data.kept).update(one.entry_id for one in new)
    if moved := [*changed, *new]:
        rows = {row.entry_id: row for _, row in runs}
        for discrepancy in moved:
            discrepancy.row = rows.get(discrepancy.entry_id)
        notify(patient, moved)
    own = [f for f in [*known, *new] if f.entry_id == entry_id and f.state != DiscrepancyState.CLEARED]
    return own + [f for f in moved if f.entry_id != entry_id]


Key = tuple[int, str, str]
"""Entry, check and item: where a question stands."""


def _asked_once(
    questions: list[tuple[int, Check, Question]], standing: set[Key]
) -> dict[Key, tuple[Check, Question]]:
    """Where each question is asked: of several about the same, the one that stands already and no other."""
    asked: dict[Key, tuple[Check, Question]] = {}
    alike: dict[tuple[str, int, str], list[tuple[Key, tuple[Check, Question]]]] = {}
    for entry, check, question in questions:
        key = (entry, check.id, question.item)
        if question.about:
            subject = (check.id, 0 if check.among_rows else entry, question.about)
            alike.setdefault(subject, []).append((key, (check, question)))
        else:
            asked[key] = check, question
    for group in alike.values():
        there = [one for one in group if one[0] in standing]
        asked.update((there or [one for one in group if not one[1][1].only_if_there])[:1])
    return asked


def _entries_asked(data: PatientData, kept: dict[Any, Any]) -> set[int]:
    """The entries of which anything was ever asked, looked up once for many acts."""
    if "asked" not in kept:
        known = Discrepancy.objects.filter(entry__patient=data.patient)
        kept["asked"] = set(known.values_list("entry", flat=True))
    found: set[int] = kept["asked"]
    return found


def _move(discrepancy: Discrepancy, asked: tuple[Check, Question] | None) -> bool:
    """Bring a known discrepancy to what its check asks now, or to rest if it asks nothing; whether it changed."""
    if asked is None:
        was_asked = discrepancy.state != DiscrepancyState.CLEARED
        discrepancy.state = DiscrepancyState.CLEARED
        return was_asked
    check, question = asked
    is_same = (discrepancy.check_version, discrepancy.parameters) == (check.version, question.parameters)
    if is_same and discrepancy.state != DiscrepancyState.CLEARED:
        return False
    if is_same and discrepancy.confirmed_at:
        discrepancy.state = DiscrepancyState.CONFIRMED
    else:
        discrepancy.ask(check, question)
    return True


def would_ask(row: Crf, data: PatientData) -> list[tuple[Check, str]]:
    """What the soft checks of its form would ask of a row that is not stored, in words; nothing is written."""
    soft = [c for c in CHECKS.values() if not (c.hard or c.late) and c.on == row.entry.crf]
    data.load(*(kind for c in soft for kind in c.reads))
    return [
        (c, c.text_of(question)) for c in soft for question in c.ask(row, data) if not question.only_if_there
    ]


def _ask(check: Check, row: Any, data: PatientData) -> list[Question]:
    if check.on == ANY and not _has(row, check.items):
        return []
    return list(check.ask(row, data))


def _kinds(check: Check) -> Iterable[str]:
    return CRFS if check.on == ANY else (check.on,)


def _has(row: Any, items: tuple[str, ...]) -> bool:
    return ANY in items or any(hasattr(row, item) for item in items)


@HOOKS.after_strike
def run_all(patient: Patient) -> int:
    """Run every soft check over all of one patient's forms (after loading data or changing a check); how many ran."""
    data = PatientData(patient)
    data.load(*CRFS)
    _clear_struck(patient)
    runs = []
    for check in CHECKS.values():
        for key in _kinds(check):
            runs += [(check, row) for row in data.rows(key)] if not check.hard else []
    _settle(runs, data)
    return len(runs)


@HOOKS.after_recalculation
def ask_anew(data: PatientData, keys: list[str]) -> None:
    """Run every soft check on these kinds of form, and those that read them, for one patient."""
    concerned = [c for c in CHECKS.values() if not c.hard and (c.on in keys or c.reads & set(keys))]
    data.load(*(key for c in concerned for key in [*_kinds(c), *c.reads]))
    runs = [(c, row) for c in concerned for key in _kinds(c) for row in data.rows(key)]
    _settle(runs, data)


def _clear_struck(patient: Patient) -> None:
    """Nothing is asked about what is struck out."""
    struck = Q(entry__struck_at__isnull=False) | Q(entry__parent__struck_at__isnull=False)
    known = Discrepancy.objects.filter(struck, entry__patient=patient)
    if found := list(known.exclude(state=DiscrepancyState.CLEARED)):
        for discrepancy in found:
            discrepancy.state = DiscrepancyState.CLEARED
        Discrepancy.objects.bulk_update(found, ["state"])
        notify(patient, found)
