"""What the first page says of monitoring visits, and with which patient the verifying goes on."""

from dataclasses import dataclass

from django.db.models import F, Q

from ecrf.access.models import Site, User
from ecrf.access.reach import reachable
from ecrf.access.roles import Right
from ecrf.monitoring.models import MonitoringVisit, VisitStage
from ecrf.verification.models import Verification

SHOWN = 5


@dataclass(frozen=True)
class Coming:
    """A visit that is planned, under way, or whose report is not finished."""

    visit: MonitoringVisit

    @property
    def is_under_way(self) -> bool:
        return self.visit.stage == VisitStage.UNDER_WAY

    @property
    def has_ended(self) -> bool:
        return self.visit.stage == VisitStage.ENDED


def coming_visits(user: User) -> list[Coming]:
    """One's own (a data manager's: everybody's), those under way first, then by day; one statement."""
    rows = reachable(user, MonitoringVisit.objects.select_related("site", "monitor"), Right.REVIEW)
    if Right.VERIFY in user.rights:
        rows = rows.filter(monitor=user)
    under_way = Q(started_at__isnull=False, ended_at=None)
    coming = rows.filter(finished_at=None, called_off_at=None).annotate(comes_first=under_way)
    return [Coming(visit) for visit in coming.order_by(F("comes_first").desc(), "planned_on", "pk")[:SHOWN]]


def go_on_with(user: User, site: Site, patients: tuple[int, ...]) -> int | None:
    """Of the patients with something left, the one the user verified last; else the first. One statement."""
    verifications = Verification.objects.filter(site=site, verified_by=user).order_by("-verified_at")
    last = verifications.values_list("patient_id", flat=True).first()
    return last if last in patients else next(iter(patients), None)
