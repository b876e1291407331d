"""Numbers that PostgreSQL gathers, a line for many rows, as arrays in the order of the patients.

A line is (kind, key, ids, text, text, text): what the rows are, what they have in common, whose they are (patients, or
visits), and up to three numbers of each, all joined by commas. That is a tenth of the work of a line a row, for both.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

Line = Sequence[str | None]
Values = NDArray[np.float64]
"""A number for each patient, in the order of the patients; not a number (NaN) where there is none."""
Places = NDArray[np.int64]
LogLine = tuple[str, int, int, int]
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
    texts = [f"string_agg(coalesce(({column})::text, 'nan'), ',')" for column in columns]
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
        visits = [(places, pks, at.get(code, -1)) for code, places, [pks] in self.of_patients("visit")]
        self._patient_of = np.concatenate([NONE, *(places for places, _pks, _at in visits)])
        self._visits = _Order(np.concatenate([NONE, *(pks.astype(np.int64) for _places, pks, _at in visits)]))
        self._at = np.concatenate([NONE, *(np.full(len(places), at) for places, _pks, at in visits)])

    def of_patients(self, kind: str) -> Iterator[tuple[str, Places, list[Values]]]:
        """(key, patients, columns) of each line."""
        for key, ids, *texts in self._lines.get(kind, ()):
            places, is_known = self._patients.find(_whole(ids))
            yield key or "", places, _columns(texts, is_known)

    def at_visits(self, kind: str) -> tuple[Places, Places, list[Values]]:
        """The patients, where in the schedule their visits stand, and the columns, of the one line there is."""
        for _key, ids, *texts in self._lines.get(kind, ()):
            visits, is_known = self._visits.find(_whole(ids))
            return self._patient_of[visits], self._at[visits], _columns(texts, is_known)
        return NONE, NONE, [np.array([]) for _ in range(3)]

    def keys(self, kind: str) -> list[str | None]:
        """Of each patient, the key of the line that it stands in."""
        found: list[str | None] = [None] * self.patients
        for key, places, _columns in self.of_patients(kind):
            for place in places.tolist():
                found[place] = key or None
        return found

    def values(self, kind: str) -> Values:
        """Of each patient, its number in the first column."""
        found = np.full(self.patients, np.nan)
        for _key, places, [values, *_rest] in self.of_patients(kind):
            found[places] = values
        return found

    def logs(self, kind: str) -> list[list[LogLine]]:
        """Of each patient (key, number in the log, and the other two columns), in the order of the numbers."""
        found: list[list[LogLine]] = [[] for _ in range(self.patients)]
        for key, places, columns in self.of_patients(kind):
            rows = zip(*(column.astype(np.int64).tolist() for column in columns), strict=True)
            for place, row in zip(places.tolist(), rows, strict=True):
                found[place].append((key, *row))
        return [sorted(log, key=itemgetter(1)) for log in found]


class _Order:
    """Where in an order the rows with some ids stand."""

    def __init__(self, ids: Places) -> None:
        self._ids, self._sorted = ids, np.argsort(ids)

    def find(self, ids: Places) -> tuple[Places, NDArray[np.bool_]]:
        """The places of those that are known, and which are."""
        if not len(self._ids):
            return NONE, np.zeros(len(ids), dtype=bool)
        at = self._sorted[np.searchsorted(self._ids, ids, sorter=self._sorted).clip(max=len(self._ids) - 1)]
        is_known = self._ids[at] == ids
        return at[is_known], is_known


def _whole(text: str | None) -> Places:
    return np.fromstring(text or "", dtype=np.int64, sep=",")


def _columns(texts: Sequence[str | None], chosen: NDArray[np.bool_]) -> list[Values]:
    return [np.fromstring(text, dtype=np.float64, sep=",")[chosen] for text in texts if text is not None]
