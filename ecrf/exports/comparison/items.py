"""How an item that changed is named and written: as in the tables of the two cuts, and no more than both show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext_lazy

from ecrf.exports.tables.description import Description, FormDescription, ItemDescription
from ecrf.exports.tables.forms import form_table, table_name
from ecrf.exports.tables.selection import Selection

LEFT_OUT = pgettext_lazy("a value", "(left out)")
MISSING = ".missing"
"""Behind the item's name, in the trail: why it has no value."""
PARTS = {"_missing": "reason", "_missing_comment": "comment"}
"""What such a reason is made of, by the end of its column's name."""


@dataclass(frozen=True)
class ItemColumn:
    """A column that an item gives. `part`: of the reason why there is no value; "" for the value itself."""

    name: str
    part: str
    stored: str
    is_hidden: bool

    def change(self, old: Any, new: Any) -> tuple[str, str | None, str | None] | None:
        """(column, from, to), or None where it stays as it is."""
        was, now = self._cell(old), self._cell(new)
        return None if was == now else (self.name, self._shown(was), self._shown(now))

    def _cell(self, value: Any) -> str | None:
        """As the files write it."""
        if self.part:
            value = (value or {}).get(self.part) or None
        if value is None:
            return None
        if self.stored == "boolean":
            return "yes" if value else "no"
        return str(value)[:5] if self.stored == "time" and not self.part else str(value)

    def _shown(self, cell: str | None) -> str | None:
        return str(LEFT_OUT) if self.is_hidden and cell is not None else cell


class ItemColumns:
    """All columns of items that both cuts hold, by the stored table and the name in the trail."""

    def __init__(self, descriptions: Sequence[Description], selections: Sequence[Selection]) -> None:
        self._shows_all = all(selection.identifiers for selection in selections)
        self._left_out = [selection.left_out for selection in selections]
        forms = [form for description in descriptions for form in description.forms]
        self._identifying = {
            (form.table, item.name) for form in forms for item in form.items if item.identifying
        }
        self._columns: dict[tuple[str, str], dict[str, ItemColumn]] = {}
        for description in descriptions:
            for form in description.forms:
                self._read(description, form)

    def changes(
        self, table: str, key: str, old: Any, new: Any
    ) -> Iterator[tuple[str, str | None, str | None]]:
        for column in self._columns.get((table, key), {}).values():
            if change := column.change(old, new):
                yield change

    def _read(self, description: Description, form: FormDescription) -> None:
        items = {f"{form.key}.{item.name}": item for item in form.items}
        for column in form_table(description, form).columns:
            item = items.get(column.item)
            if item and not any(column.name in one.get(table_name(form.key), ()) for one in self._left_out):
                self._add(form, item, column.name)

    def _add(self, form: FormDescription, item: ItemDescription, name: str) -> None:
        part = PARTS.get(name.removeprefix(item.name).removeprefix("_item"), "")
        key = (form.table, item.name + MISSING * bool(part))
        identifies = part == "comment" or (form.table, item.name) in self._identifying
        stored = "text" if part else item.stored
        column = ItemColumn(name, part, stored, is_hidden=identifies and not self._shows_all)
        self._columns.setdefault(key, {})[name] = column
