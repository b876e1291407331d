"""Puts a page together: loads the entries of a visit or of one log form, in a constant number of statements."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from ecrf.access.models import User
from ecrf.casebook.data import PatientData, at_their_places, left_their_places
from ecrf.casebook.history import LaterChanges, later_changes
from ecrf.casebook.log_pieces import pieces_of
from ecrf.casebook.models import Entry, Patient, Status
from ecrf.casebook.patient_rows import load_rows
from ecrf.casebook.places import Place
from ecrf.casebook.record.derive import recalculated_with
from ecrf.casebook.schedule.completion import numbers_at
from ecrf.casebook.schedule.due import VisitDue
from ecrf.casebook.schedule.status import end_of, left_early, planned_forms, visit_due, visits_before
from ecrf.checks.discrepancies import discrepancies_on
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.entry.addresses import PagePlace
from ecrf.entry.visit.form_input import FormInput, RowGroup
from ecrf.entry.visit.guard import hold
from ecrf.entry.visit.item_input import ItemInput
from ecrf.entry.visit.links import choices_of, linked_from, with_row_kinds
from ecrf.entry.visit.page import EntryPage
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.queries.lookup import ByItem, asked_on, open_queries, queries_on
from ecrf.queries.models import Query, Turn


def visit_page(where: PagePlace) -> EntryPage:
    """All forms of the visit, with what was entered at the last visit that has the form, for comparison."""
    visit = where.visit
    assert visit is not None
    trial = protocol()
    plan = trial.plan(visit.code)
    assert plan is not None
    possible = [CRFS[key] for key in dict.fromkeys((*plan.forms, *plan.optional))]
    data = _read_beside(where.patient, possible, trial.end_form)
    before = visits_before(visit, [d.key for d in possible], data)
    keys = [d.key for d in with_row_kinds(possible)]
    stored = load_rows(where.patient, keys, {visit.pk, *before.values()})
    struck = [row for kind in stored.values() for row in kind if row.entry.visit_id == visit.pk]
    rows = at_their_places(stored)
    here = [row.entry for kind in rows.values() for row in kind if row.entry.visit_id == visit.pk]
    kinds = [CRFS[key] for key in _kinds_at(plan, here)]
    loaded = _loaded(where, rows, [entry.pk for entry in here], choices_of(kinds, data), data, before)
    form_inputs = []
    for definition in kinds:
        numbers = _numbers(here, definition, plan)
        form_inputs += [loaded.form_input(Place(where.patient, definition, visit, n)) for n in numbers]
    due = visit_due(where.patient, visit.code, data)
    missed = due is not None and due.missed
    end, visited_on = end_of(data), due.visited_on if due else None
    has_left = left_early(end, visited_on)
    asked = planned_forms(plan, missed=missed, visited_on=visited_on, end=end)
    for form_input in form_inputs:
        is_begun_or_asked = form_input.row is not None or form_input.definition.key in asked
        form_input.is_wanted = is_begun_or_asked or not (missed or has_left)
        form_input.is_folded = missed and not form_input.is_wanted
        form_input.is_too_late = has_left and not form_input.is_wanted
    standing = {entry.crf for entry in here if not entry.is_struck}
    to_add = [CRFS[key] for key in plan.optional if key not in standing]
    return hold(
        EntryPage(
            *(where, form_inputs, plan, due, to_add),
            struck_here=left_their_places(struck),
            choices=loaded.choices,
        )
    )


def log_page(
    where: PagePlace, definition: CrfDefinition, number: int | None = None, piece: int = 1
) -> EntryPage:
    """The forms of one kind that belong to no visit: one of its forms; or the whole log, a long one by a piece of its
    rows, counted in one more statement (`reach_log` says whether it is long)."""
    pieces = pieces_of(where.patient, definition, piece, asked_about()) if number is None else None
    span = (pieces.shown.first, pieces.shown.last) if pieces else (number, number) if number else None
    data = _read_beside(where.patient, [definition])
    keys = [d.key for d in with_row_kinds([definition])]
    limits = dict.fromkeys(keys, span) if span and definition.can_repeat else {}
    everything = load_rows(where.patient, keys, numbers=limits)
    struck, rows = left_their_places(everything[definition.key]), at_their_places(everything)
    entries = [row.entry_id for kind in rows.values() for row in kind]
    loaded = _loaded(where, rows, entries, choices_of([definition], data), data, {})
    stored = sorted(row.entry.number for row in rows[definition.key])
    numbers = stored if number is None else [number]
    form_inputs = [loaded.form_input(Place(where.patient, definition, None, n)) for n in numbers]
    for table_row, form_input in enumerate(form_inputs, 1):
        form_input.table_row = table_row
        form_input.linked_from, form_input.more_linked_from = linked_from(form_input, data)
    log = definition if number is None else None
    return hold(
        EntryPage(where, form_inputs, log=log, pieces=pieces, struck_here=struck, choices=loaded.choices)
    )


def asked_about() -> Q:
    """Whether a question or a query about an entry (OuterRef "pk") waits for the site."""
    queries = open_queries().filter(entry=OuterRef("pk"), turn=Turn.SITE)
    questions = Discrepancy.objects.filter(entry=OuterRef("pk"), state=DiscrepancyState.OPEN, query=None)
    return Q(Exists(queries)) | Q(Exists(questions))


def one_form_input(
    where: PagePlace,
    place: Place,
    row: Crf | None,
    discrepancies: list[Discrepancy],
    user: User,
    with_queries: bool = False,
) -> FormInput:
    """One entry without its neighbours: what an item's answer needs; what waits for `user` is counted.

    `discrepancies`: as they come from a save, those of other entries among them. Only in a complete form may what was
    saved have moved a query.
    """
    own = [one for one in discrepancies if row is not None and one.entry_id == row.entry_id]
    form_input = FormInput.at(where, place, row, discrepancies=own)
    if row is not None and (with_queries or row.entry.status == Status.COMPLETE):
        form_input.queries = _of_row(queries_on([row.entry_id], user), row)
    return form_input


def asked_elsewhere(where: PagePlace, moved: list[Discrepancy], user: User) -> list[ItemInput]:
    """Items of the page at which questions opened or were settled by what was saved at another form, as they are asked
    about now; two statements where there are any, else none."""
    visit = where.visit.pk if where.visit else None
    rows = {one.entry_id: one.row for one in moved if one.row and one.row.entry.visit_id == visit}
    if not rows:
        return []
    discrepancies, queries = discrepancies_on(list(rows)), queries_on(list(rows), user)
    form_inputs = {}
    for pk, row in rows.items():
        parent = row.entry.parent.number if row.entry.parent else None
        place = Place(where.patient, CRFS[row.entry.crf], where.visit, row.entry.number, parent)
        own = [one for one in discrepancies if one.entry_id == pk]
        form_inputs[pk] = FormInput.at(where, place, row, discrepancies=own, queries=_of_row(queries, row))
    at = dict.fromkeys((one.entry_id, one.item) for one in moved if one.entry_id in rows)
    return [form_inputs[pk].item_views[name] for pk, name in at]


def one_visit_form(where: PagePlace, place: Place) -> FormInput:
    """One form of a visit with its rows, as they are now."""
    definition, visit = place.definition, where.visit
    assert visit is not None
    data = _read_beside(where.patient, [definition])
    keys = [d.key for d in with_row_kinds([definition])]
    rows = at_their_places(load_rows(where.patient, keys, {visit.pk}))
    entries = [row.entry_id for kind in rows.values() for row in kind]
    return _loaded(where, rows, entries, choices_of([definition], data), data, {}).form_input(place)


def due_if_moved(where: PagePlace, place: Place, changed: list[str]) -> VisitDue | None:
    """The visit's window and whether it was missed, as they are now; None unless these items have a say in it."""
    trial = protocol()
    moves_visit = {trial.visit_date_item, trial.visit_occurrence_item} & set(changed)
    if where.visit is None or place.definition.key != trial.visit_form or not moves_visit:
        return None
    return visit_due(where.patient, where.visit.code, PatientData(where.patient))


def recalculated_rows(where: PagePlace, place: Place, changed: list[str]) -> list[RowGroup]:
    """The rows on the visit's page that were calculated anew when these items changed: what they show, too."""
    kinds = [d for d in recalculated_with(place.definition.key, changed) if d.row_of]
    if where.visit is None or not kinds:
        return []
    keys = [key for kind in kinds for key in (kind.key, kind.row_of)]
    data = PatientData(where.patient)
    data.load(*keys, *(name.partition(".")[0] for kind in kinds for name in kind.calculated_from))
    rows = {key: [r for r in data.rows(key) if r.entry.visit_id == where.visit.pk] for key in keys}
    entries = [row.entry_id for kind in kinds for row in rows[kind.key]]
    discrepancies = discrepancies_on(entries)
    loaded = LoadedEntries(where, rows, discrepancies, {}, {}, data, queries=queries_on(entries))
    return [
        loaded.group(Place(where.patient, CRFS[kind.row_of], where.visit, row.entry.number), row, kind)
        for kind in kinds
        for row in rows[kind.row_of]
    ]


@dataclass(frozen=True)
class LoadedEntries:
    """What was loaded for a page, and how a form input is taken from it."""

    where: PagePlace
    rows: dict[str, list[Crf]]
    discrepancies: list[Discrepancy]
    before: dict[str, int]
    choices: dict[str, list[tuple[str, str]]]
    data: PatientData
    later: LaterChanges = field(default_factory=LaterChanges)
    queries: ByItem = field(default_factory=dict)
    conversations: ByItem = field(default_factory=dict)

    def form_input(self, place: Place) -> FormInput:
        definition, kind = place.definition, self.rows[place.definition.key]
        here = place.visit.pk if place.visit else None
        own = next((r for r in kind if r.entry.visit_id == here and r.entry.number == place.number), None)
        form_input = self._form_input(place, own, self._last(definition))
        form_input.tables = [self.group(place, own, CRFS[key]) for key in definition.rows]
        return form_input

    def _form_input(self, place: Place, row: Crf | None, last: Crf | None) -> FormInput:
        discrepancies = [f for f in self.discrepancies if row and f.entry_id == row.entry_id]
        links = {name: self.choices.get(link.to, []) for name, link in place.definition.links.items()}
        changes = {
            name: line for (entry, name), line in self.later.changes.items() if row and entry == row.entry_id
        }
        spot = row.entry_id if row else f"{place.definition.key}:{place.address}"
        return FormInput.at(
            self.where,
            place,
            row,
            previous=last,
            discrepancies=discrepancies,
            queries=_of_spot(self.queries, spot),
            conversations=_of_spot(self.conversations, spot),
            choices=links,
            changes=changes,
            arrival=self.later.arrivals.get(row.entry_id) if row else None,
        )

    def _last(self, definition: CrfDefinition, number: int | None = None) -> Crf | None:
        """The row with this number at the last visit that has the form; without number, the first that stands."""
        visit = self.before.get(definition.row_of or definition.key)
        kind = (r for r in self.rows[definition.key] if visit and r.entry.visit_id == visit)
        fits = [r for r in kind if number in (None, r.entry.number) and not r.entry.is_struck]
        return min(fits, key=lambda r: r.entry.number, default=None)

    def group(self, above: Place, parent: Crf | None, definition: CrfDefinition) -> RowGroup:
        stored = [r for r in self.rows[definition.key] if parent and r.entry.parent_id == parent.entry_id]
        by_number = {r.entry.number: r for r in stored}
        form_inputs = []
        for number in sorted({*range(1, definition.offered_rows + 1), *by_number}):
            place = Place(self.where.patient, definition, above.visit, number, above.number)
            last = self._last(definition, number) if definition.row_names else None
            form_input = self._form_input(place, by_number.get(number), last)
            if form_input.row is None and definition.row_names:
                form_input.draft = self._draft(place, parent)
            if form_input.row is None:
                form_input.proposed = _proposed(definition, number, stored, parent)
            form_inputs.append(form_input)
        return RowGroup(definition, form_inputs, parent=parent)

    def _draft(self, place: Place, parent: Crf | None) -> Crf:
        """What the system derives for a row of a fixed set before anything is entered: its test, its range."""
        entry = Entry(patient=place.patient, visit=place.visit, crf=place.definition.key, number=place.number)
        entry.parent = parent.entry if parent else None
        draft = place.definition.model(entry=entry)
        draft.calculate(self.data)
        return draft


def _loaded(
    where: PagePlace,
    rows: dict[str, list[Crf]],
    entries: list[int],
    choices: dict[str, list[tuple[str, str]]],
    data: PatientData,
    before: dict[str, int],
) -> LoadedEntries:
    """The rows with what was said and done about those of them that the page enters; three statements."""
    later = later_changes(where.patient, entries)
    discrepancies = discrepancies_on(entries)
    queries, conversations = asked_on(entries, where.patient, where.visit)
    return LoadedEntries(where, rows, discrepancies, before, choices, data, later, queries, conversations)


def _proposed(
    definition: CrfDefinition, number: int, stored: list[Crf], parent: Crf | None
) -> dict[str, str]:
    """What a row proposes that nobody has begun: nothing that another row says already, and nothing under a form that
    is complete, where it would look as if it were recorded."""
    if parent is not None and parent.entry.status == Status.COMPLETE:
        return {}
    rows = [row for row in stored if not row.entry.is_struck]
    return {
        name: text
        for name, text in definition.proposed_in(number).items()
        if all(definition.items[name].text(getattr(row, name)) != text for row in rows)
    }


def _read_beside(patient: Patient, kinds: list[CrfDefinition], *more: str) -> PatientData:
    """The patient's data that these forms show and derive from others, whether or not anything is entered yet; and
    those of `more` kinds."""
    data, all_kinds = PatientData(patient), with_row_kinds(kinds)
    read = {name.partition(".")[0] for kind in all_kinds for name in kind.calculated_from}
    data.load(*more, *read, *(link.to for kind in all_kinds for link in kind.links.values()))
    if any(kind.model.uses_ranges for kind in all_kinds):
        _ = data.ranges
    return data


def _of_row(queries: ByItem, row: Crf | None) -> dict[str, list[Query]]:
    """{item: its queries}, of one entry."""
    return _of_spot(queries, row.entry_id) if row else {}


def _of_spot(queries: ByItem, spot: int | str) -> dict[str, list[Query]]:
    return {item: found for (form, item), found in queries.items() if form == spot}


def _kinds_at(plan: VisitPlan, here: list[Entry]) -> list[str]:
    """The planned forms, and those that were added."""
    added = {entry.crf for entry in here if entry.parent_id is None}
    return [*plan.forms, *(key for key in plan.optional if key in added)]


def _numbers(here: list[Entry], definition: CrfDefinition, plan: VisitPlan) -> list[int]:
    mine = [e for e in here if e.crf == definition.key and e.parent_id is None]
    return numbers_at(mine, plan.expected_of(definition.key) if definition.key in plan.forms else 0)
