"""What the exported tables are made of, said once: every format, the codebook and the readers come from here.

The description of the forms is plain data. It is kept with a data cut, so that the cut can be made again when the
forms have long been changed.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import pgettext

from ecrf.forms.items import ClockTime, Day, Item, Measure, PartialDay, WholeNumber, YesNo
from ecrf.forms.protocol import Protocol
from ecrf.forms.registry import CRFS, CrfDefinition

FORMAT = 2
"""Of the tables that are no forms, and of how cells are written: raised with any change that other programs notice."""
NAME = re.compile(r"[a-z_][a-z0-9_]*")


class ColumnKind(StrEnum):
    """Of a column: what a program may take its cells for."""

    TEXT = "text"
    CODE = "code"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DAY = "day"
    PARTIAL_DAY = "partial-day"
    CLOCK = "clock"
    MOMENT = "moment"


STORED = {
    ColumnKind.WHOLE: "integer",
    ColumnKind.DECIMAL: "numeric",
    ColumnKind.DAY: "date",
    ColumnKind.CLOCK: "time",
}
"""In which type of column the database keeps an item; all others are texts, yes and no a boolean."""
TYPES = frozenset({*STORED.values(), "text", "boolean"})


@dataclass(frozen=True)
class Column:
    """One column: its name never changes. `sql` gives the value. `codes`: (code, label) pairs of a code list.

    `decimals`: of a decimal number; `length`: characters of a text, None without a limit. `is_key`: with the other
    keys it names a row, and cannot be left out. `item`: "form.item", of those that an item of a form gives. `instead`:
    what stands in its place where identifiers are left out; None: nothing.
    """

    name: str
    label: str
    kind: ColumnKind
    sql: str
    unit: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    decimals: int | None = None
    length: int | None = None
    cdash: str = ""
    is_key: bool = False
    identifying: bool = False
    item: str = ""
    rule: str = ""
    instead: "Column | None" = None

    @property
    def is_text(self) -> bool:
        """Whether a cell is written as a text, which a spreadsheet might take for a formula."""
        return self.kind not in (ColumnKind.WHOLE, ColumnKind.DECIMAL, ColumnKind.DAY)


@dataclass(frozen=True)
class Table:
    """One exported table. `reads`: the stored tables it is made from, by the names that `source` uses; `where`: which
    of the rows that `source` joins, with `given` in it; `of_forms`: which of them belong to the forms that were chosen;
    `of_all_sites`: some belong to every site."""

    name: str
    title: str
    columns: tuple[Column, ...]
    source: str
    order: str
    reads: tuple[str, ...]
    given: dict[str, Any] = field(default_factory=dict)
    form: str = ""
    domain: str = ""
    where: str = ""
    of_forms: str = ""
    of_all_sites: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_key)


@dataclass(frozen=True)
class ItemDescription:
    """An item, as far as an export needs it; `stored` is the type of its column in the database."""

    name: str
    label: str
    kind: str
    unit: str = ""
    codes: list[list[str]] = field(default_factory=list)
    decimals: int | None = None
    length: int | None = None
    cdash: str = ""
    identifying: bool = False
    rule: str = ""
    stored: str = "text"


@dataclass(frozen=True)
class FormDescription:
    """A form: `table` is where its rows are stored; `parent` the form whose rows they are, "" for none."""

    key: str
    title: str
    table: str
    items: list[ItemDescription]
    domain: str = ""
    parent: str = ""
    row_names: list[str] = field(default_factory=list)
    version: int = 1


@dataclass(frozen=True)
class VisitDescription:
    code: str
    label: str
    day: int | None = None


@dataclass(frozen=True)
class Description:
    """The forms and visits of a trial at one moment."""

    trial: str
    forms: list[FormDescription]
    visits: list[VisitDescription]
    visit_form: str
    visit_date: str
    visit_occurrence: str
    end_form: str
    end_date: str
    end_reason: str
    format: int = FORMAT

    def form(self, key: str) -> FormDescription | None:
        return next((form for form in self.forms if form.key == key), None)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def yes_no() -> tuple[tuple[str, str], ...]:
    return ("yes", pgettext("answer", "Yes")), ("no", pgettext("answer", "No"))


def describe(trial: Protocol) -> Description:
    """The trial as it is now, in the language that is spoken: its forms in the order of the schedule, rows behind the
    form they belong to."""
    keys = [key for first in trial.scheduled_crfs() for key in (first, *CRFS[first].rows)]
    return Description(
        trial=trial.short_title,
        forms=[_form(CRFS[key]) for key in dict.fromkeys([*keys, *CRFS])],
        visits=[VisitDescription(plan.code, plan.label, plan.day) for plan in trial.visits],
        visit_form=trial.visit_form,
        visit_date=trial.visit_date_item,
        visit_occurrence=trial.visit_occurrence_item,
        end_form=trial.end_form,
        end_date=trial.end_date_item,
        end_reason=trial.end_reason_item,
    )


def read_description(stored: dict[str, Any]) -> Description:
    """What was kept with a cut. Its names go into statements: ValueError unless they are plain names."""
    forms = [
        FormDescription(**{**form, "items": [ItemDescription(**item) for item in form["items"]]})
        for form in stored["forms"]
    ]
    names = [name for form in forms for name in (form.table, *(item.name for item in form.items))]
    of_study = (stored[name] for name in ("visit_date", "visit_occurrence", "end_date", "end_reason"))
    names += [name for name in of_study if name]
    names += [form.key.replace("-", "_") for form in forms]  # of files, too
    if strange := [name for name in names if not NAME.fullmatch(name)]:
        raise ValueError(f"The description of the tables holds {strange[0]!r}, which is no name of a column.")
    types = {item.stored for form in forms for item in form.items}
    if strange := sorted(types - TYPES):
        raise ValueError(f"The description of the tables holds {strange[0]!r}, which is no type of a column.")
    visits = [VisitDescription(**visit) for visit in stored["visits"]]
    return Description(**{**stored, "forms": forms, "visits": visits})


def _form(definition: CrfDefinition) -> FormDescription:
    return FormDescription(
        key=definition.key,
        title=definition.title,
        table=definition.model._meta.db_table,
        items=[_item(name, item) for name, item in definition.items.items()],
        domain=definition.domain,
        parent=definition.row_of,
        row_names=list(definition.row_names),
        version=definition.version,
    )


def _item(name: str, item: Any) -> ItemDescription:
    kind = _kind(item)
    return ItemDescription(
        name=name,
        label=str(item.verbose_name),
        kind=kind,
        unit=item.unit,
        codes=[list(pair) for pair in _codes(item)],
        decimals=item.decimal_places if kind == ColumnKind.DECIMAL else None,
        length=item.max_length if kind in (ColumnKind.TEXT, ColumnKind.CODE) else None,
        cdash=item.cdash,
        identifying=item.identifying,
        rule=item.rule,
        stored="boolean" if isinstance(item, YesNo) else STORED.get(kind, "text"),
    )


def _kind(item: Item) -> ColumnKind:
    kinds: Iterable[tuple[type, ColumnKind]] = (
        (WholeNumber, ColumnKind.WHOLE),
        (Measure, ColumnKind.DECIMAL),
        (Day, ColumnKind.DAY),
        (PartialDay, ColumnKind.PARTIAL_DAY),
        (ClockTime, ColumnKind.CLOCK),
    )
    if item.kind == "choice":
        return ColumnKind.CODE
    return next((kind for of, kind in kinds if isinstance(item, of)), ColumnKind.TEXT)


def _codes(item: Any) -> Iterable[tuple[str, str]]:
    if isinstance(item, YesNo):
        return yes_no()
    return item.flatchoices if item.kind == "choice" else ()
