"""The numbers of each site for the monitor's first page: a fixed number of statements, whatever is there."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from ecrf.access.models import Site, User
from ecrf.access.reach import sites
from ecrf.access.roles import Right
from ecrf.casebook.due import LIVING
from ecrf.casebook.many_outlooks import overdue
from ecrf.casebook.marks import ReviewMark
from ecrf.casebook.models import Crf, PatientOutlook
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import CRFS
from ecrf.monitoring.models import MonitoringVisit
from ecrf.queries.models import Turn
from ecrf.queries.reading import open_queries

COUNTED = 1_000
"""Counts that would have to walk far go no further: "over 1,000"."""
NEVER = datetime(1, 1, 1, tzinfo=UTC)


class CountOf(Subquery):
    """How many rows a statement finds, counted no further than one more than `COUNTED`."""

    template = "(SELECT count(*) FROM (%(subquery)s) found)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet) -> None:
        super().__init__(rows[: COUNTED + 1])


def in_words(count: int) -> str:
    """`57`, or `over 1,000` where the counting stopped."""
    return f"over {COUNTED:,}" if count > COUNTED else str(count)


@dataclass
class OpenQueries:
    """How many queries of a site are open at each turn, and since when the oldest has been asked."""

    by_turn: dict[str, int] = field(default_factory=dict)
    oldest_at: datetime | None = None

    @property
    def count(self) -> int:
        return sum(self.by_turn.values())

    @property
    def turns(self) -> list[tuple[str, int]]:
        """Whose turn it is and how many, in the order of the turns."""
        return [(str(turn.label), self.by_turn[turn]) for turn in Turn if turn in self.by_turn]

    @property
    def oldest_days(self) -> int:
        return (timezone.now() - self.oldest_at).days if self.oldest_at else 0


@dataclass
class SiteNumbers:
    """One site's row; `since` is the start of the last monitoring visit that ended, None before the first."""

    site: Site
    since: datetime | None
    patients: int
    planned: int
    verified: int
    unsigned: int
    overdue: int
    serious: int
    serious_new: int
    deviations: int
    deviations_new: int
    queries: OpenQueries

    @property
    def left(self) -> int:
        return self.planned - self.verified

    @property
    def since_day(self) -> str:
        """The day on which the last visit began, at the site."""
        return f"{self.since.astimezone(self.site.zone):%Y-%m-%d}" if self.since else ""

    @property
    def unsigned_words(self) -> str:
        return in_words(self.unsigned)


def last_ended(user: User) -> QuerySet[MonitoringVisit]:
    """The visits that say since when something is new: a monitor's own; for the others, anybody's."""
    ended = MonitoringVisit.objects.filter(ended_at__isnull=False).order_by("-started_at")
    return ended.filter(monitor=user) if Right.VERIFY in user.rights else ended


def site_numbers(user: User) -> list[SiteNumbers]:
    """Every site the user reviews; four statements. Practice sites come last."""
    found = list(_counted(user))
    ids = [site.pk for site in found]
    progress, late, queries = _progress(ids), _overdue(found), _queries(ids)
    return [
        SiteNumbers(
            site=site,
            since=None if site.since == NEVER else site.since,
            patients=site.patient_count,
            planned=progress.get(site.pk, (0, 0))[0],
            verified=progress.get(site.pk, (0, 0))[1],
            unsigned=site.unsigned,
            overdue=late.get(site.pk, 0),
            serious=site.serious,
            serious_new=site.serious_new,
            deviations=site.deviations,
            deviations_new=site.deviations_new,
            queries=queries[site.pk],
        )
        for site in found
    ]


def _counted(user: User) -> QuerySet:
    """The sites, each with what is counted there."""
    since = last_ended(user).filter(site=OuterRef("pk")).values("started_at")[:1]
    trial = protocol()
    rows = sites(user, Right.REVIEW).annotate(
        since=Coalesce(Subquery(since), Value(NEVER)),
        patient_count=CountOf(PatientOutlook.objects.filter(site=OuterRef("pk")).order_by().values("pk")),
        unsigned=CountOf(unsigned_places().filter(site=OuterRef("pk"))),
    )
    for name, key in (("serious", trial.serious_log), ("deviations", trial.deviation_log)):
        here = log_rows(key).filter(entry__patient__site=OuterRef("pk")).values("pk") if key else None
        nothing = Value(0, IntegerField())
        rows = rows.annotate(
            **{
                name: nothing if here is None else CountOf(here),
                f"{name}_new": nothing if here is None else CountOf(here.filter(is_new(OuterRef("since")))),
            }
        )
    return rows.order_by("is_practice", "code")


def log_rows(key: str) -> QuerySet[Crf]:
    """The entries of a log that are not struck out."""
    return CRFS[key].model._default_manager.filter(entry__struck_at=None).order_by()


def is_new(since: datetime | OuterRef) -> Q:
    """Of a log's rows: not complete yet, or completed after that moment."""
    return Q(entry__mark=None) | Q(entry__mark__completed_at__gt=since)


def unsigned_places() -> QuerySet:
    """The visits, and the patients' logs (`visit` None), that hold a complete form nobody's signature covers."""
    unsigned = ReviewMark.objects.filter(is_signed=False).order_by("patient_id", "visit_id")
    return unsigned.values("patient_id", "visit_id").distinct()


def _progress(ids: list[int]) -> dict[int, tuple[int, int]]:
    """{site id: (items planned, items verified)}."""
    sums = ReviewMark.objects.filter(site__in=ids).order_by().values_list("site")
    found = sums.annotate(all=Sum("planned"), done=Sum("verified"))
    return {site: (planned, verified) for site, planned, verified in found}


def _overdue(found: list[Site]) -> dict[int, int]:
    """{site id: patients whose next visit's window has closed}."""
    late = overdue({site.pk: site.today() for site in found})
    rows = PatientOutlook.objects.filter(late, state__in=LIVING).order_by().values_list("site")
    return dict(rows.annotate(count=Count("pk")))


def _queries(ids: list[int]) -> dict[int, OpenQueries]:
    rows = open_queries().filter(site__in=ids).order_by().values_list("site", "turn")
    found: dict[int, OpenQueries] = defaultdict(OpenQueries)
    for site, turn, count, oldest in rows.annotate(count=Count("pk"), oldest=Min(F("opened_at"))):
        queries = found[site]
        queries.by_turn[turn] = count
        queries.oldest_at = min(oldest, queries.oldest_at or oldest)
    return found
