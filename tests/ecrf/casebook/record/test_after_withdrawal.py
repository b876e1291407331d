"""After a withdrawal of consent no value of a later day is stored; what lies before it can still be corrected."""

import pytest
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.casebook.models import Entry
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Missing
from ecrf.casebook.schedule.ended import NotOpened
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-138")]

WITHDRAWN_ON = "2026-03-10"


@pytest.fixture
def patient(site, coordinator):
    """Screened in January, at the baseline on 2 February; week 4 is due on 23 February, week 7 on 16 March."""
    patient = a_patient(site, coordinator)
    for code, day in (("SCR", "2026-01-12"), ("W01", "2026-02-02"), ("W04", "2026-02-23")):
        enter(a_visit(patient, code, coordinator), "visit", coordinator, occurrence="done", visited_on=day)
    return patient


@pytest.fixture
def end(patient, coordinator):
    def end(**values):
        by = coordinator.acting_at(patient.site, Right.ENTER)
        given = {"reason": "WITHDRAWAL BY SUBJECT", "ended_on": WITHDRAWN_ON, **values}
        found = record(place=a_place(patient, "end-of-study"), values=given, by=by)
        assert found.is_clean
        return found

    return end


def test_what_lies_before_the_withdrawal_can_still_be_entered_and_corrected(patient, coordinator, end):
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "vital-signs", coordinator, pulse="70")
    end()
    assert enter(visit, "vital-signs", coordinator, pulse="72", systolic="120").is_clean
    assert enter(patient, "adverse-event", coordinator, term="Headache", started_on="2026-03-10").is_clean


@pytest.mark.parametrize(
    ("crf", "values"),
    [("vital-signs", {"pulse": "70"}), ("visit", {"contact": "on-site"}), ("dose", {"note": "None"})],
)
def test_nothing_is_added_to_a_visit_of_a_later_day(patient, coordinator, end, crf, values):
    visit = a_visit(patient, "W07", coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-03-16")
    end()
    found = enter(visit, crf, coordinator, **values)
    assert list(found.refused) == list(values)
    assert (
        "Week 7 was on 2026-03-16, after the withdrawal of consent, 2026-03-10"
        in found.refused[next(iter(values))]
    )
    assert not Entry.objects.filter(visit=visit, crf=crf).exclude(crf="visit").exists()


def test_rows_of_a_form_at_a_later_visit_are_refused_too(patient, coordinator, end):
    visit = a_visit(patient, "W07", coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-03-16")
    enter(visit, "dose", coordinator, given_g="40")
    end()
    assert enter(visit, "dose-lot", coordinator, parent=1, lot_number="L-1").refused
    assert enter(visit, "lab-result", coordinator, parent=1, value="12").refused


def test_date_of_a_visit_cannot_be_moved_behind_the_withdrawal(patient, coordinator, end):
    visit = a_visit(patient, "W04", coordinator)
    end()
    assert list(enter(visit, "visit", coordinator, visited_on="2026-03-11").refused) == ["visited_on"]
    assert enter(visit, "visit", coordinator, visited_on="2026-03-10").is_clean


def test_day_of_an_assessment_behind_the_withdrawal_is_refused_alone(patient, coordinator, end):
    visit = a_visit(patient, "W04", coordinator)
    end()
    found = enter(visit, "dose", coordinator, given_on="2026-03-11", given_g="40")
    assert list(found.refused) == ["given_on"]
    assert found.changed == ["given_g"]


def test_visit_whose_date_was_wrong_is_put_right_and_then_filled_in(patient, coordinator, end):
    visit = a_visit(patient, "W07", coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-03-16")
    end()
    assert enter(visit, "visit", coordinator, visited_on="2026-03-09").is_clean
    assert enter(visit, "vital-signs", coordinator, pulse="70").is_clean


def test_visit_due_later_that_was_opened_takes_nothing_but_that_it_was_missed(patient, coordinator, end):
    visit = a_visit(patient, "W10", coordinator)
    end()
    assert "is due from 2026-03-30" in enter(visit, "vital-signs", coordinator, pulse="70").refused["pulse"]
    assert enter(visit, "visit", coordinator, occurrence="done").refused
    assert enter(visit, "visit", coordinator, occurrence="missed", missed_reason="Withdrew").is_clean
    assert enter(visit, "vital-signs", coordinator, pulse=Missing("not-done")).is_clean


def test_visit_without_a_date_is_dated_before_anything_is_entered(patient, coordinator, end):
    visit = a_visit(patient, "UNS-1", coordinator)
    end()
    assert "Enter the date" in enter(visit, "vital-signs", coordinator, pulse="70").refused["pulse"]
    assert enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-03-09").is_clean
    assert enter(visit, "vital-signs", coordinator, pulse="70").is_clean


def test_visit_that_lies_after_it_is_not_opened(patient, coordinator, end, client):
    end()
    with pytest.raises(NotOpened, match="Week 10 was not opened: its window begins on 2026-03-30"):
        a_visit(patient, "W10", coordinator)
    client.force_login(coordinator)
    answer = client.post(reverse("open-visit", args=[patient.number, "W10"]), follow=True)
    assert "withdrew on 2026-03-10" in answer.text
    assert not patient.visits.filter(code="W10").exists()
    assert a_visit(patient, "W07", coordinator).pk  # its window had begun


@pytest.mark.parametrize(
    ("started_on", "is_refused"),
    [("2026-03-10", False), ("2026-03", False), ("2026", False), ("2026-03-11", True), ("2026-04", True)],
)
def test_row_of_a_log_is_refused_only_where_its_day_is_surely_later(
    patient, coordinator, end, started_on, is_refused
):
    end()
    found = enter(patient, "adverse-event", coordinator, term="Headache", started_on=started_on)
    assert ("started_on" in found.refused) is is_refused
    assert Entry.objects.filter(patient=patient, crf="adverse-event").exists() is not is_refused


def test_row_that_stood_with_a_later_day_takes_nothing_more_and_can_be_put_right(patient, coordinator, end):
    enter(patient, "adverse-event", coordinator, term="Headache", started_on="2026-03-12")
    end()
    assert (
        "This is of 2026-03-12"
        in enter(patient, "adverse-event", coordinator, severity="MILD").refused["severity"]
    )
    assert enter(patient, "adverse-event", coordinator, term="").is_clean
    assert enter(patient, "adverse-event", coordinator, started_on="2026-03-02").is_clean
    assert enter(patient, "adverse-event", coordinator, severity="MILD").is_clean


def test_what_the_site_learned_and_reported_later_is_taken(patient, coordinator, end):
    end()
    assert enter(
        patient, "report", coordinator, became_aware_on="2026-03-20", narrative="Heard of it"
    ).is_clean


@pytest.mark.parametrize(
    ("allowed", "log_is_taken", "visit_is_taken"),
    [(None, False, False), ("nothing", False, False), ("records", True, False), ("contact", True, True)],
)
def test_what_the_patient_allows_is_taken(patient, coordinator, end, allowed, log_is_taken, visit_is_taken):
    end(**({"allowed": allowed} if allowed else {}))
    row = enter(patient, "adverse-event", coordinator, started_on="2026-03-20")
    assert row.is_clean is log_is_taken
    visit = enter(a_visit(patient, "UNS-1", coordinator), "visit", coordinator, visited_on="2026-03-20")
    assert visit.is_clean is visit_is_taken


@pytest.mark.parametrize(
    "values", [{"ended_on": "2026-04-20"}, {"reason": "COMPLETED"}, {"ended_on": None}, {"reason": None}]
)
def test_rule_no_longer_holds_once_the_withdrawal_is_corrected(patient, coordinator, end, values):
    end()
    assert enter(patient, "adverse-event", coordinator, started_on="2026-03-20").refused
    end(**values)
    assert enter(patient, "adverse-event", coordinator, started_on="2026-03-20").is_clean


@pytest.mark.parametrize("reason", ["COMPLETED", "DEATH", "SCREEN FAILURE"])
def test_after_another_end_later_days_are_not_refused(patient, coordinator, end, reason):
    end(reason=reason)
    assert enter(patient, "adverse-event", coordinator, started_on="2026-03-20").is_clean


OF_A_VISIT = [
    key
    for key, crf in CRFS.items()
    if (crf.row_of or key) not in (*protocol().logs, *protocol().patient_forms, protocol().visit_form)
]


@pytest.mark.parametrize("key", OF_A_VISIT)
def test_no_item_of_any_form_of_a_later_visit_is_taken(patient, coordinator, end, key):
    definition = CRFS[key]
    visit = a_visit(patient, "W07", coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-03-16")
    end()
    texts = {"day": "2026-03-01", "partial-day": "2026-03", "clock": "10:00", "number": "3"}
    for name, item in definition.entered.items():
        text = texts.get(item.kind, "L-1")
        if item.kind == "choice":
            text = str(next(iter(item.flatchoices or (("yes", ""),)))[0])
        parent = 1 if definition.row_of else None
        found = enter(visit, key, coordinator, parent=parent, **{name: text})
        assert name in found.refused, (key, name)
        assert not found.changed
