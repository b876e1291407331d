"""The rows of one kind of form of a patient: in their order, and found by where they stand without a walk."""

from bisect import insort
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from ecrf.audit.texts import meaning
from ecrf.forms.crf import Crf

Key = Callable[[Any], Hashable]
Order = Callable[[Any], tuple[Any, ...]]


def _code(row: Crf) -> str | None:
    return row.entry.visit.code if row.entry.visit else None


def _form(row: Crf) -> tuple[int | None, int | None]:
    """The visit, and the number of the form whose row it is."""
    entry = row.entry
    return entry.visit_id, entry.parent.number if entry.parent else None


OF_EVERY: dict[str, Key] = {
    "entry": lambda row: row.entry_id,
    "form": _form,
    "place": lambda row: (*_form(row), row.entry.number),
}
OF_STANDING: dict[str, Key] = {
    "own": lambda row: row.entry_id,
    "parent": lambda row: row.entry.parent_id,
    "visit": _code,
    "number": lambda row: row.entry.number,
    "link": lambda row: row.entry.link,
}


def as_compared(value: object) -> str:
    """A value as it is compared with that of another row: capitals and blanks make no difference."""
    return " ".join(meaning(str(value)).casefold().split()) if value is not None else ""


class _Index:
    """{what rows are found by: these rows, in their order}"""

    def __init__(self, key: Key, rows: Iterable[Crf]) -> None:
        self.key = key
        self.rows: dict[Hashable, list[Any]] = {}
        self._keys: dict[int, Hashable] = {}
        for row in rows:
            self.rows.setdefault(self._noted(row), []).append(row)

    def _noted(self, row: Crf) -> Hashable:
        found = self._keys[row.entry_id] = self.key(row)
        return found

    def put(self, row: Crf, order: Order) -> None:
        """A row that is new here, or may be found by something else now."""
        before = self._keys.get(row.entry_id, self)
        if before == (now := self._noted(row)):
            return
        if before is not self:
            self.rows[before] = [one for one in self.rows[before] if one is not row]
        self.rows[now] = _with(self.rows.get(now, []), row, order)


class OrderedRows:
    """Every row of a kind; `standing` without those that are struck out. A list that was given out stays as it is."""

    def __init__(self, rows: list[Any]) -> None:
        self.every = rows
        self._standing: list[Any] | None = None
        self._indexes: dict[Hashable, _Index] = {}

    def sort(self, order: Order) -> None:
        """Put them into their order, and anew once what it follows from has moved."""
        self.every = sorted(self.every, key=order)
        self._standing, self._indexes = None, {}

    @property
    def standing(self) -> list[Any]:
        if self._standing is None:
            self._standing = [row for row in self.every if not row.entry.is_struck]
        return self._standing

    def by(self, name: str, value: Hashable) -> list[Any]:
        """Of every row, those with this `entry`, `form` or `place`."""
        return self._index(name, OF_EVERY[name]).rows.get(value, [])

    def standing_by(self, name: str, value: Hashable) -> list[Any]:
        """Of the rows that stand, those with this `own` id, `parent`, `visit`, `number` or `link`."""
        return self._index(name, OF_STANDING[name]).rows.get(value, [])

    def alike(self, row: Crf, items: tuple[str, ...]) -> list[Any]:
        """The others that stand and say the same in all of these items; none where one of them is empty."""
        words = tuple(as_compared(getattr(row, item)) for item in items)
        if not all(words):
            return []
        key: Key = lambda one: tuple(as_compared(getattr(one, item)) for item in items)  # noqa: E731
        return [one for one in self._index(items, key).rows.get(words, []) if one is not row]

    def _index(self, name: Hashable, key: Key) -> _Index:
        if name not in self._indexes:
            self._indexes[name] = _Index(key, self.every if name in OF_EVERY else self.standing)
        return self._indexes[name]

    def put(self, row: Crf, order: Order) -> None:
        """Let the row that was written stand for its stored version."""
        known = self.by("entry", row.entry_id)
        if known and known[0] is not row:
            self.every = [*(one for one in self.every if one.entry_id != row.entry_id), row]
            self.sort(order)
            return
        stands = not row.entry.is_struck
        if not known:
            self.every = _with(self.every, row, order)
            if stands and self._standing is not None:
                self._standing = _with(self._standing, row, order)
        for name, index in self._indexes.items():
            if stands or name in OF_EVERY:
                index.put(row, order)


def _with(rows: list[Any], row: Crf, order: Order) -> list[Any]:
    more = rows.copy()
    insort(more, row, key=order)
    return more
