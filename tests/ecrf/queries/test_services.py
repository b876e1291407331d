"""What people do in queries, and what is refused in words."""

import uuid

import pytest
from django.utils import timezone

from ecrf.access.models import Membership
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.striking import restore, strike_out
from ecrf.forms.registry import CRFS
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.queries.corrections import correct_and_answer
from ecrf.queries.models import Query, Turn
from ecrf.queries.services import NotAllowed, QueryRefused, TextRefused
from tests.builders import a_place, enter
from tests.conftest import make_user
from tests.ecrf.monitoring.world import an_adverse_event
from tests.ecrf.queries.builders import act, answered, asked, change, conversation

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-096")]

LONG = "長い質問です。🩺 " * 20_000


@pytest.fixture
def query(entry, monitor):
    return asked(entry, monitor)


def test_query_goes_from_opened_through_answered_to_closed(query, coordinator, monitor):
    assert (query.number, query.turn, query.value) == (1, Turn.SITE, "70 /min")
    answered(query, coordinator)
    assert query.turn == Turn.MONITOR
    act("ask_again", query, monitor, text="And the source?")
    assert query.turn == Turn.SITE
    answered(query, coordinator, "Here it is")
    act("close", query, monitor)
    assert (query.turn, query.closed_by) == (Turn.NOBODY, monitor)
    act("reopen", query, monitor, text="It was another page")
    query.refresh_from_db()
    assert (query.turn, query.closed_at) == (Turn.SITE, None)
    assert [name for name, _ in conversation(query)] == [
        "opened", "answered", "asked-again", "answered", "closed", "reopened",
    ]  # fmt: skip
    assert {said.value for said in query.messages.all()} == {"70 /min"}
    assert verify().faults == []


@pytest.mark.requirement("R-097")
def test_query_changes_no_value(query, entry, coordinator, monitor):
    answered(query, coordinator)
    act("close", query, monitor)
    tables = set(
        AuditEvent.objects.filter(entry_id=entry.pk, actor="monitor").values_list("table", flat=True)
    )
    assert tables == {"queries_query", "queries_message"}


def test_blank_item_of_a_form_in_progress_can_be_asked_about(visit, coordinator, monitor):
    enter(visit, "vital-signs", coordinator, systolic="120")
    draft = visit.entries.get(crf="vital-signs")
    assert asked(draft, monitor, item="pulse").value == "blank"


def test_calculated_item_can_be_asked_about(visit, coordinator, monitor):
    enter(visit, "reading", coordinator, value_1="41.0")
    grip = visit.entries.get(crf="reading")
    name = next(iter(CRFS["reading"].calculated))
    assert asked(grip, monitor, item=name).item == name


def test_numbers_follow_each_other_at_a_patient(entry, monitor, data_manager):
    assert [asked(entry, by, text).number for by, text in ((monitor, "A"), (data_manager, "B"))] == [1, 2]


@pytest.mark.parametrize("text", [LONG, "a\nb", "<script>alert(1)</script>", "Ça va؟ مرحبا", "👍"])
def test_text_of_any_length_and_language_stands_as_it_was_written(entry, monitor, text):
    query = asked(entry, monitor, text)
    query.refresh_from_db()
    assert query.text == text.strip()


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u200b\u00a0", "a\x00b"])
def test_blank_text_and_null_characters_are_refused(entry, query, monitor, coordinator, text):
    with pytest.raises(TextRefused):
        asked(entry, monitor, text)
    with pytest.raises(TextRefused):
        answered(query, coordinator, text)
    assert Query.objects.count() == 1


def test_second_click_opens_no_second_query(entry, monitor):
    key = uuid.uuid4()
    assert asked(entry, monitor, "A", request_key=key) == asked(entry, monitor, "A", request_key=key)
    assert asked(entry, monitor, "A") == asked(entry, monitor, "A")
    assert Query.objects.count() == 1


def test_key_that_was_used_elsewhere_opens_nothing(entry, monitor):
    key = uuid.uuid4()
    asked(entry, monitor, "A", request_key=key)
    with pytest.raises(QueryRefused, match="out of date"):
        asked(entry, monitor, "B", item="weight_kg", request_key=key)


def test_second_click_answers_and_asks_once(query, coordinator, monitor):
    for _ in range(2):
        answered(query, coordinator)
    for _ in range(2):
        act("ask_again", query, monitor, text="Really?")
    assert query.messages.count() == 3


def test_same_answer_to_a_new_question_is_an_answer(query, coordinator, monitor):
    for _ in range(2):
        answered(query, coordinator, "Yes")
        act("ask_again", query, monitor, text="Really?")
    assert query.messages.count() == 5


def test_answered_query_cannot_be_answered_by_somebody_else_again(query, coordinator, investigator):
    answered(query, coordinator)
    with pytest.raises(QueryRefused, match="answered already: it is the monitor's turn"):
        answered(query, investigator, "Also")


def test_closed_query_takes_nothing_more_until_it_is_reopened(query, coordinator, monitor, data_manager):
    act("close", query, monitor)
    for refused in (
        lambda: act("close", query, monitor),
        lambda: act("close", query, data_manager),
        lambda: answered(query, coordinator),
        lambda: act("ask_again", query, monitor, text="?"),
        lambda: act("pass_on", query, monitor, to=Turn.DATA_MANAGER, text="?"),
    ):
        with pytest.raises(QueryRefused, match="is closed by monitor"):
            refused()
    assert query.messages.count() == 2


def test_open_query_is_not_reopened_and_the_sites_turn_not_asked_again(query, monitor):
    with pytest.raises(QueryRefused, match="open already"):
        act("reopen", query, monitor, text="Once more")
    with pytest.raises(QueryRefused, match="waits for the site"):
        act("ask_again", query, monitor, text="Once more")


def test_reopening_asks_for_a_reason(query, monitor):
    act("close", query, monitor)
    with pytest.raises(TextRefused, match="why the query is reopened"):
        act("reopen", query, monitor, text=" ")


def test_only_who_opened_it_or_a_data_manager_closes(query, site, data_manager):
    second = make_user("monitor2", Role.MONITOR, site)
    with pytest.raises(NotAllowed, match="opened by monitor"):
        act("close", query, second)
    act("close", query, data_manager)
    assert not query.is_open


def test_any_monitor_closes_what_somebody_opened_who_has_left(query, site, monitor):
    second = make_user("monitor2", Role.MONITOR, site)
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=monitor).update(is_current=False)
    act("close", Query.objects.get(pk=query.pk), second)


def test_site_cannot_open_close_or_pass_on(query, entry, coordinator):
    for refused in (
        lambda: asked(entry, coordinator),
        lambda: act("close", query, coordinator),
        lambda: act("pass_on", query, coordinator, to=Turn.MONITOR, text="?"),
    ):
        with pytest.raises(NotAllowed, match="does not let you open or close queries"):
            refused()


def test_monitor_cannot_answer_for_the_site(query, monitor):
    with pytest.raises(NotAllowed, match="does not let you answer"):
        answered(query, monitor)


def test_other_sites_people_can_do_nothing(query, entry, other_site, outsider):
    stranger = make_user("stranger", Role.MONITOR, other_site)
    for refused in (
        lambda: answered(query, outsider),
        lambda: asked(entry, stranger),
        lambda: act("close", query, stranger),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_query_is_passed_on_between_monitor_data_manager_and_site(query, coordinator, monitor, data_manager):
    answered(query, coordinator)
    act("pass_on", query, monitor, to=Turn.DATA_MANAGER, text="Is that plausible?")
    assert query.turn == Turn.DATA_MANAGER
    act("pass_on", query, data_manager, to=Turn.SITE, text="Please send the page")
    assert (query.turn, query.asked_in) == (Turn.SITE, Turn.DATA_MANAGER)
    answered(query, coordinator, "Sent")
    assert query.turn == Turn.DATA_MANAGER
    with pytest.raises(QueryRefused, match="data manager's turn already"):
        act("pass_on", query, monitor, to=Turn.DATA_MANAGER, text="Look")


def test_answer_to_what_changed_meanwhile_is_held_back(query, coordinator, monitor):
    answered(query, coordinator)
    seen = query.messages.last().pk
    act("ask_again", query, monitor, text="Really?")
    with pytest.raises(QueryRefused, match=f"Somebody wrote in query {query.code} meanwhile"):
        act("close", query, monitor, seen=seen)
    act("close", query, monitor, seen=query.messages.last().pk)


def test_struck_out_row_is_not_asked_about(visit, coordinator, monitor):
    event = an_adverse_event(visit.patient, coordinator, term="Headache")
    query = asked(event, monitor, item="term")
    actor = coordinator.acting_at(visit.site, Right.ENTER)
    for reason in ("Entered twice", "Entered twice again"):
        strike_out(entry=event, by=coordinator, actor=actor, reason=reason)
        restore(entry=event, actor=actor, reason="It was right")
    strike_out(entry=event, by=coordinator, actor=actor, reason="Entered twice")
    query.refresh_from_db()
    assert query.turn == Turn.MONITOR
    assert [words for name, words in conversation(query) if name == "passed-on"] == [
        "The row was struck out by coordinator: Entered twice",
        "The row was struck out by coordinator: Entered twice again",
    ]
    for refused in (
        lambda: asked(event, monitor, "Another", item="severity"),
        lambda: act("reopen", query, monitor, text="But"),
    ):
        with pytest.raises(QueryRefused):
            refused()
    act("close", query, monitor)
    with pytest.raises(QueryRefused, match="struck out"):
        act("reopen", query, monitor, text="But")


def test_query_on_an_item_the_form_does_not_have_is_refused(entry, monitor):
    with pytest.raises(QueryRefused, match="no such item"):
        asked(entry, monitor, item="no_such_item")


def test_closed_query_reopens_when_its_value_changes(query, entry, coordinator, monitor):
    other = asked(entry, monitor, "Weight?", item="weight_kg")
    for each in (query, other):
        act("close", each, monitor)
    change(entry, coordinator, pulse="72")
    query.refresh_from_db()
    other.refresh_from_db()
    assert (query.turn, other.turn) == (Turn.MONITOR, Turn.NOBODY)
    words = "The value changed after the query was closed: was 70 /min, is 72 /min."
    assert conversation(query)[-1] == ("reopened", words)
    assert query.messages.last().said_by is None


def test_under_a_freeze_people_talk_on_and_under_a_lock_they_are_told(
    query, entry, coordinator, data_manager
):
    def put(kind):
        with acting(data_manager.acting_at(entry.site, Right.LOCK)):
            where = {"site": entry.site, "patient": entry.patient}
            Lock.objects.create(
                kind=kind,
                scope=LockScope.PATIENT,
                **where,
                reason="End",
                set_at=timezone.now(),
                set_by=data_manager,
            )

    put(LockKind.FREEZE)
    answered(query, coordinator)
    put(LockKind.LOCK)
    with pytest.raises(QueryRefused, match="Patient 01-001 is locked"):
        act("close", query, data_manager)
    query.refresh_from_db()
    assert query.is_open


def test_own_reason_of_a_correction_stands_beside_the_answer(query, entry, coordinator):
    result = correct_and_answer(
        query=query,
        place=a_place(entry.visit, "vital-signs"),
        value="72",
        text="See the other page",
        reason="Misread by one line",
        by=coordinator,
        actor=coordinator.acting_at(entry.site, Right.ENTER),
    )
    assert result.changed == ["pulse"]
    changed = AuditEvent.objects.filter(entry_id=entry.pk, changes__has_key="pulse").latest("position")
    assert changed.reason == "Misread by one line"
    assert conversation(query)[-1] == ("answered", "See the other page")
