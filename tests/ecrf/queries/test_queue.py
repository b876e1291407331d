"""The reviewer's queue: the list keeps its filter, one key closes, the next one comes; many at once; and locks."""

import re

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from ecrf.access.roles import Right, Role
from ecrf.audit.actor import acting
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.monitoring.queries.narrowing import QueryChoice
from ecrf.queries.models import Query, Turn
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_visit
from tests.conftest import make_user
from tests.ecrf.monitoring.world import logged_in, text_of
from tests.ecrf.queries.builders import act, answered, asked, complete, vital_signs

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-096")]

LIST = reverse("monitor:queries_query_changelist")
MY_TURN = reverse("monitor:my-turn")
AT_ONCE = {"HX-Request": "true"}
STATEMENTS_AT_MOST = 12


@pytest.fixture
def reviewer(monitor):
    return logged_in(monitor)


@pytest.fixture
def answered_queries(entry, monitor, coordinator):
    """Three that the site has answered: the monitor's turn."""
    queries = [asked(entry, monitor, f"Question {number}?") for number in (1, 2, 3)]
    for query in queries:
        answered(query, coordinator, f"Answer to {query.number}")
    return queries


def page_of(query, params=""):
    return reverse("monitor:queries_query_change", args=[query.pk]) + params


def post(client, name, query, **data):
    headers = data.pop("headers", {})
    data = {"said": query.messages.last().pk, **data}
    return client.post(reverse(f"monitor:{name}", args=[query.pk]), data, headers=headers)


def hold(entry, by, kind, scope):
    """A freeze or a lock on the visit of the entry, or on the study."""
    where = (
        {}
        if scope == LockScope.STUDY
        else {"site": entry.site, "patient": entry.patient, "visit": entry.visit}
    )
    with acting(by.acting_at(entry.site, Right.LOCK)):
        Lock.objects.create(
            kind=kind, scope=scope, **where, reason="End of study", set_at=timezone.now(), set_by=by
        )


def test_after_each_act_comes_the_next_query_of_the_same_list(answered_queries, reviewer):
    first, second, third = answered_queries
    narrowed = "turn=monitor&site=01"
    assert post(reviewer, "close-query", first, list=narrowed).url == page_of(
        second, "?list=turn%3Dmonitor%26site%3D01"
    )
    assert post(reviewer, "ask-query-again", second, list=narrowed, text="Sure?").url.startswith(
        page_of(third)
    )
    end = post(reviewer, "pass-query-on", third, list=narrowed, text="Look", to="data-manager")
    assert end.url == f"{LIST}?{narrowed}"
    assert "That was the last one of this list." in reviewer.get(end.url).content.decode()


LISTS = (
    "",
    "turn=monitor",
    "turn=mine",
    "turn=closed",
    "turn=locked",
    "check=none",
    "site=01",
    "over=7",
    "q=Question",
)


@pytest.mark.parametrize("by", ["", "patient"])
@pytest.mark.parametrize("narrowed", LISTS)
def test_what_follows_a_query_is_what_stands_below_it_in_the_list(
    narrowed, by, answered_queries, entry, monitor, data_manager
):
    act("close", answered_queries[0], monitor)
    asked(entry, monitor, "Question 4?", item="systolic")
    choice = QueryChoice.of(QueryDict(f"{narrowed}&by={by}"))
    for reader in (monitor, data_manager):
        listed = list(choice.rows(reader).select_related("patient"))
        following = [choice.after(query, reader) for query in listed]
        assert following == [*(query.pk for query in listed[1:]), *([None] if listed else [])]


def test_list_that_is_not_narrowed_is_remembered_too_and_without_one_the_query_stays(
    answered_queries, reviewer
):
    first, second, third = answered_queries
    assert post(reviewer, "close-query", first, list="").url == page_of(second, "?list=")
    assert post(reviewer, "close-query", third).url == page_of(third)


def test_query_names_its_list_in_every_way_on(answered_queries, reviewer):
    page = reviewer.get(page_of(answered_queries[0], "?list=turn%3Dmine")).content.decode()
    assert f'href="{LIST}?turn=mine">Queries' in page
    assert f'href="{page_of(answered_queries[1], "?list=turn%3Dmine")}" rel="next"' in page
    assert '<input type="hidden" name="list" value="turn=mine">' in page


@pytest.mark.parametrize("list_of", ["turn=x", "site=01&check=a%00b", "over=1"])
def test_list_that_does_not_exist_is_404_at_the_query_too(answered_queries, reviewer, list_of):
    assert reviewer.get(page_of(answered_queries[0]), {"list": list_of}).status_code == 404


def test_my_turn_leads_to_the_one_that_waits_longest_and_says_so_when_there_is_none(
    answered_queries, reviewer, data_manager
):
    assert reviewer.get(MY_TURN).url == page_of(answered_queries[0], "?list=turn%3Dmine")
    nothing = logged_in(data_manager)
    assert nothing.get(MY_TURN).url == f"{LIST}?turn=mine"
    assert "Nothing waits for you here." in text_of(nothing, f"{LIST}?turn=mine")


def test_head_counts_what_is_at_the_persons_turn(answered_queries, reviewer, data_manager, site, coordinator):
    def number(client):
        page = client.get(reverse("monitor:noisy-checks")).content.decode()
        found = re.search(r'data-my-turn>\s*<span class="count">(\d+)<', page)
        return found[1] if found else ""

    manager = logged_in(data_manager)
    assert (number(reviewer), number(manager)) == ("3", "")
    post(reviewer, "pass-query-on", answered_queries[0], text="Look", to="data-manager")
    assert (number(reviewer), number(manager)) == ("2", "1")
    assert "data-my-turn" not in logged_in(coordinator).get("/").content.decode()
    elsewhere = logged_in(make_user("monitor2", Role.MONITOR, site))
    assert number(elsewhere) == "2"


def test_fifty_queries_are_closed_by_fifty_keys_of_few_statements(entry, monitor, coordinator):
    for number in range(50):
        answered(asked(entry, monitor, f"Question {number}?"), coordinator)
    client, keys, waits, page = client_of(monitor), [], [], client_of(monitor).get(MY_TURN).url
    while page:
        waits.append(statements(lambda at=page: client.get(at, headers=AT_ONCE)))
        fragment = client.get(page, headers=AT_ONCE).content.decode()
        query = Query.objects.get(pk=int(fragment.partition('data-query="')[2].partition('"')[0]))
        page = fragment.partition('data-next="')[2].partition('"')[0].replace("&amp;", "&")
        said, url = query.messages.last().pk, reverse("monitor:close-query", args=[query.pk])
        keys.append(statements(lambda at=url, it=said: client.post(at, {"said": it}, headers=AT_ONCE)))
    assert Query.objects.filter(turn=Turn.NOBODY).count() == len(keys) == 50
    assert max(key.count for key in keys) <= STATEMENTS_AT_MOST
    assert max(wait.count for wait in waits) <= STATEMENTS_AT_MOST


def test_script_is_told_what_became_of_an_act(answered_queries, reviewer):
    done = post(reviewer, "close-query", answered_queries[0], headers=AT_ONCE)
    assert 'data-outcome="done"' in done.content.decode()
    twice = post(reviewer, "close-query", answered_queries[0], headers=AT_ONCE)
    assert (twice.status_code, 'data-outcome="refused"' in twice.content.decode()) == (409, True)


def test_who_closes_what_the_site_has_not_answered_writes_why(entry, monitor, reviewer):
    query = asked(entry, monitor)
    refused = post(reviewer, "close-query", query)
    assert refused.status_code == 422
    assert "the site has not answered: write why it is closed all the same" in refused.content.decode()
    assert post(reviewer, "close-query", query, text="Asked twice").status_code == 302


def test_page_shows_the_neighbours_and_the_history_of_the_value(entry, monitor, coordinator, reviewer):
    query = asked(entry, monitor)
    page = text_of(reviewer, page_of(query))
    assert "Systolic" in page
    assert "History of the value" in page
    assert "coordinator 70" in page


def test_list_shows_what_was_said_last_by_whom_and_the_asker(answered_queries, reviewer):
    page = text_of(reviewer, LIST)
    assert "Question 1? monitor · 70 /min Answer to 1 coordinator," in page


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("question 2", [2]),
        ("ANSWER TO 3", [3]),
        ("01-001", [1, 2, 3]),
        ("01-002", []),
        ("%", []),
        ("Q{}", [1]),
    ],
)
def test_list_is_searched_by_words_patient_and_number_in_the_study(
    answered_queries, reviewer, typed, numbers
):
    page = text_of(reviewer, f"{LIST}?q={typed.format(answered_queries[0].pk).replace('%', '%25')}")
    assert [number for number in (1, 2, 3) if f"Question {number}?" in page] == numbers


@pytest.mark.parametrize("scope", [LockScope.VISIT, LockScope.STUDY])
def test_what_a_lock_holds_counts_apart_and_offers_nothing(
    answered_queries, entry, reviewer, coordinator, monitor, data_manager, scope
):
    asked(entry, monitor, "For the site?")
    hold(entry, data_manager, LockKind.LOCK, scope)
    assert "Question 1?" not in text_of(reviewer, LIST)
    assert reviewer.get(MY_TURN).url == f"{LIST}?turn=mine"
    held = text_of(reviewer, f"{LIST}?turn=locked")
    assert "Under a lock 4" in held
    assert "Question 1?" in held
    page = reviewer.get(page_of(answered_queries[0])).content.decode()
    assert "formaction" not in page
    assert "locked since" in " ".join(page.split())
    site = logged_in(coordinator)
    assert "For the site?" not in text_of(site, "/")
    assert "For the site?" not in text_of(site, "/queries/")
    assert "For the site?" in text_of(site, "/queries/?turn=locked")
    assert '<span class="count">' not in site.get("/checks/").content.decode().partition("</nav>")[0]


def test_freeze_holds_no_query(answered_queries, entry, reviewer, data_manager):
    hold(entry, data_manager, LockKind.FREEZE, LockScope.VISIT)
    assert reviewer.get(MY_TURN).url.startswith(page_of(answered_queries[0]))
    assert post(reviewer, "close-query", answered_queries[0]).status_code == 302


CLOSE_MANY, ASK_MANY = reverse("monitor:close-queries"), reverse("monitor:ask-queries-again")


def test_ticked_queries_are_shown_before_and_closed_once_their_number_is_typed(answered_queries, reviewer):
    ids = [query.pk for query in answered_queries[:2]]
    preview = reviewer.get(CLOSE_MANY, {"query": ids, "list": "turn=mine"}).content.decode()
    assert "Question 1?" in preview
    assert "Answer to 2" in preview
    assert "Question 3?" not in preview
    wrong = reviewer.post(CLOSE_MANY, {"query": ids, "count": "3", "list": "turn=mine"})
    assert wrong.status_code == 422
    assert "type 2 to close 2 queries" in wrong.content.decode()
    done = reviewer.post(CLOSE_MANY, {"query": ids, "count": "2", "list": "turn=mine"})
    assert done.url == f"{LIST}?turn=mine"
    assert set(Query.objects.filter(turn=Turn.NOBODY).values_list("pk", flat=True)) == set(ids)


def test_trail_and_page_say_what_was_done_to_many_at_once_and_what_by_itself(answered_queries, reviewer):
    one, *both = answered_queries[:3]
    post(reviewer, "close-query", one)
    reviewer.post(CLOSE_MANY, {"query": [query.pk for query in both], "count": "2"})
    said = {query.pk: text_of(reviewer, page_of(query)) for query in (one, *both)}
    assert ["one of 2 at once" in page for page in said.values()] == [False, True, True]
    trail = text_of(reviewer, reverse("patient-trail", args=[one.patient.number]))
    assert trail.count("one of 2 at once") == 2


def test_ticked_queries_that_the_act_does_not_fit_are_left_out_of_the_number(
    answered_queries, entry, monitor, reviewer
):
    waiting = asked(entry, monitor, "Not answered")
    ids = [answered_queries[0].pk, waiting.pk]
    preview = text_of(reviewer, f"{ASK_MANY}?query={ids[0]}&query={ids[1]}")
    assert "Type 1 to ask again 1 query" in preview
    assert "it waits for the site's answer already" in preview
    assert reviewer.post(ASK_MANY, {"query": ids, "count": "1"}).status_code == 422  # without words
    assert reviewer.post(ASK_MANY, {"query": ids, "count": "1", "text": "Sure?"}).status_code == 302
    assert Query.objects.get(pk=ids[0]).turn == Turn.SITE


def test_many_unanswered_are_closed_with_a_word_only(entry, monitor, reviewer):
    ids = [asked(entry, monitor, text).pk for text in ("One", "Two")]
    assert reviewer.post(CLOSE_MANY, {"query": ids, "count": "2"}).status_code == 422
    assert reviewer.post(CLOSE_MANY, {"query": ids, "count": "2", "text": "Settled"}).status_code == 302
    assert not Query.objects.exclude(turn=Turn.NOBODY).exists()


def test_what_somebody_wrote_in_meanwhile_is_left_out_of_many_and_named(
    answered_queries, monitor, coordinator, reviewer
):
    first, second, _ = answered_queries
    seen = {f"said:{query.pk}": query.messages.last().pk for query in (first, second)}
    act("ask_again", first, monitor, text="Once more")
    answered(first, coordinator, "New")
    data = {"query": [first.pk, second.pk], "count": "2", **seen}
    page = reviewer.post(CLOSE_MANY, data, follow=True).content.decode()
    assert f"Left out: Q{first.pk}" in page
    assert "1 query closed." in page


def test_many_of_another_site_or_of_no_number_are_404(answered_queries, other_site, reviewer):
    stranger = logged_in(make_user("stranger", Role.MONITOR, other_site))
    assert stranger.get(CLOSE_MANY, {"query": [answered_queries[0].pk]}).status_code == 404
    assert reviewer.get(CLOSE_MANY, {"query": ["x"]}).status_code == 404
    assert reviewer.get(CLOSE_MANY, {"query": list(range(1, 60))}).status_code == 404


def test_page_of_many_and_of_one_cost_the_same_whatever_the_number(
    answered_queries, site, coordinator, monitor, reviewer
):
    pages = [f"{LIST}?turn=mine", page_of(answered_queries[0], "?list=turn%3Dmine")]
    client = client_of(monitor)
    before = [statements(lambda at=page: client.get(at)).count for page in pages]
    for _ in range(2):
        visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
        vital_signs(visit, coordinator)
        answered(asked(complete(visit, "vital-signs", coordinator), monitor), coordinator)
    assert [statements(lambda at=page: client.get(at)).count for page in pages] == before
