"""A page of a trail: what one save did stands together, each event in words, with what it undid."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.models import Site, User
from ecrf.access.reach import ON_PATIENTS, require, sites
from ecrf.access.roles import READERS, Right, Role
from ecrf.audit.models import AuditEvent
from ecrf.casebook.labels import element_id
from ecrf.casebook.log_pieces import query_with
from ecrf.casebook.models import Entry, Patient
from ecrf.locks.models import Lock, LockScope
from ecrf.queries.models import Message, Query
from ecrf.queries.quotes import quoted_as_read
from ecrf.trail import renderers  # noqa: F401  (says what the events of each table mean)
from ecrf.trail.context import Around, around, place_words, site_of
from ecrf.trail.events import Slice, one_page
from ecrf.trail.filters import Filters, TrailScope
from ecrf.trail.kinds import EventKind, table
from ecrf.trail.models import TrailExport
from ecrf.trail.renderers import locked_words, signed_words
from ecrf.trail.words import EventLine, is_new, item_label, lines_of, new

SOURCES = {
    "site": "",
    "copied": gettext_lazy("taken over from the form before, confirmed by the site"),
    "moved": gettext_lazy("moved from another visit or patient"),
    "monitor": gettext_lazy("in the review pages"),
    "import": gettext_lazy("by an import"),
    "command": gettext_lazy("by a command"),
    "account": gettext_lazy("on the page of the account"),
    "administration": gettext_lazy("in the pages of people and sites"),
    "export": gettext_lazy("in the pages of data out"),
    "login": gettext_lazy("at the login"),
    "migration": gettext_lazy("by a new version of the software"),
    "system": gettext_lazy("by the system"),
    "worker": gettext_lazy("by the worker in the background"),
}
"""Where a save came from, in words; the site's own pages need none."""
LATEST = 5


@dataclass(frozen=True)
class EventRow:
    """One event in words: where it happened, what it did line by line, and what it undid."""

    event: AuditEvent
    place: str
    url: str
    lines: list[EventLine]
    undid: list[str]

    @property
    def reason(self) -> str:
        return self.event.reason


@dataclass(frozen=True)
class Save:
    """What one person did in one go: the events of one transaction of one patient. `at`: on the site's clock."""

    at: datetime
    actor: str
    full_name: str
    role: str
    source: str
    patient: Patient | None
    rows: list[EventRow]

    @property
    def reason(self) -> str:
        """The one reason of all of it; "" where there is none or each event has its own."""
        reasons = {row.reason for row in self.rows}
        return reasons.pop() if len(reasons) == 1 else ""

    @property
    def when(self) -> str:
        """Formatted here: a template would turn it to the server's zone."""
        return f"{self.at:%Y-%m-%d %H:%M:%S}"

    @property
    def offset(self) -> str:
        """The zone's offset, and its short name where it has one that is a word."""
        return zone_words(self.at)

    @property
    def moment(self) -> str:
        """As machines read it, with the offset."""
        return self.at.isoformat()


@dataclass(frozen=True)
class TrailPage:
    """What stands on one page of a trail."""

    saves: list[Save]
    before: int | None
    is_cut: bool


@dataclass(frozen=True)
class Beside:
    """What is about a patient without standing in the patient's own chain: locks on the whole site, downloads."""

    locks: list[str]
    exports: list[TrailExport]


def reach_site(user: User, code: str) -> Site:
    """The site with this code, if the user enters or reviews there; another one does not exist (404)."""
    site = sites(user, *ON_PATIENTS).filter(code=code).first()
    if site is None:
        raise Http404
    require(user, next((right for right in READERS if user.may(right, site)), READERS[0]), site)
    return site


def trail_page(scope: TrailScope, filters: Filters, user: User) -> TrailPage:
    """The newest saves first; a few statements, whatever the number of events."""
    page: Slice = one_page(scope, filters)
    here = around(page.events)
    saves = list(_saves(page.events, here, scope, filters, user))
    return TrailPage(saves, page.before, page.is_cut)


def _saves(
    events: list[AuditEvent], here: Around, scope: TrailScope, filters: Filters, user: User
) -> Iterator[Save]:
    for _, group in groupby(events, key=lambda event: (event.chain, event.transaction, event.actor)):
        together = list(group)[::-1]
        rows = [row for event in together if (row := _event_row(event, here, scope, filters, user))]
        rows = _messages_with_queries(rows)
        if rows:
            yield _save(together[-1], rows, here, scope)


def _messages_with_queries(rows: list[EventRow]) -> list[EventRow]:
    """What was said in a query and how it stands since are one act: one line."""
    queries = {row.event.row: row for row in rows if row.event.table == table(Query)}
    one_act: dict[str, EventRow] = {}
    merged: set[int] = set()
    for row in rows:
        query = queries.get(str(new(row.event, "query_id"))) if row.event.table == table(Message) else None
        if query and query.event.row not in one_act and len(query.lines) == len(row.lines) == 1:
            given = {"act": row.lines[0].what, "stands": query.lines[0].stands}
            is_closed = query.lines[0].does == "closed"
            acted = row.lines[0].what if is_closed else gettext("%(act)s, %(stands)s") % given
            what = query.lines[0].what if is_new(query.event) else acted
            one_act[query.event.row] = replace(query, lines=[replace(row.lines[0], what=what)])
            merged.add(row.event.pk)
    return [
        one_act.get(row.event.row, row) if row.event.table == table(Query) else row
        for row in rows
        if row.event.pk not in merged
    ]


def _save(event: AuditEvent, rows: list[EventRow], here: Around, scope: TrailScope) -> Save:
    person = here.people.get(event.actor_id or 0)
    return Save(
        at=event.at.astimezone(site_of(event, here, scope.site).zone),
        actor=event.actor,
        full_name=person.full_name if person else "",
        role=role_words(event.role),
        source=source_words(event.source),
        patient=None if scope.patient else here.patients.get(event.chain),
        rows=rows,
    )


def _event_row(
    event: AuditEvent, here: Around, scope: TrailScope, filters: Filters, user: User
) -> EventRow | None:
    entry = here.entries.get(event.entry_id or 0)
    lines, undid = kept_lines(event, here, filters), undone_by(event, here)
    if not lines and not undid:
        return None
    place = place_words(entry) if entry else ""
    return EventRow(event, place, place_url(entry, user) if entry else "", lines, undid)


def kept_lines(event: AuditEvent, here: Around, filters: Filters) -> list[EventLine]:
    """The lines of an event that the filters leave: one item of several, only what was derived."""
    lines = lines_of(event, here)
    if filters.item:
        lines = [line for line in lines if line.item == filters.item]
    if filters.kind in (EventKind.DATA, EventKind.CALCULATED):
        lines = [line for line in lines if line.is_calculated == (filters.kind == EventKind.CALCULATED)]
    if filters.kind in (EventKind.ENTERED, EventKind.CHANGED):
        lines = [line for line in lines if line.does == filters.kind]
    return lines


def undone_by(event: AuditEvent, here: Around) -> list[str]:
    """The verifications and signatures that ended with this event, in words."""
    spot = (event.chain, event.position)
    fallen = [
        gettext("undid the verification of %(item)s by %(who)s (was %(value)s)")
        % {
            "item": item_label(here, seen.entry_id, seen.item),
            "who": seen.verified_by.username,
            "value": quoted_as_read(seen.item, seen.value),
        }
        for seen in here.fallen.get(spot, ())
    ]
    names = here.broken.get(spot, ())
    return fallen + [
        gettext("broke the signature of %(who)s on the %(what)s")
        % {"who": name.printed_name, "what": signed_words(name)}
        for name in names
    ]


def place_url(entry: Entry, user: User) -> str:
    """Where the reader sees the form: on the site's page, or on the monitor's."""
    anchor = element_id(entry.crf, entry.address)
    if user.may(Right.READ, entry.patient.site):
        if entry.visit:
            return f"{reverse('visit', args=[entry.patient.number, entry.visit.code])}#{anchor}"
        form = entry.parent or entry
        page = reverse("log", args=[entry.patient.number, form.crf])
        return f"{page}{query_with(form.number)}#{anchor}"
    if entry.visit_id:
        return f"{reverse('monitor:casebook_visit_change', args=[entry.visit_id])}#{anchor}"
    return reverse("monitor:casebook_entry_change", args=[entry.parent_id or entry.pk])


def source_words(source: str) -> str:
    """Where a save came from; of a source that nobody knows, its name."""
    if source in SOURCES:
        return str(SOURCES[source])
    return gettext("source: %(name)s") % {"name": source}


def role_words(role: str) -> str:
    return str(Role(role).label).lower() if role in Role.values else role


def zone_words(at: datetime) -> str:
    """`+09:00 JST`; only the offset where the zone has no short name."""
    offset, name = at.isoformat()[-6:], at.tzname() or ""
    return f"{offset} {name}" if name.isalpha() else offset


def beside(patient: Patient) -> Beside:
    """Two statements: freezes and locks of the whole site or study in force, and the last downloads."""
    whole_site = Lock.objects.filter(scope__in=(LockScope.SITE, LockScope.STUDY), lifted_at=None)
    over = (patient.site_id,) if patient.site.is_practice else (patient.site_id, None)
    locks = [lock for lock in whole_site.select_related("site") if lock.site_id in over]
    words = [
        gettext("%(what)s is %(state)s: %(reason)s")
        % {"what": locked_words(lock), "state": lock.get_kind_display(), "reason": lock.reason}
        for lock in locks
    ]
    exports = TrailExport.objects.filter(patient=patient).select_related("made_by").order_by("-pk")
    return Beside(words, list(exports[:LATEST]))
