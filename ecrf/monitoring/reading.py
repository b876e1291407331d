"""Forms as a reviewer reads them: every item in words, with what is missing, calculated and asked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ecrf.casebook.models import Crf, Entry, MissingReason, Status, Visit
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import CRFS, CrfDefinition, Section
from ecrf.checks.models import Finding, FindingState
from ecrf.monitoring.wording import form_title, numbered_title, reading_id


@dataclass(frozen=True)
class Reading:
    """One item of one form."""

    sheet: "Sheet"
    name: str

    @property
    def item(self) -> Any:
        return self.sheet.definition.items[self.name]

    @property
    def id(self) -> str:
        return reading_id(self.sheet.definition.key, self.sheet.address, self.name)

    @property
    def label(self) -> str:
        return str(self.item.verbose_name)

    @cached_property
    def value(self) -> str:
        """The value as people read it, without its unit; "" if there is none."""
        words = str(self.item.words(getattr(self.sheet.row, self.name, None)))
        return words.removesuffix(f" {self.item.unit}") if self.item.unit else words

    @property
    def words(self) -> str:
        """The value with its unit: `31.0 kPa`."""
        return f"{self.value} {self.item.unit}".strip() if self.value else ""

    @property
    def missing(self) -> dict[str, str] | None:
        """{label, comment} where a missing reason stands instead of the value."""
        found = self.sheet.row.missing_reasons.get(self.name) if self.sheet.row else None
        return (
            {"label": MissingReason(found["reason"]).label, "comment": found.get("comment", "")}
            if found
            else None
        )

    @property
    def is_asked(self) -> bool:
        return self.sheet.definition.asked(self.sheet.row, self.name)

    @property
    def questions(self) -> list[Finding]:
        return [finding for finding in self.sheet.findings if finding.item == self.name]

    @property
    def has_open_question(self) -> bool:
        return any(finding.state == FindingState.OPEN for finding in self.questions)


@dataclass(frozen=True)
class Part:
    """A titled group of items; `is_numeric` if all of them are numbers, which then stand in one column."""

    title: str
    readings: list[Reading]

    @property
    def is_numeric(self) -> bool:
        return all(reading.item.kind == "number" for reading in self.readings)


@dataclass
class Sheet:
    """One form to read, begun by the site or not yet (`row` None)."""

    definition: CrfDefinition
    title: str
    address: str
    row: Crf | None = None
    findings: list[Finding] = field(default_factory=list)
    tables: list["RowTable"] = field(default_factory=list)

    @property
    def id(self) -> str:
        return reading_id(self.definition.key, self.address)

    @cached_property
    def readings(self) -> dict[str, Reading]:
        return {name: Reading(self, name) for name in self.definition.items}

    @property
    def parts(self) -> list[Part]:
        return [self._part(section) for section in self.definition.sections]

    def _part(self, section: Section) -> Part:
        title = "" if section.title == self.definition.title else section.title
        return Part(title, [self.readings[name] for name in section.items])

    @property
    def notes(self) -> list[str]:
        """What the form itself says about its values, such as the planned dose in words."""
        return self.row.notes() if self.row is not None and hasattr(self.row, "notes") else []

    @property
    def with_rows(self) -> list["Sheet"]:
        return [self, *(row for table in self.tables for row in table.sheets)]

    @property
    def missing(self) -> int:
        """How many required items are empty, in the form and its rows."""
        if self.row is None:
            return len(self.definition.missing(None))
        return sum(sheet.row.entry.missing for sheet in self.with_rows if sheet.row)

    @property
    def open_questions(self) -> int:
        return sum(f.state == FindingState.OPEN for sheet in self.with_rows for f in sheet.findings)

    @property
    def state(self) -> str:
        """complete, ready (nothing missing), begun or empty: the page gives each a word and an icon."""
        if self.row is None:
            return "empty"
        if self.row.entry.status == Status.COMPLETE:
            return "complete"
        return "begun" if self.missing else "ready"


@dataclass(frozen=True)
class RowTable:
    """The rows of one kind under a form, an item a column."""

    definition: CrfDefinition
    sheets: list[Sheet]

    @property
    def columns(self) -> list[Any]:
        return list(self.definition.items.values())


def visit_sheets(visit: Visit) -> list[Sheet]:
    """Every form of the visit, those not begun too; one statement a kind of form, one for the findings."""
    plan = protocol().plan(visit.code)
    present = visit.entries.filter(parent=None).order_by("crf").values_list("crf", flat=True).distinct()
    kinds = [CRFS[key] for key in dict.fromkeys([*(plan.forms if plan else ()), *present]) if key in CRFS]
    every_kind = [d for kind in kinds for d in [kind, *(CRFS[key] for key in kind.rows)]]
    stored = {d.key: _stored(d, entry__visit=visit) for d in every_kind}
    findings = _findings(entry__visit=visit)
    sheets = []
    for kind in kinds:
        by_number = {row.entry.number: row for row in stored[kind.key]}
        expected = plan.expected_of(kind.key) if plan and kind.key in plan.forms else 0
        for number in sorted({*by_number, *range(1, expected + 1)}):
            title = numbered_title(kind, number, visit)
            sheets.append(_sheet(kind, title, str(number), by_number.get(number), stored, findings))
    return sheets


def entry_sheet(entry: Entry) -> Sheet:
    """One form with its rows, or one row."""
    kind = CRFS[entry.crf]
    stored = {kind.key: _stored(kind, entry=entry)}
    stored |= {key: _stored(CRFS[key], entry__parent=entry) for key in kind.rows}
    findings = _findings(entry__in=[row.entry_id for found in stored.values() for row in found])
    row = next(iter(stored[kind.key]), None)
    return _sheet(kind, form_title(entry), entry.address, row, stored, findings)


def _sheet(
    kind: CrfDefinition,
    title: str,
    address: str,
    row: Crf | None,
    stored: dict[str, list[Crf]],
    findings: list[Finding],
) -> Sheet:
    sheet = Sheet(kind, title, address, row, _of(row, findings))
    for key in kind.rows if row else ():
        below = [r for r in stored[key] if row and r.entry.parent_id == row.entry_id]
        inner = [Sheet(CRFS[key], form_title(r.entry), r.entry.address, r, _of(r, findings)) for r in below]
        sheet.tables.append(RowTable(CRFS[key], inner))
    return sheet


def _stored(definition: CrfDefinition, **which: object) -> list[Crf]:
    found = definition.model._default_manager.filter(**which).select_related("entry__visit", "entry__parent")
    return list(found.order_by("entry__number"))


def _findings(**which: object) -> list[Finding]:
    """Open and confirmed ones; what no longer holds is history."""
    found = Finding.objects.filter(**which).exclude(state=FindingState.CLEARED)
    return list(found.select_related("confirmed_by").order_by("pk"))


def _of(row: Crf | None, findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if row and finding.entry_id == row.entry_id]
