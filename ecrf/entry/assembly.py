"""Puts a page together: loads the entries of a visit or of one log form, in a constant number of statements."""

from dataclasses import dataclass

from ecrf.casebook.due import VisitDue, VisitFacts, window
from ecrf.casebook.models import Crf, Entry, Visit
from ecrf.casebook.places import Place
from ecrf.casebook.protocol import VisitPlan, protocol, visit_forms
from ecrf.casebook.registry import CRFS, CrfDefinition
from ecrf.checks.models import Finding
from ecrf.entry.addresses import Where
from ecrf.entry.panels import Panel, RowGroup


@dataclass
class Page:
    """A visit's page, or that of one form that belongs to no visit."""

    where: Where
    panels: list[Panel]
    plan: VisitPlan | None = None
    due: VisitDue | None = None
    missed: bool = False

    @property
    def title(self) -> str:
        return self.plan.label if self.plan else self.panels[0].title

    @property
    def with_rows(self) -> list[Panel]:
        """Every panel, each followed by those of its rows."""
        return [p for panel in self.panels for p in [panel, *(r for g in panel.rows for r in g.panels)]]

    @property
    def left(self) -> int:
        return sum(panel.left for panel in self.wanted)

    @property
    def open_questions(self) -> int:
        return sum(panel.open_questions for panel in self.panels)

    @property
    def wanted(self) -> list[Panel]:
        """The panels the visit needs: all, or only the visit form when the visit was missed."""
        return [panel for panel in self.panels if panel.is_wanted]

    @property
    def is_complete(self) -> bool:
        return all(panel.is_complete and not panel.left for panel in self.wanted)


def visit_page(where: Where) -> Page:
    """All forms of the visit, with what was entered at the last visit for comparison."""
    visit = where.visit
    assert visit is not None
    trial = protocol()
    plan = trial.plan(visit.code)
    assert plan is not None
    before = _visit_before(visit)
    entries = list(visit.entries.select_related("parent"))
    rows = {d.key: _rows(d, [visit, *before]) for d in _with_row_kinds(visit_forms(plan))}
    findings = list(Finding.objects.filter(entry__visit=visit).select_related("confirmed_by"))
    panels = []
    for definition in visit_forms(plan):
        numbers = _numbers(entries, definition, plan)
        panels += [
            _panel(where, Place(where.patient, definition, visit, n), rows, findings, len(numbers))
            for n in numbers
        ]
    due, missed = _due(where, plan)
    for panel in panels:
        panel.is_wanted = not missed or panel.definition.key == trial.visit_form or panel.row is not None
    return Page(where, panels, plan, due, missed)


def log_page(where: Where, place: Place) -> Page:
    """One form that belongs to no visit."""
    definition = place.definition
    found = definition.model._default_manager.filter(entry__patient=where.patient, entry__visit=None)
    rows = {definition.key: list(found.select_related("entry__parent").filter(entry__number=place.number))}
    findings = list(
        Finding.objects.filter(entry__patient=where.patient, entry__crf=definition.key).select_related(
            "confirmed_by"
        )
    )
    return Page(where, [_panel(where, place, rows, findings, 1)])


def one_panel(where: Where, place: Place, row: Crf | None, findings: list[Finding]) -> Panel:
    """The panel of one entry without its neighbours: what an item's answer needs."""
    return Panel(where, place, row, findings=findings)


def _with_row_kinds(definitions: list[CrfDefinition]) -> list[CrfDefinition]:
    return [d for definition in definitions for d in [definition, *(CRFS[key] for key in definition.rows)]]


def _rows(definition: CrfDefinition, visits: list[Visit]) -> list[Crf]:
    found = definition.model._default_manager.filter(entry__visit__in=visits)
    return list(found.select_related("entry__visit", "entry__parent"))


def _visit_before(visit: Visit) -> list[Visit]:
    """The opened visit before this one in the schedule, as a list of one or none."""
    order = protocol().order
    earlier = [v for v in visit.patient.visits.all() if order(v.code) < order(visit.code)]
    return [max(earlier, key=lambda v: order(v.code))] if earlier else []


def _numbers(entries: list[Entry], definition: CrfDefinition, plan: VisitPlan) -> list[int]:
    stored = {e.number for e in entries if e.crf == definition.key and e.parent_id is None}
    return sorted(stored | set(range(1, plan.expected_of(definition.key) + 1)))


def _panel(
    where: Where, place: Place, rows: dict[str, list[Crf]], findings: list[Finding], expected: int
) -> Panel:
    here = where.visit.pk if where.visit else None
    kind = rows[place.definition.key]
    own = next((r for r in kind if r.entry.visit_id == here and r.entry.number == place.number), None)
    before = next((r for r in kind if r.entry.visit_id != here and r.entry.number == 1), None)
    panel = Panel(where, place, own, before, _of(findings, own), expected=expected)
    panel.rows = [
        _group(where, place, own, CRFS[key], rows.get(key, []), findings) for key in place.definition.rows
    ]
    return panel


def _group(
    where: Where,
    parent: Place,
    parent_row: Crf | None,
    definition: CrfDefinition,
    kind: list[Crf],
    findings: list[Finding],
) -> RowGroup:
    stored = [r for r in kind if parent_row and r.entry.parent_id == parent_row.entry_id]
    by_number = {r.entry.number: r for r in stored}
    panels = []
    for number in sorted({*range(1, definition.blank_rows + 1), *by_number}):
        place = Place(where.patient, definition, where.visit, number, parent.number)
        row = by_number.get(number)
        panels.append(Panel(where, place, row, findings=_of(findings, row)))
    return RowGroup(definition, panels)


def _of(findings: list[Finding], row: Crf | None) -> list[Finding]:
    return [finding for finding in findings if row and finding.entry_id == row.entry_id]


def _due(where: Where, plan: VisitPlan) -> tuple[VisitDue, bool]:
    """The visit's window, from the dates of this visit, the baseline and the screening; and whether it was missed."""
    trial = protocol()
    rows = CRFS[trial.visit_form].model._default_manager.filter(entry__patient=where.patient)
    facts = {}
    missed = False
    for row in rows.select_related("entry__visit"):
        if row.entry.visit is None:
            continue
        code = row.entry.visit.code
        facts[code] = VisitFacts(code, getattr(row, trial.visit_date_item), False, False)
        if code == plan.code:
            missed = getattr(row, trial.visit_fate_item) == trial.visit_missed
    dated = [fact.visited_on for fact in facts.values() if fact.visited_on]
    started_on = min([where.patient.added_at.astimezone(where.patient.site.zone).date(), *dated])
    due_on, opens_on, closes_on = window(trial, plan, facts, started_on)
    visited_on = facts[plan.code].visited_on if plan.code in facts else None
    return VisitDue(plan, None, due_on, opens_on, closes_on, visited_on), missed  # type: ignore[arg-type]
