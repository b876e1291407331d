"""The kinds of form. `@crf` above a model makes it one; the registry is the casebook's table of contents."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import get_language

from ecrf.access.language import in_master
from ecrf.audit.triggers import audited
from ecrf.forms.constraints import links_exist, value_or_reason
from ecrf.forms.crf import Crf
from ecrf.forms.items import Item, Link, YesNo
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.words import as_written, said, spoken

C = TypeVar("C", bound=type[Crf])

COLUMNS_OF = 5
"""How many of a form's first items stand in its table, where the form names none."""

WORDS_OF = 3
"""How many of them name a row in one line."""

OF_AN_ITEM = (
    *("kind", "verbose_name", "unit", "hint", "low", "high", "decimal_places", "max_length", "flatchoices"),
    *("required", "asked_if", "instead_of", "rule", "future", "to"),
)
"""What an item is to those who fill it in."""


@spoken("title", "help")
@dataclass(frozen=True)
class Section:
    """A titled group of items, in the order in which they are asked."""

    title: str
    items: tuple[str, ...]
    help: str = ""

    written_title: str = ""
    """The title in English, by which a template of the trial's knows the section in any language."""

    def __init__(self, title: str, *items: str, help: str = "") -> None:
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "written_title", title)
        object.__setattr__(self, "items", items)
        object.__setattr__(self, "help", help)


@spoken("title", "repeat", "row_names")
@dataclass(frozen=True)
class CrfDefinition:
    """One kind of form: its key never changes. `row_of` names the CRF whose rows its entries are.

    `repeat` is what one of several is called ("injection"); "" where there is only one. `blank_rows` is how many
    rows of a row form the page offers before any is entered; `row_names` names each row of a fixed set instead, all
    of which are wanted. `proposes`: {item: what the first, the second … of the offered rows has there until somebody
    enters it}, stored after whatever is entered first into the row. `columns` are the items that stand in a table of
    such forms; the first ones name a row in a line. `calculated_from` are the items of other forms ("form.item") from
    which its own are derived. `version` is raised whenever what people see or can give changes: each entry keeps the
    one that it was made with.
    """

    key: str
    title: str
    model: type[Crf]
    domain: str = ""
    repeat: str = ""
    row_of: str = ""
    blank_rows: int = 1
    proposes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    row_names: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    calculated_from: frozenset[str] = frozenset()
    version: int = 1
    rows: list[str] = field(default_factory=list)

    @cached_property
    def items(self) -> dict[str, Any]:
        """Every item by name, in the order of the sections, derived ones among them."""
        declared = {f.name: f for f in self.model._meta.local_fields if isinstance(f, Item)}
        order = [name for section in self.model.sections for name in section.items]
        return {name: declared[name] for name in dict.fromkeys([*order, *declared])}

    @cached_property
    def entered(self) -> dict[str, Any]:
        """The items people enter."""
        return {name: item for name, item in self.items.items() if not item.rule}

    @cached_property
    def calculated(self) -> dict[str, Any]:
        """The items the system derives."""
        return {name: item for name, item in self.items.items() if item.rule}

    @cached_property
    def calculated_apart(self) -> list[str]:
        """Those that stand below the form, and not beside the field of another item."""
        beside = {item.beside for item in self.items.values()}
        return [name for name in self.calculated if name not in beside]

    @property
    def form_fields(self) -> dict[str, Any]:
        """The form field that reads each entered item's text, with words in the reader's language."""
        language = get_language()
        if language not in self._form_fields:
            self._form_fields[language] = {name: item.formfield() for name, item in self.entered.items()}
        return self._form_fields[language]

    @cached_property
    def _form_fields(self) -> dict[str | None, dict[str, Any]]:
        return {}

    @cached_property
    def links(self) -> dict[str, Link]:
        """The items that name other entries."""
        return {name: item for name, item in self.items.items() if isinstance(item, Link)}

    @property
    def sections(self) -> tuple[Section, ...]:
        return self.model.sections

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal digits, of the form as people fill it in; the names of its items in the export and
        the order of its table are no part of it. The same in every process, for as long as nothing of it changes."""
        with in_master():
            return self._fingerprint()

    def _fingerprint(self) -> str:
        items = {
            name: {what: getattr(item, what, None) for what in OF_AN_ITEM}
            # Only where it is said: the forms of before it could be said stay what they were.
            | ({"asked_with": item.asked_with} if item.asked_with else {})
            for name, item in self.items.items()
        }
        sections = [(section.title, section.items, section.help) for section in self.sections]
        whole = (
            self.key,
            self.version,
            self.title,
            self.repeat,
            self.row_of,
            self.row_names,
            sections,
            items,
        )
        return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()

    @cached_property
    def column_items(self) -> dict[str, Any]:
        """The items of its table: those it names, or else its first ones."""
        names = self.columns or tuple(self.items)[:COLUMNS_OF]
        return {name: self.items[name] for name in names}

    @property
    def offered_rows(self) -> int:
        """How many rows the page offers before any is entered."""
        return len(self.row_names) or self.blank_rows

    def proposed_in(self, number: int) -> dict[str, str]:
        """{item: what is proposed there} in the row with this number, as long as nobody has begun it."""
        return {name: texts[number - 1] for name, texts in self.proposes.items() if number <= len(texts)}

    @property
    def can_repeat(self) -> bool:
        """Whether people add entries of this kind, and may strike one out."""
        return bool(self.repeat) and not self.row_names

    def missing_when_blank(self, visit: str = "") -> int:
        """How many required items an entry lacks that nobody has begun, at the visit with this code."""
        return len(self.missing(None, visit)) if self._depends_on_visit else self._missing_anywhere

    @cached_property
    def _depends_on_visit(self) -> bool:
        return any(item.asked_with for item in self.items.values())

    @cached_property
    def _missing_anywhere(self) -> int:
        return len(self.missing(None))

    @property
    def plural(self) -> str:
        """`Adverse events` where the title names one of several; else the title."""
        title, repeat = as_written(self, "title"), as_written(self, "repeat")
        return said(f"{title}s") if repeat and title.lower() == repeat.lower() else self.title

    def name_of(self, number: int) -> str:
        """What its entry with this number is called."""
        return self.row_names[number - 1] if self.row_names else f"{self.title} {number}"

    def in_a_line(self, row: Crf, named: Mapping[tuple[str, str], str] | None = None) -> str:
        """What an entry is about, in one line: the first of its columns that are filled; a bare yes says nothing.

        `named`: {(CRF key, link): in words} of what its links name.
        """
        return " · ".join(islice(self._filled_columns(row, named or {}), WORDS_OF))

    def first_in_a_line(self, row: Crf) -> str:
        """What an entry is about, in the fewest words: an adverse event's term."""
        return next(self._filled_columns(row, {}), "")

    def _filled_columns(self, row: Crf, named: Mapping[tuple[str, str], str]) -> Iterator[str]:
        """One after the other: thousands of rows are named by their first column alone."""
        for name, item in self.column_items.items():
            if not isinstance(item, YesNo):
                value = getattr(row, name)
                if words := named.get((getattr(item, "to", ""), value)) or item.words(value):
                    yield words

    def asked(self, row: Crf | None, name: str, visit: str = "") -> bool:
        """Whether the item is asked, given the other values and the visit; `visit` is its code where there is no row
        that knows it."""
        item = self.items[name]
        if item.asked_with and not _can_have(row, visit, item.asked_with):
            return False
        if item.asked_if is None:
            return True
        other, values = item.asked_if
        answer = self.items[other].text(getattr(row, other, None))
        return answer in values and self.asked(row, other, visit)

    def required(self, row: Crf | None, name: str, visit: str = "") -> bool:
        """Whether a blank is a gap, if the item is asked: of one that belongs to a form, where that is planned."""
        item = self.items[name]
        return item.required and not (item.asked_with and not _plans(row, visit, item.asked_with))

    def missing(self, row: Crf | None, visit: str = "") -> list[str]:
        """The required items that are asked and carry neither a value nor a reason; also those that stand in for an
        item which has a reason instead of its value."""
        reasons = row.missing_reasons if row else {}
        return [
            name
            for name, item in self.entered.items()
            if (self.required(row, name, visit) or item.instead_of in reasons)
            and getattr(row, name, None) is None
            and name not in reasons
            and self.asked(row, name, visit)
        ]

    def __str__(self) -> str:
        return self.title


CRFS: dict[str, CrfDefinition] = {}


def crf(
    key: str,
    *,
    title: str,
    domain: str = "",
    repeat: str = "",
    row_of: str = "",
    blank_rows: int = 1,
    proposes: Mapping[str, Sequence[str]] | None = None,
    row_names: Iterable[str] = (),
    columns: Iterable[str] = (),
    calculated_from: Iterable[str] = (),
    version: int = 1,
) -> Callable[[C], C]:
    """Make a model a case report form: registered, audited, its limits in the database. See `CrfDefinition`."""

    def register(model: C) -> C:
        if key in CRFS:
            raise ImproperlyConfigured(f"Two case report forms have the key {key}.")
        definition = CrfDefinition(
            key,
            title,
            model,
            domain,
            repeat,
            row_of,
            blank_rows,
            proposes=proposes or {},
            row_names=tuple(row_names),
            columns=tuple(columns),
            calculated_from=frozenset(calculated_from),
            version=version,
        )
        _check_sections(definition)
        if row_of:
            CRFS[row_of].rows.append(key)
        CRFS[key] = definition
        _add_constraints(definition)
        audited(
            patient="(SELECT e.patient_id FROM casebook_entry e WHERE e.id = r.entry_id)",
            entry="r.entry_id",
            row="entry_id",
            calculated=list(definition.calculated),
        )(model)
        value_or_reason().register(model)  # type: ignore[arg-type]
        if definition.links:
            links_exist({name: link.to for name, link in definition.links.items()}).register(model)  # type: ignore[arg-type]
        return model

    return register


def _plan_of(row: Crf | None, visit: str) -> VisitPlan | None:
    """None of a form at no visit, and at one that the schedule does not know: nothing is left out there."""
    if row is not None:
        visit = row.entry.visit.code if row.entry.visit else ""
    return protocol().plan(visit)


def _can_have(row: Crf | None, visit: str, key: str) -> bool:
    plan = _plan_of(row, visit)
    return plan is None or plan.may_hold(key)


def _plans(row: Crf | None, visit: str, key: str) -> bool:
    plan = _plan_of(row, visit)
    return plan is None or key in plan.forms


def by_model(model: type[models.Model]) -> CrfDefinition:
    """The definition of a typed model; LookupError if it is no CRF."""
    for definition in CRFS.values():
        if definition.model is model:
            return definition
    raise LookupError(f"{model.__name__} is no case report form.")


def _check_sections(definition: CrfDefinition) -> None:
    shown = [name for section in definition.sections for name in section.items]
    declared = {f.name for f in definition.model._meta.local_fields if isinstance(f, Item)}
    if strange := set(definition.columns) - declared:
        raise ImproperlyConfigured(f"{definition.key} has no items {sorted(strange)} for its columns.")
    if strange := set(definition.proposes) - set(definition.entered):
        raise ImproperlyConfigured(f"{definition.key} proposes {sorted(strange)}, which nobody enters.")
    belonging = [name for name, item in definition.items.items() if item.asked_with]
    if belonging and definition.row_of:
        raise ImproperlyConfigured(
            f"{definition.key} is the row of another form: {belonging} belong to no visit."
        )
    if twice := [name for name in belonging if definition.items[name].asked_if]:
        raise ImproperlyConfigured(
            f"{definition.key} asks {twice} by the visit and by another item: choose one."
        )
    if set(shown) != declared or len(shown) != len(set(shown)):
        odd = sorted(set(shown) ^ declared) or "an item stands in two sections"
        raise ImproperlyConfigured(f"The sections of {definition.key} do not hold each item once: {odd}.")


def _add_constraints(definition: CrfDefinition) -> None:
    meta = definition.model._meta
    for name, item in definition.items.items():
        low, high = item.low, item.high
        if low is None and high is None:
            continue
        condition = models.Q()
        if low is not None:
            condition &= models.Q(**{f"{name}__gte": low})
        if high is not None:
            condition &= models.Q(**{f"{name}__lte": high})
        constraint = models.CheckConstraint(
            condition=condition, name=f"{meta.db_table}_{name}"[:54] + "_limits"
        )
        meta.constraints = [*meta.constraints, constraint]
        meta.original_attrs["constraints"] = meta.constraints
