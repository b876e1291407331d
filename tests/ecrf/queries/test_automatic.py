"""Queries of checks: they open, close and reopen by themselves, keep their history, and never double."""

import pytest
from django.core.management import call_command

from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry, Status
from ecrf.casebook.striking import strike_out
from ecrf.checks.discrepancies import clear_retired, confirm
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS
from ecrf.checks.running import run_all
from ecrf.forms.registry import CRFS
from ecrf.queries import automatic
from ecrf.queries.corrections import correct_and_answer
from ecrf.queries.models import Message, Query, Turn
from ecrf.queries.services import QueryRefused
from tests.builders import a_place, enter
from tests.ecrf.monitoring.world import an_adverse_event
from tests.ecrf.queries.builders import act, answered, asked, change, complete, conversation, vital_signs

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-096")]

FAST = "Pulse is 200 /min; 40 to 150 is usual."
FASTER = "Pulse is 210 /min; 40 to 150 is usual."


def confirmed(by):
    discrepancy = Discrepancy.objects.get(state=DiscrepancyState.OPEN)
    actor = by.acting_at(discrepancy.site, Right.ENTER)
    assert confirm(discrepancy=discrepancy, by=by, actor=actor, asked=discrepancy.identity)


@pytest.fixture
def query(entry, coordinator):
    """What VS-002 asks about a pulse of 200 in a complete form."""
    change(entry, coordinator, pulse="200")
    return Query.objects.get()


def test_question_in_a_form_in_progress_is_no_query(visit, draft, coordinator):
    enter(visit, "vital-signs", coordinator, pulse="200")
    assert Discrepancy.objects.get().state == DiscrepancyState.OPEN
    assert not Query.objects.exists()


def test_question_left_at_completion_becomes_a_query(visit, coordinator):
    vital_signs(visit, coordinator, pulse="200", systolic="240")
    complete(visit, "vital-signs", coordinator)
    found = list(Query.objects.order_by("number"))
    assert [(q.number, q.item, q.check_id, q.turn, q.asked_in) for q in found] == [
        (1, "systolic", "VS-002", Turn.SITE, Turn.MONITOR),
        (2, "pulse", "VS-002", Turn.SITE, Turn.MONITOR),
    ]
    assert conversation(found[1]) == [("opened", FAST)]
    assert (found[1].opened_by, found[1].value, found[1].discrepancy.text) == (None, "200 /min", FAST)


def test_question_answered_before_completion_is_no_query(visit, coordinator):
    vital_signs(visit, coordinator, pulse="200")
    confirmed(coordinator)
    complete(visit, "vital-signs", coordinator)
    assert not Query.objects.exists()


def test_value_changed_in_a_complete_form_opens_one_query(query, entry):
    assert (query.text, query.value, query.turn) == (FAST, "200 /min", Turn.SITE)
    with acting(SYSTEM, patient_id=entry.patient_id):
        run_all(entry.patient)
    assert Query.objects.count() == 1


def test_query_closes_by_itself_and_reopens_with_the_new_text(query, entry, coordinator):
    change(entry, coordinator, pulse="100")
    query.refresh_from_db()
    assert (query.turn, query.closed_by) == (Turn.NOBODY, None)
    change(entry, coordinator, pulse="210")
    change(entry, coordinator, pulse="200")
    query.refresh_from_db()
    assert (query.turn, query.text, Query.objects.count()) == (Turn.SITE, FAST, 1)
    assert conversation(query) == [
        ("opened", FAST),
        ("closed", "No longer so: the value was changed from 200 /min to 100 /min."),
        ("reopened", FASTER),
        ("asked-again", FAST),
    ]
    assert not Message.objects.exclude(said_by=None).exists()


def test_confirming_against_the_source_closes_it(query, coordinator):
    confirmed(coordinator)
    query.refresh_from_db()
    assert not query.is_open
    assert conversation(query)[-1] == ("closed", "Confirmed against the source by coordinator.")


def test_what_a_person_asked_in_it_is_not_closed_by_the_system(query, coordinator, monitor):
    answered(query, coordinator, "Measured after the stairs")
    act("ask_again", query, monitor, text="Was it measured again?")
    confirmed(coordinator)
    query.refresh_from_db()
    assert query.turn == Turn.MONITOR
    assert conversation(query)[-1] == ("answered", "Confirmed against the source by coordinator.")


def test_any_monitor_closes_a_query_of_a_check(query, coordinator, monitor):
    answered(query, coordinator, "Measured after the stairs")
    act("close", query, monitor)
    assert not query.is_open


def test_change_elsewhere_that_settles_it_is_told(visit, coordinator, entry, query):
    with acting(SYSTEM, patient_id=entry.patient_id):
        Discrepancy.objects.update(item="weight_kg")
        Query.objects.update(item="weight_kg", value="60.0 kg")
        run_all(entry.patient)
    query.refresh_from_db()
    assert conversation(query)[-1] == (
        "closed",
        "No longer so: a value that the question followed from was changed.",
    )


def test_striking_the_row_out_closes_it(visit, coordinator):
    event = an_adverse_event(visit.patient, coordinator, term="Headache")
    with acting(SYSTEM, patient_id=event.patient_id):
        Discrepancy.objects.create(entry=event, check_id="VS-002", item="term", text_as_asked="Headache?")
        Entry.objects.filter(pk=event.pk).update(status=Status.COMPLETE)
        automatic.follow_all(visit.patient, SYSTEM)
    assert Query.objects.get(check_id="VS-002").is_open
    actor = coordinator.acting_at(visit.site, Right.ENTER)
    strike_out(entry=event, by=coordinator, actor=actor, reason="Twice")
    query = Query.objects.get(check_id="VS-002")
    assert not query.is_open
    assert conversation(query)[-1] == ("closed", "The row was struck out: Twice")


def test_check_whose_code_was_removed_ends_its_queries(query, entry, monkeypatch, capsys):
    monkeypatch.delitem(CHECKS, "VS-002")
    call_command("run_checks")
    query.refresh_from_db()
    assert not query.is_open
    assert conversation(query)[-1] == ("closed", "The check VS-002 is no longer part of the system.")
    assert Discrepancy.objects.get().state == DiscrepancyState.CLEARED
    assert "1 questions of removed checks ended" in capsys.readouterr().out
    call_command("run_checks")
    assert query.messages.count() == 2


def test_discrepancy_on_an_item_that_is_gone_ends(query, entry):
    with acting(SYSTEM, patient_id=entry.patient_id):
        Discrepancy.objects.update(item="gone")
        Query.objects.update(item="gone")
        assert clear_retired(entry.patient, SYSTEM) == 1
    query.refresh_from_db()
    assert conversation(query)[-1] == ("closed", "The item is no longer part of the form.")


def test_run_checks_opens_the_queries_of_an_older_version(query, entry):
    with acting(SYSTEM, patient_id=entry.patient_id):
        discrepancy = Discrepancy.objects.create(
            entry=entry,
            check_id="VS-003",
            item="weight_kg",
            parameters={"value": "160.0", "low": 30, "high": 150},
            text_as_asked="160.0 kg lies outside 30 to 150 kg.",
        )
        CRFS["vital-signs"].model.objects.update(weight_kg="160")
    call_command("run_checks")
    assert Query.objects.get(discrepancy=discrepancy).turn == Turn.SITE


def corrected(query, by, value, text="Misread", **more):
    return correct_and_answer(
        query=query,
        place=a_place(query.entry.visit, query.entry.crf),
        value=value,
        text=text,
        by=by,
        actor=by.acting_at(query.site, Right.ENTER),
        **more,
    )


def test_correcting_answers_with_the_reason_in_one_act(entry, coordinator, monitor):
    query = asked(entry, monitor)
    for _ in range(2):
        assert corrected(query, coordinator, "71").is_clean
    query.refresh_from_db()
    assert query.turn == Turn.MONITOR
    assert conversation(query)[1:] == [("answered", "Misread")]
    assert query.messages.last().value == "71 /min"


def test_correcting_what_a_check_asked_answers_and_closes(query, coordinator):
    for _ in range(2):
        assert corrected(query, coordinator, "100").is_clean
    assert [name for name, _ in conversation(query)] == ["opened", "answered", "closed"]


def test_value_that_is_refused_leaves_the_query_unanswered(entry, coordinator, monitor):
    query = asked(entry, monitor)
    result = corrected(query, coordinator, "many")
    assert "pulse" in result.refused
    assert query.messages.count() == 1
    assert "pulse" in corrected(query, coordinator, "71", seen_value="69").conflicts
    query.refresh_from_db()
    assert query.turn == Turn.SITE


def test_answer_that_is_refused_leaves_the_value(entry, coordinator, monitor):
    query = asked(entry, monitor)
    act("close", query, monitor)
    with pytest.raises(QueryRefused):
        corrected(query, coordinator, "71")
    row = a_place(entry.visit, "vital-signs").definition.model.objects.get(pk=entry.pk)
    assert row.pulse == 70
