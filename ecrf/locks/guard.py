"""Keeps the questions of checks as they are where something is locked: what is entered elsewhere still can be."""

import re

from ecrf.audit.refusals import READ_AS
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.record.hooks import HOOKS
from ecrf.locks.lookup import lock_on_entry, locks_over
from ecrf.locks.models import LockKind


@HOOKS.guards
def locked_among(patient: Patient, entries: set[int]) -> set[int]:
    """Those of the entries under a lock; one statement where nothing is locked, else two."""
    locks = [lock for lock in locks_over(patient) if lock.kind == LockKind.LOCK]
    if not locks:
        return set()
    return {entry.pk for entry in Entry.objects.filter(pk__in=entries) if lock_on_entry(locks, entry)}


@READ_AS.append
def with_label_of_visit(words: str) -> str:
    """`Week 10 of 01-001 is locked …`, where the database says `Visit W10 of 01-001 is locked …`."""
    return re.sub(r"^Visit (\S+) of ", lambda named: f"{label_of(named[1])} of ", words)
