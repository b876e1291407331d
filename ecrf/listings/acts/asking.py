"""Asks the sites about rows of a listing: one query each, in one act, all of them or none."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, ngettext

from ecrf.access.joined import headed
from ecrf.access.models import User
from ecrf.casebook.models import Entry
from ecrf.casebook.reach import take_turns_of_patients
from ecrf.forms.registry import CRFS
from ecrf.listings.acts.ticked import TickedRows, words_of
from ecrf.listings.reading.rows import FormSpot, ListingRow
from ecrf.locks.lookup import is_locked, lock_on_entry
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.queries import rules
from ecrf.queries.lookup import queries_on
from ecrf.queries.models import Query
from ecrf.queries.services import open_query

OF_THE_ROW = "@item"
"""Names, of a listing whose rows are items, the item of each row."""


class NotAsked(Exception):
    """Why nobody was asked, in words for the page; `changes`: what became of the rows meanwhile."""

    def __init__(self, words: str, changes: tuple[str, ...] = (), status: int = 409) -> None:
        super().__init__(words)
        self.changes, self.status = changes, status


@dataclass(frozen=True)
class AskedRow:
    """One row about which the site will be asked: at which item of which entry."""

    row: ListingRow
    entry: Entry
    item: str
    open_queries: int

    @property
    def label(self) -> str:
        return str(CRFS[self.entry.crf].items[self.item].verbose_name)

    @property
    def words(self) -> list[str]:
        return words_of(self.row)


@dataclass(frozen=True)
class AskedRows:
    """What one act would ask. `column`: at the item of which column."""

    ticked: TickedRows
    column: str
    by: User

    @property
    def columns(self) -> list[tuple[str, str]]:
        """At which items it can be asked: those that the listing shows."""
        if self.ticked.view.statement.source.item != "NULL::text":
            return [(OF_THE_ROW, gettext("The item of each row"))]
        return [
            (shown.key, headed(shown.column.group, shown.column.label))
            for shown in self.ticked.view.statement.shown
            if shown.column.item
        ]

    @property
    def chosen(self) -> str:
        keys = [key for key, _words in self.columns]
        return self.column if self.column in keys else next(iter(keys), "")

    @cached_property
    def _sorted(self) -> tuple[list[AskedRow], list[tuple[ListingRow, str]]]:
        spots = [(row, *self._spot(row)) for row in self.ticked.rows]
        ids = {spot.entry for _row, spot, _item, _why in spots if spot and spot.entry}
        entries = Entry.objects.select_related("patient__site", "visit", "parent").in_bulk(ids)
        locks, asked = self._locks(entries.values()), queries_on(list(ids)) if ids else {}
        done: list[AskedRow] = []
        left_out: list[tuple[ListingRow, str]] = []
        seen: set[tuple[int, str]] = set()
        for row, spot, item, why in spots:
            entry = entries.get(spot.entry) if spot and spot.entry else None
            why = why or self._why_not(entry, item, locks)
            if entry and not why and (entry.pk, item) in seen:
                why = gettext("another row asks about the same item")
            if why or entry is None:
                left_out.append((row, why))
                continue
            seen.add((entry.pk, item))
            count = sum(query.is_open for query in asked.get((entry.pk, item), []))
            done.append(AskedRow(row, entry, item, count))
        return done, left_out

    @property
    def rows(self) -> list[AskedRow]:
        return self._sorted[0]

    @property
    def left_out(self) -> list[tuple[ListingRow, str]]:
        """Rows about which nothing is asked, each with why."""
        return self._sorted[1]

    def _spot(self, row: ListingRow) -> tuple[FormSpot | None, str, str]:
        """Where it is asked, at which item, and why it cannot be."""
        if self.chosen == OF_THE_ROW:
            return row.spot, row.item, ""
        shown = next((one for one in self.ticked.view.statement.shown if one.key == self.chosen), None)
        if shown is None:
            return None, "", gettext("it shows no item that can be asked about")
        cells = row.cells[self.ticked.view.statement.shown.index(shown)]
        if len(cells) != 1:
            return None, "", _not_one(len(cells), shown.column.group)
        return cells[0].spot, shown.column.item, ""

    def _why_not(self, entry: Entry | None, item: str, locks: list[Lock]) -> str:
        if entry is None or entry.crf not in CRFS or item not in CRFS[entry.crf].items:
            return gettext("the form has no such item any more")
        if entry.is_struck:
            return gettext("it is struck out")
        if is_locked(lock_on_entry(_over(entry, locks), entry)):
            return gettext("a lock holds it")
        try:
            rules.need_to_ask(self.by, entry)
        except rules.QueryRefused as refusal:
            return str(refusal).rstrip(".。")
        return ""

    def _locks(self, entries: Collection[Entry]) -> list[Lock]:
        """Every lock that may hold one of them; one statement."""
        here = Q(scope=LockScope.STUDY) | Q(site__in={entry.patient.site_id for entry in entries})
        here |= Q(patient__in={entry.patient_id for entry in entries})
        return list(Lock.objects.filter(here, lifted_at=None, kind=LockKind.LOCK))


def _not_one(count: int, form: str) -> str:
    if not count:
        return gettext("it has no forms %(form)s: ask there by itself") % {"form": form}
    words = ngettext(
        "it has %(number)d form %(form)s: ask there by itself",
        "it has %(number)d forms %(form)s: ask there by itself",
        count,
    )
    return words % {"number": count, "form": form}


def _over(entry: Entry, locks: list[Lock]) -> list[Lock]:
    """Those of the study, of its site, and of its patient."""
    site, patient = entry.patient.site_id, entry.patient_id
    return [
        lock
        for lock in locks
        if lock.scope == LockScope.STUDY
        or (lock.scope == LockScope.SITE and lock.site_id == site)
        or lock.patient_id == patient
    ]


def ask_about(*, asked: AskedRows, text: str, request_key: uuid.UUID, by: User) -> list[Query]:
    """One query each, all in one transaction. NotAsked, and nobody is asked, where a row shows others than was seen, or
    one of the queries cannot be opened. The same click again gives the same queries."""
    words = rules.readable(text)
    with transaction.atomic():
        take_turns_of_patients({row.patient for row in asked.ticked.rows})
        # Only now nobody changes them any more.
        now = AskedRows(TickedRows(asked.ticked.view, asked.ticked.seen), asked.column, by)
        if changes := tuple(now.ticked.changes):
            raise NotAsked(gettext("Nobody was asked: rows have changed since you looked."), changes)
        return [_asked(row, words, request_key, len(now.rows), by) for row in now.rows]


def _asked(row: AskedRow, words: str, request_key: uuid.UUID, together: int, by: User) -> Query:
    site = row.entry.patient.site
    try:
        return open_query(
            entry=row.entry,
            item=row.item,
            text=words,
            by=by,
            actor=by.acting_at(site, rules.right_to_ask(by, site)),
            request_key=uuid.uuid5(request_key, f"{row.entry.pk}.{row.item}"),
            together=together if together > 1 else None,
        )
    except rules.QueryRefused as refusal:
        words = gettext("Nobody was asked. About %(patient)s: %(why)s") % {
            "patient": row.row.number,
            "why": refusal,
        }
        raise NotAsked(words, status=refusal.status) from refusal
