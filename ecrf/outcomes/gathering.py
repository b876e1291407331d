"""Numbers that PostgreSQL gathers, a line for many rows, as arrays in the order of the patients.

A line is (kind, key, ids, numbers, numbers, numbers): what the rows are, what they have in common, whose they are
(patients, or visits), and up to three numbers of each, as texts joined by commas. That is a tenth of the work of a line
a row, for both; PostgreSQL writes numbers as text in less time than it makes binary ones of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Line = Sequence[Any]
Values = NDArray[np.float64]
"""A number for each patient, in the order of the patients; not a number (NaN) where there is none."""
Places = NDArray[np.int64]
Keys = NDArray[np.object_]
"""A text for each patient, or None."""
NONE = np.array([], dtype=np.int64)
OF_PATIENTS = "(%(patients)s::bigint[] IS NULL OR {0}.patient_id = ANY(%(patients)s))"
"""A condition on an entry or a visit: it is of one of the patients that were given, or of any."""
VISITS = f"""
    SELECT 'visit', v.code, string_agg(v.patient_id::text, ','), string_agg(v.id::text, ','), NULL, NULL
    FROM casebook_visit v WHERE v.struck_at IS NULL AND {OF_PATIENTS.format("v")} GROUP BY 2
"""  # noqa: S608
"""The visits by their codes, without which `at_visits` knows none."""


def lines_of_a_form(
    kind: str,
    crf: str,
    table: str,
    *columns: str,
    key: str = "NULL",
    of: str = "patient_id",
    where: str = "true",
) -> str:
    """A SELECT of a form's rows `r` and their entries `e`, a line a key; `of`: by patients, or by visits."""
    texts = [f"string_agg(coalesce(({column})::text, ''), ',')" for column in columns]
    return f"""
        SELECT '{kind}', coalesce(({key})::text, ''), string_agg(e.{of}::text, ','),
            {", ".join([*texts, "NULL", "NULL", "NULL"][:3])}
        FROM casebook_entry e JOIN {table} r ON r.entry_id = e.id
        WHERE e.crf = '{crf}' AND e.struck_at IS NULL AND {OF_PATIENTS.format("e")} AND {where}
        GROUP BY 2
    """  # noqa: S608


class GatheredLines:
    """What lines say of some patients, whom places in their order stand for. What they say of others is passed over.

    `codes`: the visits of the schedule; another visit, an unscheduled one, stands at -1.
    """

    def __init__(self, lines: Iterable[Line], ids: Sequence[int], codes: Sequence[str]) -> None:
        self._lines: dict[str, list[Line]] = {}
        for kind, *line in lines:
            self._lines.setdefault(str(kind), []).append(line)
        self.patients = len(ids)
        self._patients = _Order(np.array(ids, dtype=np.int64))
        at = {code: place for place, code in enumerate(codes)}
        visits = [
            (self._patients.find(_ids(ids)), _ids(pks), at.get(code, -1))
            for code, ids, pks, *_rest in self._lines.get("visit", ())
        ]
        self._patient_of = np.concatenate([NONE, *(places for (places, _known), _pks, _at in visits)])
        self._visits = _Order(np.concatenate([NONE, *(pks[known] for (_places, known), pks, _at in visits)]))
        self._at = np.concatenate(
            [NONE, *(np.full(len(places), at) for (places, _known), _pks, at in visits)]
        )

    def of_patients(self, kind: str) -> Iterator[tuple[str, Places, list[Values]]]:
        """(key, patients, columns) of each line."""
        for key, ids, *columns in self._lines.get(kind, ()):
            places, is_known = self._patients.find(_ids(ids))
            yield key or "", places, _columns(columns, is_known)

    def at_visits(self, kind: str) -> tuple[Places, Places, list[Values]]:
        """The patients, where in the schedule their visits stand, and the columns, of the one line there is."""
        for _key, ids, *columns in self._lines.get(kind, ()):
            visits, is_known = self._visits.find(_ids(ids))
            return self._patient_of[visits], self._at[visits], _columns(columns, is_known)
        return NONE, NONE, [np.array([]) for _ in range(3)]

    def keys(self, kind: str) -> Keys:
        """Of each patient, the key of the line that it stands in."""
        found = np.full(self.patients, None, dtype=object)
        for key, places, _columns in self.of_patients(kind):
            found[places] = key or None
        return found

    def values(self, kind: str) -> Values:
        """Of each patient, its number in the first column."""
        found = np.full(self.patients, np.nan)
        for _key, places, [values, *_rest] in self.of_patients(kind):
            found[places] = values
        return found

    def logs(self, kind: str) -> tuple[Keys, NDArray[np.int64]]:
        """The lines of all logs, in the order of the patients and of the numbers in each log: the key of each, and
        (patient, number in the log, the other two columns) of each."""
        keys, rows = [np.empty(0, dtype=object)], [np.empty((0, 4), dtype=np.int64)]
        for key, places, columns in self.of_patients(kind):
            rows.append(np.column_stack([places, *(column.astype(np.int64) for column in columns)]))
            keys.append(np.full(len(places), key, dtype=object))
        found = np.concatenate(rows)
        order = np.lexsort((found[:, 1], found[:, 0]))
        return np.concatenate(keys)[order], found[order]


class _Order:
    """Where in an order the rows with some ids stand."""

    def __init__(self, ids: Places) -> None:
        self._order = np.argsort(ids)
        self._sorted = ids[self._order]

    def find(self, ids: Places) -> tuple[Places, NDArray[np.bool_]]:
        """The places of those that are known, and which are."""
        if not len(self._sorted):
            return NONE, np.zeros(len(ids), dtype=bool)
        at = np.searchsorted(self._sorted, ids).clip(max=len(self._sorted) - 1)
        is_known = self._sorted[at] == ids
        return self._order[at[is_known]], is_known


COMMA, MINUS, POINT, ZERO = b",-.0"


def numbers_in(text: str) -> Values:
    """What `float` makes of each number, and NaN of nothing at all; made over the whole text at once.

    Digits are added up as whole numbers and divided by a power of ten at the end: that is the nearest fraction, as long
    as a number has no more than 15 digits.
    """
    signs = np.frombuffer(f"{text},".encode(), dtype=np.uint8)
    digits = signs.astype(np.int64) - ZERO
    at = np.flatnonzero(signs >= ZERO)
    of_number = np.cumsum(signs == COMMA)
    count = int(of_number[-1])
    lengths = np.bincount(of_number[at], minlength=count)
    behind = np.cumsum(lengths)[of_number[at]] - np.arange(len(at)) - 1
    values = np.bincount(of_number[at], digits[at] * TENS[behind], count).astype(np.float64)
    points = np.flatnonzero(signs == POINT)
    decimals = np.cumsum(lengths)[of_number[points]] - np.searchsorted(at, points)
    values[of_number[points]] /= TENS[decimals]
    values[of_number[np.flatnonzero(signs == MINUS)]] *= -1
    values[lengths == 0] = np.nan
    return values


TENS = 10.0 ** np.arange(23)


def _ids(text: str) -> Places:
    return numbers_in(text).astype(np.int64)


def _columns(texts: Sequence[str | None], chosen: NDArray[np.bool_]) -> list[Values]:
    return [numbers_in(text)[chosen] for text in texts if text is not None]
