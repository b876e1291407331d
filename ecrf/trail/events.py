"""The events of a trail: which belong to a patient or a site, which a filter leaves, and one page of them."""

from dataclasses import dataclass
from functools import cache, reduce
from operator import or_

from django.db.models import Count, Max, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from ecrf.audit.models import SYSTEM_CHAIN, AuditEvent
from ecrf.audit.triggers import AUDITED
from ecrf.casebook.models import Entry, Patient, ReferenceRange, Visit
from ecrf.checks.models import Discrepancy
from ecrf.forms.registry import CRFS
from ecrf.locks.models import Lock, LockScope
from ecrf.queries.models import Message, Query
from ecrf.signatures.models import Signature
from ecrf.trail.filters import NO_VISIT, Filters, TrailScope
from ecrf.trail.kinds import of_kind, table
from ecrf.trail.models import TrailExport
from ecrf.verification.models import Verification

PAGE = 100
"""How many events stand on a page."""

Events = QuerySet[AuditEvent]


@dataclass(frozen=True)
class Slice:
    """One page of events, the newest first, and where the next page begins (None: this is the last)."""

    events: list[AuditEvent]
    before: int | None
    is_cut: bool = False
    """Whether the last save of the page goes on on the next one."""


def events_of(scope: TrailScope, filters: Filters) -> Events:
    """The events that the filters leave, in no order yet."""
    events = AuditEvent.objects.filter(Q(chain=scope.patient.pk) if scope.patient else _of_site(scope))
    if begins := filters.begins(scope.zone):
        events = events.filter(at__gte=begins)
    if ends := filters.ends(scope.zone):
        events = events.filter(at__lt=ends)
    if filters.who:
        events = events.filter(actor=filters.who)
    if filters.kind:
        events = events.filter(of_kind(filters.kind))
    return _at_place(events, scope, filters)


def _of_site(scope: TrailScope) -> Q:
    """The chains of its patients, and of the chain of what belongs to no patient the rows that are the site's."""
    patients = Patient.objects.filter(site=scope.site).values("pk")
    own = [
        Q(table=table(model), row__in=_rows(model, Q(site=scope.site)))
        for model in _of_no_patient(scope.for_reviewer)
    ]
    study = Q(table=table(Lock), row__in=_rows(Lock, Q(scope=LockScope.STUDY)))
    return Q(chain__in=patients) | (Q(chain=SYSTEM_CHAIN) & reduce(or_, own, study))


FOR_SITES = (ReferenceRange, Lock, TrailExport)
"""What belongs to a site as a whole and is its people's to read."""


@cache
def _of_no_patient(for_reviewer: bool) -> tuple[type[Model], ...]:
    """The audited tables whose rows may belong to a site as a whole. Accounts have a log of their own; of what
    reviewers keep for themselves (reports of their visits, the share that is sampled) a site reads nothing."""
    return tuple(
        audited.model
        for audited in AUDITED
        if audited.model is not Patient
        and (for_reviewer or audited.model in FOR_SITES)
        and audited.model._meta.app_label != "access"
        and "site" in (columns := {field.name: field for field in audited.model._meta.concrete_fields})
        and ("patient" not in columns or columns["patient"].null)
    )


def _rows(model: type[Model], which: Q) -> QuerySet[Model, str]:
    """The rows as the trail names them."""
    rows = model._base_manager.filter(which).order_by()
    return rows.annotate(as_row=Cast("pk", TextField())).values_list("as_row", flat=True)


def _at_place(events: Events, scope: TrailScope, filters: Filters) -> Events:
    whose = {"patient": scope.patient} if scope.patient else {"patient__site": scope.site}
    entries = Entry.objects.filter(**whose)
    if filters.entry:
        pk = filters.entry.pk
        events = events.filter(entry_id__in=entries.filter(Q(pk=pk) | Q(parent=pk)).values("pk"))
    if filters.form:
        events = events.filter(entry_id__in=entries.filter(crf=filters.form).values("pk"))
    if filters.visit:
        events = events.filter(_at_visit(entries, scope, filters.visit))
    return events.filter(_about_item(filters, scope)) if filters.item else events


def _at_visit(entries: QuerySet[Entry], scope: TrailScope, code: str) -> Q:
    """What stands in its forms, its own opening, and what was signed or locked as a whole."""
    if code == NO_VISIT:
        return Q(entry_id__in=entries.filter(visit=None).values("pk"))
    several = f"{code}-"  # of a site, all unscheduled visits at once
    here = Q(code=code) | Q(code__startswith=several)
    visits = Visit.objects.filter(here, patient__site=scope.site)
    visits = visits.filter(patient=scope.patient) if scope.patient else visits
    whole = [(Visit, Q(pk__in=visits)), (Signature, Q(visit__in=visits)), (Lock, Q(visit__in=visits))]
    # What a site asked at a form before anybody had begun it.
    of_site = Q(visit__in=visits) | Q(entry__visit__in=visits, kind__isnull=False)
    asked = Query.every.filter(of_site)
    whole += [(Query, of_site), (Message, Q(query__in=asked.values("pk")))]
    on_the_whole = [Q(table=table(model), row__in=_rows(model, which)) for model, which in whole]
    return reduce(or_, on_the_whole, Q(entry_id__in=entries.filter(visit__in=visits).values("pk")))


ASKED: tuple[tuple[type[Model], str, str], ...] = (
    (Discrepancy, "item", "entry__patient"),
    (Query, "item", "patient"),
    (Message, "query__item", "query__patient"),
    (Verification, "item", "patient"),
)
"""What is asked about an item: the table, and the paths from its rows to the item and to the patient."""


def _about_item(filters: Filters, scope: TrailScope) -> Q:
    """Changes of the item, and what was asked, answered and verified about it."""
    item = filters.item
    changed = Q(changes__has_key=item) | Q(changes__has_key=f"{item}.missing") | Q(calculated__has_key=item)
    definition = CRFS.get(filters.of_form)
    of_form = Q(table=table(definition.model)) if definition else Q()
    asked = [
        Q(table=table(model), row__in=_rows(model, Q(**{about: item}) & _whose(scope, path)))
        for model, about, path in ASKED
    ]
    return reduce(or_, asked, of_form & changed)


def _whose(scope: TrailScope, path: str) -> Q:
    return Q(**{path: scope.patient}) if scope.patient else Q(**{f"{path}__site": scope.site})


def one_page(scope: TrailScope, filters: Filters) -> Slice:
    """The newest events first, from `filters.before` on: by place in the chain, or, over several, by the clock."""
    events = events_of(scope, filters)
    if scope.patient:
        events = events.filter(position__lt=filters.before) if filters.before else events
        return _slice(list(events.order_by("-position")[: PAGE + 1]), "position")
    events = events.filter(_earlier_than(filters.before)) if filters.before else events
    return _slice(list(events.order_by("-at", "-pk")[: PAGE + 1]), "pk")


def _earlier_than(pk: int) -> Q:
    """Of a site's trail: what stands below this event. One that is not there leaves nothing."""
    at = AuditEvent.objects.filter(pk=pk).values_list("at", flat=True).first()
    if at is None:
        return Q(pk=None)
    return Q(at__lte=at) & (Q(at__lt=at) | Q(pk__lt=pk))


def _slice(newest: list[AuditEvent], cursor: str) -> Slice:
    events, more = newest[:PAGE], newest[PAGE:]
    if not more:
        return Slice(events, None)
    last = events[-1]
    cut = (last.chain, last.transaction) == (more[0].chain, more[0].transaction)
    return Slice(events, getattr(last, cursor), cut)


def oldest_first(scope: TrailScope, filters: Filters) -> Events:
    """For the download: chain by chain, in the order of each, with the stored text that the hashes were made from."""
    texts: dict[str, Cast] = {f"{name}_text": Cast(name, TextField()) for name in ("changes", "calculated")}
    return events_of(scope, filters).annotate(**texts).order_by("chain", "position")


def until_now(events: Events) -> tuple[Events, int]:
    """The same without what is written from now on, and how many these are; one statement."""
    counted = events.order_by().aggregate(last=Max("pk"), count=Count("pk"))
    return events.filter(pk__lte=counted["last"] or 0), counted["count"]
