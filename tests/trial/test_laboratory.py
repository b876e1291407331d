"""Laboratory: the result of each test against the site's range, and what is asked about it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from ecrf.audit.models import AuditEvent
from ecrf.casebook.data import PatientData
from ecrf.casebook.laboratory.services import NewRange, add_ranges, end_range, withdraw_range
from ecrf.casebook.models import Entry
from ecrf.casebook.record.values import Missing
from ecrf.forms.protocol import protocol
from tests.builders import enter
from tests.trial.asked import asked
from trial.crfs.laboratory import LabResult
from trial.lab_tests import LAB_TESTS

DAY = "2026-02-03"
NUMBER = {test.code: number for number, test in enumerate(LAB_TESTS, start=1)}
HGB = NewRange("HGB", "g/dL", Decimal("12"), Decimal("16"), "", date(2026, 1, 1))
AST = NewRange("AST", "U/L", None, Decimal("40"), "", date(2026, 1, 1))


@pytest.fixture
def ranges(site, coordinator):
    """Add ranges of the site; the haemoglobin and AST ones stand already."""

    def add(*given: NewRange):
        return add_ranges(site=site, given=list(given), by=coordinator)

    add(HGB, AST)
    return add


@pytest.fixture
def result(at, coordinator):
    """Enter a result; the sample was taken on the given day of the visit."""

    def enter_result(test: str = "HGB", code: str = "SCR", day: str = DAY, **values) -> LabResult:
        visit = at(code)
        enter(visit, "laboratory", coordinator, collected_on=day)
        saved = enter(visit, "lab-result", coordinator, parent=1, number=NUMBER[test], **values)
        assert not saved.refused
        return LabResult.objects.select_related("entry").get(entry=saved.row.entry)

    return enter_result


# --- the sign before a number ---


def test_sign_of_a_number_that_is_not_stored_is_held_back_with_it(at, coordinator):
    visit = at("SCR")

    def give(seen=None, **values):
        return enter(visit, "lab-result", coordinator, parent=1, seen=seen, **values)

    refused = give(value="<1.2.3")
    assert (list(refused.refused), refused.changed, refused.row) == (["value"], [], None)
    assert set(give(value="<0.5").changed) == {"comparator", "value"}
    stale = give(value=">7", seen={"value": "9", "comparator": "<"})
    assert (list(stale.conflicts), stale.changed) == (["value"], [])
    assert (stale.row.comparator, stale.row.value) == ("<", Decimal("0.5"))
    both = give(value=">7", seen={"value": "9", "comparator": ""})
    assert (list(both.conflicts), both.row.comparator) == (["value"], "<")
    can_mean_two = give(value=">1,234").readings["value"]
    assert [text for text, _words in can_mean_two] == [">1234", ">1.234"]
    assert all(words.startswith("> ") for _text, words in can_mean_two)
    assert give(value=Decimal("3.5")).row.value == Decimal("3.5")


# --- the form -------------------------------------------------------------------------------------


def test_laboratory_is_asked_at_every_visit_but_the_unscheduled():
    assert [p.code for p in protocol().visits if "laboratory" not in p.forms] == ["UNS"]
    assert "laboratory" in protocol().plan("UNS-1").optional


def test_tests_are_those_of_the_protocol_with_codes_of_their_own():
    assert len(LAB_TESTS) == len({t.code for t in LAB_TESTS}) == len({t.label for t in LAB_TESTS}) == 16


@pytest.mark.parametrize("test", LAB_TESTS, ids=lambda test: test.code)
def test_row_knows_its_test(result, test):
    assert result(test.code, value="1").test == test.code


@pytest.mark.parametrize(
    ("value", "flagged"),
    [("11.9", "LOW"), ("12", "NORMAL"), ("16.0", "NORMAL"), ("16.1", "HIGH"), ("", None)],
)
def test_result_is_flagged_by_the_range_of_the_site(ranges, result, value, flagged):
    row = result(value=value, comment="seen")
    assert row.flag == flagged
    assert (row.result_unit, row.reference_low, row.reference_high) == ("g/dL", 12, 16)


@pytest.mark.parametrize(("day", "unit"), [("2025-12-31", None), ("2026-01-01", "g/dL")])
def test_range_holds_from_its_first_day_by_the_date_of_the_sample(ranges, result, day, unit):
    assert result(day=day, value="13").result_unit == unit


def test_range_of_another_site_is_not_used(other_site, outsider, result):
    add_ranges(site=other_site, given=[HGB], by=outsider)
    assert result(value="13").flag is None


def test_sample_date_corrected_flags_the_results_anew(ranges, result, at, coordinator):
    row = result(value="11", day="2025-12-31")
    assert row.flag is None
    enter(at("SCR"), "laboratory", coordinator, collected_on=DAY)
    row.refresh_from_db()
    assert row.flag == "LOW"


def test_sex_entered_later_brings_the_range_of_the_sex(ranges, result, at, coordinator):
    ranges(replace(HGB, sex="F", low=Decimal("11")))
    row = result(value="11.5")
    assert row.flag == "LOW"
    enter(at("SCR"), "demographics", coordinator, sex="F")
    row.refresh_from_db()
    assert (row.flag, row.reference_low) == ("NORMAL", 11)


def test_significance_is_asked_only_outside_the_range(ranges, result):
    assert result(value="13").entry.missing == 0
    assert result(value="11").entry.missing == 1
    assert result(value="11", significant="no").entry.missing == 0


def test_result_that_was_not_done_is_complete(ranges, result):
    row = result(value=Missing("not-done"))
    assert (row.flag, row.entry.missing) == (None, 0)


def test_result_keeps_the_digits_it_needs(result):
    text = LabResult._meta.get_field("value").text
    assert text(result("CREAT", value="0.85", unit="mg/dL").value) == "0.85"
    assert text(result("IGG", value="1200", unit="mg/dL").value) == "1200"


# --- a range that changes -------------------------------------------------------------------------


def test_range_added_later_flags_the_results_that_stand(ranges, result, coordinator):
    row = result("WBC", value="12")
    ranges(NewRange("WBC", "×10³/µL", Decimal("3"), Decimal("9"), "", date(2026, 1, 1)))
    row.refresh_from_db()
    assert (row.flag, row.result_unit) == ("HIGH", "×10³/µL")
    assert Entry.objects.get(pk=row.pk).missing == 1
    event = AuditEvent.objects.filter(table="trial_labresult").latest("pk")
    assert (event.source, event.actor, event.changes) == ("ranges", "coordinator", {})
    assert event.calculated["flag"] == [None, "HIGH"]


def test_range_added_writes_only_the_rows_whose_values_change(ranges, result):
    result("AST", value="20")
    result("HGB", value="13")
    before = AuditEvent.objects.filter(table="trial_labresult").count()
    ranges(NewRange("WBC", "×10³/µL", Decimal("3"), Decimal("9"), "", date(2026, 1, 1)))
    assert AuditEvent.objects.filter(table="trial_labresult").count() == before


def test_range_added_answers_the_question_for_the_unit(ranges, result):
    result("WBC", value="5")
    assert list(asked("LB-002")) == ["value"]
    ranges(NewRange("WBC", "×10³/µL", Decimal("3"), Decimal("9"), "", date(2026, 1, 1)))
    assert asked("LB-002") == {}


def test_range_withdrawn_takes_the_flag_and_asks_for_the_unit(site, coordinator, result):
    [added] = add_ranges(site=site, given=[HGB], by=coordinator)
    row = result(value="11")
    withdraw_range(found=added, by=coordinator, reason="Read from the wrong column")
    row.refresh_from_db()
    assert (row.flag, row.result_unit) == (None, None)
    assert "has no unit" in asked("LB-002")["value"]


@pytest.mark.parametrize(("last_day", "flagged"), [("2026-02-03", "LOW"), ("2026-02-02", None)])
def test_range_ended_before_the_sample_flags_it_no_longer(site, coordinator, result, last_day, flagged):
    [added] = add_ranges(site=site, given=[HGB], by=coordinator)
    row = result(value="11")
    end_range(found=added, valid_to=date.fromisoformat(last_day), by=coordinator)
    row.refresh_from_db()
    assert row.flag == flagged


def test_ranges_of_the_site_are_loaded_once(ranges, patient, django_assert_num_queries):
    data = PatientData(patient)
    with django_assert_num_queries(1):
        assert len(data.ranges) == len(data.limited_to(frozenset()).ranges) == 2


# --- the edit checks ------------------------------------------------------------------------------


@pytest.mark.requirement("R-100")
@pytest.mark.parametrize(
    ("unit", "asks"), [("mmol/L", True), ("g/L", True), ("g/dL", False), ("G/dl", False), ("", False)]
)
def test_unit_that_the_sites_range_does_not_know_asks(ranges, result, unit, asks):
    result(value="8", unit=unit)
    assert bool(asked("LB-001")) is asks


def test_question_about_the_unit_names_those_that_are_known(ranges, result):
    result(value="8", unit="mmol/L")
    text = "The site has no range for haemoglobin in mmol/L on 2026-02-03; known: g/dL."
    assert asked("LB-001") == {"unit": text}


def test_unit_of_a_test_without_any_range_is_not_asked_about(ranges, result):
    result("WBC", value="5", unit="/µL")
    assert asked("LB-001") == asked("LB-002") == {}


@pytest.mark.requirement("R-100")
def test_result_without_a_unit_asks(ranges, result):
    result("WBC", value="5")
    text = "White cells 5 has no unit. Enter it, since the site has no range on 2026-02-03."
    assert asked("LB-002") == {"value": text}
    result("WBC", unit="×10³/µL")
    assert asked("LB-002") == {}


def test_result_without_a_unit_asks_which_where_the_site_has_two(ranges, result):
    ranges(replace(HGB, unit="g/L", low=Decimal("120"), high=Decimal("160")))
    result(value="13")
    assert "since the site has ranges in g/L and g/dL" in asked("LB-002")["value"].replace(
        "g/dL and g/L", "g/L and g/dL"
    )
    assert result(unit="g/L").flag == "LOW"
    assert asked("LB-002") == {}


@pytest.mark.parametrize(
    ("comparator", "value", "asks"),
    [
        ("", "199.9", False),
        ("", "200", False),
        ("", "200.1", True),
        (">", "199.9", False),
        (">", "200", True),
    ],
)
def test_result_above_five_times_the_upper_limit_asks(ranges, result, comparator, value, asks):
    result("AST", value=value, comparator=comparator)
    assert bool(asked("LB-003")) is asks


def test_sample_date_corrected_asks_about_the_results_anew(ranges, result, at, coordinator):
    result("AST", value="201", day="2025-12-31", unit="U/L")
    assert asked("LB-003") == {}
    enter(at("SCR"), "laboratory", coordinator, collected_on=DAY)
    assert list(asked("LB-003")) == ["value"]


def test_sex_entered_later_asks_about_the_results_anew(ranges, result, at, coordinator):
    ranges(replace(AST, sex="F", high=Decimal("20")))
    result("AST", value="150")
    enter(at("SCR"), "demographics", coordinator, sex="F")
    assert "upper limit, 20" in asked("LB-003")["value"]


def test_question_about_a_high_result_names_the_limit(ranges, result):
    result("AST", value="201")
    assert asked("LB-003") == {"value": "AST 201 U/L is more than 5 times the upper limit, 40."}


@pytest.mark.parametrize(("value", "asks"), [("-0.1", True), ("0", False), ("0.1", False)])
def test_negative_result_is_kept_and_asked_about(result, value, asks):
    row = result("DDIMER", value=value, unit="µg/mL")
    assert row.value == Decimal(value)
    assert bool(asked("LB-004")) is asks


@pytest.mark.parametrize(
    ("began", "ended", "asks"),
    [
        (DAY, None, False),
        ("2026-02-17", None, False),
        ("2026-02-18", None, True),
        ("2025-12-01", DAY, False),
        ("2025-12-01", "2026-02-02", True),
        ("2026", None, False),
        ("2026-02", "2026-02", False),
        ("2026-03", None, True),
        ("2025", "2026-01", True),
    ],
)
@pytest.mark.parametrize("log", ["adverse-event", "medical-history"])
def test_significant_result_asks_for_the_event_or_history(
    ranges, result, patient, coordinator, log, began, ended, asks
):
    result(value="9", significant="yes")
    assert list(asked("LB-005")) == ["significant"]
    values = {"started_on": began, **({"ongoing": "no", "ended_on": ended} if ended else {})}
    assert not enter(patient, log, coordinator, **values).refused
    assert bool(asked("LB-005")) is asks


def test_result_that_is_not_significant_asks_for_no_event(ranges, result):
    result(value="9", significant="no")
    assert asked("LB-005") == {}


@pytest.mark.parametrize(("value", "asks"), [("12.1", False), ("12.0", True), ("11.9", True), ("16", False)])
def test_haemoglobin_that_fell_by_2_since_the_last_value_asks(ranges, result, value, asks):
    result(value="14", code="SCR")
    result("AST", value="30", code="W01")
    result(value=value, code="W04")
    assert bool(asked("LB-006")) is asks


def test_question_about_haemoglobin_names_both_values(ranges, result):
    result(value="14", code="SCR")
    result(value="11.5", code="W04")
    assert asked("LB-006") == {"value": "Haemoglobin fell from 14 g/dL to 11.5 g/dL since Screening."}


@pytest.mark.requirement("R-100")
@pytest.mark.parametrize(
    ("value", "unit", "asks"),
    [("121", "g/L", False), ("120", "g/L", True), ("7.45", "mmol/L", False), ("7.44", "mmol/L", True)],
)
def test_haemoglobin_in_another_unit_is_converted(ranges, result, value, unit, asks):
    result(value="14", code="SCR")
    result(value=value, unit=unit, code="W04")
    assert bool(asked("LB-006")) is asks


def test_unit_that_a_sample_date_brings_to_the_earlier_haemoglobin_asks_about_the_later(
    ranges, result, at, coordinator
):
    result(value="14", code="SCR", day="2025-12-31")
    result(value="11", code="W04")
    assert asked("LB-006") == {}
    enter(at("SCR"), "laboratory", coordinator, collected_on=DAY)
    assert list(asked("LB-006")) == ["value"]


def test_earlier_haemoglobin_corrected_asks_about_the_later_one(ranges, result):
    result(value="12", code="SCR")
    result(value="11.5", code="W04")
    result(value="14", code="SCR")
    assert list(asked("LB-006")) == ["value"]


@pytest.mark.parametrize(
    ("language", "at_most", "at_least"),
    [("en", "at most 40", "at least 90"), ("ja", "40以下", "90以上"), ("zh-hans", "至多40", "至少90")],
)
def test_limit_that_stands_alone_is_read_in_the_readers_language(language, at_most, at_least):
    """It is stored in English; a range of two numbers, and what is no limit, are read as they stand."""
    item = LabResult._meta.get_field("reference_range")
    with override(language):
        assert item.words("at most 40") == at_most
        assert item.words("at least 90") == at_least
        assert [item.words(text) for text in ("12–16", None, "at home")] == ["12–16", "", "at home"]
