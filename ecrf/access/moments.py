"""How a moment reads, wherever a person reads one: to the minute, with its zone."""

from datetime import datetime, tzinfo


def moment_words(at: datetime, zone: tzinfo) -> str:
    """`2026-11-29 12:20 JST`; in a zone without a short name of letters, its offset."""
    here = at.astimezone(zone)
    name, offset = here.tzname() or "", here.isoformat()[-6:]
    return f"{here:%Y-%m-%d %H:%M} {name if name.isalpha() else f'UTC{offset}'}"
