"""A statement that is written once finds what Django would find, whatever it is given the next time."""

import warnings
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import get_language, override

from ecrf.access import statements
from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.access.statements import written_once
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 1)


@pytest.fixture
def sites() -> Iterator[list[Site]]:
    with acting(SYSTEM, source="test"):
        yield [
            Site.objects.create(
                code=f"7{n}",
                name=f"Site {n} (synthetic)",
                time_zone="UTC",
                active_from=DAY + timedelta(days=n),
            )
            for n in range(6)
        ]


@pytest.fixture
def people(sites: list[Site]) -> list[User]:
    users = [User.objects.create(username=f"written{n}") for n in range(3)]
    for user in users:
        for site in sites[:4]:
            Membership.objects.create(user=user, role=Role.COORDINATOR, site=site)
    return users


def of_sites(ids: list[int] | None, *, at_most: int = 9) -> QuerySet[Site]:
    found = Site.objects.filter(code__startswith="7")
    return (found if ids is None else found.filter(pk__in=ids)).order_by("-code")[:at_most]


def from_day(first: date, last: date, name: str) -> QuerySet[Site]:
    begun = Q(active_from__gte=first - timedelta(days=1), active_from__lte=last + timedelta(days=1))
    return Site.objects.filter(begun | Q(name=name), code__startswith="7").order_by("code")


def by_its_day(days: dict[int, date]) -> QuerySet[Site]:
    which = Q(pk__in=[])
    for day in dict.fromkeys(days.values()):
        which |= Q(pk__in=[pk for pk, own in days.items() if own == day], active_from__gte=day)
    return Site.objects.filter(which).order_by("code")


def members(users: list[int], without: int) -> QuerySet[Membership]:
    others = Membership.objects.filter(user=OuterRef("user"), site=without)
    found = Membership.objects.filter(Exists(others), user__in=users).exclude(site=without)
    return found.select_related("site", "user").annotate(code=F("site__code")).order_by("pk")


def test_models_are_those_that_the_queryset_gives(sites: list[Site], people: list[User]) -> None:
    once = written_once(members)
    for users in ([people[0].pk], [people[1].pk], [one.pk for one in people], []):
        for site in sites[:2]:
            with CaptureQueriesContext(connection) as asked:
                found = once.rows(users, site.pk)
                said = [(one.pk, one.code, one.site.name, one.user.username) for one in found]
            assert said == [
                (one.pk, one.code, one.site.name, one.user.username)  # type: ignore[attr-defined]
                for one in members(users, site.pk)
            ]
            assert len(asked) == bool(users)
    assert all(one._state.db == "default" and not one._state.adding for one in found)


def test_a_number_of_values_and_a_limit_belong_to_the_statement(sites: list[Site]) -> None:
    once, ids = written_once(of_sites), [site.pk for site in sites]
    for given in ([], ids[:1], ids[1:2], ids[2:], ids[:4], None, ids):
        for most in (1, 3):
            assert once.rows(given, at_most=most) == list(of_sites(given, at_most=most))
    assert len(once.written) == 2 * 5, "one of each length and limit"


@pytest.mark.parametrize("moved", range(-2, 7))
def test_days_may_be_moved_and_are_told_apart(sites: list[Site], moved: int) -> None:
    first, last = DAY + timedelta(days=moved), DAY + timedelta(days=moved + 1)
    for name in ("", "Site 5 (synthetic)"):
        assert FROM_DAY.rows(first, last, name) == list(from_day(first, last, name))
        assert FROM_DAY.rows(last, first, name) == list(from_day(last, first, name))
        assert FROM_DAY.rows(first, first, name) == list(from_day(first, first, name))


FROM_DAY = written_once(from_day)


def test_which_sites_share_a_day_belongs_to_the_statement(sites: list[Site]) -> None:
    once, ids = written_once(by_its_day), [site.pk for site in sites]
    for early in range(4):
        for at in range(len(ids)):
            days = {pk: DAY + timedelta(days=early + (n >= at)) for n, pk in enumerate(ids)}
            assert once.rows(days) == list(by_its_day(days))


def test_lines_hold_what_the_query_selects(sites: list[Site], people: list[User]) -> None:
    def counted(users: list[int]) -> QuerySet:
        rows = Membership.objects.filter(user__in=users).order_by("site__name", "site")
        return rows.values_list("site", "site__active_from").annotate(n=Count("pk"))

    once = written_once(counted)
    for users in ([people[0].pk], [one.pk for one in people]):
        assert once.lines(users) == list(counted(users)) == once.rows(users)


def test_what_is_asked_now_is_found(sites: list[Site]) -> None:
    once = written_once(of_sites)
    assert len(once.rows(None)) == 6
    sites[0].name = "Renamed (synthetic)"
    sites[0].save()
    Site.objects.create(code="79", name="New (synthetic)", time_zone="UTC")
    assert [site.name for site in once.rows(None)] == [site.name for site in of_sites(None)]


def _first(made: Callable[[Any], QuerySet], given: Any) -> None:
    written_once(made).rows(given)


@pytest.mark.parametrize(
    ("made", "given"),
    [
        (lambda n: Site.objects.filter(pk=n + 1), 3),
        (lambda text: Site.objects.filter(name=text.upper()), "a"),
        (lambda text: Site.objects.filter(name__startswith=text), "a"),
        (lambda day: Site.objects.filter(active_from=day.replace(year=2020)), DAY),
        (lambda _: Site.objects.filter(active_from__lt=timezone.now()), 1),
        (lambda n: Site.objects.all()[:n], 3),
        (lambda user: Membership.objects.filter(user=user), AnonymousUser()),
    ],
    ids=["number", "text", "pattern", "day", "clock", "limit", "object"],
)
def test_what_is_not_handed_on_is_refused_before_it_is_asked(
    made: Callable[[Any], QuerySet], given: Any
) -> None:
    with CaptureQueriesContext(connection) as asked, pytest.raises(RuntimeWarning):
        _first(made, given)
    assert not len(asked)


@pytest.mark.parametrize(
    "made",
    [
        lambda n: Site.objects.filter(pk__gt=0) if n else Site.objects.none(),
        lambda n: Entry.objects.filter(number=n),
    ],
    ids=["left out", "finds nothing"],
)
def test_a_given_value_that_gets_lost_is_refused(made: Callable[[Any], QuerySet]) -> None:
    with pytest.raises(RuntimeWarning):
        _first(made, 3)


def test_a_server_asks_as_django_does_where_it_cannot_be_written_once(sites: list[Site]) -> None:
    once = written_once(
        lambda text: Site.objects.filter(name__startswith=text).order_by("pk").values_list("pk")
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert once.rows("Site 3") == [(sites[3].pk,)]
        assert once.lines("Site ") == [(site.pk,) for site in sites]


def test_what_depends_on_the_language_is_written_for_each(sites: list[Site]) -> None:
    """As the order of texts does, where the database has the collation."""
    once = written_once(lambda pk: Site.objects.filter(pk=pk).values_list(Value(get_language())))
    for language in ("en", "ja", "zh-hans", "en"):
        with override(language):
            assert once.lines(sites[0].pk) == [(language,)]


def test_a_statement_that_another_thread_throws_away_is_still_asked(sites: list[Site], monkeypatch) -> None:
    monkeypatch.setattr(statements, "MOST", 1)
    once = written_once(of_sites)
    faults = []

    def ask(length: int) -> None:
        try:
            for _ in range(200):
                once._written(([*range(length)],), {"at_most": 2})
        except KeyError as fault:
            faults.append(fault)

    threads = [Thread(target=ask, args=[length]) for length in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


def test_threads_write_and_ask_at_once(sites: list[Site]) -> None:
    """Each on the connection of its own thread; here they only fill in what they were given."""
    once, ids, found = written_once(of_sites), [site.pk for site in sites], dict[int, list[Any]]()

    def fill(pk: int) -> None:
        written, values = once._written(([pk],), {"at_most": 2})
        found[pk] = written.filled(values) if written else []

    threads = [Thread(target=fill, args=[pk]) for pk in ids * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {pk: values[-1] for pk, values in found.items()} == {pk: pk for pk in ids}
