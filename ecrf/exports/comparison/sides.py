"""What a data cut holds, as far as it is compared: made by the statements that write its tables, from the trail.

A patient counts at the site where he or she was at the cut, and what was struck out then is not in it. Only chains that
went on between the two cuts are read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection

from ecrf.exports.tables.columns import PATIENT_READS
from ecrf.exports.tables.description import Description
from ecrf.exports.tables.from_trail import cut_given, stored_as_of

PATIENTS = """
    SELECT p.id, s.code, p.number, p.struck_at IS NULL,
        (%(sites)s::text[] IS NULL OR s.code = ANY (%(sites)s::text[]))
        AND (%(patients)s::text[] IS NULL OR p.number = ANY (%(patients)s::text[]))
    FROM casebook_patient p JOIN access_site s ON s.id = p.site_id AND NOT s.is_practice
    ORDER BY p.number COLLATE "C"
"""
VISITS = """
    SELECT v.id, v.patient_id, v.code, v.struck_at IS NULL FROM casebook_visit v
    WHERE v.patient_id = ANY (%(ids)s::bigint[]) ORDER BY v.id
"""
ENTRIES = """
    SELECT e.id AS entry, e.patient_id, e.visit_id, e.crf, e.number,
        e.struck_at IS NULL AND parent.struck_at IS NULL AS stands
    FROM casebook_entry e LEFT JOIN casebook_entry parent ON parent.id = e.parent_id
    WHERE e.crf = ANY (%(forms)s::text[]) AND e.patient_id = ANY (%(ids)s::bigint[])
"""


class PatientPlace(NamedTuple):
    """Of a patient at a cut; `is_held`: whether what was chosen for both cuts takes the patient in."""

    site: str
    number: str
    stands: bool
    is_held: bool

    @property
    def is_in(self) -> bool:
        return self.stands and self.is_held


class VisitPlace(NamedTuple):
    """Of a visit at a cut."""

    patient: int
    code: str
    stands: bool


@dataclass(frozen=True)
class CutSide:
    """One of the two cuts. `positions`: of the chains that are read; `chosen`: what both hold, as SQL is given it."""

    description: Description
    positions: Mapping[int, int]
    chosen: Mapping[str, Any]

    @cached_property
    def patients(self) -> dict[int, PatientPlace]:
        """In the order of their numbers."""
        return {row[0]: PatientPlace(*row[1:]) for row in self._rows(PATIENT_READS, PATIENTS)}

    def visits(self, patients: Iterable[int]) -> dict[int, VisitPlace]:
        rows = self._rows(["casebook_visit"], VISITS, ids=list(patients))
        return {row[0]: VisitPlace(*row[1:]) for row in rows}

    def forms_of(self, patients: Iterable[int]) -> dict[int, int]:
        """{patient: how many forms and rows of forms stand}."""
        counted = f"SELECT patient_id, count(*) FROM ({ENTRIES}) e WHERE stands GROUP BY patient_id"  # noqa: S608
        return dict(self._rows(["casebook_entry"], counted, ids=list(patients)))

    def entries(self, patients: Iterable[int]) -> str:
        """The statement that reads their forms, its values filled in."""
        return self._statement(["casebook_entry"], ENTRIES, ids=list(patients))

    def _statement(self, reads: Iterable[str], select: str, **given: Any) -> str:
        statement = f"{stored_as_of(self.description, reads)} {select}"
        with connection.cursor() as cursor:
            filled = cursor.mogrify(statement, {**self.chosen, **given, **cut_given(self.positions)})
        return filled.decode()  # type: ignore[no-any-return]

    def _rows(self, reads: Iterable[str], select: str, **given: Any) -> Iterator[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self._statement(reads, select, **given))
            yield from cursor.fetchall()
