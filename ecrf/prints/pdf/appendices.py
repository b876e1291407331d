"""The appendices of a casebook: queries, questions and notes in full, every signature, and the trail in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_lazy

from ecrf.audit.models import AuditEvent
from ecrf.audit.texts import apart
from ecrf.casebook.models import Entry
from ecrf.prints.pdf.form_content import LONG, Content, Known
from ecrf.prints.pdf.signature_words import signature_words
from ecrf.queries.models import Message, Query
from ecrf.trail.context import Around, place_words
from ecrf.trail.page import role_words, source_words, undone_by, zone_words
from ecrf.trail.words import EventLine, lines_of

SYSTEM = gettext_lazy("the system")


def queries_content(known: Known, entries: dict[int, Entry]) -> list[Content]:
    """In the order of their numbers; `entries`: {entry id: the entry}, where each was asked."""
    asked = [query for at_item in known.queries.values() for query in at_item]
    visits = (
        {visit.pk: visit for visit in known.patient.visits.all()} if any(q.visit_id for q in asked) else {}
    )
    for query in asked:
        query.patient, query.visit = known.patient, visits.get(query.visit_id or 0)
        if query.entry_id in entries:
            query.entry = entries[query.entry_id or 0]
    return [_query(query, known) for query in sorted(asked, key=lambda query: query.pk)]


def _query(query: Query, known: Known) -> Content:
    by = query.closed_by.name if query.closed_by else str(SYSTEM)
    if query.is_open and query.is_note:
        read = query.answered_by
        words = gettext("Open, read %(at)s") if read else gettext("Open, not read yet")
        state = words % {"at": known.moment(read.said_at) if read else ""}
    elif query.is_open:
        words = gettext("Open, %(who)s’s turn since %(at)s")
        state = words % {"who": query.get_turn_display().lower(), "at": known.moment(query.turn_since)}
    else:
        assert query.closed_at is not None
        state = gettext("Closed %(at)s by %(name)s") % {"at": known.moment(query.closed_at), "name": by}
    check = f" ({query.check_id})" if query.check_id else ""
    return {
        "name": query.name,
        "where": f"{query.where} · {query.item_label}{check}",
        "state": state,
        "said": [_message(message, known) for message in query.said],
    }


def _message(message: Message, known: Known) -> Content:
    who = message.said_by.name if message.said_by else str(SYSTEM)
    role = f" ({role_words(message.role)})" if message.role else ""
    return {
        "when": known.moment(message.said_at),
        "who": f"{who}{role}",
        "act": gettext("%(act)s, value %(value)s")
        % {"act": message.get_act_display(), "value": apart(message.value_words)}
        if message.value_words
        else message.get_act_display(),
        "text": message.words,
        "long": len(message.words) > LONG,
    }


def signatures_content(known: Known) -> list[Content]:
    """The oldest first, broken ones too."""
    return [
        {"stands": signature.stands, "text": signature_words(signature, known.zone)}
        for signature in reversed(known.signatures)
    ]


# --- the trail --------------------------------------------------------------------------------------------------


@dataclass
class TrailLine:
    """What one save did at one place in one way: `things` one after another."""

    place: str
    what: str
    things: list[str] = field(default_factory=list)
    reason: str = ""

    def takes(self, other: "TrailLine") -> bool:
        """Whether the other is more of the same."""
        alike = (self.place, self.what, self.reason) == (other.place, other.what, other.reason)
        return alike and bool(self.things) and bool(other.things)


def trail_content(events: Iterable[AuditEvent], around: Around, zone: ZoneInfo) -> list[Content]:
    """Every event of a patient's chain, what one save did together: when, who, in which role, what, why."""
    groups = groupby(events, key=lambda event: (event.transaction, event.actor))
    places = {pk: place_words(entry) for pk, entry in around.entries.items()}
    return [_save(list(group), around, places, zone) for _, group in groups]


def _save(events: list[AuditEvent], around: Around, places: dict[int, str], zone: ZoneInfo) -> Content:
    first, last = events[0], events[-1]
    at, person = first.at.astimezone(zone), around.people.get(first.actor_id or 0)
    who = f"{person.full_name} ({first.actor})" if person and person.full_name else first.actor
    source = source_words(first.source)
    head = (f"{at:%Y-%m-%d %H:%M:%S} {zone_words(at)}", who, role_words(first.role), source)
    return {
        "positions": str(first.position) if first is last else f"{first.position}–{last.position}",
        "head": " · ".join(part for part in head if part),
        "rows": _rows(act for event in events for act in _acts(event, around, places)),
    }


def _rows(acts: Iterator[TrailLine]) -> list[Content]:
    """A row for what was done one after another at one place for one reason."""
    groups = groupby(_joined(acts), key=lambda act: (act.place, act.reason))
    rows = []
    for (place, reason), group in groups:
        lines = [{"what": act.what, "things": gettext("; ").join(act.things)} for act in group]
        size = sum(len(line["things"]) for line in lines)
        rows.append({"place": place, "reason": reason, "acts": lines, "long": size > LONG})
    return rows


def _joined(acts: Iterator[TrailLine]) -> list[TrailLine]:
    joined: list[TrailLine] = []
    for act in acts:
        if joined and joined[-1].takes(act):
            joined[-1].things += act.things
        else:
            joined.append(act)
    return joined


def _acts(event: AuditEvent, around: Around, places: dict[int, str]) -> Iterator[TrailLine]:
    place = places.get(event.entry_id or 0, "")
    for line in lines_of(event, around):
        yield TrailLine(place, line.what[:1].upper() + line.what[1:], _things(line), event.reason)
    for words in undone_by(event, around):
        yield TrailLine(place, words[:1].upper() + words[1:], reason=event.reason)


def _things(line: EventLine) -> list[str]:
    """`Pulse 70 /min → 72 /min`, `Weight 63.9 kg`; what people said in their own words. By which rule an item is
    calculated stands on its form."""
    change = f"{apart(line.old)} → {apart(line.new)}" if line.old else apart(line.new)
    thing = " ".join(part for part in (line.subject, change) if part)
    said = f"“{apart(line.said)}”" if line.said else ""
    words = gettext(": ").join(part for part in (thing, said) if part)
    return [words] if words else []
