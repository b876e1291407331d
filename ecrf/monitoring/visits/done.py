"""What was done in a monitoring visit, between its start and its end, and what is open at its end."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from ecrf.casebook.labels import label_of
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.locks.lookup import under_lock
from ecrf.monitoring.home import to_do
from ecrf.monitoring.home.log_lines import log
from ecrf.monitoring.home.site_counts import COUNTED
from ecrf.monitoring.home.work_lines import LOGS, Since, WorkSection
from ecrf.monitoring.models import MonitoringVisit
from ecrf.queries.lookup import open_queries, queries_with_place
from ecrf.queries.models import Query, Turn
from ecrf.verification.models import Verification


@dataclass(frozen=True)
class Verified:
    """How many items of one kind of form, at one place of one patient."""

    number: str
    where: str
    form: str
    items: int


@dataclass(frozen=True)
class Done:
    """What the monitor did at the site between start and end, and what is open at its end."""

    verified: list[Verified]
    taken_back: list[Verified]
    opened: list[Query]
    closed: list[Query]
    open: list[Query]
    unsigned: WorkSection
    overdue: WorkSection
    new_in_logs: list[WorkSection]
    elsewhere: list[str]
    """What the monitor did meanwhile at other sites, a line a site: no part of this visit."""

    @property
    def items(self) -> int:
        return sum(form.items for form in self.verified)

    @property
    def patients(self) -> int:
        return len({form.number for form in self.verified})

    @property
    def of_the_site(self) -> list[Query]:
        """Open queries that wait for the site."""
        return [query for query in self.open if query.turn == Turn.SITE]


def what_was_done(visit: MonitoringVisit) -> Done:
    """A fixed number of statements. `visit` carries its start and its end."""
    site, trial = visit.site, protocol()
    start, end = visit.started_at, visit.ended_at or timezone.now()
    assert start
    verifications = Verification.objects.filter(site=site)
    made = verifications.filter(verified_by=visit.monitor, verified_at__range=(start, end), undone_at=None)
    undone = verifications.filter(undone_by=visit.monitor, undone_at__range=(start, end))
    at_site = queries_with_place().filter(site=site)
    still_open = at_site.filter(pk__in=open_queries().filter(~under_lock(), site=site).values("pk"))
    logs = [key for key in (trial.serious_log, trial.deviation_log) if key]
    return Done(
        _by_form(made),
        _by_form(undone),
        list(at_site.filter(opened_by=visit.monitor, opened_at__range=(start, end)).order_by("pk")),
        list(at_site.filter(closed_by=visit.monitor, closed_at__range=(start, end)).order_by("pk")),
        list(still_open.order_by("opened_at", "pk")),
        to_do.unsigned_by_place(site),
        to_do.overdue_visits(site, COUNTED),
        [log(site, key, Since(_previous(visit)), COUNTED, only_new=True) for key in logs],
        elsewhere(visit),
    )


def is_anything_done(visit: MonitoringVisit) -> bool:
    """Whether the monitor verified, took back, asked or closed anything at the site since the start."""
    assert visit.started_at
    of_site, me, since = {"site": visit.site_id}, visit.monitor_id, visit.started_at
    verified = Q(verified_by=me, verified_at__gte=since) | Q(undone_by=me, undone_at__gte=since)
    asked = Q(opened_by=me, opened_at__gte=since) | Q(closed_by=me, closed_at__gte=since)
    said = Q(messages__said_by=me, messages__said_at__gte=since)
    return (
        Verification.objects.filter(verified, **of_site).exists()
        or Query.objects.filter(asked | said, **of_site).exists()
    )


def elsewhere(visit: MonitoringVisit) -> list[str]:
    """What the monitor did at other sites meanwhile: `Site 02: 3 items verified, 1 query opened`; two statements."""
    start, end = visit.started_at, visit.ended_at or timezone.now()
    made = Verification.objects.exclude(site=visit.site).filter(
        verified_by=visit.monitor, verified_at__range=(start, end), undone_at=None
    )
    opened = Query.objects.exclude(site=visit.site).filter(
        opened_by=visit.monitor, opened_at__range=(start, end)
    )
    verified, asked = (
        dict(rows.order_by().values_list("site__code").annotate(count=Count("pk"))) for rows in (made, opened)
    )
    lines = []
    for code in sorted({*verified, *asked}):
        words = [_items_verified(verified[code])] if code in verified else []
        words += [_queries_opened(asked[code])] if code in asked else []
        lines.append(gettext("Site %(code)s: %(what)s") % {"code": code, "what": gettext(", ").join(words)})
    return lines


def _items_verified(number: int) -> str:
    return ngettext("%(number)d item verified", "%(number)d items verified", number) % {"number": number}


def _queries_opened(number: int) -> str:
    return ngettext("%(number)d query opened", "%(number)d queries opened", number) % {"number": number}


def _previous(visit: MonitoringVisit) -> datetime | None:
    """When the monitor's visit before this one began."""
    before = MonitoringVisit.objects.filter(site=visit.site, monitor=visit.monitor, ended_at__isnull=False)
    last = before.exclude(pk=visit.pk).order_by("-started_at").first()
    return last.started_at if last else None


def _by_form(rows: QuerySet[Verification]) -> list[Verified]:
    """Items by patient, visit and kind of form, the rows of a form with their form."""
    rows_by_form = rows.order_by().values_list("patient__number", "entry__visit__code", "entry__crf")
    counts: dict[tuple[str, tuple[int, int], str, str], int] = defaultdict(int)
    for number, code, crf, count in rows_by_form.annotate(count=Count("pk")):
        rank = protocol().rank(code, {}) if code else (COUNTED, 0)
        where = label_of(code) if code else str(LOGS)
        counts[number, rank, where, CRFS[CRFS[crf].row_of or crf].title] += count
    return [Verified(number, where, form, n) for (number, _rank, where, form), n in sorted(counts.items())]
