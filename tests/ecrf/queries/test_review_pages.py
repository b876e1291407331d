"""Monitors and data managers open queries, read the conversation, act in it, and see which checks make noise."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.checks.discrepancies import confirm
from ecrf.checks.models import Discrepancy
from ecrf.checks.registry import CHECKS
from ecrf.monitoring.queries.noise import noise
from ecrf.queries import conversations
from ecrf.queries.models import Query, QueryKind, Turn
from tests.builders import a_patient, a_place, a_visit, enter
from tests.conftest import make_user
from tests.ecrf.monitoring.world import logged_in, statements, text_of
from tests.ecrf.queries.builders import act, answered, asked, change, complete, conversation, vital_signs

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-096")]

LIST = reverse("monitor:queries_query_changelist")
NOISE = reverse("monitor:noisy-checks")


@pytest.fixture
def query(entry, monitor):
    return asked(entry, monitor, "Please check the pulse")


@pytest.fixture
def reviewer(monitor):
    return logged_in(monitor)


def do(client, name, query, **data):
    return client.post(
        reverse(f"monitor:{name}", args=[query.pk]), {"said": query.messages.last().pk, **data}
    )


def page_of(query):
    return reverse("monitor:queries_query_change", args=[query.pk])


def test_query_is_opened_from_its_own_page(entry, reviewer):
    url = reverse("monitor:open-query", args=[entry.pk, "pulse"])
    assert "Pulse now: 70 /min" in text_of(reviewer, url)
    key = uuid.uuid4()
    for _ in range(2):
        answer = reviewer.post(url, {"text": "Please check", "key": key})
        assert answer.headers["Location"].endswith("#vital-signs-1-pulse")
    query = Query.objects.get()
    assert (query.opened_by.username, query.asked_in, query.text) == ("monitor", Turn.MONITOR, "Please check")


def test_query_is_opened_from_a_page_of_review_in_place_or_with_a_way_back(entry, reviewer):
    url = reverse("monitor:open-query", args=[entry.pk, "pulse"])
    fragment = reviewer.post(url, {"text": "Please check"}, headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "<html" not in fragment.content.decode()
    assert Query.objects.get().name in fragment.content.decode()
    back = reviewer.post(url, {"text": "And this?", "next": "/monitor/"})
    assert back.headers["Location"] == "/monitor/"
    away = reviewer.post(url, {"text": "And that?", "next": "https://elsewhere.example/"})
    assert away.headers["Location"].startswith("/monitor/casebook/visit/")


@pytest.mark.parametrize("text", ["", " \n", "a\x00"])
def test_refused_query_is_told_and_kept(entry, reviewer, text):
    answer = reviewer.post(reverse("monitor:open-query", args=[entry.pk, "pulse"]), {"text": text})
    assert answer.status_code == 422
    assert "Not sent." in answer.content.decode()
    assert not Query.objects.exists()


def test_query_on_no_item_is_404(entry, reviewer):
    assert reviewer.get(reverse("monitor:open-query", args=[entry.pk, "no_item"])).status_code == 404


def test_page_shows_the_conversation_and_what_this_person_may_do(query, reviewer, coordinator, site):
    answered(query, coordinator, "It is right\n<b>really</b>")
    page = text_of(reviewer, page_of(query))
    assert "Please check the pulse" in page
    assert "It is right <b>really</b>" in page
    assert "Close Ask the site again or pass on to Data manager" in page
    second = logged_in(make_user("monitor2", Role.MONITOR, site))
    assert "Closed by monitor or a data manager." in text_of(second, page_of(query))
    assert do(second, "close-query", query).status_code == 403
    assert query.messages.count() == 2


def test_every_act_that_is_offered_names_its_own_address(entry, query, reviewer, coordinator):
    """A script sends to the address of the button: the page's own takes nothing."""
    note = conversations.open_here(
        place=a_place(entry.visit, "vital-signs"), item="pulse", kind=QueryKind.NOTE, text="By taxi",
        by=coordinator, actor=coordinator.acting_at(entry.site, Right.ANSWER),
    )  # fmt: skip
    pages = [page_of(query), page_of(note)]
    shown = [reviewer.get(page).content.decode() for page in pages]
    do(reviewer, "close-query", query, text="Seen")
    shown.append(reviewer.get(pages[0]).content.decode())
    buttons = [button for page in shown for button in re.findall(r"<button[^>]*data-press=[^>]*>", page)]
    assert {re.search('data-press="(.)"', button)[1] for button in buttons} == set("capr")
    for button in buttons:
        [address] = re.findall('formaction="([^"]*)"', button)
        assert reviewer.get(address).status_code == 405


def test_acts_are_done_and_told(query, reviewer, coordinator):
    answered(query, coordinator)
    assert do(reviewer, "ask-query-again", query, text="And the source?").status_code == 302
    answered(query, coordinator, "Here")
    assert do(reviewer, "pass-query-on", query, text="Is it plausible?", to="data-manager").status_code == 302
    assert do(reviewer, "close-query", query, text="Thank you").status_code == 302
    assert do(reviewer, "reopen-query", query, text="One more thing").status_code == 302
    assert [words for _, words in conversation(query)][2:] == [
        "And the source?", "Here", "Is it plausible?", "Thank you", "One more thing",
    ]  # fmt: skip


def test_closing_twice_and_in_two_tabs_is_refused_in_words(query, reviewer, coordinator):
    seen = query.messages.last().pk
    answered(query, coordinator, "Read this first")
    stale = do(reviewer, "close-query", query, said=seen, text="Done")
    assert stale.status_code == 409
    assert f"Somebody wrote in query {query.code} meanwhile" in stale.content.decode()
    assert ">Done</textarea>" in stale.content.decode()
    assert do(reviewer, "close-query", query).status_code == 302
    twice = do(reviewer, "close-query", query)
    assert twice.status_code == 409
    assert "is closed by monitor" in twice.content.decode()


@pytest.mark.parametrize("to", ["", "investigator", "site"])
def test_passing_on_to_nobody_or_to_whose_turn_it_is_is_refused(query, reviewer, to):
    assert do(reviewer, "pass-query-on", query, text="Look", to=to).status_code in (409, 422)
    assert query.messages.count() == 1


def test_site_and_safety_cannot_act(query, coordinator, safety):
    for user in (coordinator, safety):
        client = logged_in(user)
        for name in ("ask-query-again", "pass-query-on", "close-query", "reopen-query"):
            assert do(client, name, query, text="?", to="monitor").status_code == 403
        assert client.get(LIST).status_code == (200 if user == safety else 403)
    assert query.messages.count() == 1


def test_other_sites_queries_do_not_exist(query, other_site):
    stranger = logged_in(make_user("stranger", Role.MONITOR, other_site))
    assert stranger.get(page_of(query)).status_code == 404
    assert do(stranger, "close-query", query).status_code == 404
    assert "Please check" not in text_of(stranger, LIST)


def test_list_narrows_by_turn_age_site_and_check(query, entry, reviewer, coordinator, monitor):
    change(entry, coordinator, weight_kg="160")
    done = asked(entry, monitor, "Temperature?", item="temperature")
    act("close", done, monitor)
    with acting(SYSTEM, patient_id=entry.patient_id):
        Query.objects.filter(pk=query.pk).update(turn_since=timezone.now() - timedelta(days=31))

    def shown(narrowed):
        page = text_of(reviewer, f"{LIST}{narrowed}")
        return [words for words in ("Please check", "160", "Temperature?") if words in page]

    assert shown("") == ["Please check", "160"]
    assert shown("?turn=site&over=30") == shown("?check=none") == ["Please check"]
    assert shown("?check=VS-003") == shown("?check=any") == ["160"]
    assert shown("?turn=closed") == ["Temperature?"]
    assert shown("?turn=monitor") == shown("?q=99-0") == []
    assert shown("?site=01&q=01-001") == ["Please check", "160"]
    assert "31 days" in text_of(reviewer, LIST)


@pytest.mark.parametrize("narrowed", ["turn=x", "over=1", "site=99", "check=GONE-1", "check=a%00b"])
def test_list_of_no_such_choice_is_404(narrowed, query, reviewer):
    assert reviewer.get(f"{LIST}?{narrowed}").status_code == 404


def test_list_and_report_cost_the_same_whatever_the_number(
    query, entry, reviewer, coordinator, monitor, site
):
    act("close", asked(entry, monitor, "Closed", item="weight_kg"), monitor)
    pages = [LIST, f"{LIST}?turn=closed", NOISE, page_of(query)]
    before = [statements(reviewer, page) for page in pages]
    for text in ("A", "B", "C"):
        act("close", asked(entry, monitor, text, item="weight_kg"), monitor)
        asked(entry, monitor, text, item="temperature")
        answered(query, coordinator, text)
        act("ask_again", query, monitor, text=text)
    for _ in range(2):
        visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
        vital_signs(visit, coordinator, pulse="200")
        complete(visit, "vital-signs", coordinator)
    assert [statements(reviewer, page) for page in pages] == before


def test_lists_count_open_queries_and_not_the_questions_of_forms_in_progress(
    visit, coordinator, monitor, reviewer
):
    enter(visit, "vital-signs", coordinator, pulse="200")
    lists = [reverse(f"monitor:casebook_{name}_changelist") for name in ("patient", "visit", "entry")]
    assert all(" open" not in text_of(reviewer, url) for url in lists)
    asked(visit.entries.get(crf="vital-signs"), monitor)
    assert all("1 open" in text_of(reviewer, url) for url in lists)


def test_report_counts_what_was_asked_changed_confirmed_and_is_open(
    visit, entry, coordinator, monitor, other_site
):
    change(entry, coordinator, pulse="200")
    change(entry, coordinator, pulse="100")  # changed after
    change(entry, coordinator, systolic="240")
    discrepancy = Discrepancy.objects.get(item="systolic")
    actor = coordinator.acting_at(entry.site, Right.ENTER)
    confirm(discrepancy=discrepancy, by=coordinator, actor=actor, asked=discrepancy.identity)
    change(entry, coordinator, spo2="80")
    lines = {line.id: line for line in noise(monitor)}
    found = lines["VS-002"]
    assert (found.asked, found.changed, found.confirmed, found.open) == (3, 1, 1, 1)
    assert (found.noise, found.queries, found.open_queries, found.median_days) == (50, 3, 1, "0.0")
    assert next(iter(lines)) == "VS-002"
    assert lines["VS-003"].asked == 0
    assert set(lines) == {check.id for check in CHECKS.values() if not check.hard}
    stranger = make_user("stranger", Role.MONITOR, other_site)
    assert {line.asked for line in noise(stranger)} == {0}


def test_report_names_removed_checks_and_narrows_to_a_site(
    entry, coordinator, monitor, reviewer, monkeypatch
):
    change(entry, coordinator, pulse="200")
    monkeypatch.delitem(CHECKS, "VS-002")
    assert "VS-002 No longer part of the system 1" in text_of(reviewer, f"{NOISE}?site=01")
    assert reviewer.get(f"{NOISE}?site=99").status_code == 404


def test_checks_that_never_asked_stand_by_themselves(reviewer):
    table, _, silent = text_of(reviewer, NOISE).partition("never asked")
    soft = [check for check in CHECKS.values() if not check.hard]
    assert soft
    assert all(check.title in silent and check.title not in table for check in soft)


def test_head_leads_reviewers_to_their_queries(reviewer):
    assert f'href="{LIST}"' in reviewer.get("/monitor/").content.decode()
