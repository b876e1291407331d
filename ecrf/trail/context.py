"""Loads what the events of a page name by number: forms, people, queries; few statements for a page of any length."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from ecrf.access.models import Site, User
from ecrf.audit.models import AuditEvent
from ecrf.casebook.labels import form_title, visit_label
from ecrf.casebook.models import Entry, Patient, ReferenceRange, Visit
from ecrf.casebook.transfer.models import Transfer
from ecrf.checks.models import Discrepancy
from ecrf.forms.registry import CRFS
from ecrf.locks.models import Lock
from ecrf.queries.models import Message, Query
from ecrf.signatures.models import Signature
from ecrf.trail.kinds import table
from ecrf.verification.models import Verification

M = TypeVar("M", bound=Model)
Spot = tuple[int, int]
"""A chain and a position in it."""


@dataclass
class Around:
    """What the words of a page's events are made from, by id; what is named and not here keeps its raw name."""

    entries: dict[int, Entry] = field(default_factory=dict)
    patients: dict[int, Patient] = field(default_factory=dict)
    people: dict[int, User] = field(default_factory=dict)
    queries: dict[int, Query] = field(default_factory=dict)
    rows: dict[tuple[str, str], Model] = field(default_factory=dict)
    fallen: dict[Spot, list[Verification]] = field(default_factory=dict)
    broken: dict[Spot, list[Signature]] = field(default_factory=dict)

    def row(self, event: AuditEvent) -> Any:
        """The row that the event tells of, as it is now, where it is of a kind that was loaded."""
        return self.rows.get((event.table, event.row))

    def query(self, pk: Any) -> Query | None:
        return self.queries.get(pk) if isinstance(pk, int) else None


LOADED: list[tuple[type[Model], tuple[str, ...]]] = [
    (Discrepancy, ()),
    (Query, ()),
    (Message, ("query",)),
    (Verification, ()),
    (Signature, ("visit", "entry__parent", "entry__visit")),
    (Lock, ("visit", "entry__parent", "entry__visit", "patient", "site")),
    (Visit, ()),
    (Transfer, ("from_site", "to_site", "from_investigator", "to_investigator")),
    (ReferenceRange, ()),
]
"""Tables whose rows the words need beyond what the event itself holds. A floor above adds its own."""


def around(events: list[AuditEvent]) -> Around:
    """At most one statement for each kind of thing."""
    context = Around()
    for model, along in LOADED:
        named = {event.row for event in events if event.table == table(model)}
        rows = _by_id(model._base_manager.select_related(*along), named)
        context.rows |= {(table(model), str(pk)): row for pk, row in rows.items()}
    messages = [row for row in context.rows.values() if isinstance(row, Message)]
    asked = [row for row in context.rows.values() if isinstance(row, Query)]
    context.queries = {query.pk: query for query in [*asked, *(message.query for message in messages)]}
    context.entries = entries_by_id({event.entry_id for event in events})
    chains = {event.chain for event in events if event.chain}
    context.patients = _by_id(Patient.objects.select_related("site"), chains)
    named = {
        pk for event in events for pk in (event.actor_id, *event.changes.get("struck_consent_of_id", ()))
    }
    context.people = _by_id(User.objects.all(), named)
    _undone(context, events)
    return context


def entries_by_id(ids: Iterable[int | None]) -> dict[int, Entry]:
    """With what says where each stands; one statement."""
    return _by_id(Entry.objects.select_related("visit", "parent", "patient__site"), ids)


def _by_id(rows: QuerySet[M], ids: Iterable[int | str | None]) -> dict[int, M]:
    wanted = {int(pk) for pk in ids if pk is not None and str(pk).isdecimal()}
    return {row.pk: row for row in rows.filter(pk__in=wanted).order_by()} if wanted else {}


def _undone(context: Around, events: list[AuditEvent]) -> None:
    """The verifications and signatures that ended with one of these events."""
    spots: dict[int, list[int]] = defaultdict(list)
    for event in events:
        if event.entry_id:
            spots[event.chain].append(event.position)
    fallen, broken = defaultdict(list), defaultdict(list)
    if spots:
        for seen in Verification.objects.filter(_at(spots, "fallen_position")).select_related("verified_by"):
            fallen[seen.patient_id, seen.fallen_position or 0].append(seen)
        names = Signature.objects.filter(_at(spots, "broken_position"))
        for name in names.select_related("visit", "entry__parent", "entry__visit"):
            broken[name.patient_id, name.broken_position or 0].append(name)
    context.fallen, context.broken = dict(fallen), dict(broken)


def _at(spots: dict[int, list[int]], position: str) -> Q:
    anywhere = Q(pk=None)
    for patient, positions in spots.items():
        anywhere |= Q(**{"patient": patient, f"{position}__in": positions})
    return anywhere


def place_words(entry: Entry) -> str:
    """`Vital signs · Week 4`; the key of a form that the code no longer has."""
    known = entry.crf in CRFS and (entry.parent is None or CRFS[entry.crf].row_of in CRFS)
    title = form_title(entry) if known else f"{entry.crf} {entry.address}"
    return " · ".join(part for part in (title, visit_label(entry.visit)) if part)


def site_of(event: AuditEvent, context: Around, here: Site) -> Site:
    patient = context.patients.get(event.chain)
    return patient.site if patient else here
