"""Texts, numbers and dates as they are typed, by the one way in: what is stored, what is no change, what is refused."""

import unicodedata
from decimal import Decimal

import pytest

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.data import stored_row
from ecrf.casebook.record.values import Missing
from ecrf.casebook.services import complete_entries
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter

TEXTS = [name for name, item in CRFS["adverse-event"].entered.items() if item.kind in ("line", "prose")]


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator):
    return a_visit(patient, "W01", coordinator)


@pytest.mark.parametrize(
    "text", ["~5 mg", "~ 3 weeks before", "~not-done", "=1+1", "{}", '{"missing": "not-done"}']
)
def test_any_text_is_a_text_and_can_be_changed_and_cleared(visit, coordinator, text):
    enter(visit, "reading", coordinator, device=text)
    assert stored_row(a_place(visit, "reading")).device == text
    assert enter(visit, "reading", coordinator, device="other", seen={"device": text}).changed == ["device"]
    enter(visit, "reading", coordinator, device=text)
    assert enter(visit, "reading", coordinator, device="", seen={"device": text}).changed == ["device"]


def test_a_text_that_looks_like_a_reason_is_no_reason(visit, coordinator):
    enter(visit, "reading", coordinator, device=Missing("not-done"))
    result = enter(visit, "reading", coordinator, device="x", seen={"device": "~not-done"})
    assert result.conflicts["device"].stored == Missing("not-done")
    assert enter(visit, "reading", coordinator, device="x", seen={"device": Missing("not-done")}).is_clean


@pytest.mark.parametrize(
    "invisible", ["\u200b", "\ufeff", "\u00ad", "\u2060", "\u3164", "\u2800", "\u3000 \u00a0"]
)
def test_invisible_signs_alone_are_no_value_of_any_text_item(patient, coordinator, invisible):
    result = enter(patient, "adverse-event", coordinator, **dict.fromkeys(TEXTS, invisible))
    assert (result.changed, result.refused) == ([], {})


@pytest.mark.parametrize(
    "again",
    [
        "one\r\ntwo é",
        "one\rtwo é",
        "one\u2028two é",
        unicodedata.normalize("NFD", "one\ntwo é"),
        " one\ntwo é\n",
        "\ufeffone\u200b\ntwo é",
        "one\ntwo\u00a0é",
    ],
)
def test_another_encoding_of_the_same_text_is_no_change_and_asks_for_no_reason(patient, coordinator, again):
    enter(patient, "adverse-event", coordinator, term="Headache", story="one\ntwo é", started_on="2026-01-05")
    before = AuditEvent.objects.count()
    result = enter(patient, "adverse-event", coordinator, story=again, seen={"story": "one\ntwo é"})
    assert (result.changed, result.wants_reason, result.refused) == ([], [], {})
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\uffff", "\ufdd0", "\ud800"])
def test_signs_that_no_file_carries_are_refused_by_name_everywhere(patient, coordinator, sign):
    result = enter(patient, "adverse-event", coordinator, term=f"Head{sign}ache", story=f"a\n{sign}b")
    assert set(result.refused) == {"term", "story"}
    assert all("character" in why for why in result.refused.values())
    comment = Missing("unknown", f"x{sign}")
    assert "character" in enter(patient, "adverse-event", coordinator, severity=comment).refused["severity"]


@pytest.mark.parametrize("typed", ["13.1¹", "7²", "⑫", "④", "7e1", "1e-1"])
def test_no_other_sign_becomes_a_digit_in_any_number(visit, coordinator, typed):
    numbers = [name for name, item in CRFS["reading"].entered.items() if item.kind == "number"]
    result = enter(visit, "reading", coordinator, **dict.fromkeys(numbers, typed))
    assert set(result.refused) == set(numbers)


@pytest.mark.parametrize("typed", ["0202-11-22", "0001-01-01", "0026-11-22", "1899-12-31"])
def test_no_date_lies_before_1900(patient, visit, coordinator, typed):
    assert (
        "before 1900" in enter(patient, "adverse-event", coordinator, started_on=typed).refused["started_on"]
    )
    assert "before 1900" in enter(visit, "dose", coordinator, given_on=typed).refused["given_on"]


def test_a_date_that_can_be_two_is_offered_as_both(patient, coordinator):
    result = enter(patient, "adverse-event", coordinator, started_on="05/06/2025")
    assert [text for text, _words in result.readings["started_on"]] == ["2025-06-05", "2025-05-06"]
    assert "started_on" in result.refused


def test_three_digits_behind_a_point_are_asked_about_where_the_item_has_fewer(visit, coordinator):
    """1.000 is a thousand in half of Europe: neither a whole number nor one with one decimal is guessed from it."""
    for crf, item, typed, readings in (
        ("vital-signs", "pulse", "1.000", ["1000", "1"]),
        ("vital-signs", "pulse", "1.000", ["1000", "1"]),
        ("dose", "weight_kg", "1.200", ["1200", "1.2"]),
        ("dose", "weight_kg", "1,200", ["1200", "1.2"]),
    ):
        result = enter(visit, crf, coordinator, **{item: typed})
        assert item in result.refused
        assert [text for text, _words in result.readings[item]] == readings
        assert item not in enter(visit, crf, coordinator, **{item: readings[1]}).readings
    assert enter(visit, "dose", coordinator, weight_kg="64.50").row.weight_kg == Decimal("64.5")


def test_a_number_with_its_unit_is_the_number(visit, coordinator):
    assert enter(visit, "dose", coordinator, weight_kg="64.5 kg").row.weight_kg == Decimal("64.5")
    assert "not in lb" in enter(visit, "dose", coordinator, weight_kg="142 lb").refused["weight_kg"]


def test_blank_signs_complete_no_form(patient, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache", story="x")
    enter(patient, "adverse-event", coordinator, term="\u200b\u3164")
    place = a_place(patient, "adverse-event")
    gaps = complete_entries(
        patient=patient, places=[place], by=coordinator.acting_at(patient.site, Right.ENTER)
    )
    assert "term" in [gap.item for gap in gaps]
