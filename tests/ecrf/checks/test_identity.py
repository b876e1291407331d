"""A discrepancy is identified by its check, the check's version and the values it speaks of, not by its wording."""

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.striking import restore, strike_out
from ecrf.checks.discrepancies import confirm
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS
from ecrf.checks.texts import parse
from ecrf.queries.models import Query, Turn
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.monitoring.world import logged_in
from tests.ecrf.queries.builders import act, asked, change, complete, conversation, vital_signs

pytestmark = pytest.mark.django_db

FAST = "Pulse is 200 /min; 40 to 150 is usual."
REWORDED = "Expected between 40 and 150: Pulse 200 /min."


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W04", coordinator)


@pytest.fixture
def entry(visit, coordinator):
    """A complete form with an unlikely pulse, and with the check's query about it."""
    vital_signs(visit, coordinator, pulse="200")
    return complete(visit, "vital-signs", coordinator)


@pytest.fixture
def discrepancy(entry):
    return Discrepancy.objects.get(entry=entry, item="pulse")


@pytest.fixture
def confirmed(discrepancy, coordinator):
    assert confirm_as(coordinator, discrepancy, discrepancy.identity)
    discrepancy.refresh_from_db()
    return discrepancy


@pytest.fixture
def reword(monkeypatch):
    """The check in other words, and with another version if one is given."""

    def change(version=1):
        texts = {"between": parse("Expected between {low} and {high}: {sign:item} {value} {unit}.")}
        monkeypatch.setitem(CHECKS, "VS-002", replace(CHECKS["VS-002"], texts=texts, version=version))

    return change


def confirm_as(user, discrepancy, asked):
    actor = user.acting_at(discrepancy.site, Right.ENTER)
    return confirm(discrepancy=discrepancy, by=user, actor=actor, asked=asked)


def state_after_run_checks():
    call_command("run_checks")
    found = Discrepancy.objects.get(item="pulse")
    return found.state, found.text


def events():
    return AuditEvent.objects.filter(
        table__in=("checks_discrepancy", "queries_query", "queries_message")
    ).count()


def test_reworded_question_stays_confirmed(confirmed, reword):
    reword()
    before = events()
    assert state_after_run_checks() == (DiscrepancyState.CONFIRMED, REWORDED)
    assert events() == before
    assert not Query.objects.get().is_open


def test_reworded_question_that_is_open_is_not_asked_again(discrepancy, reword):
    reword()
    before = events()
    assert state_after_run_checks() == (DiscrepancyState.OPEN, REWORDED)
    assert events() == before
    query = Query.objects.get()
    assert query.text == REWORDED
    assert conversation(query) == [("opened", FAST)]


def test_reworded_question_does_not_reopen_a_query_that_a_monitor_closed(discrepancy, monitor, reword):
    act("close", Query.objects.get(), monitor)
    reword()
    state_after_run_checks()
    assert not Query.objects.get().is_open


def test_saving_the_same_form_does_not_reopen_a_reworded_question(confirmed, entry, coordinator, reword):
    reword()
    change(entry, coordinator, systolic="121")
    assert Discrepancy.objects.get(item="pulse").state == DiscrepancyState.CONFIRMED


def test_another_value_is_asked_about_anew(confirmed, entry, coordinator):
    change(entry, coordinator, pulse="210")
    found = Discrepancy.objects.get(item="pulse")
    assert (found.state, found.text) == (DiscrepancyState.OPEN, "Pulse is 210 /min; 40 to 150 is usual.")
    assert (found.confirmed_at, found.confirmed_by) == (None, None)
    assert Query.objects.get().is_sites_turn


def test_value_that_comes_back_in_other_words_is_confirmed_again(confirmed, entry, coordinator, reword):
    change(entry, coordinator, pulse="70")
    assert Discrepancy.objects.get().state == DiscrepancyState.CLEARED
    reword()
    change(entry, coordinator, pulse="200")
    assert Discrepancy.objects.get().state == DiscrepancyState.CONFIRMED


def test_raised_version_asks_anew_and_once(confirmed, reword):
    reword(version=2)
    assert Discrepancy.objects.get().text == FAST  # nobody has asked the new question yet
    assert state_after_run_checks() == (DiscrepancyState.OPEN, REWORDED)
    query = Query.objects.get()
    assert (query.turn, query.text) == (Turn.SITE, REWORDED)
    assert conversation(query)[-1] == ("reopened", REWORDED)
    before = events()
    assert state_after_run_checks() == (DiscrepancyState.OPEN, REWORDED)
    assert events() == before


def test_raised_version_asks_again_in_a_query_that_is_open(discrepancy, reword):
    reword(version=2)
    state_after_run_checks()
    assert conversation(Query.objects.get()) == [("opened", FAST), ("asked-again", REWORDED)]


def test_confirmation_of_the_question_in_its_old_words_counts(discrepancy, coordinator, reword):
    shown = discrepancy.identity
    reword()
    assert confirm_as(coordinator, discrepancy, shown)
    assert Discrepancy.objects.get().state == DiscrepancyState.CONFIRMED


def test_confirmation_of_another_value_or_version_does_not_count(discrepancy, entry, coordinator, reword):
    shown = discrepancy.identity
    reword(version=2)
    state_after_run_checks()
    assert not confirm_as(coordinator, discrepancy, shown)
    now = Discrepancy.objects.get().identity
    change(entry, coordinator, pulse="210")
    assert not confirm_as(coordinator, discrepancy, now)
    assert Discrepancy.objects.get().state == DiscrepancyState.OPEN


def test_trail_and_row_keep_the_words_in_which_it_was_asked(confirmed, reword):
    reword()
    state_after_run_checks()
    found = Discrepancy.objects.get()
    assert (found.text, found.text_as_asked) == (REWORDED, FAST)
    changes = AuditEvent.objects.get(table="checks_discrepancy", operation="INSERT").changes
    assert changes["text_as_asked"] == [None, FAST]
    assert changes["parameters"] == [
        None,
        {"sign": "pulse", "value": 200, "unit": "/min", "low": 40, "high": 150},
    ]


def test_question_of_a_check_that_is_gone_is_read_as_it_was_asked(confirmed, monkeypatch):
    monkeypatch.delitem(CHECKS, "VS-002")
    assert (confirmed.text, Query.objects.get().text) == (FAST, FAST)


def test_question_whose_text_takes_other_values_by_now_is_read_as_it_was_asked(confirmed, monkeypatch):
    texts = {"between": parse("{sign:item} is unusual.")}
    monkeypatch.setitem(CHECKS, "VS-002", replace(CHECKS["VS-002"], texts=texts))
    assert confirmed.text == FAST


def test_sites_page_shows_the_words_of_today(visit, coordinator, reword):
    vital_signs(visit, coordinator, pulse="200")
    page = f"/patients/{visit.patient.number}/W04/"
    reword()
    assert REWORDED in logged_in(coordinator).get(page).content.decode()
    found = Discrepancy.objects.get()
    assert confirm_as(coordinator, found, found.identity)
    shown = logged_in(coordinator).get(page).content.decode()
    assert f"Confirmed against the source by coordinator: {REWORDED}" in shown


def test_lists_of_queries_show_the_words_of_today(discrepancy, coordinator, monitor, reword):
    reword()
    assert REWORDED in logged_in(coordinator).get("/queries/").content.decode()
    assert REWORDED in logged_in(monitor).get(reverse("monitor:queries_query_changelist")).content.decode()


def test_queries_of_people_are_read_as_they_were_written(entry, monitor):
    assert asked(entry, monitor, "Is {pulse} right?").text == "Is {pulse} right?"


def test_confirmed_question_that_vanishes_and_comes_back_stays_answered(confirmed, entry, coordinator):
    at = confirmed.confirmed_at
    change(entry, coordinator, pulse="70")
    change(entry, coordinator, pulse="200")
    found = Discrepancy.objects.get()
    assert (found.state, found.confirmed_at) == (DiscrepancyState.CONFIRMED, at)
    assert found.confirmed_by == coordinator
    assert not Query.objects.get().is_open


def test_open_question_that_vanishes_and_comes_back_is_open_again(discrepancy, entry, coordinator):
    change(entry, coordinator, pulse="70")
    assert Discrepancy.objects.get().state == DiscrepancyState.CLEARED
    change(entry, coordinator, pulse="200")
    assert Discrepancy.objects.get().state == DiscrepancyState.OPEN


def test_confirmed_question_vanishes_with_a_struck_out_row_and_comes_back_answered(visit, coordinator, site):
    enter(visit, "dose-signs", coordinator, parent=1, pulse="200")
    row = visit.entries.get(crf="dose-signs")
    found = Discrepancy.objects.get(entry=row)
    assert confirm_as(coordinator, found, found.identity)
    actor = coordinator.acting_at(site, Right.ENTER)
    strike_out(entry=row, by=coordinator, actor=actor, reason="Entered twice")
    found.refresh_from_db()
    assert found.state == DiscrepancyState.CLEARED
    restore(entry=row, actor=actor, reason="It was right")
    found.refresh_from_db()
    assert found.state == DiscrepancyState.CONFIRMED
