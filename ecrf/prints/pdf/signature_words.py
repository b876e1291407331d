"""Signatures in words: who signed what, when and in which meaning, and what broke it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ecrf.signatures.breaks import breaking_of
from ecrf.signatures.models import Signature
from ecrf.signatures.templatetags.signatures import covered_words


def signature_words(signature: Signature, zone: ZoneInfo) -> str:
    """`✓ Electronically signed by …` while it stands; else who gave it, and since when and by what it is broken."""
    given = (
        f"{signature.printed_name} ({signature.role}), {_moment(signature.signed_at, zone)},"
        f" for {covered_words(signature)}: “{signature.meaning}”"
    )
    if signature.stands:
        return f"✓ Electronically signed by {given}"
    assert signature.broken_at is not None
    return f"Broken since {_moment(signature.broken_at, zone)}{_by(signature)}: the signature of {given}"


def _by(signature: Signature) -> str:
    """` by a change: Week 4, Vital signs: Pulse 70 → 72, by … (role), reason “…”`."""
    breaking = breaking_of(signature)
    if breaking is None:
        return ""
    changes = [
        f"{change.where}: {change.what}, by {change.actor}{f' ({change.role})' if change.role else ''}, "
        + (f"reason “{change.reason}”" if change.reason else "no reason given")
        for change in breaking.changes
    ]
    more = f"; and {breaking.more} more" if breaking.more else ""
    return f" by {'a change' if len(changes) == 1 else 'changes'} ({'; '.join(changes)}{more})"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
