"""Whom the product tells: who has the right there at the moment, in a role that holds, with an account that is open."""

from datetime import timedelta

import pytest

from ecrf.access.models import Membership, Site, User
from ecrf.access.obstacles import holders_of, investigators_of
from ecrf.access.people import people_in, people_with, receivers_of_letters
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from tests.conftest import make_user
from tests.ecrf.delegation.builders import given, keeps_log

pytestmark = pytest.mark.django_db


def changed(row, **values) -> None:
    with acting(SYSTEM, source="test"):
        type(row).objects.filter(pk=row.pk).update(**values)


def role_of(user: User) -> Membership:
    return user.memberships.get()


@pytest.fixture
def others(site, other_site):
    """Of the same roles, each for another reason not to be told: not yet, no longer, closed, another site's."""
    users = {
        name: make_user(name, Role.INVESTIGATOR, other_site if name == "elsewhere" else site)
        for name in ("later", "over", "ended", "closed", "elsewhere")
    }
    changed(role_of(users["later"]), starts_on=site.today() + timedelta(days=1))
    changed(role_of(users["over"]), ends_on=site.today() - timedelta(days=1))
    changed(role_of(users["ended"]), is_current=False)
    changed(users["closed"], is_active=False)
    return users


@pytest.mark.usefixtures("others")
def test_people_with_a_right_are_those_who_have_it_there_now_once_each_by_name(
    site, other_site, coordinator, investigator, monitor, data_manager
):
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=coordinator, role=Role.SUB_INVESTIGATOR, site=site)
        Membership.objects.create(user=monitor, role=Role.COORDINATOR, site=other_site)
    assert people_with(Right.ENTER, site) == [coordinator, investigator]
    assert people_with(Right.REVIEW, site) == [data_manager, monitor]
    keeps_log(site)
    assert people_with(Right.ENTER, site) == [investigator]
    assert people_with(Right.READ, site) == [coordinator, investigator]


def test_people_in_a_role_are_those_in_whom_it_holds_today_wherever(
    site, other_site, investigator, coordinator, others
):
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=investigator, role=Role.INVESTIGATOR, site=other_site)
        Membership.objects.create(user=others["over"], role=Role.COORDINATOR, site=site)
    assert people_in(Role.INVESTIGATOR) == [others["elsewhere"], investigator]
    assert people_in(Role.COORDINATOR) == [coordinator, others["over"]]


@pytest.mark.usefixtures("others")
def test_investigators_of_a_site_are_named_once_each_in_the_order_of_their_names(site, investigator):
    deputy = make_user("a_deputy", Role.SUB_INVESTIGATOR, site)
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=deputy, role=Role.INVESTIGATOR, site=site)
    assert investigators_of(site) == [deputy.name, investigator.name]
    assert holders_of(site, Role.INVESTIGATOR, Role.SUB_INVESTIGATOR) == [deputy, investigator]
    assert holders_of(site, Role.MONITOR) == []


def test_letters_go_to_whom_the_log_names_today_and_to_no_one_who_has_left(
    site, coordinator, investigator, monitor, others
):
    keeps_log(site)
    second = make_user("second", Role.COORDINATOR, site)
    for user in (*others.values(), monitor):
        given(site, user, "safety-letters", investigator)
    given(site, coordinator, "safety-letters", investigator, starts_on=site.today(), ends_on=site.today())
    given(site, second, "safety-letters", investigator, ends_on=site.today() - timedelta(days=1))
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=coordinator, role=Role.SUB_INVESTIGATOR, site=site)
    assert receivers_of_letters(site) == [coordinator, investigator]
    changed(site, is_practice=True)
    assert receivers_of_letters(Site.objects.get(pk=site.pk)) == [coordinator, investigator, second]
