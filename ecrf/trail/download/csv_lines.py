"""The trail as a table for spreadsheets and archives: a line for each thing done, with what the hashes are made of.

Whoever has the file can check a chain without us: an event's hash is the SHA-256 of `["` + previous_hash + `", ` +
`record` without its first character. Cells that a spreadsheet might take for a formula begin with an apostrophe.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from ecrf.audit.models import AuditEvent
from ecrf.trail.context import Around, around, place_words, site_of
from ecrf.trail.download import csv_file
from ecrf.trail.download.csv_file import at_site, data_words, utc
from ecrf.trail.filters import Filters, TrailScope
from ecrf.trail.kinds import kind_of
from ecrf.trail.page import SOURCES, kept_lines, role_words, undone_by
from ecrf.trail.words import EventLine

COLUMNS = (
    *("chain", "position", "line", "at_utc", "at_site", "time_zone", "patient", "site", "visit", "form"),
    *("place", "kind", "what", "item", "item_label", "from", "to", "said", "undid", "reason"),
    *("by", "saved_by", "role", "source", "rule", "transaction", "table", "row", "operation"),
    *("data", "record", "previous_hash", "hash"),
)
"""Their names and order never change; a new one is put before `data`."""
CHUNK = 500
MOST = 50_000
"""How many events one file may hold: it is built within the time that the server gives a request (30 s)."""
SYSTEM = "system"


def rows(events: Iterable[AuditEvent], scope: TrailScope, filters: Filters) -> Iterator[list[str]]:
    """The file, row by row; reads the events in chunks, so that memory does not grow with them."""
    left = iter(events)
    while chunk := list(islice(left, CHUNK)):
        here = around(chunk)
        for event in chunk:
            yield from _rows(event, here, scope, filters)


def _rows(event: AuditEvent, here: Around, scope: TrailScope, filters: Filters) -> Iterator[list[str]]:
    """One row for each line; what the whole event is made of stands in its first row only."""
    lines = kept_lines(event, here, filters) or [EventLine("", kind=kind_of(event.table))]
    for number, line in enumerate(lines, 1):
        row = _when_and_where(event, here, scope, number) | _what(event, line)
        if number == 1:
            row |= {"undid": "; ".join(undone_by(event, here)), "record": record_of(event)}
        yield [row.get(column, "") for column in COLUMNS]


def _when_and_where(event: AuditEvent, here: Around, scope: TrailScope, number: int) -> dict[str, str]:
    entry, patient = here.entries.get(event.entry_id or 0), here.patients.get(event.chain)
    site = site_of(event, here, scope.site)
    return {
        "chain": str(event.chain),
        "position": str(event.position),
        "line": str(number),
        "at_utc": utc(event.at),
        "at_site": at_site(event.at.astimezone(site.zone)),
        "time_zone": site.time_zone,
        "patient": patient.number if patient else "",
        "site": site.code,
        "visit": entry.visit.code if entry and entry.visit else "",
        "form": entry.crf if entry else "",
        "place": place_words(entry) if entry else "",
    }


def _what(event: AuditEvent, line: EventLine) -> dict[str, str]:
    return {
        "kind": line.kind.value,
        "what": line.what,
        "item": line.item,
        "item_label": line.subject,
        "from": line.old,
        "to": line.new,
        "said": line.said,
        "reason": event.reason,
        "by": SYSTEM if line.is_calculated else event.actor,
        "saved_by": event.actor,
        "role": role_words(event.role),
        "source": str(SOURCES.get(event.source, "")) or event.source,
        "rule": line.rule,
        "transaction": event.transaction,
        "table": event.table,
        "row": event.row,
        "operation": event.operation,
        "data": data_words(),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def record_of(event: AuditEvent) -> str:
    """What the event's hash was made of beside the previous hash: a JSON array of texts, as the database built it."""
    ids = [str(pk) if pk is not None else "" for pk in (event.actor_id, event.entry_id)]
    content = [
        str(event.chain),
        str(event.position),
        utc(event.at),
        ids[0],
        event.actor,
        event.role,
        event.site,
    ]
    content += [
        event.reason,
        event.source,
        event.transaction,
        event.table,
        event.row,
        ids[1],
        event.operation,
    ]
    content += [event.changes_text, event.calculated_text]  # type: ignore[attr-defined]
    return json.dumps(content, ensure_ascii=False)


def file_name(scope: TrailScope, at: datetime) -> str:
    """`trail-01-001-20261122T0930Z.csv`."""
    of = scope.patient.number if scope.patient else f"site-{scope.site.code}"
    return csv_file.file_name(f"trail-{of}", at)
