"""Carries out what the rows of one patient say, through `record`, and says what became of each.

The look beforehand carries it out too, and takes it back: what it shows cannot differ from what happens.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.joined import headed
from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.audit.refusals import Locked
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.moving.destination import where_words
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Missing, state_of, value_of
from ecrf.casebook.schedule.ended import NotOpened
from ecrf.casebook.services import open_visit, together
from ecrf.checks.running import PutOff, ask_what_was_put_off, put_off_checks
from ecrf.forms.crf import Crf, MissingReason
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.imports.models import RowKind
from ecrf.imports.plan.outcome import CellOutcome, RowOutcome
from ecrf.imports.plan.places import Here, PlaceKey, RowRefused, place_of, take_once, visit_code, visits_of
from ecrf.imports.plan.undoing import Touched, note_undone, standing_at
from ecrf.imports.plan.units import fit_unit
from ecrf.imports.sources.row import Given, SourceRow

IMPORT = "import"
"""What stands in the trail as the source of each value."""
STRUCK = gettext_lazy("Patient %(number)s was struck out: %(why)s. Nothing is imported there.")
COMMENT_STAYS = gettext_lazy("The file gives no comment: the one here stays.")
"""Beside a reason that is the same as in the file, with a comment that is not."""


@dataclass
class Run:
    """The rows of one patient on their way. `spoiled`: what is loaded is not, or no longer, what is stored."""

    patient: Patient
    by: User
    actor: Actor
    why: str
    visits: dict[str, Visit]
    touched: Touched = field(default_factory=Touched)
    taken: dict[PlaceKey, Here] = field(default_factory=dict)
    put_off: PutOff = field(default_factory=PutOff)
    spoiled: bool = True


def go_on(*, only_links: bool) -> None:
    """Between two rows: nothing."""


class Between(Protocol):
    """What is called before a row; `only_links`: to set its links, after all rows are there."""

    def __call__(self, *, only_links: bool) -> None: ...


def carry_out(
    patient: Patient,
    rows: Iterable[SourceRow],
    by: User,
    actor: Actor,
    why: str,
    between: Between = go_on,
) -> list[RowOutcome]:
    """Record all rows of a patient in one act; what became of each, in their order. Nothing is taken back here.
    `between` is called before each row, and may end the act by what it raises; before one with links twice."""
    rows = list(rows)
    if patient.struck_at:
        why_not = str(STRUCK) % {"number": patient.number, "why": (patient.struck_reason or "").rstrip(".")}
        return [RowOutcome(where=patient.number, why=why_not) for _row in rows]
    outcomes = {id(row): RowOutcome() for row in rows}
    with acting(actor, patient_id=patient.pk, reason=why, source=IMPORT):
        before = standing_at(patient)
        run = Run(patient, by, actor, why, visits_of(patient))
        waiting = deque((row, False) for row in in_order(rows))
        waiting.extend((row, True) for row in rows if _links(row))
        while run.spoiled:
            run.spoiled = False
            with together(patient) as data:
                put_off_checks(data, run.put_off)
                while waiting and not run.spoiled:
                    between(only_links=waiting[0][1])
                    row, only_links = waiting.popleft()
                    _carry(row, outcomes[id(row)], data, run, only_links=only_links)
                if not run.spoiled:
                    ask_what_was_put_off(data, run.put_off)
        note_undone(patient, before, run.touched)
    return [outcomes[id(row)] for row in rows]


def in_order(rows: list[SourceRow]) -> list[SourceRow]:
    """Forms that date a visit first: what may stand there can hang on its day. Then as the schedule has them."""
    trial = protocol()
    order = {key: at for at, key in enumerate([trial.visit_form, *trial.scheduled_crfs()])}

    def place(row: SourceRow) -> tuple[bool, int, int, int]:
        above = CRFS[row.form].row_of
        return row.form != trial.visit_form, order.get(above or row.form, len(order)), row.number, row.place

    return sorted(rows, key=place)


def _links(row: SourceRow) -> dict[str, Given]:
    """What names other entries is recorded last: they may come with the same file."""
    return {name: row.values[name] for name in CRFS[row.form].links if row.values.get(name) is not None}


def _carry(row: SourceRow, outcome: RowOutcome, data: PatientData, run: Run, *, only_links: bool) -> None:
    links = _links(row)
    if only_links and outcome.why:
        return
    try:
        if not only_links and (fault := row.faults.get("")):
            raise RowRefused(fault)
        place = _place(row, outcome, data, run, is_first=not only_links)
        if not only_links and row.day and row.day_item:
            _fit_day(row, place, outcome, data, run)
        values = {name: given for name, given in row.values.items() if (name in links) == only_links}
        if row.unit and not only_links:
            values = fit_unit(row, place, values, data)
    except (RowRefused, NotOpened, LookupError, Locked) as refusal:
        outcome.why = str(refusal)
        outcome.where = outcome.where or _unplaced(row, run.patient)
        return
    faults = {} if only_links else {name: why for name, why in row.faults.items() if name}
    _record(place, values, faults, outcome, data, run)


def _unplaced(row: SourceRow, patient: Patient) -> str:
    return ", ".join(part for part in (patient.number, row.visit, str(CRFS[row.form].title)) if part)


def _place(row: SourceRow, outcome: RowOutcome, data: PatientData, run: Run, *, is_first: bool) -> Place:
    code = visit_code(row, data)
    visit = run.visits.get(code)
    if code and visit is None:
        visit = _open(row, code, outcome, data, run)
    place = place_of(row, run.patient, visit, data)
    stand_at(outcome, place)
    if is_first:
        take_once(run.taken, row, place)
        if code and row.visit_on:
            _date_visit(row, place, outcome, data, run)
    return place


def where_of(place: Place) -> str:
    above = place.above
    if above is None:
        return where_words(place.patient, place.visit, place.definition, place.number)
    parent = where_words(place.patient, place.visit, above.definition, above.number)
    return headed(parent, place.definition.name_of(place.number))


def stand_at(outcome: RowOutcome, place: Place) -> None:
    """Say where the row goes."""
    outcome.where, outcome.form, outcome.at = where_of(place), place.definition.key, place.address
    outcome.visit = place.visit.code if place.visit else ""


def _open(row: SourceRow, code: str, outcome: RowOutcome, data: PatientData, run: Run) -> Visit:
    """A visit is opened where the file says when it was; else the site opens it."""
    trial = protocol()
    is_dated = row.visit_on or (row.form == trial.visit_form and row.values.get(trial.visit_date_item))
    if not is_dated:
        raise RowRefused(
            gettext(
                "%(visit)s is not opened yet. Give its date (column visit_date), and the import opens it."
            )
            % {"visit": label_of(code)}
        )
    try:
        visit = open_visit(
            patient=run.patient, code=code, by=run.by, source=IMPORT, data=data, actor=run.actor
        )
    except LookupError as error:
        raise RowRefused(str(error)) from error
    run.visits[code] = visit
    outcome.opens = label_of(code)
    return visit


def _date_visit(row: SourceRow, place: Place, outcome: RowOutcome, data: PatientData, run: Run) -> None:
    """The date goes to the visit's own form, where none stands yet; another one than stands there is refused."""
    trial = protocol()
    definition = CRFS[trial.visit_form]
    at = Place(run.patient, definition, place.visit)
    _fit_date(at, trial.visit_date_item, row.visit_on, outcome, data, run)


def _fit_day(row: SourceRow, place: Place, outcome: RowOutcome, data: PatientData, run: Run) -> None:
    """The day of a result goes to the form whose row it is."""
    _fit_date(place.above or place, row.day_item, row.day, outcome, data, run)


def _fit_date(place: Place, item: str, text: str, outcome: RowOutcome, data: PatientData, run: Run) -> None:
    definition = place.definition
    stored = state_of(data.row_at(place), item)
    try:
        value = value_of(definition, item, text, run.patient.site.now())
    except ValidationError as error:
        raise RowRefused(f"{definition.items[item].verbose_name}: {' '.join(error.messages)}") from error
    if isinstance(stored, date) and stored != value:
        raise RowRefused(
            gettext("%(item)s of %(place)s is %(stored)s, and the file says %(value)s.")
            % {
                "item": definition.items[item].verbose_name,
                "place": where_of(place),
                "stored": stored,
                "value": value,
            }
        )
    if stored != value:
        _record(place, {item: text}, {}, outcome, data, run)


def _record(
    place: Place,
    values: dict[str, Given],
    faults: dict[str, str],
    outcome: RowOutcome,
    data: PatientData,
    run: Run,
) -> None:
    definition = place.definition
    before, above = data.row_at(place), data.row_of_parent(place)
    old = {name: words_of(definition, name, before) for name in definition.entered}
    stored, missing = dict(vars(before)) if before else {}, above.entry.missing if above else 0
    values, keep_comment = with_comments(values, before)
    puts = data.puts
    with transaction.atomic():
        result = record(place=place, values=values, by=run.actor, reason=run.why, source=IMPORT, data=data)
        is_undone = transaction.get_connection().needs_rollback
    if is_undone and data.puts == puts:
        # The database refused the row itself: what is loaded is what is stored, but for what was set on the row.
        if before:
            vars(before).update(stored)
        if above:
            above.entry.missing = missing
    elif is_undone:
        run.spoiled = True
    for name in [
        name for name in definition.entered if name in {*values, *faults, *result.changed, *result.refused}
    ]:
        cell = _cell(definition, name, old[name], values.get(name), faults.get(name, ""), result)
        if name in keep_comment and cell.kind == RowKind.SAME:
            cell = replace(cell, why=str(COMMENT_STAYS))
        outcome.cells.append(cell)
    run.touched.add(outcome, result)


def _cell(
    definition: CrfDefinition, name: str, old: str, given: Given, fault: str, result: Recorded
) -> CellOutcome:
    label = str(definition.items[name].verbose_name)
    if why := fault or result.refused.get(name, ""):
        return CellOutcome(name, label, RowKind.REFUSED, old, _typed(given), why)
    if name in result.wants_reason:
        return CellOutcome(
            name, label, RowKind.REFUSED, old, _typed(given), gettext("The form is complete: say why.")
        )
    if name not in result.changed:
        return CellOutcome(name, label, RowKind.SAME, old, old)
    kind = RowKind.CHANGED if old else RowKind.NEW
    return CellOutcome(name, label, kind, old, words_of(definition, name, result.row))


def with_comments(values: Mapping[str, Given], stored: Crf | None) -> tuple[dict[str, Given], set[str]]:
    """What is given, and whose comment stands with us alone. A file that gives a reason and no comment, as one without
    what may identify, erases no comment of that reason."""
    found = {
        name: now
        for name, given in values.items()
        if isinstance(given, Missing)
        and not given.comment
        and isinstance(now := state_of(stored, name), Missing)
        and now.reason == given.reason
        and now.comment
    }
    return {**values, **found}, set(found)


def _typed(given: Given) -> str:
    return reason_words(given) if isinstance(given, Missing) else given or ""


def words_of(definition: CrfDefinition, name: str, row: Crf | None) -> str:
    """What is stored, as it is shown beside what the file gives; "" for nothing."""
    state = state_of(row, name)
    if isinstance(state, Missing):
        return reason_words(state)
    return "" if state is None else str(definition.items[name].words(state))


def reason_words(missing: Missing) -> str:
    """Why there is no value, with the comment: where only that differs, it must be seen."""
    comment = f" ({missing.comment})" if missing.comment else ""
    return f"{MissingReason(missing.reason).label}{comment}"
