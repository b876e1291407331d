"""Which checks only make noise: how often each asked, how often the value changed, how often it was right as it was."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce, Now
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.access.reach import reachable, sites
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS
from ecrf.queries.models import Query, Turn


class Median(Aggregate):
    """The middle one, of durations."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class CheckNoise:
    """One check. `changed`: the question no longer holds; `confirmed`: the value stood as it was."""

    id: str
    title: str
    asked: int
    changed: int
    confirmed: int
    open: int
    queries: int
    open_queries: int
    median: timedelta | None

    @property
    def noise(self) -> int | None:
        """Per cent of the answered questions after which nothing had changed."""
        answered = self.changed + self.confirmed
        return round(100 * self.confirmed / answered) if answered else None

    @property
    def median_days(self) -> str:
        return f"{self.median.total_seconds() / 86400:.1f}" if self.median is not None else ""


def noisy_checks(request: UserRequest) -> HttpResponse:
    """For monitors their sites, for data managers all; one site by `?site=`."""
    if Right.REVIEW not in request.user.rights:
        raise PermissionDenied(gettext("Your role does not let you review patients' data."))
    own_sites = list(sites(request.user, Right.REVIEW))
    code = request.GET.get("site", "")
    chosen = next((site for site in own_sites if site.code == code), None)
    if code and chosen is None:
        raise Http404
    lines = noise(request.user, chosen)
    context = {
        "lines": [line for line in lines if line.asked or line.queries],
        "silent": sorted(
            (line for line in lines if not (line.asked or line.queries)), key=lambda line: line.id
        ),
        "sites": own_sites,
        "chosen": chosen,
    }
    return render(request, "monitoring/queries/noisy_checks.html", context)


def noise(user: User, site: Site | None = None) -> list[CheckNoise]:
    """Every soft check, also of those that never asked; the noisiest first. Two statements."""
    discrepancies, queries = _discrepancies(user, site), _queries(user, site)
    soft = {check.id: check.title for check in CHECKS.values() if not check.hard}
    gone = dict.fromkeys({*discrepancies, *queries} - set(soft), gettext("No longer part of the system"))
    titles = soft | gone
    lines = [_line(id, title, discrepancies.get(id, {}), queries.get(id, {})) for id, title in titles.items()]
    return sorted(lines, key=lambda line: (-line.confirmed, -(line.noise or 0), -line.asked, line.id))


def _line(id: str, title: str, discrepancies: dict[str, Any], queries: dict[str, Any]) -> CheckNoise:
    return CheckNoise(
        id=id,
        title=title,
        asked=discrepancies.get("asked", 0),
        changed=discrepancies.get("changed", 0),
        confirmed=discrepancies.get("confirmed", 0),
        open=discrepancies.get("open", 0),
        queries=queries.get("queries", 0),
        open_queries=queries.get("still", 0),
        median=queries.get("median"),
    )


def _discrepancies(user: User, site: Site | None) -> dict[str, dict[str, Any]]:
    """What was asked at all, in forms in progress too; what is struck out tells nothing about a check."""
    readable = reachable(user, Discrepancy.objects.all(), Right.REVIEW)
    readable = readable.filter(entry__struck_at=None, entry__parent__struck_at=None)
    if site:
        readable = readable.filter(entry__patient__site=site)
    counted = (
        readable.order_by()
        .values("check_id")
        .annotate(
            asked=Count("pk"),
            changed=Count("pk", filter=Q(state=DiscrepancyState.CLEARED)),
            confirmed=Count("pk", filter=Q(state=DiscrepancyState.CONFIRMED)),
            open=Count("pk", filter=Q(state=DiscrepancyState.OPEN)),
        )
    )
    return {row["check_id"]: dict(row) for row in counted}


def _queries(user: User, site: Site | None) -> dict[str, dict[str, Any]]:
    """The queries of checks, and how long they were open: to their last closing, or to now."""
    readable = reachable(user, Query.objects.exclude(check_id=""), Right.REVIEW)
    if site:
        readable = readable.filter(site=site)
    lasted = ExpressionWrapper(Coalesce(F("closed_at"), Now()) - F("opened_at"), DurationField())
    counted = (
        readable.order_by()
        .values("check_id")
        .annotate(queries=Count("pk"), still=Count("pk", filter=~Q(turn=Turn.NOBODY)), median=Median(lasted))
    )
    return {row["check_id"]: dict(row) for row in counted}
