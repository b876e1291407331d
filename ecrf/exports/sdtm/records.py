"""What the forms hold, patient by patient, as the mapping reads it: the package's own tables, by the items' names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from ecrf.exports.package import Package
from ecrf.exports.sdtm.cdash import CdashTarget, target
from ecrf.exports.sdtm.domains import Domain, Row
from ecrf.exports.sdtm.timing import VisitName, iso, visit_names
from ecrf.exports.tables.description import Column, Table, yes_no
from ecrf.forms.protocol import protocol

Cells = dict[str, Any]
PLACES = ("visit", "visit_label", "number", "parent_number", "entry", "parent_entry", "row_name")


@dataclass(frozen=True)
class FormRow:
    """One filled form. Items by their names; an item that was left out of the package has no value here."""

    form: str
    columns: Mapping[str, Column]
    cells: Mapping[str, Any]
    places: Mapping[str, Any]

    def __getitem__(self, item: str) -> Any:
        return self.cells.get(item)

    @property
    def visit(self) -> str:
        return self.places["visit"] or ""

    @property
    def number(self) -> int:
        return int(self.places["number"])

    @property
    def entry(self) -> int:
        return int(self.places["entry"])

    def reason(self, item: str) -> str:
        """Why the item has no value, in words; "" where none is given, or where the item itself was left out."""
        if item not in self.columns:
            return ""
        code, comment = self.cells.get(f"{item}.missing"), self.cells.get(f"{item}.comment")
        if not code:
            return ""
        labels = dict(self.columns[f"{item}.missing"].codes)
        return f"{labels.get(code, code)}: {comment}" if comment else labels.get(code, code)

    def term(self, item: str) -> Any:
        """The value as SDTM writes it: Y and N; an answer by its code where that is a term, else by its label."""
        value, column = self[item], self.columns.get(item)
        if value is None or column is None or not column.codes:
            return value
        if column.codes == yes_no():
            return value[0].upper()
        return value if value == value.upper() else dict(column.codes).get(value, value).upper()

    def moment(self, day: str, clock: str = "", otherwise: Any = None) -> str:
        """A day's and a time's items together; `otherwise`: the day where the item has none."""
        return iso(self[day] or otherwise, self[clock] if clock else None)

    def row(self, domain: Domain, values: Mapping[str, Any], **more: Any) -> Row:
        """A row of a domain with everything that goes there one to one by its CDASH name; `values`: what the mapping
        says itself, which goes before."""
        letters = domain.collected_as or domain.name
        found: Cells = {}
        clocks: dict[str, Any] = {}
        supplement: Cells = {}
        for item, aim in self._aims():
            if aim.test or self[item] is None:
                continue
            if aim.qualifier:
                if self.columns[item].cdash.endswith(f"_SUPP{letters}"):
                    supplement[aim.of(letters, domain.name)] = self.term(item)
                continue
            name = aim.of(letters, domain.name)
            if name in domain.names and aim.is_clock:
                clocks[name] = self[item]
            elif name in domain.names:
                found[name] = iso(self[item]) if aim.is_moment else self.term(item)
        found |= {name: iso(found.get(name), clock) for name, clock in clocks.items()}
        supplement |= more.pop("supplement", {})
        visit = more.pop("visit", self.visit)
        return Row(domain.name, {**found, **values}, visit=visit, supplement=supplement, **more)

    def tests(self, variable: str) -> list[tuple[str, str]]:
        """(item, code of the test) of the items whose CDASH name is that of one test's result: `SYSBP_VSORRES`."""
        return [(item, aim.test) for item, aim in self._aims() if aim.test and aim.variable == variable]

    def _aims(self) -> Iterator[tuple[str, CdashTarget]]:
        for item, column in self.columns.items():
            if column.item and column.cdash:
                yield item, target(column.cdash)


@dataclass
class PatientRecords:
    """Everything of one patient."""

    number: str
    site: str
    forms: dict[str, list[FormRow]]
    plans: list[tuple[str, str, int | None]]
    visit_form: str
    visit_date: str
    cut_day: str

    def rows(self, form: str) -> list[FormRow]:
        return self.forms.get(form, [])

    def one(self, form: str) -> FormRow | None:
        return next(iter(self.rows(form)), None)

    def children(self, form: str, parent: FormRow) -> list[FormRow]:
        return [row for row in self.rows(form) if row.places.get("parent_entry") == parent.entry]

    @cached_property
    def visit_dates(self) -> dict[str, str]:
        """{visit code: its date}, of the visits that have one."""
        held = {row.visit: iso(row[self.visit_date]) for row in self.rows(self.visit_form)}
        return {code: day for code, day in held.items() if day}

    @cached_property
    def visits(self) -> dict[str, VisitName]:
        rows = [row for rows in self.forms.values() for row in rows if row.visit]
        return visit_names(
            self.plans, {row.visit: row.places["visit_label"] for row in rows}, self.visit_dates
        )

    def day(self, row: FormRow, item: str = "") -> str:
        """The day of the row's own item, or that of its visit."""
        return iso(row[item]) if item and row[item] else self.visit_dates.get(row.visit, "")


class StudyRecords:
    """The forms of a package, read side by side: of every table no more than one patient's rows are in memory."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.tables = [table for table in package.tables if table.form]
        self.sites = dict(self._pairs("sites", "site", "time_zone"))

    @property
    def cut_day(self) -> datetime:
        return self.package.cut.taken_at

    def plans(self) -> list[tuple[str, str, int | None]]:
        return [(visit.code, visit.label, visit.day) for visit in self.package.description.visits]

    @property
    def unplanned(self) -> frozenset[str]:
        """The visits that are no plan of anybody's: those that repeat when they are needed."""
        plans = self.package.edition.visits if self.package.edition else protocol().visits
        return frozenset(plan.code for plan in plans if plan.repeats)

    def patients(self) -> Iterator[PatientRecords]:
        readers = {table.form: _ByPatient(self.package, table) for table in self.tables}
        description = self.package.description
        for number, site in self._pairs("patients", "patient", "site"):
            zone = ZoneInfo(self.sites.get(site, "UTC"))
            yield PatientRecords(
                number=number,
                site=site,
                forms={form: reader.of(number) for form, reader in readers.items()},
                plans=self.plans(),
                visit_form=description.visit_form,
                visit_date=description.visit_date,
                cut_day=self.cut_day.astimezone(zone).date().isoformat(),
            )

    def _pairs(self, table: str, *names: str) -> list[tuple[Any, ...]]:
        wanted = next(one for one in self.package.tables if one.name == table)
        columns = [column.name for column in wanted.columns]
        if any(name not in columns for name in names):
            return []
        places = [columns.index(name) for name in names]
        return [tuple(cells[place] for place in places) for cells in self.package.rows(wanted)]


class _ByPatient:
    """A table read along the patients, in their order."""

    def __init__(self, package: Package, table: Table) -> None:
        self.form = table.form
        self.columns = {_item(column): column for column in table.columns}
        self.names = list(self.columns)
        self.rows = package.rows(table)
        self.waiting = next(self.rows, None)
        self.place = [column.name for column in table.columns].index("patient")

    def of(self, patient: str) -> list[FormRow]:
        found = []
        while self.waiting is not None and self.waiting[self.place] == patient:
            cells = dict(zip(self.names, self.waiting, strict=True))
            places = {name: cells.pop(f"@{name}", None) for name in PLACES}
            found.append(FormRow(self.form, self.columns, cells, places))
            self.waiting = next(self.rows, None)
        return found


def own_names(column: Column) -> tuple[str, str]:
    """What the column of an item's value may be called; the columns beside it tell why it has none."""
    item = column.item.partition(".")[2]
    return item, f"{item}_item"


def _item(column: Column) -> str:
    """The item's own name; `name.missing` and `name.comment` for why it has no value; `@visit` for what is no item."""
    if not column.item:
        return f"@{column.name}"
    item = column.item.partition(".")[2]
    if column.name in own_names(column):
        return item
    return f"{item}.missing" if column.name.endswith("_missing") else f"{item}.comment"
