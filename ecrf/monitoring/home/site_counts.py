"""The numbers of each site for the monitor's first page: a fixed number of statements, whatever is there."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy

from ecrf.access.models import Site, User
from ecrf.access.reach import site_ids
from ecrf.access.roles import Right
from ecrf.access.statements import written_once
from ecrf.casebook.models import PatientStatus
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.schedule.due import LIVING
from ecrf.casebook.schedule.status import overdue
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.locks.lookup import under_lock
from ecrf.monitoring.models import MonitoringVisit
from ecrf.queries.lookup import open_queries
from ecrf.queries.models import Turn
from ecrf.signatures.lookup import not_given_anew, unsigned_places

COUNTED = 1_000
"""Counts that would have to walk far go no further: "over 1,000"."""


AT_TURN = {
    Turn.SITE: pgettext_lazy("so many queries wait for", "site %(number)d"),
    Turn.MONITOR: pgettext_lazy("so many queries wait for", "monitor %(number)d"),
    Turn.DATA_MANAGER: pgettext_lazy("so many queries wait for", "data manager %(number)d"),
    Turn.SAFETY: pgettext_lazy("so many queries wait for", "safety %(number)d"),
}


class CountOf(Subquery):
    """How many rows a statement finds, counted no further than one more than `COUNTED`."""

    template = "(SELECT count(*) FROM (%(subquery)s) found)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet) -> None:
        super().__init__(rows[: COUNTED + 1])


def in_words(count: int) -> str:
    """`57`, or `over 1,000` where the counting stopped."""
    return gettext("over %(number)s") % {"number": f"{COUNTED:,}"} if count > COUNTED else str(count)


@dataclass
class OpenQueries:
    """How many queries of a site are open at each turn, and since when the oldest has been asked. `held`: how many
    more a lock holds, which wait for nobody."""

    by_turn: dict[str, int] = field(default_factory=dict)
    held: int = 0
    oldest_at: datetime | None = None

    @property
    def count(self) -> int:
        return sum(self.by_turn.values())

    @property
    def turns_in_words(self) -> str:
        """Whose turn it is and how many, in the order of the turns."""
        words = [AT_TURN[turn] % {"number": self.by_turn[turn]} for turn in Turn if turn in self.by_turn]
        return gettext(", ").join(words)

    @property
    def oldest_days(self) -> int:
        return (timezone.now() - self.oldest_at).days if self.oldest_at else 0


@dataclass
class SiteNumbers:
    """One site's row; `since` is the start of the last monitoring visit that ended, None before the first.

    `progress`: items planned and verified; `serious` and `deviations`: entries of the log, and those that are new;
    `broken`: signatures that fell with a change, and were not given anew.
    """

    site: Site
    since: datetime | None
    patients: int
    progress: tuple[int, int]
    unsigned: int
    overdue: int
    serious: tuple[int, int]
    deviations: tuple[int, int]
    queries: OpenQueries
    broken: int = 0

    @property
    def percent(self) -> int:
        """How much of the plan is verified: 100 only where all of it is."""
        planned, verified = self.progress
        return 100 * verified // planned if planned else 0

    @property
    def counts(self) -> dict[str, int]:
        """How many lines the lists have whose number is known here, by the list's key."""
        trial = protocol()
        logs = {trial.serious_log: self.serious[0], trial.deviation_log: self.deviations[0]}
        return {"queries": self.queries.count, **logs}

    @property
    def since_day(self) -> str:
        """The day on which the last visit began, at the site."""
        return f"{self.since.astimezone(self.site.zone):%Y-%m-%d}" if self.since else ""

    @property
    def unsigned_words(self) -> str:
        return in_words(self.unsigned)


def last_ended(user: User) -> QuerySet[MonitoringVisit]:
    """The visits that say since when something is new: a monitor's own; for the others, anybody's."""
    return _ended(user.pk if Right.VERIFY in user.rights else None)


def _ended(monitor: int | None) -> QuerySet[MonitoringVisit]:
    ended = MonitoringVisit.objects.filter(ended_at__isnull=False).order_by("-started_at")
    return ended if monitor is None else ended.filter(monitor=monitor)


LAST_ENDED_AT = """
    SELECT m.started_at FROM monitoring_monitoringvisit m
    WHERE m.ended_at IS NOT NULL AND m.site_id = %s AND (%s OR m.monitor_id = %s)
    ORDER BY m.started_at DESC LIMIT 1
"""
"""As `last_ended`, when it began, at one site: which site, whether anybody's counts, the user."""


def site_numbers(user: User) -> list[SiteNumbers]:
    """Every site the user reviews; seven statements. Practice sites come last."""
    own = user.pk if Right.VERIFY in user.rights else None
    sites_here, trial = _counted.rows(site_ids(user, Right.REVIEW), own), protocol()
    ids = [site.pk for site in sites_here]
    progress, late, queries, broken = _progress(ids), _overdue(sites_here), _queries(ids), _broken(ids)
    serious, deviations = _log(trial.serious_log, sites_here), _log(trial.deviation_log, sites_here)
    return [
        SiteNumbers(
            site=site,
            since=site.since,
            patients=site.patient_count,
            progress=progress.get(site.pk, (0, 0)),
            unsigned=site.unsigned,
            overdue=late.get(site.pk, 0),
            serious=serious.get(site.pk, (0, 0)),
            deviations=deviations.get(site.pk, (0, 0)),
            queries=queries[site.pk],
            broken=broken.get(site.pk, 0),
        )
        for site in sites_here
    ]


@written_once
def _counted(ids: list[int] | None, monitor: int | None) -> QuerySet:
    """These sites, or all, each with what is counted there."""
    since = _ended(monitor).filter(site=OuterRef("pk")).values("started_at")[:1]
    found = Site.objects.all() if ids is None else Site.objects.filter(pk__in=ids)
    rows = found.annotate(
        since=Subquery(since),
        patient_count=CountOf(PatientStatus.objects.filter(site=OuterRef("pk")).order_by().values("pk")),
        unsigned=CountOf(unsigned_places().filter(site=OuterRef("pk"))),
    )
    return rows.order_by("is_practice", "code")


def _log(key: str, sites_here: list[Site]) -> dict[int, tuple[int, int]]:
    """{site id: (entries of the log, those that are new)}; none where the trial has no such log."""
    if not key:
        return {}
    counts = _of_log.lines({site.pk: getattr(site, "since", None) for site in sites_here}, key=key)
    return {site: (every, fresh) for site, every, fresh in counts}


@written_once
def _of_log(since: dict[int, datetime | None], *, key: str) -> QuerySet:
    here = (Q(entry__patient__site=pk) & is_new(at) for pk, at in since.items())
    new = reduce(or_, here, Q(pk=None))
    rows = log_rows(key).filter(entry__patient__site__in=list(since))
    return rows.values_list("entry__patient__site").annotate(all=Count("pk"), new=Count("pk", filter=new))


def log_rows(key: str) -> QuerySet[Crf]:
    """The entries of a log that are not struck out."""
    return CRFS[key].model._default_manager.filter(entry__crf=key, entry__struck_at=None).order_by()


def is_new(since: datetime | None) -> Q:
    """Of a log's rows: not complete yet, or completed after that moment; all of them before the first visit."""
    if since is None:
        return ~Q(pk=None)
    return Q(entry__review_status=None) | Q(entry__review_status__completed_at__gt=since)


def _progress(ids: list[int]) -> dict[int, tuple[int, int]]:
    """{site id: (items planned, items verified)}."""
    sums = ReviewStatus.objects.filter(site__in=ids).order_by().values_list("site")
    counted = sums.annotate(all=Sum("planned"), done=Sum("verified"))
    return {site: (planned, verified) for site, planned, verified in counted}


def _broken(ids: list[int]) -> dict[int, int]:
    """{site id: how many signatures are broken and were not given anew}."""
    return dict(_broken_at.lines(ids))


@written_once
def _broken_at(sites: list[int]) -> QuerySet:
    rows = not_given_anew().filter(site__in=sites).order_by().values_list("site")
    return rows.annotate(count=Count("pk"))


def _overdue(sites_here: list[Site]) -> dict[int, int]:
    """{site id: patients whose next visit's window has closed}."""
    return dict(_late.lines({site.pk: site.today() for site in sites_here}))


@written_once
def _late(today: dict[int, date]) -> QuerySet:
    rows = PatientStatus.objects.filter(overdue(today), state__in=LIVING).order_by().values_list("site")
    return rows.annotate(count=Count("pk"))


def _queries(ids: list[int]) -> dict[int, OpenQueries]:
    by_site: dict[int, OpenQueries] = defaultdict(OpenQueries)
    for site, turn, is_held, count, oldest in _at_turns.lines(ids):
        queries = by_site[site]
        if is_held:
            queries.held += count
            continue
        queries.by_turn[turn] = count
        queries.oldest_at = min(oldest, queries.oldest_at or oldest)
    return by_site


@written_once
def _at_turns(sites: list[int]) -> QuerySet:
    rows = open_queries().filter(site__in=sites).annotate(is_held=under_lock()).order_by()
    by_turn = rows.values_list("site", "turn", "is_held")
    return by_turn.annotate(count=Count("pk"), oldest=Min(F("opened_at")))
