"""Looks through the log of logins of the last days, and tells the administrators what a rule calls unusual, once."""

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from ecrf.access.address import network_of
from ecrf.access.login_log import LOGINS, LoginEvent
from ecrf.access.models import Membership
from ecrf.people.logins.rules import Activity, Login, PagesInHour, unusual
from ecrf.people.models import PageCount, UnusualAccess

LOOKED_BACK = timedelta(days=2)


def look_through_log() -> list[UnusualAccess]:
    """What was not found before, put down."""
    since = timezone.now() - LOOKED_BACK
    found = {
        one.identity: UnusualAccess(
            rule=rule.key, identity=one.identity, username=one.username, at=one.at, words=one.words
        )
        for rule, one in unusual(activity_since(since))
    }
    known = set(UnusualAccess.objects.filter(identity__in=found).values_list("identity", flat=True))
    new = [one for identity, one in found.items() if identity not in known]
    UnusualAccess.objects.bulk_create(new, ignore_conflicts=True)
    return new


def activity_since(since: datetime) -> Activity:
    """The log from this moment on, with each person's clock and the addresses known before."""
    events = list(LoginEvent.objects.filter(at__gte=since).order_by("pk"))
    names = {event.username for event in events}
    zones, known = _zones(names), _known_before(names, since)
    logins = []
    for event in events:
        places = known.setdefault(event.username, set())
        is_login = event.what in LOGINS and event.address
        place = str(network_of(event.address)) if is_login and event.address else ""
        is_new = bool(place and places and place not in places)  # the very first login is from somewhere
        if place:
            places.add(place)
        zone = zones.get(event.username)
        logins.append(Login(event.pk, event.what, event.username, event.at, event.address, zone, is_new))
    counts = PageCount.objects.filter(hour__gte=since).select_related("user").order_by("hour", "pk")
    return Activity(logins, [PagesInHour(one.user.username, one.hour, one.pages) for one in counts])


def _zones(names: set[str]) -> dict[str, tzinfo]:
    """The clock of a person's first site. Who belongs to none may be anywhere, and has none."""
    rows = Membership.objects.filter(user__username__in=names, is_current=True).exclude(site=None)
    zones: dict[str, tzinfo] = {}
    for username, zone in rows.order_by("pk").values_list("user__username", "site__time_zone"):
        zones.setdefault(username, ZoneInfo(str(zone)))
    return zones


def _known_before(names: set[str], since: datetime) -> dict[str, set[str]]:
    """{user name: networks from which this person has logged in before}."""
    rows = LoginEvent.objects.filter(username__in=names, what__in=LOGINS, at__lt=since, address__isnull=False)
    known: dict[str, set[str]] = {}
    for username, address in rows.values_list("username", "address").distinct():
        known.setdefault(username, set()).add(str(network_of(str(address))))
    return known


def unusual_accesses() -> QuerySet[UnusualAccess]:
    """The newest first."""
    return UnusualAccess.objects.order_by("-at", "-pk")
