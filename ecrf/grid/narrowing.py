"""How the grid is narrowed and ordered, by what is stored: which patients may have a cell in a state, and who comes
first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecrf.casebook.models import Entry, Patient, PatientStatus, Status, done, not_struck
from ecrf.casebook.review_status import ReviewStatus, unsigned
from ecrf.casebook.schedule.due import LIVING
from ecrf.casebook.schedule.status import overdue, window_open
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.locks.lookup import locks_in_force
from ecrf.locks.models import Lock, LockKind
from ecrf.queries.lookup import open_queries
from ecrf.signatures.models import Signature

Today = dict[int, date]
"""{site id: its own date}"""

SORTS = {
    "patient": gettext_lazy("Patient"),
    "site": gettext_lazy("Site"),
    "next": gettext_lazy("Next visit due"),
    "queries": gettext_lazy("Most open queries"),
    "missing": gettext_lazy("Most missing items"),
}


@dataclass(frozen=True)
class StateFilter:
    """`candidates` finds every patient with a cell in the state, and maybe some without one: the cells decide."""

    label: str | Promise
    candidates: Callable[[Today], Q]


def _of_patient(rows: QuerySet) -> Exists:
    return Exists(rows.filter(patient=OuterRef("pk")))


def _entries(*which: Q) -> Q:
    return Q(_of_patient(Entry.objects.filter(not_struck(), *which)))


def _reviewed(*which: Q) -> Q:
    return Q(_of_patient(ReviewStatus.objects.filter(*which)))


def _awaited(which: Callable[[Today], Q]) -> Callable[[Today], Q]:
    """A patient's next visit is the first to be due and to be late, so that it speaks for those behind it."""

    def of_next(today: Today) -> Q:
        return Q(_of_patient(PatientStatus.objects.filter(which(today), state__in=LIVING)))

    return of_next


def _unfinished(_today: Today) -> Q:
    """A visit that is begun, or a form of a log."""
    return ~Q(schedule_status__unfinished_code="") | _entries(~done(), Q(visit=None))


def _missed(_today: Today) -> Q:
    trial = protocol()
    rows = CRFS[trial.visit_form].model._default_manager.filter(
        entry__patient=OuterRef("pk"),
        entry__struck_at=None,
        **{trial.visit_occurrence_item: trial.visit_missed},
    )
    return Q(Exists(rows))


def _held(kind: str) -> Callable[[Today], Q]:
    def by_locks(_today: Today) -> Q:
        over_all = locks_in_force("site", "pk").filter(kind=kind)
        within = Lock.objects.filter(lifted_at=None, kind=kind)
        return Q(Exists(over_all)) | Q(_of_patient(within))

    return by_locks


STATE_FILTERS: dict[str, StateFilter] = {
    "overdue": StateFilter(pgettext_lazy("cells in the state", "Overdue"), _awaited(overdue)),
    "due": StateFilter(pgettext_lazy("cells in the state", "Due"), _awaited(window_open)),
    "not-due": StateFilter(pgettext_lazy("cells in the state", "Not due yet"), _awaited(lambda _today: Q())),
    "missed": StateFilter(pgettext_lazy("cells in the state", "Missed"), _missed),
    "to-do": StateFilter(pgettext_lazy("cells in the state", "To do, at an open visit"), _unfinished),
    "begun": StateFilter(pgettext_lazy("cells in the state", "Begun"), _unfinished),
    "ready": StateFilter(pgettext_lazy("cells in the state", "Nothing missing, to complete"), _unfinished),
    "complete": StateFilter(
        pgettext_lazy("cells in the state", "Complete"), lambda _today: _entries(Q(status=Status.COMPLETE))
    ),
    "missing": StateFilter(
        pgettext_lazy("cells in the state", "Items missing"), lambda _today: _entries(Q(missing__gt=0))
    ),
    "queries": StateFilter(
        pgettext_lazy("cells in the state", "Open queries"), lambda _today: Q(_of_patient(open_queries()))
    ),
    "to-verify": StateFilter(
        pgettext_lazy("cells in the state", "To verify"),
        lambda _today: _reviewed(Q(planned__gt=F("verified"))),
    ),
    "partly-verified": StateFilter(
        pgettext_lazy("cells in the state", "Partly verified"), lambda _today: _reviewed(Q(verified__gt=0))
    ),
    "verified": StateFilter(
        pgettext_lazy("cells in the state", "Verified"), lambda _today: _reviewed(Q(verified__gt=0))
    ),
    "unsigned": StateFilter(
        pgettext_lazy("cells in the state", "Not signed"), lambda _today: _reviewed(unsigned())
    ),
    "signed": StateFilter(
        pgettext_lazy("cells in the state", "Signed"), lambda _today: _reviewed(Q(is_signed=True))
    ),
    "broken": StateFilter(
        pgettext_lazy("cells in the state", "Signature broken"),
        lambda _today: Q(_of_patient(Signature.objects.exclude(broken_at=None))),
    ),
    "frozen": StateFilter(pgettext_lazy("cells in the state", "Frozen"), _held(LockKind.FREEZE)),
    "locked": StateFilter(pgettext_lazy("cells in the state", "Locked"), _held(LockKind.LOCK)),
}
"""{state, as in addresses: what it is called and who may have it}"""


def ordered(patients: QuerySet[Patient], sort: str) -> QuerySet[Patient]:
    """Practice patients behind all others; in the end by number, so that the order is always the same."""
    first: dict[str, list] = {
        "patient": [],
        "site": ["site__name"],
        "next": [F("schedule_status__due_on").asc(nulls_last=True)],
        "queries": [F("open_query_count").desc(nulls_last=True)],
        "missing": [F("missing_count").desc(nulls_last=True)],
    }
    if sort == "queries":
        patients = patients.annotate(open_query_count=Subquery(_sum(open_queries(), Count("pk"))))
    if sort == "missing":
        gaps = Entry.objects.filter(not_struck(), missing__gt=0)
        patients = patients.annotate(missing_count=Subquery(_sum(gaps, Sum("missing"))))
    return patients.order_by("site__is_practice", *first[sort], "number")


def _sum(rows: QuerySet, of: Count | Sum) -> QuerySet:
    return rows.filter(patient=OuterRef("pk")).order_by().values("patient").annotate(of=of).values("of")
