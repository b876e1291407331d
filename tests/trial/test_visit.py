"""Visit: window, order, and one visit a day."""

from datetime import date, timedelta

import pytest

from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.record.values import Missing
from ecrf.checks import running
from ecrf.checks.models import Discrepancy, DiscrepancyState
from tests.builders import enter
from tests.trial.asked import asked


@pytest.mark.parametrize(
    ("day", "asks"),
    [("2024-04-14", True), ("2024-04-15", False), ("2024-04-29", False), ("2024-04-30", True)],
)
def test_visit_outside_its_window_asks(at, coordinator, day, asks):
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    enter(at("W04"), "visit", coordinator, visited_on=day)
    assert bool(asked("VISIT-001")) is asks


@pytest.mark.parametrize(
    ("day", "where"), [("2024-04-13", "2 days before it"), ("2024-04-30", "1 day after it")]
)
def test_visit_outside_its_window_is_told_the_dates_of_the_window(at, coordinator, day, where):
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    enter(at("W04"), "visit", coordinator, visited_on=day)
    said = f"The window was 2024-04-15 to 2024-04-29: the visit was {where}."
    assert asked("VISIT-001") == {"visited_on": said}


@pytest.mark.parametrize(
    ("opens_in", "occurrence", "asks"),
    [(1, "missed", True), (0, "missed", False), (-30, "missed", False), (1, "done", False)],
)
def test_visit_told_as_missed_before_its_window_opened_asks(at, coordinator, opens_in, occurrence, asks):
    week_4 = at("W04")
    baseline = week_4.site.today() + timedelta(days=opens_in) - timedelta(days=14)
    enter(at("W01"), "visit", coordinator, visited_on=str(baseline))
    enter(week_4, "visit", coordinator, occurrence=occurrence)
    assert list(asked("VISIT-005")) == (["occurrence"] if asks else [])


def test_baseline_cannot_be_missed_too_early(at, coordinator):
    enter(at("W01"), "visit", coordinator, occurrence="missed")
    assert asked("VISIT-005") == {}


@pytest.mark.parametrize(
    ("day", "asks"), [("2024-03-31", True), ("2024-04-01", False), ("2024-04-02", False)]
)
def test_visit_before_an_earlier_visit_asks(at, coordinator, day, asks):
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    enter(at("W04"), "visit", coordinator, visited_on=day)
    assert bool(asked("VISIT-002")) is asks


SCREENED = {"occurrence": "done", "visited_on": "2024-03-15"}


@pytest.mark.parametrize(
    ("code", "comes_first", "title"), [("W01", "SCR", "Screening"), ("W04", "W01", "Week 1 (baseline)")]
)
def test_visit_asks_where_what_comes_first_is_not_recorded(at, coordinator, code, comes_first, title):
    enter(at(code), "visit", coordinator, occurrence="done", visited_on="2024-04-01")
    text = f"{title} comes first, and is not recorded as done."
    assert asked("VISIT-008") == {"visited_on": text}
    enter(at(comes_first), "visit", coordinator, occurrence="missed")
    assert asked("VISIT-008") == {"visited_on": text}
    enter(at(comes_first), "visit", coordinator, **SCREENED)
    assert "visited_on" not in {item for item, said in asked("VISIT-008").items() if said == text}


@pytest.mark.parametrize("code", ["SCR", "ET", "UNS-1"])
def test_visit_before_which_nothing_need_come_asks_nothing(at, coordinator, code):
    enter(at(code), "visit", coordinator, **SCREENED)
    assert asked("VISIT-008") == {}


def test_visit_whose_forerunner_is_missing_is_asked_about_once_at_the_first(at, coordinator):
    """Without screening, the baseline asks; the later visits have their baseline."""
    enter(at("W01"), "visit", coordinator, occurrence="done", visited_on="2024-04-01")
    enter(at("W04"), "visit", coordinator, occurrence="done", visited_on="2024-04-22")
    found = Discrepancy.objects.filter(check_id="VISIT-008")
    assert [(one.entry.visit.code, one.state) for one in found] == [("W01", "open")]


def open_at(check_id):
    found = Discrepancy.objects.filter(check_id=check_id, state=DiscrepancyState.OPEN)
    return [(one.entry.visit.code, one.parameters["earlier"]) for one in found]


LATER = [("W04", "2024-04-22"), ("W07", "2024-05-13"), ("W10", "2024-06-03"), ("W13", "2024-06-24")]


@pytest.mark.parametrize("baseline", [None, "missed"])
@pytest.mark.parametrize("backwards", [False, True])
def test_missing_baseline_is_asked_about_once_whatever_comes_after_it(at, coordinator, backwards, baseline):
    """It stands where it was first asked: a backlog may be entered from the latest visit backwards."""
    if baseline:
        enter(at("W01"), "visit", coordinator, occurrence=baseline)
    entered = LATER[::-1] if backwards else LATER
    for code, day in entered:
        enter(at(code), "visit", coordinator, occurrence="done", visited_on=day)
        [(where, _earlier)] = open_at("VISIT-008")
        assert where == entered[0][0]
    enter(at("W01"), "visit", coordinator, occurrence="done", visited_on="2024-04-01")
    assert [where for where, _earlier in open_at("VISIT-008")] == ["W01"], "only that screening lacks"
    enter(at("SCR"), "visit", coordinator, **SCREENED)
    assert open_at("VISIT-008") == []


def test_missing_baseline_is_asked_about_at_the_first_visit_after_it(at, coordinator):
    enter(at("W01"), "visit", coordinator, occurrence="done", visited_on="2024-04-01")
    enter(at("SCR"), "visit", coordinator, **SCREENED)
    for code, day in LATER[::-1]:
        enter(at(code), "visit", coordinator, occurrence="done", visited_on=day)
    enter(at("W01"), "visit", coordinator, occurrence="missed", visited_on=None)
    assert [where for where, _earlier in open_at("VISIT-008")] == [LATER[0][0]]
    enter(at(LATER[0][0]), "visit", coordinator, visited_on=None)
    assert [where for where, _earlier in open_at("VISIT-008")] == [LATER[1][0]], "of the next one"


def test_missed_maintenance_visit_is_no_question_of_later_visits(at, coordinator):
    enter(at("SCR"), "visit", coordinator, **SCREENED)
    enter(at("W01"), "visit", coordinator, occurrence="done", visited_on="2024-04-01")
    enter(at("W04"), "visit", coordinator, occurrence="missed")
    for code, day in LATER[1:]:
        enter(at(code), "visit", coordinator, occurrence="done", visited_on=day)
    assert open_at("VISIT-008") == []


@pytest.mark.parametrize(
    ("screened_on", "asks"), [("2024-03-31", False), ("2024-04-01", True), ("2024-04-02", True)]
)
def test_screening_that_is_not_before_the_baseline_asks(at, coordinator, screened_on, asks):
    enter(at("W01"), "visit", coordinator, occurrence="done", visited_on="2024-04-01")
    enter(at("SCR"), "visit", coordinator, occurrence="done", visited_on=screened_on)
    assert bool(asked("VISIT-004")) is asks
    assert asked("VISIT-008") == {}


def test_two_visits_on_one_day_ask(at, coordinator):
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    enter(at("W04"), "visit", coordinator, visited_on="2024-04-01")
    assert list(asked("VISIT-003")) == ["visited_on"]


def test_unscheduled_visit_has_no_place_in_the_order(at, coordinator):
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    enter(at("W04"), "visit", coordinator, visited_on="2024-04-22")
    enter(at("UNS-1"), "visit", coordinator, visited_on="2024-04-10")
    enter(at("W07"), "visit", coordinator, visited_on="2024-05-13")
    assert asked("VISIT-001") == asked("VISIT-002") == asked("VISIT-003") == {}


def test_planned_visit_before_an_unscheduled_one_asks_nothing(at, coordinator):
    enter(at("UNS-1"), "visit", coordinator, visited_on="2024-04-30")
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    assert asked("VISIT-002") == {}


def test_unscheduled_visit_on_the_day_of_another_asks(at, coordinator):
    enter(at("W04"), "visit", coordinator, visited_on="2024-04-22")
    enter(at("UNS-1"), "visit", coordinator, visited_on="2024-04-22")
    assert asked("VISIT-003")


@pytest.mark.parametrize(
    ("screened", "days", "asks"),
    [
        ("2024-03-03", -29, True),
        ("2024-03-04", -28, False),
        ("2024-03-31", -1, False),
        ("2024-04-01", 0, True),
    ],
)
def test_screening_outside_the_28_days_before_baseline_asks(at, coordinator, screened, days, asks):
    assert (date.fromisoformat(screened) - date(2024, 4, 1)).days == days
    enter(at("SCR"), "visit", coordinator, visited_on=screened)
    assert asked("VISIT-004") == {}
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    assert bool(asked("VISIT-004")) is asks


def test_screening_after_the_baseline_says_so(at, coordinator):
    enter(at("W01"), "visit", coordinator, visited_on="2024-04-01")
    enter(at("SCR"), "visit", coordinator, visited_on="2024-04-03")
    assert asked("VISIT-004") == {
        "visited_on": "2024-04-03 is 2 days after the baseline, 2024-04-01; "
        "screening takes place 1 to 28 days before it."
    }


# VISIT-006
def test_form_with_values_at_a_missed_visit_asks(at, coordinator):
    enter(at("W04"), "vital-signs", coordinator, pulse="70")
    enter(at("W07"), "vital-signs", coordinator, pulse="70")
    enter(at("W04"), "visit", coordinator, occurrence="done")
    assert asked("VISIT-006") == {}
    enter(at("W04"), "visit", coordinator, occurrence="missed")
    assert asked("VISIT-006") == {"pulse": "Week 4 was missed, but “Vital signs and weight” has values."}
    enter(at("W04"), "vital-signs", coordinator, pulse=None)
    assert asked("VISIT-006") == {}


def test_visit_told_as_missed_looks_at_its_own_forms_alone_and_finds_all(
    at, coordinator, patient, monkeypatch
):
    for code in ("W01", "W04", "W07"):
        enter(at(code), "vital-signs", coordinator, pulse="70")
        enter(at(code), "grip-strength", coordinator, right_1="12")
    looked_at = []
    ask = running._ask
    monkeypatch.setattr(
        running, "_ask", lambda check, row, data: looked_at.append((check.id, row)) or ask(check, row, data)
    )
    enter(at("W04"), "visit", coordinator, occurrence="missed")
    here = [row.entry for name, row in looked_at if name == "VISIT-006"]
    assert {entry.visit_id for entry in here} == {at("W04").pk}
    assert {entry.crf for entry in here} == {"visit", "vital-signs", "grip-strength"}
    asked_now = set(Discrepancy.objects.values_list("entry__crf", "item", "state"))
    assert {crf for crf, _item, state in asked_now if state == "open"} >= {"vital-signs", "grip-strength"}
    with acting(SYSTEM, patient_id=patient.pk, source="test"):
        running.run_all(patient)
    assert set(Discrepancy.objects.values_list("entry__crf", "item", "state")) == asked_now


@pytest.mark.parametrize(("occurrence", "asks"), [("missed", True), ("done", False), (None, False)])
def test_value_entered_after_the_visit_was_said_to_be_missed_asks(at, coordinator, occurrence, asks):
    enter(at("W04"), "visit", coordinator, occurrence=occurrence)
    enter(at("W04"), "grip-strength", coordinator, right_1="0")
    assert bool(asked("VISIT-006")) is asks


def test_reason_in_place_of_a_value_is_no_value_of_a_missed_visit(at, coordinator):
    enter(at("W04"), "visit", coordinator, occurrence="missed")
    enter(at("W04"), "grip-strength", coordinator, right_1=Missing("not-done"))
    assert asked("VISIT-006") == {}


def test_missed_visit_with_a_date_asks_until_one_of_them_goes(at, coordinator):
    enter(at("W04"), "visit", coordinator, occurrence="done", visited_on="2024-04-22")
    enter(at("W04"), "visit", coordinator, occurrence="missed")
    assert list(asked("VISIT-006")) == ["visited_on"]
    enter(at("W04"), "visit", coordinator, occurrence="done")
    assert asked("VISIT-006") == {}


def test_unscheduled_visit_between_two_others_is_not_out_of_order(at, coordinator):
    for code, day in (("W01", "2026-01-05"), ("W04", "2026-01-26"), ("UNS-1", "2026-01-12")):
        enter(at(code), "visit", coordinator, occurrence="done", visited_on=day)
    assert asked("VISIT-002") == {}
