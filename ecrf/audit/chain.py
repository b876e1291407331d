"""What an event of the trail is made of, and its hash: the same in the database, here, and for a stranger."""

import hashlib
import json

START = "0" * 64
"""What the first event of a chain names as the hash before it."""

CONTENT = """
    event.chain::text, event.position::text,
    to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), coalesce(event.actor_id::text, ''),
    event.actor, event.role, event.site, event.reason, event.source, event."transaction", event."table", event."row",
    coalesce(event.entry_id::text, ''), event.operation, event.changes::text, event.calculated::text
"""
"""As texts: what an event's hash is made of, in its order."""

EVENTS = f"SELECT {CONTENT}, event.previous_hash, event.hash FROM audit_auditevent AS event"  # noqa: S608
"""The same of every event, then the hash before it and its own."""

CONTENT_HASH = f"""
    encode(sha256(convert_to(jsonb_build_array(event.previous_hash, {CONTENT})::text, 'UTF8')), 'hex')
"""
"""The hash that an event's content has, by the database: `event_hash` and `audit_write` make the same."""


def event_hash(previous: str, content: list[str]) -> str:
    """sha256 of the JSON array [previous hash, content…], all strings, as `audit_write` makes it."""
    text = json.dumps([previous, *content], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
