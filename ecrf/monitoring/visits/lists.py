"""The list of monitoring visits, by where they stand."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext

from ecrf.access.models import Site, User
from ecrf.access.roles import RIGHTS, Right
from ecrf.casebook.data import lines_of
from ecrf.monitoring.models import MonitoringVisit

SHOWN = 100
"""So many visits of each stage at most."""


@dataclass(frozen=True)
class Stage:
    """The visits that stand at one point, and whether there are more than are shown."""

    title: str
    visits: list[MonitoringVisit]
    empty: str
    has_more: bool = False


def with_names() -> QuerySet[MonitoringVisit]:
    """All visits, each with its site and people."""
    return MonitoringVisit.objects.select_related("site", "monitor", "finished_by", "called_off_by")


def stages(visits: QuerySet[MonitoringVisit]) -> list[Stage]:
    """Four statements: under way, planned, ended, called off; nothing is said of the last where there is none."""
    light = visits.defer("worklist", "report", "letter")
    called_off = _stage(
        pgettext("monitoring visits", "Called off"),
        light.filter(called_off_at__isnull=False).order_by("-called_off_at"),
        "",
    )
    planned = light.filter(started_at=None, called_off_at=None).order_by("planned_on", "pk")
    return [
        _stage(
            pgettext("monitoring visits", "Under way"),
            light.filter(started_at__isnull=False, ended_at=None).order_by("-started_at"),
            gettext("No visit is under way."),
        ),
        _stage(pgettext("monitoring visits", "Planned"), planned, gettext("No visit is planned.")),
        _stage(
            pgettext("monitoring visits", "Ended"),
            light.filter(ended_at__isnull=False).order_by("-ended_at"),
            gettext("No visit has ended yet."),
        ),
        *([called_off] if called_off.visits else []),
    ]


def open_too(visit: MonitoringVisit) -> list[MonitoringVisit]:
    """The other visits of its site that are planned, under way or not finished, as long as it is open itself: two
    monitors may visit one site in one week. One statement."""
    if visit.finished_at or visit.called_off_at:
        return []
    others = (
        with_names().filter(site=visit.site_id, finished_at=None, called_off_at=None).exclude(pk=visit.pk)
    )
    return list(others.defer("worklist", "report", "letter").order_by("planned_on", "pk")[:SHOWN])


UNDER_WAY = """
    SELECT v.id, v.site_id, s.code FROM monitoring_monitoringvisit v JOIN access_site s ON s.id = v.site_id
    WHERE v.monitor_id = %s AND v.started_at IS NOT NULL AND v.ended_at IS NULL ORDER BY v.started_at DESC
"""


@dataclass(frozen=True)
class VisitElsewhere:
    """A visit that a monitor has under way at a site, by its id and the site's code."""

    pk: int
    code: str


def visit_elsewhere(user: User, here: Site) -> VisitElsewhere | None:
    """The visit that the user has under way at another site, and none here: what is done here does not belong to it.
    One statement; none for who monitors one site only."""
    places = {one.site_id for one in user.current_memberships if Right.VERIFY in RIGHTS[one.role]}
    if not places - {here.pk}:
        return None
    under_way = lines_of(UNDER_WAY, [user.pk])
    if any(site == here.pk for _pk, site, _code in under_way):
        return None
    return next((VisitElsewhere(pk, code) for pk, _site, code in under_way), None)


def _stage(title: str, rows: QuerySet[MonitoringVisit], empty: str) -> Stage:
    visits = list(rows[: SHOWN + 1])
    return Stage(title, visits[:SHOWN], empty, len(visits) > SHOWN)
