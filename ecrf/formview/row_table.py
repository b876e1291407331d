"""The rows of one kind under a form, to read: a table with an item a column or, where that is too wide, in blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ecrf.forms.registry import CrfDefinition
from ecrf.formview.form_view import FormView, ItemView

ROOM = {"number": 1, "clock": 1, "prose": 3}
ROOM_OF_OTHERS = 2
ROOM_ACROSS = 13
"""How much room an item takes in a table by its kind, and how much there is across a page."""

SIDE_BY_SIDE = 3
"""How many rows stand side by side where their items are too many to go across."""


@dataclass(frozen=True)
class RowBlock:
    """Rows side by side: each line an item in every row."""

    form_views: Sequence[FormView]
    lines: list[list[ItemView]]

    @property
    def spare(self) -> range:
        """The columns that stay empty, so that those of the last block are as wide as the others."""
        return range(SIDE_BY_SIDE - len(self.form_views))


@dataclass(frozen=True)
class RowTable:
    """The rows of one kind, an item a column; where that is too wide for paper, in blocks.

    `to_fill_in`: on a worksheet only what people enter has columns. A fixed set of rows shows, in the order in which
    its form reads on paper, the columns in which something stands; what its other items hold is said in these.
    """

    definition: CrfDefinition
    form_views: Sequence[FormView]
    to_fill_in: bool = False

    @cached_property
    def items(self) -> dict[str, Any]:
        if self.to_fill_in:
            return self.definition.entered
        if not self.definition.row_names:
            return self.definition.items
        items = self.definition.items
        on_paper = self.definition.model.on_paper or tuple(items)
        shown = [name for name in on_paper if items[name].required or self._says(name)]
        shown += [name for name in items if name not in on_paper and self._says(name, values=False)]
        return {name: items[name] for name in shown if not self._is_never_asked(name)}

    def _says(self, name: str, values: bool = True) -> bool:
        """Whether any row holds a reason there, is asked about it or, with `values`, has a value."""
        views = [form_view.item_views[name] for form_view in self.form_views]
        return any((values and view.value) or view.missing or view.questions for view in views)

    def _is_never_asked(self, name: str) -> bool:
        views = [form_view.item_views[name] for form_view in self.form_views]
        return not any(view.is_asked for view in views) and not self._says(name)

    @property
    def columns(self) -> list[Any]:
        return list(self.items.values())

    @property
    def lines(self) -> list[tuple[FormView, list[ItemView]]]:
        """Each row with its items."""
        return [
            (form_view, [form_view.item_views[name] for name in self.items]) for form_view in self.form_views
        ]

    @property
    def heads(self) -> list[ItemView]:
        """The items of the first row, for the heads of the columns."""
        return self.lines[0][1] if self.form_views else []

    @property
    def left_out(self) -> list[str]:
        """What a worksheet has no column for, as it is calculated on entry."""
        return [str(item.verbose_name) for item in self.definition.calculated.values() if self.to_fill_in]

    @property
    def is_dense(self) -> bool:
        """Whether its items have hardly room across a page."""
        return sum(ROOM.get(item.kind, ROOM_OF_OTHERS) for item in self.columns) > ROOM_ACROSS

    @property
    def is_wide(self) -> bool:
        """Whether it stands in blocks: rows of a fixed set have few values each and go across even so."""
        return self.is_dense and not self.definition.row_names

    @property
    def blocks(self) -> list[RowBlock]:
        """A few rows side by side, their items down the page."""
        groups = [
            self.form_views[first : first + SIDE_BY_SIDE]
            for first in range(0, len(self.form_views), SIDE_BY_SIDE)
        ]
        return [
            RowBlock(group, [[s.item_views[name] for s in group] for name in self.items]) for group in groups
        ]
