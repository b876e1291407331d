"""Infusion: the calculated plan, and the checks of one infusion and of the course."""

from decimal import Decimal

import pytest

from ecrf.access.roles import Right
from ecrf.casebook.data import stored_row
from ecrf.casebook.record.values import Missing
from ecrf.casebook.services import complete_entries
from ecrf.casebook.striking import strike_out
from ecrf.checks.running import leave
from ecrf.forms.registry import CRFS
from ecrf.queries.models import Query
from tests.builders import enter
from tests.trial.asked import asked


@pytest.mark.requirement("R-101")
def test_plan_is_calculated_from_the_dosing_weight(at, coordinator):
    row = enter(at("W07"), "infusion", coordinator, dosing_weight_kg="60.0", split_days="2").row
    assert (row.phase, row.cycle) == ("maintenance", 2)
    assert (row.planned_dose_g, row.planned_volume_ml) == (Decimal("30.0"), 600)
    assert row.notes()[0] == "Planned 30.0 g = 600 mL"


def test_no_plan_without_a_dosing_weight(at, coordinator):
    row = enter(at("W01"), "infusion", coordinator, infused_on="2024-04-01").row
    assert (row.phase, row.cycle, row.planned_dose_g, row.planned_volume_ml) == (
        "induction",
        None,
        None,
        None,
    )
    assert row.notes() == []


def test_removed_weight_removes_the_plan(at, coordinator):
    enter(at("W01"), "infusion", coordinator, dosing_weight_kg="60.0")
    row = enter(at("W01"), "infusion", coordinator, dosing_weight_kg=None).row
    assert row.planned_dose_g is None


# INF-001
@pytest.mark.parametrize(
    ("end", "next_day", "refused"),
    [
        ("09:59", "no", True),
        ("10:00", "no", True),
        ("10:00", None, True),
        ("10:01", "no", False),
        ("00:30", "yes", False),
        ("09:59", "yes", False),
    ],
)
def test_end_not_after_start_is_refused(at, coordinator, end, next_day, refused):
    enter(at("W04"), "infusion", coordinator, started_at="10:00", ended_next_day=next_day)
    result = enter(at("W04"), "infusion", coordinator, ended_at=end)
    assert bool(result.refused) is refused


def test_refusal_says_how_an_end_after_midnight_is_entered(at, coordinator):
    enter(at("W04"), "infusion", coordinator, started_at="22:00")
    why = enter(at("W04"), "infusion", coordinator, ended_at="00:30").refused["ended_at"]
    assert why.startswith("The end 00:30 is not after the start 22:00.")
    assert "after midnight" in why


@pytest.mark.parametrize(
    ("end", "next_day", "asks"),
    [
        ("10:59", "no", True),
        ("11:00", "no", False),
        ("22:00", "no", False),
        ("22:01", "no", True),
        ("00:30", "yes", True),
    ],
)
def test_infusion_under_1_or_over_12_hours_asks(at, coordinator, end, next_day, asks):
    enter(at("W04"), "infusion", coordinator, started_at="10:00", ended_next_day=next_day, ended_at=end)
    assert bool(asked("INF-006")) is asks


@pytest.mark.requirement("R-101")
@pytest.mark.parametrize(
    ("given", "asks"), [("53.9", True), ("54.0", False), ("66.0", False), ("66.1", True)]
)
def test_dose_more_than_a_tenth_off_plan_asks(at, coordinator, given, asks):
    enter(at("W04"), "infusion", coordinator, dosing_weight_kg="60.0", given_g=given)
    assert bool(asked("INF-003")) is asks


def test_dose_question_names_both_doses(at, coordinator):
    enter(at("W04"), "infusion", coordinator, dosing_weight_kg="60.0", given_g="50.0")
    assert asked("INF-003") == {"given_g": "50.0 g was given; 60.0 g was planned."}


@pytest.mark.parametrize(
    ("given", "asks"), [("431.9", True), ("432", False), ("528", False), ("528.1", True)]
)
def test_volume_more_than_a_tenth_off_20_ml_a_gram_asks(at, coordinator, given, asks):
    enter(at("W04"), "infusion", coordinator, given_g="24.0", given_ml=given)
    assert bool(asked("INF-005")) is asks


@pytest.mark.parametrize(("weight", "asks"), [("29.9", True), ("30", False), ("150", False), ("150.1", True)])
def test_dosing_weight_outside_30_to_150_asks(at, coordinator, weight, asks):
    enter(at("W04"), "infusion", coordinator, dosing_weight_kg=weight)
    assert bool(asked("INF-007")) is asks


@pytest.mark.parametrize(
    ("weight", "refused"), [("0", True), ("0.1", False), ("300", False), ("300.1", True)]
)
def test_impossible_dosing_weight_is_refused(at, coordinator, weight, refused):
    assert bool(enter(at("W04"), "infusion", coordinator, dosing_weight_kg=weight).refused) is refused


@pytest.mark.parametrize(
    ("weight", "asks"), [("53.9", True), ("54.0", False), ("66.0", False), ("66.1", True)]
)
def test_dosing_weight_changed_by_more_than_a_tenth_asks(at, coordinator, weight, asks):
    enter(at("W01"), "infusion", coordinator, dosing_weight_kg="60.0")
    enter(at("W01"), "infusion", coordinator, number=2, infused_on="2024-04-02")
    enter(at("W04"), "infusion", coordinator, dosing_weight_kg=weight)
    assert bool(asked("INF-008")) is asks


@pytest.mark.parametrize(
    ("third", "asks"), [("2024-04-02", True), ("2024-04-03", False), ("2024-04-04", True)]
)
def test_induction_day_that_does_not_follow_on_asks(at, coordinator, third, asks):
    for number, day in enumerate(("2024-04-01", "2024-04-02", third), 1):
        enter(at("W01"), "infusion", coordinator, number=number, infused_on=day)
    assert bool(asked("INF-002")) is asks


def test_induction_days_are_compared_over_one_not_yet_dated(at, coordinator):
    enter(at("W01"), "infusion", coordinator, number=1, infused_on="2024-04-01")
    enter(at("W01"), "infusion", coordinator, number=3, infused_on="2024-04-03")
    assert asked("INF-002") == {}


@pytest.mark.parametrize(("days", "asks"), [(4, True), (5, False), (6, False)])
def test_maintenance_after_fewer_than_five_induction_days_asks(at, coordinator, days, asks):
    for number in range(1, days + 1):
        enter(at("W01"), "infusion", coordinator, number=number, infused_on=f"2024-04-0{number}")
    assert asked("INF-012") == {}
    enter(at("W04"), "infusion", coordinator, infused_on="2024-04-22")
    text = "4 of 5 induction days are recorded, and maintenance has begun."
    assert asked("INF-012") == ({"infused_on": text} if asks else {})


def test_sixth_induction_day_asks(at, coordinator):
    enter(at("W01"), "infusion", coordinator, number=6, infused_on="2024-04-06")
    assert asked("INF-002") == {"infused_on": "This is induction day 6; 5 are planned."}


@pytest.mark.parametrize(("day", "asks"), [("2024-04-02", False), ("2024-04-03", True), ("2024-04-08", True)])
def test_induction_day_entered_again_after_it_was_struck_out_is_not_a_sixth(at, coordinator, day, asks):
    visit = at("W01")
    for number in range(1, 6):
        enter(visit, "infusion", coordinator, number=number, infused_on=f"2024-04-0{number}")
    actor = coordinator.acting_at(visit.site, Right.ENTER)
    second = visit.entries.get(crf="infusion", number=2)
    strike_out(entry=second, by=coordinator, actor=actor, reason="Entered by mistake")
    enter(visit, "infusion", coordinator, number=6, infused_on=day)
    assert bool(asked("INF-002")) is asks


@pytest.mark.parametrize(
    ("day", "asks"),
    [("2024-04-14", True), ("2024-04-15", False), ("2024-04-29", False), ("2024-04-30", True)],
)
def test_cycle_under_14_or_over_28_days_after_the_last_asks(at, coordinator, day, asks):
    enter(at("W01"), "infusion", coordinator, infused_on="2024-04-01")
    enter(at("W01"), "infusion", coordinator, number=2, infused_on="2024-04-02")
    enter(at("W04"), "infusion", coordinator, infused_on=day)
    assert bool(asked("INF-004")) is asks


def test_second_day_of_a_split_dose_asks_no_interval(at, coordinator):
    enter(at("W01"), "infusion", coordinator, infused_on="2024-04-01")
    enter(at("W04"), "infusion", coordinator, infused_on="2024-04-29")
    enter(at("W04"), "infusion", coordinator, number=2, infused_on="2024-04-30")
    assert asked("INF-004") == {}


def test_dose_without_a_lot_asks_when_it_is_left_until_the_lot_is_there(at, coordinator):
    place = enter(at("W04"), "infusion", coordinator, given_g="60.0", ended_at="14:00").place
    assert asked("INF-009") == {}
    leave(place, coordinator.acting_at(place.patient.site, Right.ENTER))
    assert asked("INF-009") == {"given_g": "60.0 g was given, and no lot number is recorded."}
    enter(at("W04"), "infusion-lot", coordinator, parent=1, lot_number="A1")
    assert asked("INF-009") == {}


def test_dose_without_a_lot_asks_when_the_form_is_completed(at, coordinator):
    place = enter(at("W04"), "infusion", coordinator, given_g="60.0").place
    left = CRFS["infusion"].missing(stored_row(place))
    enter(at("W04"), "infusion", coordinator, **dict.fromkeys(left, Missing("unknown")))
    by = coordinator.acting_at(place.patient.site, Right.ENTER)
    assert complete_entries(patient=place.patient, places=[place], by=by) == []
    assert list(asked("INF-009")) == ["given_g"]
    assert Query.objects.get(check_id="INF-009").is_sites_turn


@pytest.mark.parametrize("given", ["0", None])
def test_no_dose_needs_no_lot(at, coordinator, given):
    enter(at("W04"), "infusion", coordinator, given_g=given, ended_at="14:00")
    assert asked("INF-009") == {}


@pytest.mark.parametrize(
    ("expiry", "asks"),
    [
        ("2024-04-21", True),
        ("2024-04-22", False),
        ("2024-04-23", False),
        ("2999-01-31", False),
        ("2024-03", True),
        ("2024-04", False),
        ("2024-05", False),
        ("03/2024", True),
        ("2023", True),
        ("2024", False),
    ],
)
def test_expired_lot_asks(at, coordinator, expiry, asks):
    enter(at("W04"), "infusion", coordinator, infused_on="2024-04-22")
    assert enter(at("W04"), "infusion-lot", coordinator, parent=1, expires_on=expiry).is_clean
    assert bool(asked("LOT-001")) is asks


@pytest.mark.parametrize(("day", "asks"), [("2024-02-29", False), ("2024-03-01", True)])
def test_lot_dated_by_its_month_is_valid_until_the_last_day(at, coordinator, day, asks):
    enter(at("W04"), "infusion", coordinator, infused_on=day)
    row = enter(at("W04"), "infusion-lot", coordinator, parent=1, expires_on="2024-02").row
    assert row.expires_on == "2024-02"
    text = f"The lot was valid until 2024-02-29; the infusion was on {day}."
    assert asked("LOT-001") == ({"expires_on": text} if asks else {})


def test_lot_expired_by_a_later_infusion_date_asks(at, coordinator):
    enter(at("W04"), "infusion-lot", coordinator, parent=1, expires_on="2024-04-21")
    enter(at("W04"), "infusion", coordinator, infused_on="2024-04-22")
    assert list(asked("LOT-001")) == ["expires_on"]


@pytest.mark.parametrize(
    ("day", "asks"), [("2024-04-21", False), ("2024-04-22", False), ("2024-04-23", True)]
)
def test_infusion_after_the_end_of_study_asks(at, coordinator, day, asks, end_study):
    enter(at("W04"), "infusion", coordinator, infused_on=day)
    end_study(ended_on="2024-04-22")
    assert bool(asked("INF-010")) is asks


@pytest.mark.requirement("R-157")
@pytest.mark.parametrize(
    ("eligible", "given", "asks"), [("no", "60", True), ("no", "0", False), ("yes", "60", False)]
)
def test_dose_although_not_eligible_asks(at, coordinator, eligible, given, asks):
    enter(at("SCR"), "eligibility", coordinator, eligible=eligible)
    enter(at("W04"), "infusion", coordinator, given_g=given)
    assert bool(asked("INF-011")) is asks
