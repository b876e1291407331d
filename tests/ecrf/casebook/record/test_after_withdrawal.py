"""After a withdrawal of consent no value of a later day is stored; what lies before it can still be corrected."""

import pytest
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.casebook.carrying import carry_over
from ecrf.casebook.models import Entry
from ecrf.casebook.moving import NotMoved
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Missing
from ecrf.casebook.schedule.ended import NotOpened
from ecrf.casebook.striking import (
    NotStruck,
    restore,
    restore_patient,
    restore_visit,
    strike_out,
    strike_patient,
    strike_visit,
)
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter
from tests.ecrf.casebook.moving.builders import contents, forms_of, moved

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


def test_day_of_an_assessment_behind_the_withdrawal_is_refused_with_what_is_typed_beside_it(
    patient, coordinator, end
):
    visit = a_visit(patient, "W04", coordinator)
    end()
    found = enter(visit, "dose", coordinator, given_on="2026-03-11", given_g="40")
    assert set(found.refused) == {"given_on", "given_g"}
    assert not Entry.objects.filter(visit=visit, crf="dose").exists()


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


# --- other ways in --------------------------------------------------------------------------------


@pytest.fixture
def later_dose(patient, coordinator):
    """Of a visit before the withdrawal, the second dose a day after it, as it stood before that was recorded."""
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "visit", coordinator, visited_on="2026-03-09")
    enter(visit, "dose", coordinator, given_on="2026-03-10")
    enter(visit, "dose", coordinator, number=2, given_on="2026-03-11")
    return visit


def test_form_that_is_itself_of_a_later_day_takes_nothing_nor_do_its_rows(
    patient, coordinator, later_dose, end
):
    end()
    assert (
        "This is of 2026-03-11"
        in enter(later_dose, "dose", coordinator, number=2, given_g="40").refused["given_g"]
    )
    for row in ("dose-lot", "dose-signs"):
        item = {"lot_number": "L-1"} if row == "dose-lot" else {"pulse": "70"}
        assert enter(later_dose, row, coordinator, parent=2, **item).refused
        assert enter(later_dose, row, coordinator, parent=1, **item).is_clean
    assert enter(later_dose, "dose", coordinator, number=2, given_on="2026-03-10").is_clean
    assert enter(later_dose, "dose-lot", coordinator, parent=2, lot_number="L-1").is_clean


def test_results_of_a_later_sample_are_refused(patient, coordinator, end):
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "laboratory", coordinator, collected_on="2026-03-12")
    end()
    assert enter(visit, "lab-result", coordinator, parent=1, value="12").refused


def test_what_is_carried_over_is_refused_as_what_is_typed(patient, coordinator, later_dose, end):
    """The day after that of the dose before is proposed."""
    end(ended_on="2026-03-10")
    enter(later_dose, "dose", coordinator, number=2, given_on=None)
    place = a_place(later_dose, "dose", 2)
    found = carry_over(
        place=place,
        confirmed={("dose", "2", "given_on")},
        by=coordinator.acting_at(patient.site, Right.ENTER),
    )
    assert [list(one.refused) for one in found] == [["given_on"]]


@pytest.fixture
def other(patient, site, coordinator):
    """Another patient of the site, with week 7 on 16 March, a dose, and an event of 20 March."""
    other = a_patient(site, coordinator)
    visit = a_visit(other, "W07", coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-03-16")
    enter(visit, "dose", coordinator, given_g="40")
    enter(other, "adverse-event", coordinator, term="Headache", started_on="2026-03-20")
    return other


@pytest.mark.parametrize("code", ["W07", "UNS-1", ""])
def test_what_is_moved_there_from_another_patient_is_refused_whole(patient, other, coordinator, end, code):
    a_visit(patient, "W07", coordinator)
    end()
    where = other.visits.get() if code else other
    with pytest.raises(NotMoved, match="after the withdrawal of consent"):
        moved(forms_of(where), patient, code, coordinator)
    assert {key for key, _address in contents(patient, code)} <= {"end-of-study"}
    assert contents(other, "W07")
    assert contents(other)


def test_visit_from_before_is_moved_there_whole(patient, other, coordinator, end):
    """Its date comes first, whatever the names of its forms."""
    visit = other.visits.get()
    enter(visit, "visit", coordinator, visited_on="2026-03-09")
    end()
    before = contents(other, "W07")
    moved(forms_of(visit), patient, "W07", coordinator)
    assert contents(patient, "W07") == before


def test_what_is_moved_within_the_patient_is_held_against_it_too(patient, coordinator, later_dose, end):
    a_visit(patient, "UNS-1", coordinator)
    end()
    with pytest.raises(NotMoved, match="after the withdrawal of consent"):
        moved(forms_of(later_dose), patient, "UNS-1", coordinator)
    assert contents(patient, "UNS-1") == {}


def struck_visit(patient, by, code, **values):
    visit = a_visit(patient, code, by)
    enter(visit, "visit", by, **values)
    enter(visit, "vital-signs", by, pulse="70")
    strike_visit(visit=visit, by=by, reason="Opened by mistake")
    return visit


@pytest.mark.parametrize(
    ("code", "values", "allowed", "comes_back"),
    [
        ("W07", {"visited_on": "2026-03-16"}, None, False),
        ("W07", {"visited_on": "2026-03-10"}, None, True),
        ("W07", {"contact": "phone"}, None, True),
        ("W10", {"contact": "phone"}, None, False),
        ("UNS-1", {"visited_on": "2026-03-11"}, "records", False),
        ("UNS-1", {"visited_on": "2026-03-11"}, "contact", True),
        ("UNS-1", {"visited_on": "2026-03-09"}, None, True),
    ],
)
def test_struck_out_visit_comes_back_only_where_it_is_not_later(
    patient, coordinator, end, code, values, allowed, comes_back
):
    visit = struck_visit(patient, coordinator, code, **values)
    end(**({"allowed": allowed} if allowed else {}))
    if comes_back:
        restore_visit(visit=visit, by=coordinator, reason="It was right")
    else:
        with pytest.raises(NotStruck, match="after the withdrawal of consent"):
            restore_visit(visit=visit, by=coordinator, reason="It was right")
    visit.refresh_from_db()
    assert bool(visit.struck_at) is not comes_back
    assert bool(contents(patient, code)) is comes_back


@pytest.mark.parametrize(("started_on", "comes_back"), [("2026-03-11", False), ("2026-03-10", True)])
def test_struck_out_row_of_a_log_comes_back_only_where_it_is_not_later(
    patient, coordinator, end, started_on, comes_back
):
    entry = enter(patient, "adverse-event", coordinator, term="Cough", started_on=started_on).row.entry
    actor = coordinator.acting_at(patient.site, Right.ENTER)
    strike_out(entry=entry, by=coordinator, actor=actor, reason="Entered twice")
    end()
    if comes_back:
        restore(entry=entry, actor=actor, reason="Not twice")
    else:
        with pytest.raises(NotStruck, match="This is of 2026-03-11"):
            restore(entry=entry, actor=actor, reason="Not twice")
    assert bool(contents(patient)["end-of-study", "1"])
    assert (("adverse-event", "1") in contents(patient)) is comes_back


def test_patient_comes_back_as_he_was_the_withdrawal_with_the_rest(patient, coordinator, later_dose, end):
    """What stood with a later day stood beside the withdrawal before, and is asked about again."""
    end()
    before = {code: contents(patient, code) for code in ("", "W04")}
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    restore_patient(patient=patient, by=coordinator, reason="Not twice")
    assert {code: contents(patient, code) for code in ("", "W04")} == before
    assert enter(later_dose, "dose", coordinator, number=2, given_g="40").refused


def test_form_that_says_so_is_never_struck_out_by_itself(patient, coordinator, end):
    entry = end().row.entry
    with pytest.raises(NotStruck, match="there once"):
        strike_out(
            entry=entry,
            by=coordinator,
            actor=coordinator.acting_at(patient.site, Right.ENTER),
            reason="Not withdrawn",
        )
    assert enter(patient, "adverse-event", coordinator, started_on="2026-03-20").refused


def test_baseline_put_earlier_takes_no_later_value_along(patient, coordinator, end):
    """The windows move, and a visit without a date is asked for it."""
    visit = a_visit(patient, "W10", coordinator)
    end()
    enter(patient.visits.get(code="W01"), "visit", coordinator, visited_on="2026-01-05")
    assert "Enter the date" in enter(visit, "vital-signs", coordinator, pulse="70").refused["pulse"]
    assert enter(visit, "visit", coordinator, visited_on="2026-03-11").refused
