"""The delegation log's page: who keeps it, what is refused, what is printed, and who receives safety letters."""

from datetime import timedelta

import pytest

from ecrf.access.delegation import Delegation
from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.delegation.log.page import log_page
from tests.conftest import PASSWORD
from tests.ecrf.delegation.builders import fresh, given, keeps_log, known

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-074")]

URL = "/sites/01/delegation/"


@pytest.fixture
def keeper(client, investigator):
    client.force_login(known(investigator))
    return client


def typed(user, site, *tasks, **more):
    signed = {"username": "investigator", "password": PASSWORD}
    days = {"starts_on": str(site.today()), "ends_on": "", "reason": ""}
    return {"user": str(user.pk), "tasks": list(tasks), **days, **signed, **more}


@pytest.mark.requirement("R-037")
def test_investigator_delegates_with_the_password_and_the_person_works_at_once(keeper, site, coordinator):
    keeps_log(site)
    assert keeper.post(URL, typed(coordinator, site, "enter", "answer")).status_code == 302
    assert fresh(coordinator).may(Right.ENTER, site)
    assert fresh(coordinator).may(Right.ANSWER, site)
    event = AuditEvent.objects.filter(table="access_delegation").latest("pk")
    assert (event.actor, event.role, event.site) == ("investigator", "investigator", "01")
    page = keeper.get(URL).content.decode()
    assert "Synthetic coordinator" in page
    assert "Enter data" in page


def test_second_click_delegates_nothing_more(keeper, site, coordinator):
    for _ in range(2):
        assert keeper.post(URL, typed(coordinator, site, "enter")).status_code == 302
    assert Delegation.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"password": "wrong"}, "These are not your own user name and password. Nothing was delegated."),
        ({"username": "coordinator"}, "nobody can sign for somebody else"),
        ({"tasks": []}, "Tick at least one task."),
        ({"tasks": ["sign"]}, "The role of this person does not carry: Sign as sub-investigator."),
        ({"starts_on": "soon"}, "This is no date. Write it as YYYY-MM-DD."),
        ({"starts_on": "2026-02-30"}, "February 2026 has no day 30."),
        ({"starts_on": "2026-02"}, "A whole date is wanted here"),
        ({"starts_on": "2020-01-01"}, "more than 30 days ago"),
        ({"ends_on": "2020-01-01"}, "The last day is before the first"),
        ({"user": "999999999"}, "Choose a person."),
    ],
)
def test_what_cannot_be_delegated_is_said_beside_its_field_and_kept(more, words, keeper, site, coordinator):
    answer = keeper.post(URL, {**typed(coordinator, site, "enter"), **more})
    assert answer.status_code == 422
    page = answer.content.decode().replace("&#x27;", "'")
    assert words in page
    assert not Delegation.objects.exists()
    if "starts_on" in more:
        assert f'value="{more["starts_on"]}"' in page


def test_a_day_that_is_past_needs_its_reason_and_gives_no_right_for_then(keeper, site, coordinator):
    day = site.today() - timedelta(days=30)
    late = typed(coordinator, site, "enter", starts_on=str(day))
    assert "Say why it is recorded only now" in keeper.post(URL, late).content.decode()
    assert keeper.post(URL, {**late, "reason": "Signed on paper at the start"}).status_code == 302
    assert "recorded later: Signed on paper at the start" in " ".join(
        keeper.get(URL).content.decode().split()
    )
    assert Delegation.objects.get().delegated_at.astimezone(site.zone).date() == site.today()


def test_monitor_and_people_of_another_site_cannot_be_given_a_task(
    keeper, site, coordinator, monitor, outsider
):
    for stranger in (monitor, outsider):
        answer = keeper.post(URL, typed(stranger, site, "enter"))
        assert "Choose somebody who enters or signs at this site." in answer.content.decode()


@pytest.mark.parametrize("who", ["coordinator", "sub_investigator", "monitor", "data_manager", "inspector"])
def test_nobody_else_keeps_the_log_and_is_told_who_does(
    who, client, site, coordinator, investigator, request
):
    person = request.getfixturevalue(who)
    client.force_login(person)
    assert client.get(URL).status_code == 200
    assert "Delegate and sign" not in client.get(URL).content.decode()
    answer = client.post(URL, typed(coordinator, site, "enter"))
    assert answer.status_code == 403
    if who != "inspector":
        assert "Ask Synthetic investigator." in answer.content.decode()
    assert not Delegation.objects.exists()


def test_unknown_person_cannot_sign_the_log(client, site, coordinator, investigator):
    client.force_login(investigator)
    answer = client.post(URL, typed(coordinator, site, "enter"))
    assert answer.status_code == 422
    assert "somebody has to make sure who you are" in answer.content.decode()


def test_ended_task_ends_for_a_session_that_is_open(
    keeper, client, site, coordinator, investigator, django_user_model
):
    keeps_log(site)
    row = given(site, coordinator, "enter", investigator)
    typist = type(client)()
    typist.force_login(coordinator)
    add = {"site": "01", "key": "6f1c3c52-8f0b-4d5c-9a5c-0d9c7f9d0a01"}
    assert typist.post("/patients/add/", add).status_code == 302
    signed = {"username": "investigator", "password": PASSWORD}
    end = f"{URL}{row.pk}/end/"
    assert keeper.post(end, {**signed, "reason": " "}).status_code == 422
    assert keeper.post(end, {**signed, "reason": "Left the hospital"}).status_code == 302
    refused = typist.post("/patients/add/", {**add, "key": "6f1c3c52-8f0b-4d5c-9a5c-0d9c7f9d0a02"})
    assert refused.status_code == 403
    assert "does not give you the task" in refused.content.decode()
    assert keeper.post(end, {**signed, "reason": "Again"}).status_code == 302
    row.refresh_from_db()
    assert row.end_reason == "Left the hospital"


def test_lapsed_task_can_be_given_again(keeper, site, coordinator, investigator):
    yesterday = site.today() - timedelta(days=1)
    given(site, coordinator, "enter", investigator, ends_on=yesterday)
    assert keeper.post(URL, typed(coordinator, site, "enter")).status_code == 302
    assert Delegation.objects.filter(ended_at=None).get().starts_on == site.today()
    lines = {line.state: line for line in log_page(site, investigator).lines}
    assert lines["ended"].until == yesterday


def test_log_that_is_kept_here_says_who_would_be_without_a_task(keeper, site, coordinator):
    page = " ".join(keeper.get(URL).content.decode().split())
    assert "1 person has no task today" in page
    signed = {"username": "investigator", "password": PASSWORD}
    assert keeper.post(f"{URL}begin/", {**signed, "from_on": "2020-01-01"}).status_code == 422
    assert keeper.post(f"{URL}begin/", {**signed, "from_on": str(site.today())}).status_code == 302
    assert not fresh(coordinator).may(Right.ENTER, site)


def test_print_is_as_the_paper_log_is(client, site, coordinator, investigator, monitor):
    given(
        site,
        coordinator,
        "enter",
        investigator,
        end_reason="Left",
        ended_at=site.now(),
        ended_by=investigator,
    )
    client.force_login(monitor)
    page = " ".join(client.get(f"{URL}print/").content.decode().split())
    for part in ("Synthetic coordinator", "Coordinator", "Enter data", "2020-01-01", "JST", "Left"):
        assert part in page
