"""The site answers at the item, corrects and answers in one act, and sees what waits."""

import re

import pytest
from django.urls import reverse

from ecrf.access.models import Membership
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.striking import strike_out
from ecrf.checks.models import Discrepancy
from ecrf.checks.registry import CHECKS
from ecrf.queries.models import Message, Query, Turn
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_place, a_visit
from tests.ecrf.monitoring.world import an_adverse_event, logged_in, text_of
from tests.ecrf.queries.builders import act, answered, asked, change, complete, conversation, vital_signs

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-096")]

HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _known_host(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]


@pytest.fixture
def query(entry, monitor):
    return asked(entry, monitor, "Please check the pulse")


@pytest.fixture
def site_client(coordinator):
    return logged_in(coordinator)


def address(query):
    return reverse("answer-query", args=[query.patient.number, query.number])


def page_of(query):
    return f"/patients/{query.patient.number}/{query.entry.visit.code}/"


def send(client, query, script=True, **data):
    given = {"text": "As in the source", "said": query.messages.last().pk, **data}
    return client.post(address(query), given, headers=HX if script else {})


def pulse(query):
    return a_place(query.entry.visit, "vital-signs").definition.model.objects.get(pk=query.entry_id).pulse


def test_query_stands_at_its_item_with_its_conversation(query, site_client):
    page = text_of(site_client, page_of(query))
    assert f"{query.name} Pulse · for you to answer since" in page
    assert "monitor, monitor asked · value 70 /min Please check the pulse" in page
    assert "complete · 1 to answer" in page


def test_answer_in_place_gives_back_the_query_with_the_answer(query, site_client):
    answer = send(site_client, query)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'id="y-vital-signs-1-pulse" hx-swap-oob="true"' in page
    assert "As in the source" in page
    assert "monitor's turn" in page
    query.refresh_from_db()
    assert query.turn == Turn.MONITOR


def test_answer_without_script_leads_back_to_the_item(query, site_client):
    answer = send(site_client, query, script=False)
    assert answer.headers["Location"] == f"{page_of(query)}#y-vital-signs-1-pulse"


@pytest.mark.parametrize("script", [True, False])
def test_refused_answer_is_told_and_kept(query, site_client, monitor, script):
    seen = query.messages.last().pk
    act("pass_on", query, monitor, to=Turn.DATA_MANAGER, text="Look")
    answer = send(site_client, query, script=script, said=seen)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"Somebody wrote in query {query.code} meanwhile" in page
    assert "As in the source" in page


@pytest.mark.parametrize("text", ["", "  \n", "a\x00b"])
def test_blank_answer_and_null_characters_are_refused(query, site_client, text):
    assert send(site_client, query, text=text).status_code == 422
    assert query.messages.count() == 1


def test_value_is_corrected_with_the_answer_as_its_reason(query, site_client, coordinator):
    answer = send(site_client, query, value="72", seen="70", text="Misread by one line")
    assert answer.status_code == 200
    assert '"outcome": "saved"' in answer.headers["HX-Trigger"]
    assert pulse(query) == 72
    assert conversation(query)[-1] == ("answered", "Misread by one line")
    history = site_client.get(f"{page_of(query)}vital-signs/1/pulse/history/").content.decode()
    assert "Misread by one line" in history


def test_value_that_is_refused_sends_no_answer(query, site_client):
    answer = send(site_client, query, value="many", seen="70")
    assert answer.status_code == 422
    assert "This is no number" in answer.content.decode()
    assert query.messages.count() == 1


def test_value_that_somebody_changed_meanwhile_sends_no_answer(query, site_client):
    assert send(site_client, query, value="72", seen="69").status_code == 409
    assert (pulse(query), query.messages.count()) == (70, 1)


def test_reason_of_a_correction_answers_the_query_too(query, site_client):
    data = {"value": "72", "seen": "70", "reason": "Transcription error"}
    path = f"{page_of(query)}vital-signs/1/pulse/"
    page = site_client.post(path, {**data, "answers": query.number}, headers=HX).content.decode()
    assert "monitor's turn" in page
    assert conversation(query)[-1] == ("answered", "Transcription error")


def test_reason_saves_the_value_also_where_the_query_is_answered_meanwhile(query, site_client, investigator):
    answered(query, investigator, "I did")
    data = {"value": "72", "seen": "70", "reason": "Transcription error", "answers": query.number}
    assert site_client.post(f"{page_of(query)}vital-signs/1/pulse/", data).status_code == 200
    assert (pulse(query), query.messages.count()) == (72, 2)


@pytest.mark.requirement("R-017")
def test_reason_of_a_correction_answers_every_query_at_the_item(entry, monitor, data_manager, coordinator):
    """Two of persons and one of a check, of which one is unticked: that one goes on waiting."""
    change(entry, coordinator, pulse="200")
    first, second, left = (
        asked(entry, by, text) for by, text in ((monitor, "A"), (data_manager, "B"), (monitor, "C"))
    )
    of_check = Query.objects.exclude(check_id="").get()
    data = {
        "value": "72",
        "seen": "200",
        "reason": "Misread",
        "answers": f"{first.number},{second.number},{of_check.number}",
    }
    page = (
        logged_in(coordinator)
        .post(f"{page_of(first)}vital-signs/1/pulse/", data, headers=HX)
        .content.decode()
    )
    assert pulse(first) == 72
    for query in (first, second, of_check):
        assert ("answered", "Misread") in conversation(query)
    assert [Query.objects.get(pk=each.pk).turn for each in (first, second, left, of_check)] == [
        "monitor", "data-manager", "site", ""
    ]  # fmt: skip
    assert [said.value for said in Message.objects.filter(query__in=[first, second], act="answered")] == [
        "72 /min"
    ] * 2
    assert '<span class="count">1<span' in page


@pytest.mark.requirement("R-017")
def test_answer_with_a_correction_answers_the_other_query_too(query, entry, data_manager, site_client):
    other = asked(entry, data_manager, "And at rest?")
    send(
        site_client,
        query,
        value="72",
        seen="70",
        text="Misread",
        answers=f"{query.number},{other.number},77,x",
    )
    assert [conversation(each)[-1] for each in (query, other)] == [("answered", "Misread")] * 2
    assert len(conversation(query)) == 2


def test_refused_value_answers_none_of_the_queries(query, entry, data_manager, site_client):
    other = asked(entry, data_manager, "And at rest?")
    data = {"value": "many", "seen": "70", "reason": "Misread", "answers": f"{query.number},{other.number}"}
    assert site_client.post(f"{page_of(query)}vital-signs/1/pulse/", data, headers=HX).status_code == 422
    assert (query.messages.count(), other.messages.count()) == (1, 1)


def test_number_in_the_head_follows_an_answer_in_place(query, entry, monitor, site_client):
    asked(entry, monitor, "Weight?", item="weight_kg")
    page = send(site_client, query).content.decode()
    assert '<span id="queries-count" hx-swap-oob="true"> <span class="count">1<span' in page
    last = Query.objects.get(item="weight_kg")
    page = send(site_client, last).content.decode()
    assert '<span id="queries-count" hx-swap-oob="true"></span>' in page


def test_page_without_script_corrects_and_answers_in_one_act(query, site_client):
    data = {
        "seen:vital-signs-1": '{"pulse": "70", "weight_kg": "60"}',
        "vital-signs:1:pulse": "72",
        "vital-signs:1:weight_kg": "60",
        f"answer:{query.pk}": "Misread",
        f"said:{query.pk}": query.messages.last().pk,
        "action": f"answer:{query.pk}",
    }
    assert site_client.post(page_of(query), data).status_code == 302
    assert (pulse(query), conversation(query)[-1]) == (72, ("answered", "Misread"))
    again = site_client.post(page_of(query), {**data, f"answer:{query.pk}": "Something else"})
    assert again.status_code == 409
    page = again.content.decode()
    assert "is answered already" in page or "Somebody wrote in query" in page
    assert "Something else" in page


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("own", [True, False], ids=["reason-at-the-item", "one-reason-for-all"])
def test_save_without_script_answers_the_queries_that_are_ticked(
    query, entry, data_manager, site_client, own
):
    other, left = (asked(entry, data_manager, text) for text in ("And at rest?", "And after?"))
    data = {
        "seen:vital-signs-1": '{"pulse": "70", "weight_kg": "60.0"}',
        "vital-signs:1:pulse": "72",
        "vital-signs:1:weight_kg": "61",
        "reason:vital-signs:1:weight_kg": "Scales",
        "reason:vital-signs:1:pulse" if own else "reason-of-all": "Misread",
        "answers": [query.number, other.number],
        "action": "save",
    }
    assert site_client.post(page_of(query), data).status_code == 302
    assert pulse(query) == 72
    assert [conversation(each)[-1] for each in (query, other)] == [("answered", "Misread")] * 2
    assert left.messages.count() == 1


def test_page_without_script_refuses_a_blank_answer_and_keeps_the_page(query, site_client):
    answer = site_client.post(page_of(query), {"action": f"answer:{query.pk}", f"answer:{query.pk}": " "})
    assert answer.status_code == 422
    assert "write your answer" in answer.content.decode()
    assert site_client.post(page_of(query), {"action": "answer:0"}).status_code == 400


def test_query_of_a_check_is_confirmed_in_place(entry, coordinator, site_client):
    change(entry, coordinator, pulse="200")
    discrepancy, query = Discrepancy.objects.get(), Query.objects.get()
    page = site_client.get(page_of(query)).content.decode()
    assert page.count("Pulse is 200 /min; 40 to 150 is usual.") == 1
    data = {"asked": discrepancy.identity, "at": "query"}
    page = site_client.post(reverse("confirm-discrepancy", args=[discrepancy.pk]), data).content.decode()
    assert f"{query.name}, closed" in page
    assert "Confirmed against the source by coordinator." in page


def test_saving_shows_the_query_that_opens_and_the_one_that_closes(entry, site_client):
    path = f"/patients/{entry.patient.number}/W04/vital-signs/1/pulse/"
    page = site_client.post(path, {"value": "200", "reason": "Misread"}).content.decode()
    query = Query.objects.get()
    assert query.name in page
    assert "for you to answer" in page
    page = site_client.post(path, {"value": "100", "reason": "Misread"}).content.decode()
    assert f"{query.name}, closed" in page


def test_nobody_else_answers(query, monitor, outsider, client):
    assert send(logged_in(monitor), query).status_code == 403
    assert send(logged_in(outsider), query).status_code == 404
    assert send(client, query).status_code == 401
    assert query.messages.count() == 1


def test_who_lost_the_role_answers_no_more(query, coordinator, site_client):
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=coordinator).update(is_current=False)
    assert send(site_client, query).status_code == 404


def test_list_today_and_head_count_the_same(query, entry, site_client, monitor, visit, coordinator):
    other = asked(entry, monitor, "Weight?", item="weight_kg")
    done = asked(entry, monitor, "Temperature?", item="temperature")
    answered(done, coordinator)
    page = text_of(site_client, "/queries/")
    assert "To answer 2 Answered, with monitor, data manager or safety 1" in page
    assert page.index("Please check the pulse") < page.index("Weight?")
    assert "Temperature?" not in page
    assert "Temperature?" in text_of(site_client, "/queries/?turn=review&by=patient")
    today = site_client.get("/").content.decode()
    assert '<span class="count">2<span' in today
    assert f'href="{page_of(other)}#y-vital-signs-1-weight_kg"' in today
    act("close", other, monitor)
    assert "Weight?" in text_of(site_client, "/queries/?turn=closed")


@pytest.mark.parametrize("asked_for", ["turn=all", "by=size", "page=x", "page=١"])
def test_filter_that_does_not_exist_is_404(asked_for, site_client):
    assert site_client.get(f"/queries/?{asked_for}").status_code == 404


def test_list_shows_no_query_of_another_site(query, other_site, outsider):
    assert "Please check" not in text_of(logged_in(outsider), "/queries/")


def test_pages_take_the_same_statements_with_and_without_queries(entry, coordinator, monitor, site):
    client = client_of(coordinator)
    pages = ["/", "/queries/", f"/patients/{entry.patient.number}/W04/"]
    before = [statements(lambda p=page: client.get(p)).count for page in pages]
    for text in ("A", "B", "C"):
        answered(asked(entry, monitor, text), coordinator)
        asked(entry, monitor, text, item="weight_kg")
    change(entry, coordinator, pulse="200")
    for _ in range(3):
        visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
        vital_signs(visit, coordinator)
        asked(complete(visit, "vital-signs", coordinator), monitor)
    assert [statements(lambda p=page: client.get(p)).count for page in pages] == before


def test_pages_survive_a_check_and_an_item_that_are_gone(
    entry, coordinator, monitor, site_client, monkeypatch
):
    change(entry, coordinator, pulse="200")
    with acting(SYSTEM, patient_id=entry.patient_id):
        gone = asked(entry, monitor, "Height?", item="weight_kg")
        Query.objects.filter(pk=gone.pk).update(item="height_cm")
        discrepancy = Discrepancy.objects.create(
            entry=entry, check_id="OLD-001", item="height_cm", text_as_asked="Height?"
        )
        assert discrepancy.pk
    monkeypatch.delitem(CHECKS, "VS-002")
    reviewer = logged_in(monitor)
    for client, url in (
        (site_client, "/"),
        (site_client, "/queries/"),
        (site_client, f"/patients/{entry.patient.number}/"),
        (site_client, f"/patients/{entry.patient.number}/W04/"),
        (site_client, f"/print/{entry.patient.number}/"),
        (reviewer, reverse("monitor:queries_query_changelist")),
        (reviewer, reverse("monitor:queries_query_changelist") + "?check=VS-002"),
        (reviewer, reverse("monitor:queries_query_change", args=[gone.pk])),
        (reviewer, reverse("monitor:noisy-checks")),
        (reviewer, reverse("monitor:casebook_patient_change", args=[entry.patient_id])),
        (reviewer, reverse("monitor:casebook_visit_change", args=[entry.visit_id])),
    ):
        answer = client.get(url)
        assert answer.status_code in (200, 404) if "/print/" in url else answer.status_code == 200, url
    assert f'href="{address(gone)}"' in site_client.get("/queries/").content.decode()
    assert "no longer part of the form" in text_of(site_client, address(gone))
    assert send(site_client, gone).status_code == 302


def test_query_on_a_struck_out_log_row_leads_to_the_log(visit, coordinator, monitor, site_client):
    event = an_adverse_event(visit.patient, coordinator, term="Headache")
    query = asked(event, monitor, item="term")
    assert (
        f"casebook/adverse-event/#y-adverse-event-{event.number}-term"
        in site_client.get("/queries/").content.decode()
    )
    strike_out(
        entry=event, by=coordinator, actor=coordinator.acting_at(visit.site, "enter"), reason="Entered twice"
    )
    assert "Nothing waits" in text_of(site_client, "/queries/")
    assert site_client.get(f"/patients/{visit.patient.number}/casebook/adverse-event/").status_code == 200
    assert query.messages.last().act == "passed-on"


def test_answer_to_a_query_just_closed_keeps_its_field(query, site_client, monitor):
    act("close", query, monitor)
    answer = send(site_client, query, text="My long answer", headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "is closed by monitor" in page
    assert re.search(r"data-answer-text\b[^>]*>My long answer</textarea>", page)
    assert "Send again" in page


@pytest.mark.parametrize("unlikely", [{}, {"pulse": "200"}, {"pulse": "200", "systolic": "240"}])
def test_completing_says_how_many_open_questions_are_queries_now(visit, coordinator, site_client, unlikely):
    vital_signs(visit, coordinator, **unlikely)
    page = f"/patients/{visit.patient.number}/{visit.code}/"
    told = site_client.post(page, {"action": "complete-form:vital-signs-1"}, follow=True)
    queries = Query.objects.count()
    assert queries == len(unlikely)
    said = re.findall(
        r"(\d+) questions? stays? open and (?:is|are) now", " ".join(told.content.decode().split())
    )
    assert said == ([str(queries)] if queries else [])
