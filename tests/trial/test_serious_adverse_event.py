"""Serious adverse event: criteria and event agree, the report came in time, and nothing of the story is lost."""

import pytest

from ecrf.access.roles import Right
from ecrf.casebook.striking import NotStruck, restore, strike_out
from ecrf.checks.registry import CHECKS
from tests.builders import enter
from tests.trial.asked import asked
from trial.crfs.serious_adverse_event import CRITERIA

SAE = "serious-adverse-event"
NONE_MET = dict.fromkeys(CRITERIA, "no")


@pytest.fixture
def event(patient, coordinator):
    """Record whether adverse event 1 is serious; the result of doing so."""

    def say(serious, **more):
        return enter(patient, "adverse-event", coordinator, serious=serious, **more)

    return say


@pytest.fixture
def form(patient, coordinator):
    """Enter items of a serious adverse event form."""

    def fill(number=1, **values):
        return enter(patient, SAE, coordinator, number=number, **values)

    return fill


# --- serious without a criterion, or the reverse ---------------------------------------------------


# SAE-001
@pytest.mark.parametrize("last", CRITERIA)
def test_the_last_no_of_six_is_refused_while_the_event_is_serious(event, form, last):
    event("yes", term="Dysphagia")
    form(adverse_event="1")
    for name in CRITERIA:
        if name != last:
            assert form(**{name: "no"}).is_clean
    result = form(**{last: "no"})
    assert "Adverse event 1 (Dysphagia) is serious" in result.refused[last]
    assert "leave one empty" in result.refused[last]
    assert getattr(result.row, last) is None
    assert form(**{last: "yes"}).is_clean


def test_all_no_at_once_keeps_five_and_refuses_the_last(event, form):
    event("yes")
    result = form(adverse_event="1", **NONE_MET)
    assert list(result.refused) == ["other_important"]
    assert result.row.death is False


@pytest.mark.parametrize("serious", ["no", None])
def test_all_no_stands_while_the_event_is_not_said_to_be_serious(event, form, serious):
    event(serious, term="Chills")
    assert form(adverse_event="1", **NONE_MET).is_clean


def test_link_to_a_serious_event_is_refused_when_all_is_no(event, form):
    event("yes")
    form(**NONE_MET)
    assert list(form(adverse_event="1").refused) == ["adverse_event"]


# SAE-002
@pytest.mark.parametrize("name", CRITERIA)
def test_criterion_of_an_event_that_is_not_serious_is_refused(event, form, name):
    event("no", term="Chills")
    form(adverse_event="1")
    result = form(**{name: "yes"})
    assert result.refused[name].endswith("If it is serious, say so in the adverse event first.")
    assert form(**{name: "no"}).is_clean
    event("yes")
    assert form(**{name: "yes"}).is_clean


def test_link_to_an_event_that_is_not_serious_is_refused_when_a_criterion_is_met(event, form):
    event("no")
    form(death="yes")
    assert list(form(adverse_event="1").refused) == ["adverse_event"]


# AE-007
def test_not_serious_is_refused_while_the_form_has_a_criterion(event, form):
    event("yes")
    form(adverse_event="1", hospital_stay="yes", disability="yes")
    result = event("no")
    why = "Serious adverse event 1 says yes to: Hospital stay; Disability."
    assert result.refused["serious"].startswith(why)
    assert result.row.serious is True


def test_form_of_another_event_refuses_nothing(event, form, patient, coordinator):
    event("yes")
    enter(patient, "adverse-event", coordinator, number=2, serious="yes")
    form(adverse_event="2", death="yes")
    assert event("no").is_clean


def test_the_way_out_that_the_refusals_name_is_open_in_both_directions(event, form):
    event("yes")
    form(adverse_event="1", **{**NONE_MET, "death": "yes"})
    assert event("no").refused
    assert form(death="no").refused
    assert form(death=None).is_clean
    assert event("no").is_clean
    assert form(death="no").is_clean
    assert form(death="yes").refused
    assert event("yes").is_clean
    assert asked("SAE-005") == {"adverse_event": "Adverse event 1 is serious, and every criterion is no."}
    assert form(death="yes").is_clean
    assert asked("SAE-005") == {}


# --- one form for each serious event ----------------------------------------------------------------


def test_serious_event_without_a_form_asks_until_one_is_about_it(event, form):
    event("no")
    assert asked("AE-008") == {}
    event("yes")
    assert asked("AE-008") == {
        "serious": "The event is serious. Its serious adverse event form is not begun."
    }
    form(death="yes")
    assert list(asked("AE-008")) == ["serious"]
    form(adverse_event="1")
    assert asked("AE-008") == {}
    form(adverse_event=None)
    assert list(asked("AE-008")) == ["serious"]


def test_question_offers_the_form_with_its_link(event):
    row = event("yes").row
    offer = CHECKS["AE-008"].offer
    assert (offer.crf, offer.fill(row, None)) == (SAE, {"adverse_event": "1"})


def test_second_form_for_one_event_asks_on_the_second(event, form):
    event("yes")
    form(adverse_event="1")
    second = form(number=2, adverse_event="1").row
    assert list(asked("SAE-004")) == ["adverse_event"]
    assert [f.entry_id for f in second.entry.discrepancies.filter(check_id="SAE-004")] == [second.entry_id]
    form(adverse_event=None)
    assert asked("SAE-004") == {}


# --- the report -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "time", "asks"),
    [
        ("2024-05-03", "09:59", False),
        ("2024-05-03", "10:00", False),
        ("2024-05-03", "10:01", True),
        ("2024-05-02", "10:00", False),
        ("2024-05-03", None, False),
        ("2024-05-04", None, True),
    ],
)
def test_report_more_than_24_hours_after_becoming_aware_asks(form, day, time, asks):
    form(became_aware_on="2024-05-02", became_aware_at="10:00", reported_on=day, reported_at=time)
    assert bool(asked("SAE-003")) is asks


@pytest.mark.parametrize(
    ("day", "time", "asks"),
    [
        ("2024-05-03", None, False),
        ("2024-05-03", "23:59", False),
        ("2024-05-04", "00:00", True),
        ("2024-05-04", None, True),
    ],
)
def test_dates_alone_ask_only_when_surely_more_than_24_hours(form, day, time, asks):
    form(became_aware_on="2024-05-02", reported_on=day, reported_at=time)
    assert bool(asked("SAE-003")) is asks


def test_question_names_both_moments(form):
    form(became_aware_on="2024-05-02", became_aware_at="10:00", reported_on="2024-05-04")
    text = "Reported 2024-05-04, more than 24 hours after the site became aware, 2024-05-02 10:00."
    assert asked("SAE-003") == {"reported_on": text}


def test_first_hours_of_the_calendar_are_no_error(form):
    day = "0001-01-01"
    form(became_aware_on=day, became_aware_at="00:00", reported_on=day, reported_at="00:01")
    assert asked("SAE-003") == {}


@pytest.mark.parametrize(
    ("zone", "asks"), [("Europe/Berlin", True), ("Asia/Tokyo", False), ("America/New_York", False)]
)
def test_night_in_which_the_clocks_go_back_is_an_hour_longer(form, site, zone, asks):
    site.time_zone = zone
    form(
        became_aware_on="2024-10-26",
        became_aware_at="10:00",
        reported_on="2024-10-27",
        reported_at="10:00",
    )
    assert bool(asked("SAE-003")) is asks


# SAE-006
@pytest.mark.parametrize(
    ("day", "time", "refused"),
    [
        ("2024-05-02", "09:59", True),
        ("2024-05-02", "10:00", False),
        ("2024-05-02", "10:01", False),
        ("2024-05-02", None, False),
        ("2024-05-01", None, True),
    ],
)
def test_report_before_the_site_was_aware_is_refused(form, day, time, refused):
    form(became_aware_on="2024-05-02", became_aware_at="10:00")
    assert bool(form(reported_on=day, reported_at=time).refused) is refused


# --- the story --------------------------------------------------------------------------------------


def test_narrative_of_10000_characters_is_kept(form):
    story = ("Synthetic text, line by line.\n" * 400)[:9_999] + "."
    result = form(narrative=story)
    result.row.refresh_from_db()
    assert len(story) == 10_000
    assert result.row.narrative == story


def test_follow_ups_are_rows_of_the_form(form, patient, coordinator):
    form(adverse_event="1")
    for number, outcome in enumerate(("NOT RECOVERED/NOT RESOLVED", "RECOVERED/RESOLVED"), 1):
        row = enter(
            patient,
            "sae-follow-up",
            coordinator,
            parent=1,
            number=number,
            followed_on="2024-05-09",
            news="Synthetic text",
            outcome=outcome,
        ).row
    assert row.entry.address == "1.2"


# --- struck out -------------------------------------------------------------------------------------


@pytest.fixture
def actor(coordinator, site):
    return coordinator.acting_at(site, Right.ENTER)


def test_form_struck_out_leaves_the_event_without_one_until_it_is_restored(event, form, coordinator, actor):
    event("yes")
    entry = form(adverse_event="1", death="yes").row.entry
    strike_out(entry=entry, by=coordinator, actor=actor, reason="Of another patient")
    assert list(asked("AE-008")) == ["serious"]
    restore(entry=entry, actor=actor, reason="It was right")
    assert asked("AE-008") == {}


def test_restored_form_that_contradicts_the_event_by_now_asks(event, form, coordinator, actor):
    event("yes", term="Dysphagia")
    entry = form(adverse_event="1", death="yes").row.entry
    strike_out(entry=entry, by=coordinator, actor=actor, reason="Entered twice")
    assert event("no").is_clean
    restore(entry=entry, actor=actor, reason="It was right")
    text = "Adverse event 1 (Dysphagia) is not serious, and a criterion is yes: Death."
    assert asked("SAE-005") == {"adverse_event": text}


def test_event_of_a_serious_form_cannot_be_struck_out(event, form, coordinator, actor):
    row = event("yes").row
    form(adverse_event="1")
    with pytest.raises(NotStruck, match="Serious adverse event 1 names this row"):
        strike_out(entry=row.entry, by=coordinator, actor=actor, reason="Entered twice")


def test_event_that_the_patient_does_not_have_cannot_be_linked(form):
    assert "adverse_event" in form(adverse_event="7").refused
