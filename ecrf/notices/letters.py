"""What a site sees of its monitoring: visits that are planned, letters received, and who of the site has read each."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.models import Site, User
from ecrf.access.people import receivers_of_letters
from ecrf.access.reach import reach_site, require
from ecrf.access.roles import READERS, Right
from ecrf.audit.actor import acting
from ecrf.monitoring.home.work_lines import day_and_time
from ecrf.monitoring.models import MonitoringVisit
from ecrf.monitoring.visits.received import LETTER_RECEIVED
from ecrf.notices.models import LetterReceipt

SHOWN = 100
NOT_DELEGATED = gettext_lazy(
    "Letters to this site are confirmed by its investigator and by those to whom the"
    " delegation log gives the task “Receive safety letters”."
)


@dataclass(frozen=True)
class SiteMonitoring:
    """The page of one site."""

    site: Site
    planned: list[MonitoringVisit]
    letters: list[MonitoringVisit]


def reach_monitoring(user: User, code: str) -> Site:
    """The site whose letters the user may read: of its own people, and of those who review it."""
    return reach_site(user, code, *READERS)


def monitoring_of(site: Site) -> SiteMonitoring:
    """Three statements."""
    visits = (
        MonitoringVisit.objects.filter(site=site)
        .select_related("monitor")
        .defer("worklist", "report", "letter")
    )
    planned = visits.filter(started_at=None, called_off_at=None, planned_on__gte=site.today())
    letters = visits.filter(finished_at__isnull=False).prefetch_related(_receipts())
    return SiteMonitoring(
        site, list(planned.order_by("planned_on")[:SHOWN]), list(letters.order_by("-finished_at")[:SHOWN])
    )


def letters_of(site: Site) -> QuerySet[MonitoringVisit]:
    """The visits of the site whose letter is finished: drafts are the monitor's."""
    finished = MonitoringVisit.objects.filter(site=site, finished_at__isnull=False)
    return finished.select_related("site", "monitor", "finished_by").prefetch_related(_receipts())


def _receipts() -> Prefetch[str]:
    return Prefetch("receipts", LetterReceipt.objects.select_related("read_by"))


@LETTER_RECEIVED
def read_by_words(visit: MonitoringVisit) -> str:
    """For the visit's page in Review."""
    receipts = LetterReceipt.objects.filter(visit=visit).select_related("read_by")
    people = [f"{one.read_by.name} ({day_and_time(one.read_at, visit.site)})" for one in receipts]
    if not people:
        return gettext("Nobody at the site has confirmed yet to have read the letter.")
    return gettext("The letter was read at the site by %(join)s.") % {"join": gettext(", ").join(people)}


def may_confirm(user: User, site: Site) -> bool:
    """Whether the letter is written to the user: one of the people of the site who receive its letters."""
    return user.may(Right.READ, site) and user in receivers_of_letters(site)


def confirm_read(visit: MonitoringVisit, by: User) -> None:
    """Record that one person of the site has read the letter; a second click records nothing."""
    require(by, Right.READ, visit.site)
    if not may_confirm(by, visit.site):
        raise PermissionDenied(str(NOT_DELEGATED))
    with acting(by.acting_at(visit.site, Right.READ)):
        Site.objects.select_for_update(no_key=True).get(pk=visit.site_id)  # two clicks at once take turns
        if not LetterReceipt.objects.filter(visit=visit, read_by=by).exists():
            LetterReceipt.objects.create(visit=visit, read_by=by, read_at=timezone.now())
