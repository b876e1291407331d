"""Mails that gather what waits: queries for the site, visits due or overdue. Counts, patient numbers and links only.

Each person gets at most one of a kind a day, by the calendar of the person's first site, not before the morning there.
What a mail says is looked up when it goes out, so that one which waited for a mail server does not tell of yesterday.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.models import Site, User
from ecrf.access.people import people_with
from ecrf.access.roles import Right
from ecrf.appointments.soon import is_anybody_expected_tomorrow, tomorrow_at
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import PatientStatus
from ecrf.casebook.schedule.due import LIVING
from ecrf.casebook.schedule.status import due_within, overdue
from ecrf.locks.lookup import under_lock
from ecrf.mail.kinds import MailKind, NotNeeded, register
from ecrf.mail.models import Mail
from ecrf.mail.queue import is_on, queue_mail
from ecrf.mail.scheduled import scheduled
from ecrf.notices.models import HowOften, MailChoice
from ecrf.queries.lookup import open_of_sites, open_queries
from ecrf.queries.models import Query, QueryKind, Turn

QUERY_WAITS = timedelta(days=7)
"""For so long a query waits for the site before its people are told."""
SAME_AGAIN_AFTER = timedelta(days=7)
"""Of the same queries one is reminded each week; a day on which another one has waited so long tells at once."""
DUE_WITHIN = 7
MORNING = 7
"""The hour at the site before which nothing is queued."""
LOOK_EVERY = timedelta(minutes=10)
LINES_AT_MOST = 25


@dataclass(frozen=True)
class WaitingHere:
    """How many queries wait for a site, for how many days the oldest does, and to how many of the site's own questions
    an answer waits to be read."""

    site: Site
    count: int
    days: int
    answered: int


@dataclass(frozen=True)
class VisitLine:
    """A visit that is due, or overdue."""

    patient: str
    visit: str
    due_on: str
    is_overdue: bool


@dataclass(frozen=True)
class VisitsHere:
    """The visits of a site; `more` are not listed. `tomorrow`: who has an appointment then, and for which visit."""

    site: Site
    lines: list[VisitLine]
    more: int
    tomorrow: list[str]


def _study_sites(user: User, right: Right) -> list[Site]:
    """Where the user has the right, without practice sites: of those nobody needs mail."""
    sites = Site.objects.filter(is_practice=False).order_by("code")
    return [site for site in sites if user.may(right, site)]


def _queries_that_wait(mail: Mail) -> Mapping[str, Any]:
    assert mail.to_user is not None
    found = [_waiting_at(site) for site in _study_sites(mail.to_user, Right.ANSWER)]
    waiting = [here for here in found if here.count]
    if not waiting:
        raise NotNeeded(gettext_lazy("Nothing waits any more."))
    return {"sites": waiting, "page": settings.MAIL.public_url + reverse("queries")}


def _visits_that_are_due(mail: Mail) -> Mapping[str, Any]:
    assert mail.to_user is not None
    found = [_visits_at(site) for site in _study_sites(mail.to_user, Right.ENTER)]
    due = [here for here in found if here.lines or here.tomorrow]
    if not due:
        raise NotNeeded(gettext_lazy("No visit is due any more."))
    return {"sites": due, "page": settings.MAIL.public_url + reverse("today")}


QUERIES = register(
    MailKind(
        "queries",
        gettext_lazy("Queries that wait"),
        gettext_lazy("Queries wait for your site"),
        why=gettext_lazy(
            "Everybody who may answer queries of a site is told when one has waited for a week."
        ),
        at_sending=_queries_that_wait,
        supersedes=True,
    )
)
VISITS = register(
    MailKind(
        "visits",
        gettext_lazy("Visits due or overdue"),
        gettext_lazy("Visits of your patients"),
        why=gettext_lazy("You enter data of patients, and chose to get this list."),
        choose="mail-choices",
        at_sending=_visits_that_are_due,
        supersedes=True,
    )
)


@scheduled("queries", LOOK_EVERY)
def look_for_queries() -> int:
    """Queue the mail to each person for whose sites a query waits too long."""
    if not is_on():
        return 0
    waiting = Site.objects.filter(is_practice=False, pk__in=_too_long().values("site"))
    return sum(_queue_queries(user, sites) for user, sites in _people(Right.ANSWER, waiting))


@scheduled("visits", LOOK_EVERY)
def look_for_visits() -> int:
    """Queue the list of visits to each person who wants it today, or this week."""
    if not is_on():
        return 0
    chosen = dict(MailChoice.objects.values_list("user", "visits"))
    study = list(Site.objects.filter(is_practice=False))
    due = [site for site in study if _due_at(site).exists()]
    expecting = [site for site in study if site in due or is_anybody_expected_tomorrow(site)]
    people = [
        (user, chosen.get(user.pk, HowOften.WEEKLY), sites) for user, sites in _people(Right.ENTER, expecting)
    ]
    # Who reads it once a week gets it for visits that are due: tomorrow's appointments alone must not use it up.
    return sum(
        _queue_visits(user, how_often)
        for user, how_often, sites in people
        if how_often == HowOften.DAILY or any(site in due for site in sites)
    )


def _people(right: Right, sites: Iterable[Site]) -> Iterator[tuple[User, list[Site]]]:
    """Each person with an address who has the right at one of the sites, and at which."""
    sites_of: dict[User, list[Site]] = defaultdict(list)
    for site in sites:
        for user in people_with(right, site):
            if user.email:
                sites_of[user].append(site)
    yield from sites_of.items()


def _now_of(user: User) -> datetime:
    """On the clock of the first site where the person works, whatever waits at which."""
    return next((one.site.now() for one in user.current_memberships if one.site), timezone.now())


def _queue_queries(user: User, sites: list[Site]) -> int:
    now = _now_of(user)
    last = Mail.objects.filter(kind=QUERIES.key, to_user=user).first()
    since = last.created_at if last else None
    if now.hour < MORNING or not _is_anything_new(sites, since):
        return 0
    return _queue(QUERIES, user, f"queries:{user.pk}:{now.date()}")


def _is_anything_new(sites: list[Site], since: datetime | None) -> bool:
    """Whether a query has come to wait too long since then, or the last reminder is a week old."""
    waiting = _too_long().filter(site__in=sites)
    if since and since > timezone.now() - SAME_AGAIN_AFTER:
        waiting = waiting.filter(turn_since__gt=since - QUERY_WAITS)
    return waiting.exists()


def _queue_visits(user: User, how_often: str) -> int:
    now = _now_of(user)
    year, week, weekday = now.isocalendar()
    is_too_early = now.hour < MORNING and (how_often == HowOften.DAILY or weekday == 1)
    if how_often == HowOften.NONE or is_too_early:
        return 0
    period = str(now.date()) if how_often == HowOften.DAILY else f"{year}-W{week:02}"
    return _queue(VISITS, user, f"visits:{user.pk}:{period}")


def _queue(kind: MailKind, user: User, dedupe: str) -> int:
    return 1 if queue_mail(to=user, kind=kind.key, dedupe=dedupe) else 0


def _too_long() -> QuerySet[Query]:
    """The queries that wait for a site for so long; not those under a lock, which nobody can answer."""
    border = timezone.now() - QUERY_WAITS
    return open_queries().filter(~under_lock(), turn=Turn.SITE, turn_since__lte=border)


def _waiting_at(site: Site) -> WaitingHere:
    found = _too_long().filter(site=site).order_by().aggregate(count=Count("pk"), oldest=Min("turn_since"))
    days = (timezone.now() - found["oldest"]).days if found["oldest"] else 0
    answered = open_of_sites().filter(~under_lock(), site=site, kind=QueryKind.QUESTION, turn=Turn.SITE)
    return WaitingHere(site, found["count"], days, answered.count())


def _due_at(site: Site) -> QuerySet[PatientStatus]:
    today = {site.pk: site.today()}
    return PatientStatus.objects.filter(
        overdue(today) | due_within(DUE_WITHIN, today), site=site, state__in=LIVING
    )


def _visits_at(site: Site) -> VisitsHere:
    today = site.today()
    rows = list(_due_at(site).select_related("patient").order_by("closes_on", "patient__number"))
    lines = [
        VisitLine(row.patient.number, label_of(row.next_code), str(row.due_on), row.is_overdue(today))
        for row in rows[:LINES_AT_MOST]
    ]
    expected = [f"{line.patient.number} {line.label}" for line in tomorrow_at(site)]
    return VisitsHere(site, lines, len(rows) - len(lines), expected[:LINES_AT_MOST])
