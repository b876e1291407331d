"""Safety asks on what it reads: the answer comes back to it, it closes its own, and hands on to the data manager."""

import pytest
from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.striking import strike_out
from ecrf.forms.protocol import protocol
from ecrf.queries import services
from ecrf.queries.models import Query, Turn
from ecrf.queries.rules import NotAllowed, may_close
from tests.builders import enter
from tests.conftest import make_user
from tests.ecrf.monitoring.world import logged_in, page_of, text_of
from tests.ecrf.queries.builders import act, answered, asked

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-096")]

LIST = reverse("monitor:queries_query_changelist")


def asks(entry, by, text="Was the dose held?", item="pulse"):
    actor = by.acting_at(entry.site, Right.QUERY_SAFETY)
    return services.open_query(entry=entry, item=item, text=text, by=by, actor=actor)


def does(name, query, by, **more):
    actor = by.acting_at(query.site, Right.QUERY_SAFETY)
    return getattr(services, name)(query=query, by=by, actor=actor, **more)


def send(client, name, query, **data):
    return client.post(reverse(f"monitor:{name}", args=[query.pk]), data)


@pytest.fixture
def event(entry, coordinator):
    """A serious event of the patient of `entry`."""
    enter(entry.patient, protocol().serious_log, coordinator, term="Headache", serious="yes")
    return entry.patient.entries.get(crf=protocol().serious_log)


def test_an_answer_goes_back_to_safety_which_closes_its_own(entry, event, safety, coordinator):
    query = asks(entry, safety)
    assert (query.turn, query.asked_in) == (Turn.SITE, Turn.SAFETY)
    assert answered(query, coordinator).turn == Turn.SAFETY
    assert does("ask_again", query, safety, text="And after?").turn == Turn.SITE
    assert answered(query, coordinator, "No").turn == Turn.SAFETY
    assert not does("close", query, safety).is_open
    assert {said.role for said in query.messages.filter(said_by=safety)} == {"safety"}


def test_safety_and_data_manager_hand_a_query_to_each_other(entry, event, safety, data_manager, coordinator):
    query = answered(asks(entry, safety), coordinator)
    assert (
        does("pass_on", query, safety, text="Please code it", to=Turn.DATA_MANAGER).turn == Turn.DATA_MANAGER
    )
    assert act("pass_on", query, data_manager, text="Done", to=Turn.SAFETY).turn == Turn.SAFETY


def test_safety_asks_only_where_it_reads(entry, safety, monitor, coordinator):
    with pytest.raises(NotAllowed, match="none is recorded for the patient"):
        asks(entry, safety)
    query = answered(asked(entry, monitor), coordinator)
    with pytest.raises(NotAllowed, match="none is recorded"):
        act("pass_on", query, monitor, text="Is it an event?", to=Turn.SAFETY)
    assert "Safety" not in text_of(logged_in(monitor), page_of(query)).split("or pass on to")[1][:60]
    client = logged_in(safety)
    for name in ("ask-query-again", "pass-query-on", "close-query", "reopen-query"):
        assert send(client, name, query, text="?", to="data-manager").status_code == 403
    assert client.get(reverse("monitor:open-query", args=[entry.pk, "pulse"])).status_code == 403
    assert client.post(reverse("monitor:ask", args=[entry.pk, "pulse"]), {"text": "?"}).status_code == 403
    assert client.get(page_of(query)).status_code == 403
    assert "Please check" not in text_of(client, LIST)
    assert Query.objects.count() == 1
    assert query.messages.count() == 2


def test_safety_closes_no_others_and_no_monitor_closes_its_own(entry, event, safety, monitor, site):
    of_monitor, of_safety = asked(entry, monitor), asks(entry, safety)
    second = make_user("safety2", Role.SAFETY)
    assert [may_close(of_monitor, one) for one in (safety, second)] == [False, False]
    assert [may_close(of_safety, one) for one in (safety, second, monitor)] == [True, False, False]
    with acting(SYSTEM, source="test"):
        User.objects.filter(pk=safety.pk).update(is_active=False)
    of_safety = Query.objects.get(pk=of_safety.pk)
    assert [may_close(of_safety, one) for one in (second, monitor)] == [True, True]


def test_lists_and_numbers_of_safety_hold_what_it_reads(
    entry, event, safety, coordinator, investigator, site
):
    client = logged_in(safety)
    assert client.get(reverse("monitor:my-turn")).headers["Location"] == f"{LIST}?turn=mine"
    query = answered(asks(entry, safety), coordinator)
    assert "Was the dose held?" in text_of(client, f"{LIST}?turn=mine")
    assert "Was the dose held?" in text_of(client, reverse("monitor:index"))
    head = client.get(LIST).content.decode().split("<main")[0]
    assert '<span class="count">1<span' in head
    assert client.get(reverse("monitor:my-turn")).headers["Location"].startswith(page_of(query))
    page = text_of(client, page_of(query))
    assert "Close Ask the site again or pass on to Monitor Data manager Pass on" in page
    assert send(client, "ask-query-again", query, text="And after?").status_code == 302
    actor = investigator.acting_at(site, Right.ENTER)
    strike_out(entry=event, by=investigator, actor=actor, reason="Of another patient")
    client = logged_in(safety)
    assert '<span class="count">1<span' not in client.get(LIST).content.decode().split("<main")[0]
    assert "Was the dose held?" not in text_of(client, LIST)
    assert client.get(page_of(query)).status_code == 403


def test_safety_asks_on_the_pages_that_it_reads(entry, event, safety):
    client = logged_in(safety)
    url = reverse("monitor:open-query", args=[entry.pk, "pulse"])
    assert client.get(url).status_code == 200
    assert client.post(url, {"text": "Was it held?"}).status_code == 302
    quick = client.post(reverse("monitor:ask", args=[event.pk, "term"]), {"text": "Which one?"})
    assert quick.status_code == 200
    assert set(Query.objects.values_list("asked_in", flat=True)) == {"safety"}
