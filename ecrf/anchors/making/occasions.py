"""After which acts an anchor is made: the floors above name them, and the trail tells that one has happened.

An act queues nothing: it stays as quick as it is, and cannot fail for an anchor's sake. It is found by its event, by
whatever way it came (docs/decisions/0038).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from ecrf.audit.registry import Registry

DAILY, ASKED_FOR = "daily", "asked-for"
WORDS = {
    DAILY: pgettext_lazy("why an anchor was made", "Daily"),
    ASKED_FOR: pgettext_lazy("why an anchor was made", "Asked for"),
}
LONGEST_SAVE = timedelta(days=1)
"""An event bears the moment at which it was written; it may be seen only when its transaction ends."""

_EVENTS = """
    SELECT "table", chain, position, changes::text FROM audit_auditevent
    WHERE at > %s AND "table" = ANY (%s) AND operation = 'INSERT'
"""


@dataclass(frozen=True)
class Occasion:
    """A row is added to `table`, with these values. `words`: what the page calls it."""

    words: str | Promise
    table: str
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def is_met(self, table: str, changes: Mapping[str, list[object]]) -> bool:
        return table == self.table and all(
            changes.get(item, [None, None])[1] == value for item, value in self.values.items()
        )


OCCASIONS = Registry[Occasion]("occasion of an anchor")


def since(made_at: datetime, lengths: Mapping[int, int]) -> list[str]:
    """The keys of the acts that the anchor of that moment, with chains so long, does not hold; each once."""
    tables = [one.table for one in OCCASIONS.values()]
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [made_at - LONGEST_SAVE, tables])
        for table, chain, position, changes in cursor.fetchall():
            if position > lengths.get(chain, 0):
                found |= {key for key, one in OCCASIONS.items() if one.is_met(table, json.loads(changes))}
    return sorted(found)


def words_of(key: str) -> str:
    """Of an occasion that this version no longer has, its key."""
    if key in WORDS:
        return str(WORDS[key])
    return str(OCCASIONS[key].words) if key in OCCASIONS else key
