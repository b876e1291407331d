"""Who had access on a day: what the list says of every day is what the product itself said on that day."""

import csv
import random
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, Actor, acting
from ecrf.people.accounts.services import close_account, correct_person
from ecrf.people.memberships.rules import WantedRole
from ecrf.people.memberships.services import end_role, give_roles
from ecrf.people.models import AccessListExport
from ecrf.people.past.days import access_on
from tests.conftest import make_site, make_user
from tests.database import tamper

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-076")]

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
ROLES = [Role.COORDINATOR, Role.MONITOR, Role.STATISTICIAN]

Access = tuple[int, str, str]


def in_force(day_of: dict[tuple[date, Access], bool], sites: list[Site]) -> None:
    """Note what holds at this moment, under the day that it is now at the site."""
    for membership in Membership.objects.select_related("user", "site"):
        if membership.user.is_active and membership.is_in_force():
            site = membership.site
            day = site.today() if site else datetime.now(UTC).date()
            day_of[day, key(membership)] = True


def key(membership: Membership) -> Access:
    return membership.pk, membership.user.username, membership.role


@pytest.mark.parametrize("seed", range(3))
def test_list_of_every_day_is_what_was_in_force_on_that_day(administrator, seed):
    """Roles are given with and without days, ended and accounts closed at odd hours, at sites around the world."""
    chance = random.Random(seed)  # noqa: S311
    sites = [
        make_site("01", "Asia/Tokyo"),
        make_site("02", "America/Los_Angeles"),
        make_site("03", "Pacific/Auckland"),
    ]
    with time_machine.travel(BEGIN, tick=False):
        people = [make_user(f"person{number}", Role.COORDINATOR) for number in range(3)]
    with acting(SYSTEM, source="test"):
        administrator.memberships.update(granted_at=BEGIN)
    seen: dict[tuple[date, Access], bool] = {}
    hours = sorted(chance.sample(range(10 * 24), 25))
    acts = {BEGIN + timedelta(hours=hour, minutes=chance.randrange(60)) for hour in hours}
    edges = {
        datetime(2026, 3, day, hour, minute, second, tzinfo=UTC)
        for day in range(1, 13)
        for hour in range(24)
        for minute, second in ((0, 0), (59, 59))
    }
    for moment in sorted(acts | edges):
        with time_machine.travel(moment, tick=False):
            if moment in acts:
                in_force(seen, sites)
                something(chance, people, sites, administrator)
            in_force(seen, sites)
    expected: dict[date, set[Access]] = {}
    for day, access in seen:
        expected.setdefault(day, set()).add(access)
    for number in range(
        2, 12
    ):  # at the first and the last day some clock was not looked at for the whole of it
        day = date(2026, 3, number)
        assert {key(held.membership) for held in access_on(day)} == expected.get(day, set()), day


def something(chance: random.Random, people: list[User], sites: list[Site], by: User) -> None:
    """One act of an administrator; one that cannot be done is left."""
    user = chance.choice(people)
    held = list(user.memberships.filter(is_current=True))
    if chance.random() < 0.08 and user.is_active:
        close_account(user=user, reason="Left", by=by)
        user.refresh_from_db()
    elif held and chance.random() < 0.45:
        end_role(membership=chance.choice(held), reason="Other work", by=by)
    else:
        role = chance.choice(ROLES)
        site = None if role == Role.STATISTICIAN else chance.choice(sites)
        today = site.today() if site else datetime.now(UTC).date()
        starts = chance.choice([None, today, today + timedelta(days=2)])
        ends = chance.choice([None, (starts or today) + timedelta(days=chance.randrange(3))])
        try:
            give_roles(user=user, wanted=[WantedRole(role, site, starts, ends)], reason="Asked for", by=by)
        except Exception as error:
            assert type(error).__name__ == "ValidationError"  # noqa: PT017  (held already, or the account is closed)


# --- the borders, one by one ----------------------------------------------------------------------


def usernames(day: date, *sites: Site) -> set[str]:
    return {held.membership.user.username for held in access_on(day, [site.pk for site in sites] or None)}


def given(site: Site | None, role: str = Role.COORDINATOR, **columns) -> Membership:
    user = make_user("someone", Role.COORDINATOR)
    with acting(SYSTEM, source="test"):
        return Membership.objects.create(user=user, role=role, site=site, **columns)


@pytest.mark.parametrize(
    ("zone", "first"), [("Asia/Tokyo", date(2026, 3, 6)), ("America/Los_Angeles", date(2026, 3, 5))]
)
def test_role_begins_on_the_day_that_it_is_at_the_site(zone, first):
    given(make_site("01", zone), granted_at=datetime(2026, 3, 5, 20, tzinfo=UTC))
    assert "someone" not in usernames(first - timedelta(days=1))
    assert "someone" in usernames(first)


def test_first_and_last_day_belong_to_it(site):
    given(site, granted_at=BEGIN, starts_on=date(2026, 3, 5), ends_on=date(2026, 3, 7))
    held = [day for day in range(3, 10) if "someone" in usernames(date(2026, 3, day))]
    assert held == [5, 6, 7]


def test_role_ended_at_midnight_does_not_hold_on_the_day_that_begins(site):
    midnight = datetime(2026, 3, 8, tzinfo=site.zone)
    given(site, granted_at=BEGIN, is_current=False, ended_at=midnight)
    assert "someone" in usernames(date(2026, 3, 7))
    assert "someone" not in usernames(date(2026, 3, 8))


def test_older_row_takes_day_and_person_from_the_trail(site):
    by = Actor("", "command line (somebody)")
    user = make_user("someone", Role.COORDINATOR)
    with acting(by, reason="Before there were pages", source="command"):
        old = Membership.objects.create(user=user, role=Role.COORDINATOR, site=site, granted_at=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")
        today = cursor.fetchone()[0]
    assert "someone" not in usernames(today - timedelta(days=1))
    held = next(one for one in access_on(today) if one.membership == old)
    assert held.given_by == "command line (somebody)"
    assert held.first_on == today
    with acting(by, reason="Left", source="command"):
        Membership.objects.filter(pk=old.pk).update(is_current=False)
    ended = next(one for one in access_on(today) if one.membership == old)
    assert (ended.ended_by, ended.end_reason, ended.last_on) == ("command line (somebody)", "Left", today)
    assert "someone" not in usernames(today + timedelta(days=1))


def test_account_closed_by_hand_had_access_until_then(coordinator, site):
    with acting(SYSTEM, source="test"):
        coordinator.memberships.update(granted_at=BEGIN)
        User.objects.filter(pk=coordinator.pk).update(is_active=False)
    assert "coordinator" in usernames(date(2026, 3, 5))
    assert "coordinator" not in usernames(site.today() + timedelta(days=2))


def test_name_in_the_list_is_the_name_of_that_day(administrator, coordinator, site):
    with acting(SYSTEM, source="test"):
        coordinator.memberships.update(granted_at=BEGIN)
    correct_person(
        user=coordinator, full_name="Synthetic married", email=None, reason="Married", by=administrator
    )
    names = [held.full_name for held in access_on(date(2026, 3, 5)) if held.membership.role == "coordinator"]
    assert names == ["Synthetic coordinator"]
    tomorrow = site.today() + timedelta(days=1)
    assert "Synthetic married" in [held.full_name for held in access_on(tomorrow)]


def rename(user: User, name: str, at: datetime, by: User) -> None:
    correct_person(user=user, full_name=name, email=None, reason="Married", by=by)
    tamper(  # the trail takes the database's clock: its events are moved by hand
        "UPDATE audit_auditevent SET at = %s WHERE id = (SELECT max(id) FROM audit_auditevent"
        ' WHERE "table" = \'access_user\' AND "row" = %s)',
        at,
        str(user.pk),
    )
    user.refresh_from_db()


def test_who_gave_and_who_ended_it_are_called_as_they_were_then(site, administrator, second):
    """Page, print and file: the names of the moment at which each acted, also once they were corrected, twice."""
    day = date(2026, 3, 5)
    at = datetime(2026, 3, 6, 5, tzinfo=UTC)
    given(
        site, granted_at=BEGIN, granted_by=second, is_current=False, ended_at=at, ended_by=second, reason="x"
    )
    rename(second, "Synthetic between", BEGIN + timedelta(days=2), administrator)
    rename(second, "Synthetic at last", BEGIN + timedelta(days=30), administrator)
    held = next(one for one in access_on(day) if one.membership.user.username == "someone")
    assert (held.given_by, held.given_by_name) == ("second", "Synthetic second")
    assert (held.ended_by, held.ended_by_name) == ("second", "Synthetic between")
    client = Client()
    client.force_login(User.objects.get(pk=administrator.pk))
    for answer in (
        client.get(reverse("access"), {"day": day}),
        client.get(reverse("print-access"), {"day": day}),
        client.post(reverse("access-csv"), {"day": day}),
    ):
        text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()
        assert "Synthetic second" in text
        assert "Synthetic between" in text
        assert "Synthetic at last" not in text


def test_name_is_that_of_the_end_of_the_day_on_the_clock_of_the_site(administrator):
    """Corrected at 16:00 UTC, which is the next day in Tokyo and the same day in Los Angeles."""
    sites = make_site("01", "Asia/Tokyo"), make_site("02", "America/Los_Angeles")
    user = make_user("traveller", Role.MONITOR, *sites)
    with acting(SYSTEM, source="test"):
        user.memberships.update(granted_at=BEGIN)
    rename(user, "Synthetic later", datetime(2026, 3, 5, 16, tzinfo=UTC), administrator)
    held = {
        one.membership.site.code: one.full_name for one in access_on(date(2026, 3, 5)) if one.membership.site
    }
    assert held == {"01": "Synthetic traveller", "02": "Synthetic later"}


# --- the pages ------------------------------------------------------------------------------------


def test_list_of_one_site_has_its_roles_and_those_for_all(data_manager, coordinator, outsider, site, browse):
    page = browse(data_manager).get(reverse("access"), {"site": "01"}).content.decode()
    assert "Synthetic coordinator" in page
    assert "Synthetic data_manager" in page
    assert "Synthetic outsider" not in page


@pytest.mark.requirement("R-079")
def test_inspector_of_one_site_sees_its_access_and_no_other(coordinator, outsider, site, other_site, browse):
    inspector = make_user("inspector", Role.COORDINATOR)
    with acting(SYSTEM, source="test"):
        last = site.today() + timedelta(days=5)
        Membership.objects.create(user=inspector, role=Role.INSPECTOR, site=site, ends_on=last)
    client = browse(inspector)
    page = client.get(reverse("access")).content.decode()
    assert "Synthetic coordinator" in page
    assert "Synthetic outsider" not in page
    assert client.get(reverse("access"), {"site": "02"}).status_code == 404


def test_without_a_day_each_role_counts_by_the_calendar_of_its_own_site(administrator):
    """At half past midnight in Tokyo it is yesterday in UTC and Los Angeles: page, print and file."""
    tokyo, angeles = make_site("01", "Asia/Tokyo"), make_site("02", "America/Los_Angeles")
    with time_machine.travel(datetime(2027, 2, 28, 15, 30, tzinfo=UTC), tick=False):
        with acting(SYSTEM, source="test"):
            administrator.memberships.update(granted_at=BEGIN)
            february, march = date(2027, 2, 28), date(2027, 3, 1)
            for name, site, first, last in (
                ("new", tokyo, march, None),
                ("old", tokyo, None, february),
                ("west", angeles, None, february),
                ("early", angeles, march, None),
            ):
                user = make_user(name, Role.COORDINATOR, site)
                user.memberships.update(granted_at=BEGIN, starts_on=first, ends_on=last)
        client = Client()
        client.force_login(User.objects.get(pk=administrator.pk))
        page = client.get(reverse("access"))
        file = client.post(reverse("access-csv"), {"day": ""})
        answers = [
            page.content,
            client.get(reverse("print-access")).content,
            b"".join(file.streaming_content),
        ]
    for text in (answer.decode() for answer in answers):
        assert "Synthetic new" in text
        assert "Synthetic west" in text
        assert "Synthetic old" not in text
        assert "Synthetic early" not in text
    assert "Who has access today" in answers[0].decode()
    rows = csv.DictReader(answers[2].decode("utf-8-sig").splitlines())
    assert {row["username"]: row["day"] for row in rows if row["role"] == "Coordinator"} == {
        "new": "2027-03-01",
        "west": "2027-02-28",
    }


@pytest.mark.parametrize("day", ["yesterday", "0001-01-01", "9999-12-31", "2026-13-01", "05/06/2026", "\x00"])
def test_day_that_is_none_is_said_and_today_shown(admins, site, day):
    answer = admins.get(reverse("access"), {"day": day, "site": "01"})
    assert answer.status_code == 200
    assert "Shown is today." in answer.content.decode()
    assert answer.context["day"] == site.today()
    assert answer.context["typed"] == day


@pytest.mark.parametrize("typed", ["2026-11-22", "20261122", "22 Nov 2026", "令和8年11月22日"])
def test_day_is_read_as_everywhere(admins, site, typed):
    for asked in ({"day": typed}, {"day": typed, "site": "01"}):
        assert admins.get(reverse("access"), asked).context["day"] == date(2026, 11, 22)


def test_file_is_safe_in_a_spreadsheet_and_noted(admins, administrator, coordinator, site):
    correct_person(user=coordinator, full_name="=1+1", email=None, reason="A test", by=administrator)
    answer = admins.post(reverse("access-csv"), {"day": str(site.today()), "site": "01"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert '"\'=1+1"' in text
    noted = AccessListExport.objects.get()
    assert (noted.site, noted.made_by, noted.lines) == (site, administrator, text.count("\n") - 1)


def test_matrix_says_what_the_code_says(data_manager, browse):
    page = " ".join(browse(data_manager).get(reverse("role-matrix")).content.decode().split())
    assert "Manage users, sites and memberships" in page
    assert "active site, delegated task, training" in page
