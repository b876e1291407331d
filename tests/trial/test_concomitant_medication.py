"""Concomitant medication: dates, and the adverse event it was given for."""

import pytest

from ecrf.forms.registry import CRFS
from tests.builders import enter
from tests.trial.asked import asked
from trial.crfs.concomitant_medication import Frequency

CM = "concomitant-medication"


# CM-001
@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        ("2024-05-02", "2024-05-01", True),
        ("2024-05-02", "2024-05-02", False),
        ("2024-05-02", "2024-05-03", False),
        ("2024-05-02", "2024-05", False),
        ("2024-05-02", "2024", False),
        ("2024-05", "2024-04-30", True),
        ("2024-05", "2024-05-01", False),
        ("2024", "2023-12", True),
        ("2024", "2024", False),
    ],
)
def test_end_surely_before_start_is_refused(patient, coordinator, start, end, refused):
    enter(patient, CM, coordinator, started_on=start)
    assert bool(enter(patient, CM, coordinator, ended_on=end).refused) is refused


def test_start_moved_behind_the_end_is_refused_and_the_old_one_stays(patient, coordinator):
    enter(patient, CM, coordinator, started_on="2024-05-02", ended_on="2024-05-09")
    result = enter(patient, CM, coordinator, started_on="2024-05-10")
    assert list(result.refused) == ["started_on"]
    assert result.row.started_on == "2024-05-02"


def test_ongoing_with_an_end_asks(patient, coordinator):
    enter(patient, CM, coordinator, ongoing="no", ended_on="2024-05")
    assert asked("CM-002") == {}
    enter(patient, CM, coordinator, ongoing="yes")
    assert asked("CM-002") == {"ongoing": "The medication is ongoing, but it ended on 2024-05."}


@pytest.mark.parametrize(
    ("start", "asks"),
    [
        ("2024-05-01", True),
        ("2024-05-02", False),
        ("2024-05-03", False),
        ("2024-05", False),
        ("2024-04", True),
        ("2024", False),
        ("2023", True),
    ],
)
def test_given_for_an_event_that_surely_began_later_asks(patient, coordinator, start, asks):
    enter(patient, "adverse-event", coordinator, started_on="2024-05-02")
    enter(patient, CM, coordinator, given_for="adverse-event", adverse_event="1", started_on=start)
    assert bool(asked("CM-003")) is asks


@pytest.mark.parametrize(("began", "asks"), [("2024-05", False), ("2024", False), ("2024-06", True)])
def test_event_known_by_month_or_year_gives_no_false_alarm(patient, coordinator, began, asks):
    enter(patient, "adverse-event", coordinator, started_on=began)
    enter(patient, CM, coordinator, given_for="adverse-event", adverse_event="1", started_on="2024-05-15")
    assert bool(asked("CM-003")) is asks


def test_another_reason_than_the_event_asks_nothing(patient, coordinator):
    enter(patient, "adverse-event", coordinator, started_on="2024-05-02", term="Headache")
    enter(patient, CM, coordinator, given_for="adverse-event", adverse_event="1", started_on="2024-05-01")
    text = "Adverse event 1 (Headache), for which it was given, began on 2024-05-02."
    assert asked("CM-003") == {"started_on": f"It began on 2024-05-01. {text}"}
    enter(patient, CM, coordinator, given_for="other")
    assert asked("CM-003") == {}


def test_medication_taken_before_the_study_is_no_matter(at, patient, coordinator):
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    enter(patient, CM, coordinator, started_on="2015", ongoing="yes")
    assert asked("DATE-001") == {}


@pytest.mark.parametrize(
    ("why", "wanted"),
    [
        ("adverse-event", {"adverse_event"}),
        ("medical-history", {"medical_history"}),
        ("prevention", set()),
        ("other", set()),
    ],
)
def test_link_is_wanted_only_for_its_reason(patient, coordinator, why, wanted):
    row = enter(patient, CM, coordinator, given_for=why).row
    assert {"adverse_event", "medical_history"} & set(CRFS[CM].missing(row)) == wanted


@pytest.mark.parametrize(("frequency", "wanted"), [("OTHER", True), ("QD", False)])
def test_other_frequency_wants_words(patient, coordinator, frequency, wanted):
    row = enter(patient, CM, coordinator, frequency=frequency).row
    assert ("frequency_other" in CRFS[CM].missing(row)) is wanted


@pytest.mark.parametrize(
    ("words", "submitted"),
    [
        ("Once only", "ONCE"),
        ("At bedtime", "QHS"),
        ("Every 8 hours", "Q8H"),
        ("Continuously", "CONTINUOUS"),
        ("Once a week", "1 TIME PER WEEK"),
        ("Every 3 weeks", "EVERY 3 WEEKS"),
        ("Once a month", "QM"),
        ("As needed", "PRN"),
    ],
)
def test_frequency_is_chosen_in_plain_words_and_stored_as_its_submission_value(
    patient, coordinator, words, submitted
):
    code = {label: value for value, label in Frequency.choices}[words]
    row = enter(patient, CM, coordinator, frequency=code).row
    assert row.frequency == submitted
    assert CRFS[CM].items["frequency"].words(submitted) == words


def test_no_frequency_has_the_words_of_another_or_speaks_in_codes():
    labels = list(Frequency.labels)
    assert len(set(labels)) == len(labels)
    assert [label for label in labels if label.isupper()] == []
