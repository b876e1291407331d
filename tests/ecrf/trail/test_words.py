"""Every kind of event is told in words, with what it undid; what the code no longer knows keeps its raw names."""

import html
import re
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.casebook.history import value_words
from ecrf.casebook.record.values import Missing
from ecrf.casebook.striking import (
    StrikingConsent,
    restore,
    restore_patient,
    restore_visit,
    strike_out,
    strike_patient,
    strike_visit,
)
from ecrf.checks.discrepancies import confirm
from ecrf.checks.models import Discrepancy
from ecrf.forms.registry import CRFS
from ecrf.locks.models import LockScope
from ecrf.queries.models import Query
from ecrf.trail.events import one_page
from ecrf.trail.filters import Filters, TrailScope
from ecrf.trail.page import trail_page
from ecrf.verification.models import Verification
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.trail.world import World, a_world

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-011")]


@pytest.fixture
def world(site, coordinator, investigator, monitor, data_manager) -> World:
    return a_world(site, coordinator, investigator, monitor, data_manager)


@pytest.fixture
def read(client, world):
    """The text of the patient's trail as the page shows it, its blanks made one."""

    def text(path: str = "", by=None, status: int = 200) -> str:
        client.force_login(by or world.coordinator)
        answer = client.get(f"/patients/{world.patient.number}/trail/{path}")
        assert answer.status_code == status
        body = answer.content.decode().split("</header>", 1)[1]
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", body)))

    return text


@pytest.mark.requirement("R-002")
def test_patient_visit_form_and_values_are_told(read):
    page = read()
    assert "Patient 01-001 added" in page
    assert "Visit opened" in page or "Week 4: visit opened" in page
    assert "Vital signs and weight · Week 4" in page
    assert "Form begun" in page
    assert "Pulse entered: 70 /min" in page
    assert "Temperature entered: 36.5 °C" in page
    assert "Form completed" in page
    assert "Synthetic coordinator coordinator, coordinator" in page


def test_change_says_from_to_and_why(read, world):
    world.change("72")
    page = read()
    assert "Pulse changed: 70 /min → 72 /min" in page
    assert "Why: Misread" in page


def test_missing_reason_and_its_comment_are_told_in_words(read, world):
    world.change(Missing("not-done", "the cuff was broken"))
    world.change("75")
    page = read()
    assert "Pulse changed: 70 /min → Not done (the cuff was broken)" in page
    assert "Pulse changed: Not done (the cuff was broken) → 75 /min" in page


def test_cleared_value_is_blank(read, world):
    world.change("")
    assert "Pulse changed: 70 /min → blank" in read()


def test_choices_are_told_by_their_labels(read, world):
    enter(world.visit, "visit", world.coordinator, contact="phone", occurrence="done")
    assert "Took place entered: By telephone or video" in read()


@pytest.mark.requirement("R-013")
def test_calculated_item_is_the_systems_with_its_rule(read, world):
    enter(world.visit, "reading", world.coordinator, value_1="41.0", value_2="42.0", value_3="41.0")
    name, item = next(iter(CRFS["reading"].calculated.items()))
    assert re.search(rf"Calculated {item.verbose_name} calculated by the system, {item.rule}", read()), name


@pytest.fixture
def saves(world):
    """Of the trail's first page, one for each act: the test's own transaction stands around all of them."""

    def told(*acts) -> list:
        ends = []
        for act in acts:
            act()
            ends.append(AuditChain.objects.get(chain=world.patient.pk).length)

        def committed(scope, filters):
            page = one_page(scope, filters)
            for event in page.events:
                event.transaction = str(sum(event.position > end for end in ends))
            return page

        with mock.patch("ecrf.trail.page.one_page", committed):
            scope = TrailScope(world.patient.site, world.patient)
            return trail_page(scope, Filters(), world.coordinator).saves

    return told


@pytest.mark.requirement("R-022")
def test_changes_of_one_save_stand_together_and_those_of_two_apart(world, saves):
    two = {"pulse": "71", "spo2": "97"}
    newest, before, *_ = saves(
        lambda: world.change("99"),
        lambda: enter(world.visit, "vital-signs", world.coordinator, reason="Two misread", **two),
    )
    assert newest.reason == "Two misread"
    assert [line.subject for row in newest.rows for line in row.lines] == ["Pulse", "SpO₂"]
    assert "99 /min" in [line.new for row in before.rows for line in row.lines]


@pytest.mark.requirement("R-017")
def test_correction_and_answer_in_one_act_stand_together_each_with_its_reason(world, saves, read):
    query = world.ask()

    def correct_and_answer():
        with world.as_(world.coordinator, Right.ENTER, "site"):
            world.change("72", reason="Misread")
            world.say(query, world.coordinator, "answered", "It was misread.", "coordinator")

    newest = saves(lambda: None, correct_and_answer)[0]
    assert [line.what for row in newest.rows for line in row.lines] == [
        "changed",
        f"query {query.code} answered",
    ]
    assert [row.reason for row in newest.rows] == ["Misread", ""]
    assert "Why: Misread" in read()


@pytest.mark.requirement("R-015")
@pytest.mark.requirement("R-017")
def test_query_is_told_from_the_question_to_its_end(read, world):
    query = world.ask()
    with world.as_(world.coordinator, Right.ENTER, "site"):
        world.say(query, world.coordinator, "answered", "It was misread.", "coordinator")
        Query.objects.filter(pk=query.pk).update(turn="monitor", turn_since=timezone.now())
    with world.as_(world.monitor, Right.QUERY):
        world.say(query, world.monitor, "closed", "", "monitor")
        at = timezone.now()
        Query.objects.filter(pk=query.pk).update(
            turn="", turn_since=at, closed_at=at, closed_by=world.monitor
        )
    with world.as_(world.monitor, Right.QUERY):
        world.say(query, world.monitor, "reopened", "Another word", "monitor")
    page = read()
    assert f"Pulse: query {query.code}: opened on 70 /min, the site's turn: “Please check the pulse.”" in page
    assert f"Pulse: query {query.code} answered, the monitor's turn: “It was misread.”" in page
    assert f"Pulse: query {query.code} closed" in page
    assert "nobody's turn" not in page, "one act, one line"
    assert f"Pulse: query {query.code} reopened: “Another word”" in page
    assert "monitor, monitor in the review pages" in page


def test_texts_in_any_language_and_with_markup_are_shown_as_they_are(client, world):
    world.ask(text="脈拍を確認してください 😀 <script>alert(1)</script>")
    client.force_login(world.coordinator)
    page = client.get(f"/patients/{world.patient.number}/trail/").content.decode()
    assert "脈拍を確認してください 😀 &lt;script&gt;" in page
    assert "<script>alert" not in page


def test_question_of_a_check_is_told_with_the_answer(read, world):
    world.change("20")
    discrepancy = Discrepancy.objects.get(entry=world.entry, item="pulse")
    by = world.coordinator
    confirm(
        discrepancy=discrepancy,
        by=by,
        actor=by.acting_at(world.patient.site, Right.ENTER),
        asked=discrepancy.identity,
    )
    world.change("70")
    page = read()
    assert f"Pulse: question of {discrepancy.check_id} asked: “{discrepancy.text}”" in page
    assert f"question of {discrepancy.check_id} answered: confirmed against the source" in page
    assert "no longer asked: the reason is gone" in page


@pytest.mark.requirement("R-015")
def test_verification_its_taking_back_and_its_fall_are_told(read, world):
    world.verify()
    taken = world.verify("spo2", "98 %")
    with world.as_(world.monitor, Right.VERIFY):
        Verification.objects.filter(pk=taken.pk).update(undone_at=timezone.now(), undone_by=world.monitor)
    world.change("72")
    page = read()
    assert "Pulse verified against the source: 70 /min" in page
    assert "SpO₂ verification taken back, it was: 98 %" in page
    assert "This undid the verification of Pulse by monitor (was 70 /min)" in page


@pytest.mark.requirement("R-015")
def test_signature_and_its_breaking_are_told(read, world):
    world.sign()
    world.change("72")
    page = read()
    signed = "Visit Week 4 signed by Synthetic investigator, investigator: “I have reviewed these data.”"
    assert signed in page
    assert "This broke the signature of Synthetic investigator on the visit Week 4" in page


@pytest.mark.requirement("R-015")
def test_freeze_and_its_lifting_are_told(read, world):
    world.lift(world.lock())
    page = read()
    assert "Visit Week 4 frozen: “Interim analysis”" in page
    assert "Visit Week 4 no longer frozen: “It is done”" in page


def test_lock_of_the_site_stands_above_the_patients_trail_and_in_the_sites(read, client, world):
    world.lock(LockScope.SITE, "lock")
    world.lock(LockScope.STUDY)
    page = read()
    assert "Site 01 is locked: Interim analysis" in page
    assert "The study is frozen: Interim analysis" in page
    whole = client.get("/sites/01/trail/").content.decode()
    assert "Site 01 locked" in whole
    assert "The study frozen" in whole


@pytest.mark.parametrize("what", ["visit", "patient"])
def test_visit_and_patient_struck_out_and_restored_are_told_in_words(what, read, world):
    """Who consented by name, and no column of the database."""
    strike, bring_back = {
        "visit": (strike_visit, restore_visit),
        "patient": (strike_patient, restore_patient),
    }[what]
    subject = world.visit if what == "visit" else world.patient
    consent = StrikingConsent(world.investigator, world.patient.site.today())
    strike(**{what: subject}, by=world.data_manager, reason="Of another person", consent=consent)
    bring_back(**{what: subject}, by=world.data_manager, reason="It was right")
    page = read().lower()
    consented = f"investigator consented on {consent.on}"
    assert f"{what} struck out; {consented}" in page
    assert f"{what} restored (struck out before: of another person, {consented})" in page
    assert "struck at" not in page
    assert "struck consent" not in page


def test_struck_out_and_restored_are_told(read, world):
    enter(world.patient, "adverse-event", world.coordinator, term="Headache")
    entry = world.patient.entries.get(crf="adverse-event")
    by = world.coordinator.acting_at(world.patient.site, Right.ENTER)
    strike_out(entry=entry, by=world.coordinator, actor=by, reason="Entered twice")
    restore(entry=entry, actor=by, reason="It was another one")
    page = read()
    assert "Form struck out" in page
    assert "Why: Entered twice" in page
    assert "Form restored (struck out before: Entered twice)" in page
    assert "Why: It was another one" in page


def test_table_item_and_values_that_the_code_no_longer_has_keep_their_raw_names(read, world):
    definition = CRFS["vital-signs"]
    with mock.patch.dict(definition.items) as items:
        items.pop("pulse")
        assert "pulse entered: 70" in read()
    with mock.patch("ecrf.trail.words.forms", dict), mock.patch.dict(CRFS):
        del CRFS["vital-signs"]
        page = read()
    assert "vital-signs 1 · Week 4" in page
    assert "entered" in page
    assert value_words(definition.items["pulse"], {"odd": 1}, None) == '{"odd": 1}'
    assert value_words(definition.items["temperature"], "hot", None) == "hot"
    assert value_words(None, None, {"reason": "lost"}) == "lost"
    assert value_words(None, None, "lost") == "lost"


def test_event_by_raw_sql_is_told_too(read, world):
    by = world.investigator.acting_at(world.patient.site, Right.ENTER)
    with acting(by, reason="By hand", source="command"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE stub_trial_stubvitalsigns SET pulse = 99 WHERE entry_id = %s", [world.entry.pk]
        )
    page = read()
    assert "Pulse changed: 70 /min → 99 /min" in page
    assert "by a command" in page


# --- when -------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-007")
def test_time_is_the_sites_with_its_offset(read, world):
    event = AuditEvent.objects.filter(chain=world.patient.pk).latest("position")
    here = event.at.astimezone(world.patient.site.zone)
    assert f"{here:%Y-%m-%d %H:%M:%S} +09:00 JST" in read()


def test_another_patients_events_are_not_in_the_trail(read, world, site, coordinator):
    other = a_patient(site, coordinator)
    enter(a_visit(other, "W01", coordinator), "vital-signs", coordinator, pulse="55")
    assert "55 /min" not in read()


def test_answered_question_keeps_the_words_of_its_time(read, world):
    world.change("20")
    first = Discrepancy.objects.get(entry=world.entry, item="pulse").text
    world.change("21")
    again = Discrepancy.objects.get(entry=world.entry, item="pulse").text
    assert first != again
    page = read()
    assert f"asked: “{first}”" in page
    assert f"asks anew: “{again}”" in page or f"asked again: “{again}”" in page
