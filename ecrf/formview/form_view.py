"""Forms to read, on the screen or on paper: every item in words, with what is missing, calculated and asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ecrf.access.joined import headed
from ecrf.casebook.labels import element_id
from ecrf.casebook.models import Entry
from ecrf.casebook.schedule.completion import FormState, form_state
from ecrf.checks.item_words import asked_when
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.forms.answers import answers_of
from ecrf.forms.crf import Crf, MissingReason
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CrfDefinition, Section
from ecrf.forms.skeleton import Slots, slot
from ecrf.forms.words import line_and_column, said

if TYPE_CHECKING:
    from ecrf.formview.row_table import RowTable

RADIOS_AT_MOST = 4
LONGEST_RADIO_LABEL = 26
RADIOS_IN_A_TABLE = 2
"""How many answers, and how long, are read at a glance; more of them drop down."""

Names = Mapping[tuple[str, str], str]
"""{(CRF key, link): the entry it names, in words}."""


@dataclass(eq=False)
class ItemView:
    """One item of one form. Nothing changes it; it is not frozen, for a page makes hundreds."""

    form_view: "FormView"
    name: str
    item: Any

    @cached_property
    def id(self) -> str:
        return f"{self.form_view.id}-{self.name}"

    @property
    def field(self) -> str:
        """The name of its field where it is entered."""
        return f"{self.form_view.definition.key}:{self.form_view.address}:{self.name}"

    @property
    def slot(self) -> Slots:
        """Where a prepared form has room for what a page shows of the item."""
        return Slots(self.name)

    @property
    def label(self) -> str:
        return str(self.item.verbose_name)

    @property
    def full_label(self) -> str:
        """What names it where its form is not in sight: of a row's item, with what the row is."""
        return headed(self.form_view.title, self.label) if self.form_view.definition.row_of else self.label

    @property
    def stored(self) -> Any:
        """The value as it is stored or, before anything is, as the system derives it; None if there is none."""
        return getattr(self.form_view.shown_row, self.name, None)

    @property
    def value(self) -> str:
        """The value as people read it, without its unit; "" if there is none."""
        value = self.stored
        if value is None:
            return ""
        if self.item.kind == "number":
            return str(self.item.text(value))
        if self.item.kind == "link" and value:
            return self.form_view.names.get((self.item.to, value), "") or str(self.item.words(value))
        words, unit = str(self.item.words(value)), self.item.unit
        return words.removesuffix(f" {unit}") if unit else words

    @property
    def words(self) -> str:
        """The value with its unit: `72.5 kg`."""
        value = self.value
        return f"{value} {self.item.unit}".strip() if value else ""

    @property
    def missing(self) -> dict[str, str] | None:
        """{reason, label, comment} where a missing reason stands instead of the value."""
        found = self.form_view.row.missing_reasons.get(self.name) if self.form_view.row else None
        return {"comment": "", **found, "label": str(MissingReason(found["reason"]).label)} if found else None

    @property
    def is_asked(self) -> bool:
        form_view = self.form_view
        is_asked = form_view.definition.asked(form_view.row, self.name, form_view.visit_code)
        return is_asked and not self._waits_for_reason

    @property
    def is_elsewhere(self) -> bool:
        """Whether it belongs to a form that this visit does not have."""
        return bool(self.item.asked_with) and not self.is_asked

    @property
    def is_required(self) -> bool:
        """Whether a form of this visit is not complete without it, if it is asked."""
        form_view = self.form_view
        return form_view.definition.required(form_view.row, self.name, form_view.visit_code)

    @property
    def _waits_for_reason(self) -> bool:
        """Whether it stands in for an item that has no reason: nobody wants it as long as that one can be entered."""
        row, other = self.form_view.row, self.item.instead_of
        return bool(other) and (row is None or other not in row.missing_reasons)

    @property
    def beside(self) -> "ItemView | None":
        """The calculated item that is shown beside its field."""
        return self.form_view.item_views[self.item.beside] if self.item.beside else None

    @property
    def is_wanted(self) -> bool:
        """Whether a blank means that something is missing."""
        return bool(self.is_required or self.item.instead_of) and self.is_asked

    @property
    def last(self) -> str:
        """On a patient's worksheet: the number that was last entered, with its unit."""
        if self.form_view.last is None or self.item.kind != "number":
            return ""
        value = getattr(self.form_view.last, self.name)
        words = str(getattr(self.form_view.last, "words", "") or "")  # a result with its sign and unit
        return "" if value is None else words or f"{self.item.text(value)} {self.item.unit}".strip()

    @property
    def foreseen(self) -> str:
        """On a patient's worksheet: what is calculated as things stand, with its unit; a count of nothing is none."""
        value = getattr(self.form_view.foreseen, self.name, None) if self.item.rule else None
        return str(self.item.words(value)) if value else ""

    @property
    def is_left_out(self) -> bool:
        """Whether nobody expects it and nothing stands there: it takes no line on paper."""
        is_blank = not (self.value or self.missing or self.questions)
        return bool(self.item.quiet or self.is_elsewhere) and is_blank

    @property
    def asked_when(self) -> str:
        """On which answer it is asked: `if “Ongoing?” is No`; "" if always, also if always at this visit."""
        if self.item.asked_with and self.is_required:
            return ""
        return asked_when(self.form_view.definition, self.item)

    @property
    def instead_of(self) -> str:
        """The id of the item for which it stands in where that has a reason instead of a value; mostly ""."""
        return f"{self.form_view.id}-{self.item.instead_of}" if self.item.instead_of else ""

    @property
    def asked_if(self) -> dict[str, str] | None:
        """{id of the item, its answers} on which it is asked; None if always."""
        if not self.item.asked_if:
            return None
        other, answers = self.item.asked_if
        return {
            "item": f"{self.form_view.id}-{other}",
            "answers": " ".join(answer.replace(" ", "_") for answer in answers),
        }

    @property
    def options(self) -> list[tuple[str, str]]:
        """The answers there are to a choice: code and words."""
        return answers_of(self.item)

    @property
    def option_slots(self) -> list[dict[str, str]]:
        """The same for a prepared form, each with the slots that say whether it was given: as radio, as option."""
        return [
            {
                "code": code,
                "words": words,
                **{mark: slot(mark, self.name, code) for mark in ("checked", "selected")},
            }
            for code, words in self.options
        ]

    @property
    def choices(self) -> list[str]:
        """The answers there are, in words."""
        return [words for _code, words in self.options]

    @property
    def as_radios(self) -> bool:
        """Whether its answers stand beside each other where it is entered."""
        options = self.options
        return 0 < len(options) <= RADIOS_AT_MOST and all(
            len(words) <= LONGEST_RADIO_LABEL for _code, words in options
        )

    @property
    def as_radios_in_a_table(self) -> bool:
        return self.as_radios and len(self.options) <= RADIOS_IN_A_TABLE

    @property
    def names_a_visit(self) -> bool:
        """Whether it is a link to an entry that stands at a visit."""
        trial = protocol()
        return self.item.kind == "link" and self.item.to not in (*trial.logs, *trial.patient_forms)

    @property
    def questions(self) -> list[Discrepancy]:
        return [discrepancy for discrepancy in self.form_view.discrepancies if discrepancy.item == self.name]

    @property
    def has_open_question(self) -> bool:
        return any(discrepancy.state == DiscrepancyState.OPEN for discrepancy in self.questions)


@dataclass(frozen=True)
class Grid:
    """Items of a section as a table: `columns` are their heads, each line a head and its readings."""

    columns: list[str]
    lines: list[tuple[str, list[ItemView]]]


@dataclass(frozen=True)
class SectionView:
    """A titled group of items; `is_numeric` if all of them are numbers, which then stand in one column."""

    title: str
    item_views: Sequence[ItemView]
    help: str = ""

    @property
    def is_numeric(self) -> bool:
        return all(item_view.item.kind == "number" for item_view in self.item_views)

    @cached_property
    def grid(self) -> Grid | None:
        """Numbers that are entered and whose labels name a line and a column (`Elbow flexion, right`), if they
        fill a table of these; else None."""
        if any(item_view.item.kind != "number" or item_view.item.rule for item_view in self.item_views):
            return None
        cells = {line_and_column(item_view.item): item_view for item_view in self.item_views}
        lines = list(dict.fromkeys(line for line, _column in cells))
        columns = list(dict.fromkeys(column for _line, column in cells))
        fills = len(lines) * len(columns) == len(cells) == len(self.item_views)
        if not fills or len(lines) < 2 or len(columns) < 2:
            return None
        heads = [said(column) for column in columns]
        return Grid(heads, [(said(line), [cells[line, column] for column in columns]) for line in lines])


@dataclass
class FormView:
    """One form to read, begun by the site or not yet (`row` None)."""

    definition: CrfDefinition
    title: str
    address: str
    row: Crf | None = None
    discrepancies: list[Discrepancy] = field(default_factory=list)
    tables: Sequence["RowTable"] = ()
    names: Names = field(default_factory=dict)
    last: Crf | None = None
    """On a patient's worksheet: the form as it was entered at the last visit that has it."""
    foreseen: Crf | None = None
    """On a patient's worksheet: what the system derives if that which is carried over stays as it was."""
    visit_code: str = ""
    """Of the visit at which it stands, for one that is not begun."""

    @cached_property
    def id(self) -> str:
        return element_id(self.definition.key, self.address)

    @property
    def slot(self) -> Slots:
        """Where a prepared form has room for what a page shows of the form itself."""
        return Slots()

    @property
    def shown_row(self) -> Crf | None:
        """What holds the values to read."""
        return self.row

    @property
    def number(self) -> int:
        return int(self.address.rpartition(".")[2])

    @property
    def name(self) -> str:
        """What stands at the head of its line among other rows: its name in a fixed set, else its number."""
        names = self.definition.row_names
        return names[self.number - 1] if self.number <= len(names) else str(self.number)

    @property
    def asked_of_items(self) -> list[tuple[str, Discrepancy]]:
        """What checks ask of a row, below its table, each with the item that it is asked about."""
        views = self.item_views
        return [
            (views[one.item].full_label if one.item in views else self.title, one)
            for one in self.discrepancies
        ]

    @cached_property
    def item_views(self) -> Mapping[str, ItemView]:
        return {name: ItemView(self, name, item) for name, item in self.definition.items.items()}

    @cached_property
    def parts(self) -> list[SectionView]:
        return [self._part(section) for section in self.definition.sections]

    def _part(self, section: Section) -> SectionView:
        title = "" if section.title == self.definition.title else section.title
        return SectionView(title, [self.item_views[name] for name in section.items], section.help)

    @property
    def notes(self) -> list[str]:
        """What the form itself says about its values, such as the planned dose in words."""
        return self.row.notes() if self.row is not None and hasattr(self.row, "notes") else []

    @property
    def with_rows(self) -> list["FormView"]:
        return [self, *(row for table in self.tables for row in table.form_views)]

    @cached_property
    def entry_id(self) -> int:
        """The entry's id without a look at the entry; 0 where nothing is stored."""
        return self.row.entry_id if self.row else 0

    @property
    def spot(self) -> int | str:
        """Names it among the forms of its page: its entry's id, or the place of one that is not begun."""
        return self.entry_id or f"{self.definition.key}:{self.address}"

    @property
    def entry(self) -> Entry | None:
        return self.row.entry if self.row else None

    @cached_property
    def is_struck(self) -> bool:
        return self.row is not None and self.row.entry.is_struck

    @cached_property
    def form_state(self) -> FormState:
        """Whether it, with its rows, is empty, begun, ready or complete."""
        return form_state(
            self.definition.key, [form_view.row.entry for form_view in self.with_rows if form_view.row]
        )

    @cached_property
    def state(self) -> str:
        """As `form_state`, or struck: the page gives each a word and an icon."""
        return "struck" if self.is_struck else self.form_state.state

    @property
    def is_complete(self) -> bool:
        return self.state == "complete"

    @property
    def left(self) -> int:
        """How many required items are empty, in the form and its rows; none of a form that is struck out."""
        if self.row is not None:
            return 0 if self.is_struck else self.form_state.missing
        fixed = [table.definition for table in self.tables if table.definition.row_names]
        return self.definition.missing_when_blank(self.visit_code) + sum(
            len(kind.row_names) * kind.missing_when_blank() for kind in fixed
        )

    @property
    def open_questions(self) -> int:
        return sum(
            f.state == DiscrepancyState.OPEN for form_view in self.with_rows for f in form_view.discrepancies
        )
