"""The monitor's first page: what is to do, at one's own turn and at one site, and the sites in numbers."""

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ecrf.access.models import Site
from ecrf.access.reach import reach_site
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.forms.protocol import protocol
from ecrf.locks.lookup import over_sites
from ecrf.locks.models import Lock
from ecrf.monitoring.home.overview import TURN_LINES, overview
from ecrf.monitoring.home.site_counts import COUNTED, SiteNumbers, site_numbers
from ecrf.monitoring.home.to_do import builders
from ecrf.monitoring.home.upcoming import Coming, coming_visits, go_on_with
from ecrf.monitoring.home.work_lines import Since, WorkSection, next_to_verify
from ecrf.monitoring.queries.my_turn import waiting_longest
from ecrf.monitoring.queries.page import ListedQuery
from ecrf.monitoring.visits.services import since_last

LINES = 10
"""So many lines of each list stand on the first page."""


@dataclass(frozen=True)
class Home:
    """Everything above the lists. `chosen` is the site whose work is shown; `held`: sites that a lock is on."""

    sites: list[SiteNumbers]
    chosen: SiteNumbers | None
    sections: list[WorkSection]
    visits: list[Coming]
    my_turn: list[ListedQuery] = field(default_factory=list)
    go_on_url: str = ""
    held: list[tuple[Site, Lock]] = field(default_factory=list)

    @property
    def to_do(self) -> list[WorkSection]:
        """The lists with something in them; of the others only the names are said."""
        return [section for section in self.sections if section.lines]

    @property
    def nothing_in(self) -> list[WorkSection]:
        return [section for section in self.sections if not section.lines]

    @property
    def is_of_several(self) -> bool:
        return len(self.sites) > 1


def index(request: UserRequest) -> HttpResponse:
    """The reader's own work, then the sites in numbers; for those who read the safety logs only, how many there are."""
    context: dict[str, Any] = {"trial": protocol()}
    if Right.REVIEW in request.user.rights:
        context["home"] = home(request)
    else:
        context["overview"] = overview(request.user)
    return render(request, "monitoring/home/home.html", context)


def home(request: UserRequest) -> Home:
    """The site in the address; else one where a visit of one's own is under way; else the first."""
    user, is_own = request.user, Right.VERIFY in request.user.rights
    sites, visits = site_numbers(user), coming_visits(user)
    code = request.GET.get("site") or next(
        (coming.visit.site.code for coming in visits if coming.is_under_way), ""
    )
    chosen = next((counts for counts in sites if counts.site.code == code), None)
    if request.GET.get("site") and chosen is None:
        raise Http404
    chosen = chosen or next(iter(sites), None)
    if chosen is None:
        return Home([], None, [], [])
    since = Since(chosen.since, is_own, chosen.counts)
    sections = [build(chosen.site, since, LINES) for key, build in builders().items() if key != "overdue"]
    patient = None
    if user.may(Right.VERIFY, chosen.site):
        left = next(section for section in sections if section.key == "left")
        patient = go_on_with(user, chosen.site, left.patients)
    my_turn = waiting_longest(user, TURN_LINES)
    over = over_sites([row.site for row in sites])
    held = [(row.site, over[row.site.pk][0]) for row in sites if row.site.pk in over]
    url = next_to_verify(patient) if patient else ""
    return Home(sites, chosen, sections, visits, my_turn, url, held)


def work_list(request: UserRequest, code: str, section: str) -> HttpResponse:
    """All lines of one of the first page's lists, a thousand at most."""
    site = reach_site(request.user, code, Right.REVIEW)
    build = builders().get(section)
    if build is None:
        raise Http404
    work = build(site, since_last(request.user, site), COUNTED)
    context = {"site": site, "section": work, "back": f"{reverse('monitor:index')}?site={site.code}"}
    return render(request, "monitoring/home/work_list.html", context)
