"""Signatures in words: who signed what, when and in which meaning, and what broke it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext

from ecrf.access.kept_words import reason_as_read
from ecrf.signatures.breaks import Change, breaking_of
from ecrf.signatures.meanings import meaning_words
from ecrf.signatures.models import Signature
from ecrf.signatures.templatetags.signatures import covered_words


def signature_words(signature: Signature, zone: ZoneInfo) -> str:
    """`✓ Electronically signed by …` while it stands; else who gave it, and since when and by what it is broken."""
    given = gettext("%(name)s (%(role)s), %(at)s, for %(what)s: “%(meaning)s”") % {
        "name": signature.printed_name,
        "role": signature.role,
        "at": _moment(signature.signed_at, zone),
        "what": covered_words(signature),
        "meaning": meaning_words(signature.meaning),
    }
    if signature.stands:
        return gettext("✓ Electronically signed by %(given)s") % {"given": given}
    assert signature.broken_at is not None
    since, by = _moment(signature.broken_at, zone), _by(signature)
    if by:
        return gettext("Broken since %(since)s by %(by)s: the signature of %(given)s") % {
            "since": since,
            "by": by,
            "given": given,
        }
    return gettext("Broken since %(since)s: the signature of %(given)s") % {"since": since, "given": given}


def _by(signature: Signature) -> str:
    """`a change (Week 4, Vital signs: Pulse 70 → 72, by … (role), reason “…”)`; "" if nobody knows."""
    breaking = breaking_of(signature)
    if breaking is None:
        return ""
    changes = [_change(change) for change in breaking.changes]
    said = gettext("; ").join(changes)
    if breaking.more:
        said = gettext("%(changes)s; and %(more)d more") % {"changes": said, "more": breaking.more}
    return ngettext("a change (%(changes)s)", "changes (%(changes)s)", len(changes)) % {"changes": said}


def _change(change: Change) -> str:
    who = f"{change.actor} ({change.role})" if change.role else change.actor
    if change.reason:
        words = gettext("%(where)s: %(what)s, by %(who)s, reason “%(reason)s”")
    else:
        words = gettext("%(where)s: %(what)s, by %(who)s, no reason given")
    return words % {
        "where": change.where,
        "what": change.what,
        "who": who,
        "reason": reason_as_read(change.reason),
    }


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
