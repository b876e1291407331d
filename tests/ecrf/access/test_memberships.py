"""When a role holds, by the calendar of its site; whom it lets reach what, and who is named as holding it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from ecrf.access.models import Membership, Site, User
from ecrf.access.obstacles import ObstacleKind, site_obstacles
from ecrf.access.people import holders_of
from ecrf.access.reach import reach_site, require_anywhere, roles_that_ended, site_ids, sites
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from tests.conftest import make_user
from tests.ecrf.delegation.builders import a_training

NOW = datetime(2026, 3, 10, 16, tzinfo=UTC)
TOKYO, LONDON = date(2026, 3, 11), date(2026, 3, 10)
"""The same moment on two calendars; that of UTC holds for who is at all sites."""
DAY = timedelta(days=1)


@pytest.fixture
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def membership(today, **given):
    site = Site(code="01", time_zone="Asia/Tokyo") if today == TOKYO else None
    return Membership(user=User(username="one"), role=Role.COORDINATOR, site=site, **given)


@pytest.mark.usefixtures("_now")
@pytest.mark.parametrize("today", [TOKYO, LONDON])
@pytest.mark.parametrize(
    ("starts", "ends", "is_current", "holds", "is_over"),
    [
        (None, None, True, True, False),
        (None, None, False, False, True),
        (0, 0, True, True, False),
        (1, None, True, False, False),
        (-1, -1, True, False, True),
        (-1, 1, False, False, True),
    ],
)
def test_role_holds_from_its_first_to_its_last_day_at_its_site(
    today, starts, ends, is_current, holds, is_over
):
    first, last = (None if days is None else today + days * DAY for days in (starts, ends))
    one = membership(today, starts_on=first, ends_on=last, is_current=is_current)
    assert (one.is_in_force(), one.is_over()) == (holds, is_over)
    assert one.last_day() == (last if is_over else None)


@pytest.mark.usefixtures("_now")
@pytest.mark.parametrize("today", [TOKYO, LONDON])
def test_last_day_of_a_role_that_was_ended_is_that_day_at_its_site(today):
    assert membership(today, is_current=False, ended_at=NOW, ends_on=today + DAY).last_day() == today
    assert membership(today, is_current=True, ended_at=NOW).last_day() is None


@pytest.mark.parametrize(
    ("active_from", "closed_on", "says"),
    [
        (0, None, ""),
        (-1, 1, ""),
        (-1, 0, "Site 07 was closed on 2026-03-10"),
        (1, None, "Site 07 is not active yet: it is from 2026-03-11 on"),
        (None, None, "Site 07 is not active yet. Until then"),
    ],
)
def test_site_takes_data_from_its_first_day_on_and_until_the_day_before_it_is_closed(
    active_from, closed_on, says
):
    first, closed = (None if days is None else LONDON + days * DAY for days in (active_from, closed_on))
    found = site_obstacles(Site(code="07", active_from=first, closed_on=closed), LONDON)
    assert [str(one).startswith(says) for one in found] == ([True] if says else [])
    assert {one.kind for one in found} <= {ObstacleKind.SITE}


# --- whom it lets reach what ----------------------------------------------------------------------


def given(person, role, site, **more):
    with acting(SYSTEM, source="test"):
        return Membership.objects.create(user=person, role=role, site=site, **more)


@pytest.mark.django_db
def test_person_reaches_the_sites_of_the_roles_that_carry_the_right(
    site, other_site, coordinator, data_manager
):
    assert site_ids(coordinator, Right.ENTER) == [site.pk]
    assert site_ids(coordinator, Right.VERIFY) == []
    assert site_ids(data_manager, Right.LOCK) is None
    assert set(sites(data_manager, Right.LOCK)) >= {site, other_site}
    assert list(sites(coordinator, Right.VERIFY)) == []
    given(coordinator, Role.MONITOR, other_site)
    both = User.objects.get(pk=coordinator.pk)
    assert site_ids(both, Right.ENTER, Right.VERIFY) == sorted([site.pk, other_site.pk])
    assert site_ids(both, Right.VERIFY) == [other_site.pk]
    for either in ((Right.VERIFY, Right.ENTER), (Right.ENTER, Right.VERIFY)):
        assert reach_site(both, other_site.code, *either) == other_site
    with pytest.raises(PermissionDenied):
        reach_site(both, other_site.code, Right.ENTER)
    for code in ("99", "", "\x00", other_site.code + "\x00"):
        with pytest.raises(Http404):
            reach_site(both, code, Right.VERIFY)
    require_anywhere(both, Right.LOCK, Right.VERIFY)
    with pytest.raises(PermissionDenied, match="Your role does not let you"):
        require_anywhere(both, Right.LOCK)


@pytest.mark.django_db
def test_right_over_the_whole_study_is_in_the_way_of_what_keeps_each_role_at_all_sites_from_it(
    site, monitor, data_manager
):
    def whats(person, right):
        return [str(one.kind) for one in User.objects.get(pk=person.pk).obstacles_to_all(right)]

    assert whats(data_manager, Right.EXPORT) == []
    a_training(Role.DATA_MANAGER, Role.MONITOR)
    assert whats(data_manager, Right.EXPORT) == whats(data_manager, Right.LOCK) == ["training"]
    assert whats(data_manager, Right.SIGN) == []  # no role carries it
    assert whats(monitor, Right.VERIFY) == []  # which is held at a site
    given(data_manager, Role.STATISTICIAN, None)
    assert whats(data_manager, Right.EXPORT) == []  # in this role nothing is in the way
    assert whats(data_manager, Right.LOCK) == ["training"]


@pytest.mark.django_db
def test_nobody_acts_in_a_role_whose_right_something_is_in_the_way_of(site, other_site, coordinator, monitor):
    assert coordinator.acting_at(site, Right.ENTER).role == "coordinator"
    assert coordinator.acting_at(None, Right.ENTER).role == "coordinator"
    assert monitor.acting_at(site, Right.ENTER).role == ""  # the act asks for the right itself
    assert monitor.acting_at(None, Right.ENTER).role == ""
    a_training(Role.COORDINATOR)
    with pytest.raises(PermissionDenied, match="training"):
        User.objects.get(pk=coordinator.pk).acting_at(site, Right.ENTER)
    assert User.objects.get(pk=coordinator.pk).acting_at(other_site, Right.ENTER).role == ""


@pytest.mark.django_db
def test_role_that_has_ended_is_told_once_and_not_where_it_was_given_again(site, other_site, coordinator):
    assert roles_that_ended(coordinator) == []
    long_ago = {"is_current": False, "ended_at": NOW}
    for _ in range(2):
        given(coordinator, Role.MONITOR, other_site, **long_ago)
    given(coordinator, Role.COORDINATOR, site, **long_ago)  # who has it now
    given(coordinator, Role.SAFETY, None, is_current=False)
    told = roles_that_ended(User.objects.get(pk=coordinator.pk))
    day = NOW.astimezone(other_site.zone).date()
    assert told == [
        f"Your role monitor at {other_site} has ended: {day} was its last day.",
        "Your role safety at all sites has ended.",
    ]


@pytest.mark.django_db
def test_holders_of_a_role_are_those_in_whom_it_is_in_force_each_once(site, other_site, coordinator, monitor):
    tomorrow = site.today() + DAY
    given(make_user("later", Role.COORDINATOR, other_site), Role.MONITOR, site, starts_on=tomorrow)
    given(monitor, Role.MONITOR, other_site)
    safety = make_user("safety2", Role.SAFETY)

    def names(*roles, **where):
        return [one.user.username for one in holders_of(roles, **where)]

    assert names(Role.MONITOR) == ["monitor"]
    assert sorted(names(Role.COORDINATOR, Role.SAFETY)) == ["coordinator", "later", "safety2"]
    assert names(Role.COORDINATOR, Role.SAFETY, site=site) == ["coordinator", "safety2"]
    with acting(SYSTEM, source="test"):
        Site.objects.filter(pk=site.pk).update(is_practice=True)
        User.objects.filter(pk=safety.pk).update(is_active=False)
    assert names(Role.COORDINATOR, Role.SAFETY) == ["later"]
