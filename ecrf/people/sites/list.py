"""The list of sites, and how many people each has; nothing of patients."""

from dataclasses import dataclass
from zoneinfo import available_timezones

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext, pgettext

from ecrf.access.alike import InOrder
from ecrf.access.models import REGIONS, Membership, Site


def sites_with_people() -> QuerySet[Site]:
    """Each with `people`: the accounts that hold a role there."""
    held = Q(memberships__is_current=True, memberships__user__is_active=True)
    return Site.objects.annotate(people=Count("memberships__user", filter=held, distinct=True)).order_by(
        "code"
    )


def people_at(site: Site) -> QuerySet[Membership]:
    """Who holds a role at this site, or from a later day on."""
    rows = site.memberships.filter(is_current=True, user__is_active=True)
    return rows.select_related("user").order_by("role", InOrder("user__full_name"), "pk")


@dataclass(frozen=True)
class SiteState:
    """Where a site stands today, in a word and a colour's name."""

    words: str
    css: str


def state_of_site(site: Site) -> SiteState:
    today = site.today()
    if site.closed_on and site.closed_on <= today:
        return SiteState(gettext("closed on %(day)s") % {"day": site.closed_on}, "unsigned")
    if site.is_practice:
        return SiteState(pgettext("state of a site", "for practice"), "unsigned")
    if site.active_from is None:
        return SiteState(pgettext("state of a site", "not active"), "begun")
    if site.active_from > today:
        words = gettext("active from %(first)s on, closes on %(day)s")
        words = words if site.closed_on else gettext("active from %(first)s on")
        return SiteState(words % {"first": site.active_from, "day": site.closed_on}, "due")
    if site.closed_on:
        return SiteState(gettext("active, closes on %(day)s") % {"day": site.closed_on}, "done")
    return SiteState(pgettext("state of a site", "active"), "done")


def places() -> list[str]:
    """Time zones to choose from: those of places, and UTC."""
    zones = (name for name in available_timezones() if name.partition("/")[0] in REGIONS and "/" in name)
    return ["UTC", *sorted(zones)]


def all_sites() -> list[Site]:
    return list(Site.objects.all())


def find_site(code: str) -> Site:
    """404 if there is none."""
    site = Site.objects.filter(code=code).first()
    if site is None:
        raise Http404
    return site
