"""When a delegated task begins and ends, to the minute on the site's clock; and that the refusal names it."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from ecrf.access.models import Membership
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from tests.conftest import make_site, make_user
from tests.ecrf.delegation.builders import a_training, fresh, given, keeps_log

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-074"), pytest.mark.requirement("R-035")]

TOKYO_MIDNIGHT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
"""When 2026-11-22 begins in Tokyo."""
MINUTE = 60


def may_at(moment: datetime, user, right, site) -> bool:
    with time_machine.travel(moment, tick=False):
        return fresh(user).may(right, site)


def before(moment: datetime) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() - MINUTE, UTC)


def test_task_begins_at_midnight_of_the_site_on_its_first_day(site, coordinator, investigator):
    keeps_log(site)
    given(site, coordinator, "enter", investigator, starts_on=date(2026, 11, 22))
    assert not may_at(before(TOKYO_MIDNIGHT), coordinator, Right.ENTER, site)
    assert may_at(TOKYO_MIDNIGHT, coordinator, Right.ENTER, site)


def test_task_holds_to_the_end_of_its_last_day_at_the_site(site, coordinator, investigator):
    keeps_log(site)
    given(site, coordinator, "enter", investigator, ends_on=date(2026, 11, 21))
    assert may_at(before(TOKYO_MIDNIGHT), coordinator, Right.ENTER, site)
    assert not may_at(TOKYO_MIDNIGHT, coordinator, Right.ENTER, site)


def test_another_time_zone_has_another_midnight(investigator):
    hawaii = keeps_log(make_site("07", "Pacific/Honolulu"))
    nurse = make_user("nurse", Role.COORDINATOR, hawaii)
    given(hawaii, nurse, "enter", investigator, starts_on=date(2026, 11, 22))
    assert not may_at(TOKYO_MIDNIGHT, nurse, Right.ENTER, hawaii)
    assert may_at(datetime(2026, 11, 22, 10, 0, tzinfo=UTC), nurse, Right.ENTER, hawaii)


def test_log_decides_from_its_own_first_day_on(site, coordinator):
    keeps_log(site, date(2026, 11, 22))
    assert may_at(before(TOKYO_MIDNIGHT), coordinator, Right.ENTER, site)
    assert not may_at(TOKYO_MIDNIGHT, coordinator, Right.ENTER, site)


def test_task_of_another_site_gives_nothing_here(site, other_site, coordinator, investigator):
    keeps_log(site)
    given(other_site, coordinator, "enter", investigator)
    assert not fresh(coordinator).may(Right.ENTER, site)


def test_each_task_gives_its_own_right_and_no_other(site, sub_investigator, investigator):
    keeps_log(site)
    rights = {"enter": Right.ENTER, "answer": Right.ANSWER, "sign": Right.SIGN}
    for task, right in rights.items():
        row = given(site, sub_investigator, task, investigator)
        user = fresh(sub_investigator)
        assert [one for one in rights.values() if user.may(one, site)] == [right]
        assert user.may(Right.READ, site)
        with acting(SYSTEM, source="test"):
            row.ended_at, row.ended_by, row.end_reason = site.now(), investigator, "Over"
            row.save()
        assert not fresh(sub_investigator).may(right, site)


def test_investigator_needs_no_line_in_the_log(site, investigator):
    keeps_log(site)
    assert all(fresh(investigator).may(right, site) for right in (Right.ENTER, Right.ANSWER, Right.SIGN))


def test_task_gives_nothing_that_the_role_does_not_carry(site, coordinator, investigator):
    keeps_log(site)
    given(site, coordinator, "sign", investigator)
    assert not fresh(coordinator).may(Right.SIGN, site)


@pytest.mark.parametrize("right", [Right.ENTER, Right.ANSWER])
def test_refusal_names_the_task_and_the_investigators(right, site, coordinator, investigator):
    make_user("second", Role.INVESTIGATOR, site)
    gone = make_user("gone", Role.INVESTIGATOR, site)
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=gone).update(ends_on=date(2020, 1, 1))
    keeps_log(site)
    words = " ".join(str(one) for one in fresh(coordinator).obstacles(right, site))
    task = {"enter": "Enter data", "answer": "Answer queries"}[right]
    assert f"The delegation log of site 01 does not give you the task “{task}” today." in words
    assert "Ask the site's investigator, Synthetic investigator or Synthetic second." in words


@pytest.mark.requirement("R-080")
def test_everything_that_is_missing_is_named_at_once(site, coordinator):
    a_training(Role.COORDINATOR)
    keeps_log(site)
    with acting(SYSTEM, source="test"):
        site.active_from = None
        site.save()
    words = " ".join(str(one) for one in fresh(coordinator).obstacles(Right.ENTER, site))
    for part in (
        "“Site manual, version 1”",
        "page Training",
        "not active yet",
        "administrator",
        "delegation log",
    ):
        assert part in words


@pytest.mark.requirement("R-080")
def test_practice_site_takes_data_whatever_is_missing(coordinator):
    practice = keeps_log(make_site("90", is_practice=True, active_from=None))
    learner = make_user("learner", Role.COORDINATOR, practice)
    a_training(Role.COORDINATOR)
    assert fresh(learner).may(Right.ENTER, practice)


def test_today_leads_who_has_no_task_to_the_log(site, coordinator, client):
    keeps_log(site)
    client.force_login(coordinator)
    page = client.get(reverse("today")).content.decode()
    assert f'href="{reverse("delegation", args=[site.code])}">Delegation log</a>' in page
