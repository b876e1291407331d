"""Statements that Django writes once: of a page with twenty of them, writing takes longer than answering.

A function that makes a queryset from what it is given is called at its first use only, twice, with values that stand
for the given ones. Where the two statements differ, something given belongs; everything else is the statement. After
that only what is given is put there: the statement is the one that Django would write, to the letter.

What the function is given may be handed on and, of days, moved by some days; equal values stay equal, and days keep
their order. If it makes anything else of it, that is found when the statement is written: then Django writes it each
time, and the process warns.
"""

import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Any, Generic, ParamSpec

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import get_language

P = ParamSpec("P")

MOST = 64
"""So many statements of one function are kept, some 30 kB each: one for each number of sites, of patients and so on."""
APART = timedelta(days=8_000)
"""Between two days that stand for given ones: neither is moved so far that it could be the other."""
FIRST_NUMBER, FIRST_DAY = 8_000_000_000_000, date(2300, 1, 1)


class NotHandedOn(TypeError):
    """The function makes something of what it is given that cannot be known the next time."""


class Written:
    """One statement. `places`: {place among the values: (number of the given value, days that it is moved by)}."""

    def __init__(self, queryset: QuerySet, sql: str, values: tuple[Any, ...], compiler: SQLCompiler) -> None:
        self.queryset, self.sql, self.values, self.compiler = queryset, sql, values, compiler
        self.places: dict[int, tuple[int, timedelta | None]] = {}

    def filled(self, given: list[Any]) -> list[Any]:
        values = list(self.values)
        for place, (number, moved) in self.places.items():
            values[place] = given[number] if moved is None else given[number] + moved
        return values

    def rows(self, given: list[Any]) -> list[Any]:
        """As the queryset gives them."""
        compiler = _copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda *_, **__: (self.sql, self.filled(given))  # type: ignore[method-assign]
        found = _copy(self.queryset)
        found._query = _Ready(compiler)
        return list(found)

    def lines(self, given: list[Any]) -> list[tuple[Any, ...]]:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(self.sql, self.filled(given))
            found = cursor.fetchall()
        width = self.compiler.col_count
        return [line[:width] for line in found] if self.compiler.has_extra_select else found


class _Ready:
    """Stands for the query of a statement that is written: that is all a queryset asks it."""

    def __init__(self, compiler: SQLCompiler) -> None:
        self.compiler = compiler

    def get_compiler(self, *_: Any, **__: Any) -> SQLCompiler:
        return self.compiler


class _NotYet:
    """In the place of a statement that is not written yet; None says that it finds nothing."""


NOT_YET = _NotYet()


def _copy(thing: Any) -> Any:
    """A queryset that is copied in Python's own way would be evaluated first."""
    copy = object.__new__(type(thing))
    copy.__dict__.update(thing.__dict__)
    return copy


class written_once(Generic[P]):  # noqa: N801  (a decorator)
    """Of a function that makes a queryset: what is given by place may differ from one call to the next, in value and in
    number; what is given by name belongs to the statement, as a limit does."""

    def __init__(self, make: Callable[P, QuerySet]) -> None:
        self.make = make
        self.written: dict[Any, Written | None] = {}
        self.one_at_a_time = Lock()

    def rows(self, *given: P.args, **named: P.kwargs) -> list[Any]:
        """As the queryset gives them: models, or tuples; one statement, none where nothing can be found."""
        return self._found(Written.rows, given, named)

    def lines(self, *given: P.args, **named: P.kwargs) -> list[tuple[Any, ...]]:
        """As the database gives them, for columns that need nothing made of them: numbers, texts, days, moments."""
        return self._found(Written.lines, given, named)

    def _found(
        self, how: Callable[[Written, list[Any]], list[Any]], given: tuple[Any, ...], named: dict[str, Any]
    ) -> list[Any]:
        try:
            written, values = self._written(given, named)
        except NotHandedOn as fault:
            warnings.warn(str(fault), RuntimeWarning, stacklevel=3)  # which a test run takes for an error
            return list(self.make(*given, **named))  # type: ignore[arg-type]
        return how(written, values) if written else []

    def _written(self, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Written | None, list[Any]]:
        values = list(dict.fromkeys(_values_in(given)))
        days = sorted((value for value in values if isinstance(value, date)), key=_by_time)
        values = [*(value for value in values if not isinstance(value, date)), *days]
        numbers = {value: number for number, value in enumerate(values)}
        # The language: texts are put in an order that is a part of the statement.
        key = get_language(), _shape(given, numbers), tuple(sorted(named.items()))
        written = self.written.get(key, NOT_YET)
        if isinstance(written, _NotYet):
            written = self._write(given, named, values)
            with self.one_at_a_time:
                if len(self.written) >= MOST:
                    self.written.clear()
                self.written[key] = written
        return written, values

    def _write(self, given: tuple[Any, ...], named: dict[str, Any], values: list[Any]) -> Written | None:
        first, second = ([_stands_for(value, n, which) for n, value in enumerate(values)] for which in (0, 1))
        try:
            written, other = (
                self._compiled(given, named, dict(zip(values, those, strict=True)))
                for those in (first, second)
            )
        except EmptyResultSet:
            self._refuse_chance(given, named)
            return None
        if written.sql != other.sql or len(written.values) != len(other.values):
            raise NotHandedOn(f"{self.make.__qualname__} writes another statement for other values.")
        for place, (one, two) in enumerate(zip(written.values, other.values, strict=True)):
            if type(one) is not type(two) or one != two:
                written.places[place] = self._place(one, two, first, second)
            elif isinstance(one, date):  # it is another one tomorrow
                raise NotHandedOn(f"{self.make.__qualname__} asks the clock: a day or moment is given to it.")
        if len({number for number, _moved in written.places.values()}) < len(values):
            raise NotHandedOn(f"{self.make.__qualname__} does not hand on all that it is given.")
        return written

    def _refuse_chance(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        """Refuses what finds nothing only because a value that stands for a given one does not fit into the column."""
        try:
            self.make(*given, **named).query.get_compiler(DEFAULT_DB_ALIAS).as_sql()  # type: ignore[arg-type]
        except EmptyResultSet:
            return
        raise NotHandedOn(f"{self.make.__qualname__} compares what it is given with smaller numbers.")

    def _place(self, one: Any, two: Any, first: list[Any], second: list[Any]) -> tuple[int, timedelta | None]:
        for number, (this, that) in enumerate(zip(first, second, strict=True)):
            if type(this) is not type(one) or type(that) is not type(two):
                continue
            if (this, that) == (one, two):
                return number, None
            if isinstance(one, date) and abs(moved := one - this) < APART / 4 and moved == two - that:
                return number, moved
        raise NotHandedOn(f"{self.make.__qualname__} makes something else of what it is given.")

    def _compiled(self, given: tuple[Any, ...], named: dict[str, Any], stand: dict[Any, Any]) -> Written:
        queryset = self.make(*_replaced(given, stand), **named)  # type: ignore[arg-type]
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, values = compiler.as_sql()
        return Written(queryset, sql, tuple(values), compiler)


def _by_time(day: date) -> tuple[bool, date]:
    """Days, and behind them moments, which are compared with no day."""
    return isinstance(day, datetime), day


def _values_in(given: Any) -> Iterator[Any]:
    """The numbers, texts, days and moments in it."""
    if isinstance(given, dict):
        for pair in given.items():
            yield from _values_in(pair)
    elif isinstance(given, (list, tuple, set, frozenset)):
        for one in given:
            yield from _values_in(one)
    elif given is not None and not isinstance(given, bool):
        if type(given) not in (int, str, date, datetime):
            raise NotHandedOn(f"{given!r} is no number, text, day or moment.")
        yield given


def _shape(given: Any, numbers: dict[Any, int]) -> Any:
    """What of it the statement depends on: how many, which are equal, the order of the days; nothing and yes and no."""
    if isinstance(given, dict):
        return "{}", tuple((numbers[key], _shape(value, numbers)) for key, value in given.items())
    if isinstance(given, (list, tuple, set, frozenset)):
        return type(given), tuple(_shape(one, numbers) for one in given)
    return given if given is None or isinstance(given, bool) else (type(given), numbers[given])


def _replaced(given: Any, stand: dict[Any, Any]) -> Any:
    if isinstance(given, dict):
        return {stand[key]: _replaced(value, stand) for key, value in given.items()}
    if isinstance(given, (list, tuple, set, frozenset)):
        return type(given)(_replaced(one, stand) for one in given)
    return given if given is None or isinstance(given, bool) else stand[given]


def _stands_for(value: Any, number: int, which: int) -> Any:
    """A value of the same type that nobody writes; `which` of the two for the two statements that are compared."""
    if isinstance(value, date):
        day = FIRST_DAY + APART * number + APART / 2 * which
        return datetime(day.year, day.month, day.day, tzinfo=UTC) if isinstance(value, datetime) else day
    if isinstance(value, int):
        return FIRST_NUMBER + 2 * number + which
    return f"given {number} {'ab'[which]}"
