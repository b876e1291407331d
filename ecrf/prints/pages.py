"""Gathers what is printed: a visit, a log, a whole casebook, and blank forms for days without network."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import visit_label
from ecrf.casebook.log_pieces import LogPiece
from ecrf.casebook.models import STANDING, Entry, Patient, Visit
from ecrf.casebook.schedule.due import ScheduleStatus, VisitDue, VisitState
from ecrf.casebook.schedule.status import schedule_status_of
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.formview.form_view import FormView
from ecrf.formview.load import LoadedForms, blank_form_view, load_casebook, load_log, load_visit
from ecrf.formview.row_table import RowTable

BLANK_ROWS = 3
"""How many rows of a kind a worksheet has room for, at least."""

BLANK_LINES = 10
"""How many entries a log's worksheet has room for, where an entry is one line."""

BLANK_BLOCKS = 3
"""The same, where the items of an entry stand below each other."""


STATE_WORDS: dict[str, Promise] = {
    VisitState.DONE: pgettext_lazy("state of a visit", "done"),
    VisitState.MISSED: pgettext_lazy("state of a visit", "missed"),
    VisitState.BEGUN: pgettext_lazy("state of a visit", "begun"),
    VisitState.DUE: pgettext_lazy("state of a visit", "due"),
    VisitState.OVERDUE: pgettext_lazy("state of a visit", "overdue"),
    VisitState.UPCOMING: pgettext_lazy("state of a visit", "upcoming"),
    VisitState.NOT_EXPECTED: pgettext_lazy("state of a visit", "not expected"),
}


@dataclass(frozen=True)
class FormGroup:
    """What is printed on pages of its own under a header of its own: a visit or a log.

    `table` is the room for the entries of a log on its worksheet; `optional` are blank forms filled in if done;
    `struck_visit` is the visit, if it is struck out.
    """

    key: str
    title: str
    form_views: list[FormView] = field(default_factory=list)
    due: VisitDue | None = None
    optional: list[FormView] = field(default_factory=list)
    table: RowTable | None = None
    visit_id: int | None = None
    struck_visit: Visit | None = None

    @property
    def open_questions(self) -> int:
        return sum(form_view.open_questions for form_view in self.form_views)

    @property
    def standing(self) -> list[FormView]:
        """The forms that are not struck out."""
        return [form_view for form_view in self.form_views if not form_view.is_struck]

    @property
    def recorded(self) -> int:
        """How many forms somebody has begun."""
        return sum(form_view.row is not None for form_view in self.standing)

    @property
    def recorded_words(self) -> str:
        """`3 recorded`."""
        return (
            gettext("%(number)d recorded") % {"number": self.recorded}
            if self.recorded
            else gettext("none recorded")
        )

    @property
    def struck(self) -> int:
        return len(self.form_views) - len(self.standing)

    @property
    def complete(self) -> int:
        return sum(form_view.state == "complete" for form_view in self.standing)


@dataclass(frozen=True)
class PrintedVisit:
    """A line of the casebook's contents: a visit of the schedule, and its form group once the site has opened it."""

    due: VisitDue
    form_group: FormGroup | None

    @property
    def state_words(self) -> str:
        """`done`, `missed, outside its window`."""
        words = str(STATE_WORDS[VisitState.MISSED if self.due.missed else self.due.state])
        if self.due.in_window is False:
            return gettext("%(state)s, outside its window") % {"state": words}
        return words


@dataclass(frozen=True)
class PrintedCasebook:
    """Everything that stands in a patient's casebook, and the visits that are struck out behind it."""

    schedule_status: ScheduleStatus
    visits: list[PrintedVisit]
    logs: list[FormGroup]
    struck_visits: list[FormGroup] = field(default_factory=list)

    @property
    def form_groups(self) -> list[FormGroup]:
        """What has pages of its own: a log in which nothing is recorded stands in the contents only."""
        return [
            *(visit.form_group for visit in self.visits if visit.form_group),
            *(log for log in self.logs if log.form_views),
        ]


def printed_visit(visit: Visit) -> FormGroup:
    """Every form of one visit."""
    schedule_status = schedule_status_of(visit.patient)
    due = next((due for due in schedule_status.visits if due.plan.code == visit.code), None)
    return FormGroup(
        visit.code, visit_label(visit), _forms_at(load_visit(visit), visit), due, visit_id=visit.pk
    )


def printed_log(patient: Patient, definition: CrfDefinition, piece: LogPiece | None = None) -> FormGroup:
    """Every entry of a log or of a piece of it, or the one form of a kind that belongs to no visit."""
    form_group = _log_form_group(definition, load_log(patient, definition.key, piece))
    if piece is None:
        return form_group
    words = gettext("%(log)s, No. %(first)s to %(last)s")
    named = {"log": definition.plural, "first": piece.first, "last": piece.last}
    return replace(form_group, title=words % named)


def printed_casebook(patient: Patient, today: date | None = None) -> PrintedCasebook:
    """Four statements at most, whatever the number of visits and entries; as of today at the site, or of a day."""
    data, trial = PatientData(patient), protocol()
    loaded = load_casebook(data)
    opened, struck = {}, []
    for visit in patient.visits.select_related("struck_by", "struck_consent_of").order_by("pk"):
        if visit.struck_at:
            struck.append(_struck_visit(loaded, visit))
        else:
            opened[visit.code] = visit
    entries = [row.entry for rows in loaded.rows.values() for row in rows]
    schedule_status = schedule_status_of(patient, data, entries, list(opened.values()), today)
    visits = [PrintedVisit(due, _visit_form_group(loaded, due, opened)) for due in schedule_status.visits]
    logs = [_log_form_group(CRFS[key], loaded) for key in (*trial.logs, *trial.patient_forms)]
    return PrintedCasebook(schedule_status, visits, logs, struck)


def _visit_form_group(loaded: LoadedForms, due: VisitDue, opened: dict[str, Visit]) -> FormGroup | None:
    visit = opened.get(due.plan.code)
    if visit is None:
        return None
    return FormGroup(visit.code, due.plan.label, _forms_at(loaded, visit), due, visit_id=visit.pk)


def _forms_at(loaded: LoadedForms, visit: Visit) -> list[FormView]:
    """Those at their places, then those that were struck out and left theirs to another."""
    return [*loaded.at_visit(visit), *loaded.left_at(visit)]


def _struck_visit(loaded: LoadedForms, visit: Visit) -> FormGroup:
    """Of one code several may be struck out: each has a key of its own."""
    forms = _forms_at(loaded, visit)
    title = gettext("%(visit)s, struck out") % {"visit": visit_label(visit)}
    return FormGroup(f"struck-{visit.pk}", title, forms, visit_id=visit.pk, struck_visit=visit)


def _log_form_group(definition: CrfDefinition, loaded: LoadedForms) -> FormGroup:
    """A form that is there once is printed blank until it is begun."""
    form_views = loaded.of_log(definition.key)
    if not form_views and definition.key in protocol().patient_forms:
        form_views = [blank_form_view(definition)]
    form_views += loaded.left_in_log(definition.key)
    return FormGroup(definition.key, definition.plural, form_views)


def worksheet_plans() -> tuple[VisitPlan, ...]:
    """The visits of the schedule, those on demand among them."""
    return protocol().visits


def worksheet_logs() -> list[CrfDefinition]:
    """The kinds of form that belong to no visit."""
    return [CRFS[key] for key in (*protocol().logs, *protocol().patient_forms)]


def blank_visit(plan: VisitPlan) -> FormGroup:
    """Every form of a visit plan, blank, and those that may be added there."""
    form_views = [
        form_view for key in plan.forms for form_view in _blank_forms(CRFS[key], plan.expected_of(key), plan)
    ]
    added = [blank_form_view(CRFS[key], rows=BLANK_ROWS, visit=plan.code) for key in plan.optional]
    return FormGroup(plan.code, plan.label, form_views, optional=added)


def patient_worksheet(patient: Patient, plan: VisitPlan) -> FormGroup:
    """The forms of a patient's visit, opened or still to come, to fill in by hand: with its window, the values of the
    last visit that has them, and what the system derives from those; by a statement for all rows."""
    visit = patient.visits.filter(STANDING, code=plan.code).first() or Visit(code=plan.code)
    visit.patient = patient
    group, data = blank_visit(plan), PatientData(patient)
    data.load(*CRFS)
    for form_view in group.form_views:
        _show_last(form_view, visit, data)
        _foresee(form_view, visit, data)
        for table in form_view.tables:
            if table.definition.row_names:
                for row in table.form_views:
                    _show_last(row, visit, data)
    entries = [row.entry for row in data.every_row()]
    status = schedule_status_of(patient, data, entries)
    return replace(group, due=next((due for due in status.visits if due.plan.code == plan.code), None))


def _show_last(form_view: FormView, visit: Visit, data: PatientData) -> None:
    rows = data.earlier(form_view.definition.key, _draft(form_view, visit))
    if form_view.definition.row_names:
        rows = [row for row in rows if row.entry.number == form_view.number]
    form_view.last = rows[-1] if rows else None


def _foresee(form_view: FormView, visit: Visit, data: PatientData) -> None:
    """What follows if that which is carried over from form to form (a dosing weight) stays as it was last."""
    draft, last = _draft(form_view, visit), form_view.last
    for name, item in form_view.definition.entered.items():
        if last is not None and item.carried:
            setattr(draft, name, getattr(last, name))
    draft.calculate(data)
    form_view.foreseen = draft


def _draft(form_view: FormView, visit: Visit) -> Crf:
    definition = form_view.definition
    entry = Entry(patient=visit.patient, visit=visit, crf=definition.key, number=form_view.number)
    return definition.model(entry=entry)


def _blank_forms(kind: CrfDefinition, count: int, plan: VisitPlan) -> Iterable[FormView]:
    for number in range(1, count + 1):
        title = kind.name_of(number) if count > 1 else kind.title
        yield blank_form_view(kind, number, title, rows=BLANK_ROWS, visit=plan.code)


def blank_log(definition: CrfDefinition) -> FormGroup:
    """Room for several entries of a log; a form with rows of its own, or there once, is printed as a form."""
    if definition.rows or definition.key in protocol().patient_forms:
        return FormGroup(definition.key, definition.plural, [blank_form_view(definition, rows=BLANK_ROWS)])
    is_wide = RowTable(definition, [], to_fill_in=True).is_wide
    count = BLANK_BLOCKS if is_wide else BLANK_LINES
    lines = [blank_form_view(definition, number) for number in range(1, count + 1)]
    return FormGroup(definition.key, definition.plural, table=RowTable(definition, lines, to_fill_in=True))
