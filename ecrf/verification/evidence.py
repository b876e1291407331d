"""What a verification is made on: the rows as they stand, which event gave each item its value, what is open on it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext

from ecrf.casebook.models import Entry, Patient, Status
from ecrf.casebook.patient_rows import load_rows
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS
from ecrf.queries.lookup import open_queries
from ecrf.queries.models import Query
from ecrf.queries.quotes import quoted, quoted_as_read
from ecrf.verification.lookup import standing_on
from ecrf.verification.models import Verification
from ecrf.verification.plan import items_to_verify
from ecrf.verification.refusals import HasOpenQuery, Stale, VerificationRefused

Key = tuple[int, str]
"""An entry's id and the name of one of its items."""

GIVEN = """
    SELECT e.entry_id, k.key, max(e.position) FROM audit_auditevent e
    CROSS JOIN LATERAL jsonb_object_keys(e.changes) k(key)
    WHERE e.chain = %s AND e.entry_id = ANY(%s) AND e."table" = ANY(%s) GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Evidence:
    """Of some entries of one patient, loaded in four statements."""

    rows: dict[int, Crf]
    given: dict[Key, int]
    standing: dict[Key, Verification]
    queries: dict[Key, Query]

    def position(self, key: Key) -> int:
        """Of the event that gave the item its value, or the reason why it has none."""
        entry, item = key
        return max(self.given.get(key, 0), self.given.get((entry, f"{item}.missing"), 0))

    def value(self, key: Key) -> str:
        return quoted(self.rows[key[0]], key[1])

    def refuse(self, key: Key, seen: int, *, despite_query: bool) -> None:
        """Unless the item can be verified by somebody who saw it when the chain was `seen` long."""
        entry, item = key
        row = self.rows.get(entry)
        if row is None or item not in CRFS[row.entry.crf].entered:
            raise VerificationRefused(gettext("There is no such item to verify on this form."))
        if row.entry.is_struck:
            raise VerificationRefused(gettext("This form is struck out: nothing on it is verified."))
        if row.entry.status != Status.COMPLETE:
            raise VerificationRefused(
                gettext("The site has not completed this form yet: it can be verified then.")
            )
        if self.position(key) > seen:
            raise Stale(quoted_as_read(item, self.value(key)), max(self.given.values()))
        if item not in items_to_verify(row):
            raise VerificationRefused(gettext("The item is blank: there is nothing to verify."))
        if key in self.queries and not despite_query:
            raise HasOpenQuery(self.queries[key])


def evidence_on(patient: Patient, entries: Iterable[Entry]) -> Evidence:
    """Read within the turn of who writes, so that nothing can change between the look and the write."""
    entries = list(entries)
    ids = [entry.pk for entry in entries]
    open_here = open_queries().filter(entry__in=ids).order_by("-pk")
    queries = {(query.entry_id, query.item): query for query in open_here if query.entry_id}
    return Evidence(_rows(patient, entries), _given(patient, entries), standing_on(ids), queries)


def _rows(patient: Patient, entries: list[Entry]) -> dict[int, Crf]:
    visits = {entry.visit_id for entry in entries}
    numbers = {entries[0].crf: entries[0].number} if len(entries) == 1 else {}
    at = None if None in visits else [pk for pk in visits if pk]
    rows_by_entry = load_rows(patient, {entry.crf for entry in entries}, at, numbers)
    return {row.entry_id: row for rows in rows_by_entry.values() for row in rows}


def _given(patient: Patient, entries: list[Entry]) -> dict[Key, int]:
    tables = list({CRFS[entry.crf].model._meta.db_table for entry in entries})
    with connection.cursor() as cursor:
        cursor.execute(GIVEN, [patient.pk, [entry.pk for entry in entries], tables])
        return {(entry, key): position for entry, key, position in cursor.fetchall()}
