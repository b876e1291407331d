"""What a change of a complete form would undo, by name: said at the item before the change is saved."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.data import stored_row
from ecrf.casebook.history import HistoryLine, blank
from ecrf.casebook.labels import form_title, visit_label
from ecrf.casebook.models import Entry
from ecrf.casebook.places import Place
from ecrf.casebook.record.values import Missing, Shown, value_of
from ecrf.entry.visit.form_input import FormInput
from ecrf.forms.crf import Crf, MissingReason
from ecrf.queries.lookup import queries_on
from ecrf.queries.models import Query
from ecrf.signatures.lookup import signatures_of, standing
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.verification.lookup import latest_on
from ecrf.verification.models import Verification

LONGEST_QUOTE = 80


class BreaksSignature(str):
    """A consequence in words; the page marks it, so that a script knows it in any language."""

    __slots__ = ()
    breaks = True


def consequences(place: Place, row: Crf | None, items: Iterable[str]) -> dict[str, list[str]]:
    """{item: what changing it undoes, each in words}; three statements, one more for a row that is not stored yet."""
    entry, zone = _entry_at(place, row), place.patient.site.zone
    entries = [entry.pk] if entry.pk else []
    verified, asked = latest_on(entries), queries_on(entries)
    signed = [_of_signature(each, zone) for each in standing(signatures_of(place.patient.pk), entry)]
    found = {}
    for name in items:
        seen = verified.get((entry.pk, name))
        label = str(place.definition.items[name].verbose_name)
        own = [_of_verification(label, seen, zone)] if seen and seen.stands else []
        own += [_of_query(each, zone) for each in asked.get((entry.pk, name), []) if _reopens(each)]
        found[name] = [*own, *signed]
    return found


def just_changed(place: Place, name: str, seen: Shown, reason: str, by: User) -> dict[str, HistoryLine]:
    """{item: the change that was just saved}, in words, from what the page showed before; no statement."""
    definition, now = place.definition, place.patient.site.now()
    if isinstance(seen, Missing):
        old = str(MissingReason(seen.reason).label) if seen.reason in MissingReason.values else ""
    else:
        old = seen
        with suppress(ValidationError):
            old = str(definition.items[name].words(value_of(definition, name, seen, now)))
    role = by.acting_at(place.patient.site, Right.ENTER).role
    return {name: HistoryLine(now, by.username, role, old or blank(), "", reason, "site", calculated=False)}


def say_what_is_undone(form_inputs: Iterable[FormInput]) -> None:
    """On a page that comes back for reasons: beside each change that waits for one."""
    for form_input in form_inputs:
        if form_input.recorded.wants_reason:
            form_input.undoes = consequences(
                form_input.place, form_input.row, form_input.recorded.wants_reason
            )


def _entry_at(place: Place, row: Crf | None) -> Entry:
    """The entry, or one not saved yet that hangs on the form whose row it will be."""
    if row is not None:
        return row.entry
    entry = place.new_entry()
    above = stored_row(place.above) if place.above else None
    entry.parent = above.entry if above else None
    return entry


def _reopens(query: Query) -> bool:
    """A person's closed query asks again when its value changes; a check asks by itself if it has reason to."""
    return not query.is_open and query.discrepancy_id is None


def _of_verification(label: str, seen: Verification, zone: ZoneInfo) -> str:
    words = gettext("undoes the verification of %(item)s by %(person)s of %(day)s")
    return words % {"item": label, "person": seen.verified_by, "day": _day(seen.verified_at, zone)}


def _of_signature(signature: Signature, zone: ZoneInfo) -> str:
    at = f"{signature.signed_at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    if signature.scope == SignatureScope.CASEBOOK:
        words = gettext("breaks the signature of %(person)s on the casebook, %(at)s")
        return BreaksSignature(words % {"person": signature.printed_name, "at": at})
    if signature.scope == SignatureScope.VISIT:
        what = visit_label(signature.visit)
    else:
        what = form_title(signature.entry) if signature.entry else ""
    words = gettext("breaks the signature of %(person)s on %(what)s, %(at)s")
    return BreaksSignature(words % {"person": signature.printed_name, "what": what, "at": at})


def _of_query(query: Query, zone: ZoneInfo) -> str:
    text = query.text if len(query.text) <= LONGEST_QUOTE else f"{query.text[: LONGEST_QUOTE - 1]}…"
    closed = _day(query.closed_at, zone) if query.closed_at else ""
    words = gettext("reopens query %(number)s, closed on %(day)s: “%(asked)s”")
    return words % {"number": query.code, "day": closed, "asked": text}


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}"
