"""Checks and assumptions: in which words the page tells them, and how a signed paper is matched with its list."""

import html
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ecrf.checks import catalogue as module
from ecrf.checks.catalogue import catalogue
from ecrf.checks.item_words import asked_when, needed, takes
from ecrf.checks.registry import CHECKS, Offer
from ecrf.forms.items import (
    Choice,
    ClockTime,
    Day,
    Line,
    Link,
    Measure,
    PartialDay,
    Prose,
    WholeNumber,
    YesNo,
)
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.forms.ways_of_writing import WAYS


@pytest.fixture
def rules():
    return catalogue(protocol())


@pytest.fixture
def page(client, monitor):
    client.force_login(monitor)
    return html.unescape(client.get("/checks/").content.decode())


@pytest.mark.django_db
def test_limits_of_items_stand_on_the_page(page):
    assert "Whole number: 0 to 5" in page
    assert "Number: 0.1 to 300 kg, up to 1 decimal" in page
    assert "If “The visit was” is Missed" in page
    assert "Calculated: SCALE-SUM v1" in page


# --- in which order, and in which words -----------------------------------------------------------


def test_rows_of_a_form_stand_right_behind_it(rules):
    keys = [form.key for form in rules.forms]
    assert keys.index("dose-lot") == keys.index("dose") + 1


def line_of(rules, check_id: str):
    return next(line for line in rules.checks if line.id == check_id)


def test_check_of_a_whole_section_names_the_section_and_not_its_items(rules):
    assert line_of(rules, "READ-001").looks_at == ("all of “Values”",)


def test_check_names_the_items_it_looks_at_and_those_it_compares_them_with(rules):
    line = line_of(rules, "DOSE-001")
    assert line.looks_at == ("Date of dose",)
    assert line.reads == ("Visit (Date of visit)",)


def test_check_that_compares_with_its_own_form_says_other_entries(rules):
    assert line_of(rules, "VS-004").reads == ("other entries of Vital signs and weight",)


def test_check_of_any_form_says_which_items_it_looks_at(rules):
    assert line_of(rules, "DATE-001").looks_at == ("every full date", "every date that may be partial")


def test_check_tells_what_it_offers_the_site(monkeypatch):
    offer = Offer("adverse-event", "Record an adverse event", lambda row, data: {})
    changed = {**CHECKS, "READ-001": replace(CHECKS["READ-001"], offer=offer)}
    monkeypatch.setattr(module, "CHECKS", changed)
    rules = catalogue(protocol())
    assert line_of(rules, "READ-001").offers == "Record an adverse event"
    assert line_of(rules, "READ-003").offers == ""


def test_form_with_a_fixed_set_of_rows_names_them(monkeypatch):
    named = replace(CRFS["dose-lot"], row_names=("First", "Second"))
    monkeypatch.setitem(CRFS, "dose-lot", named)
    form = next(form for form in catalogue(protocol()).forms if form.key == "dose-lot")
    assert form.rows == ("First", "Second")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (WholeNumber("N", low=0, high=5), "Whole number: 0 to 5"),
        (WholeNumber("N", low=1), "Whole number: 1 or more"),
        (WholeNumber("N", high=9), "Whole number: 9 or less"),
        (WholeNumber("N", unit="days"), "Whole number in days"),
        (WholeNumber("N", unit="of 16"), "Whole number"),
        (Measure("M", low="0", high="200", unit="kPa"), "Number: 0 to 200 kPa, up to 1 decimal"),
        (Measure("M", decimals=0, unit="mL"), "Number in mL, no decimals"),
        (Measure("M", decimals=2, low="0", unit="mV"), "Number: 0 or more mV, up to 2 decimals"),
        (Choice("C", choices=[("r", "Right"), ("l", "Left")]), "One of: Right, Left"),
        (YesNo("Q"), "One of: Yes, No"),
        (Day("D"), "Date; not in the future"),
        (Day("D", future=True, history=True), "Date; may lie in the future; may lie before the consent"),
        (PartialDay("D"), "Date, in part if no more is known; not in the future"),
        (ClockTime("T"), "Time of day, to the minute"),
        (Line("L", max_length=40), "Text, up to 40 characters"),
        (Prose("P"), "Text, up to 20,000 characters"),
        (Link("A", to="adverse-event"), "An entry of this patient: Adverse event"),
    ],
)
def test_item_is_told_by_what_it_takes(item, words):
    assert takes(item) == words


@pytest.mark.parametrize(
    ("key", "name", "words"),
    [
        ("visit", "occurrence", "Yes"),
        ("visit", "missed_reason", "If “The visit was” is Missed"),
        ("scale", "assessed_at", "No"),
        ("scale", "before_dose", "At visits with “Dose”"),
        ("adverse-event", "ended_on", "If “Ongoing?” is No"),
        ("adverse-event", "ended_at", "No; asked if “Ongoing?” is No"),
        ("reading", "highest", "Calculated: HIGHEST v1"),
        ("consent", "is_pregnant", "If “Sex, as answered” is Female or not known"),
    ],
)
def test_item_is_told_by_when_it_is_needed(key, name, words):
    assert needed(CRFS[key], CRFS[key].items[name]) == words


@pytest.mark.parametrize(
    ("key", "name", "words"),
    [
        ("visit", "occurrence", ""),
        ("adverse-event", "ended_on", "if “Ongoing?” is No"),
        ("scale", "before_dose", "at visits with “Dose”"),
    ],
)
def test_item_is_told_by_when_it_is_asked(key, name, words):
    assert asked_when(CRFS[key], CRFS[key].items[name]) == words


COLOURS = [(name, name.title()) for name in ("red", "blue", "green", "white", "black", "grey")]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("red", "blue", "green", "white", "black"), "if “Colour” is not Grey"),
        (("red", "blue", "green", "white"), "if “Colour” is Red or Blue or Green or White"),
        (("red", ""), "if “Colour” is Red or not known"),
        (
            tuple(code for code, _name in COLOURS),
            "if “Colour” is Red or Blue or Green or White or Black or Grey",
        ),
    ],
)
def test_condition_names_the_answers_or_where_these_are_many_the_few_others(values, words):
    colour = Choice("Colour", choices=COLOURS)
    shade = Line("Shade", max_length=40, asked_if=("colour", values))
    instead = Line("Why", max_length=40, instead_of="colour")
    form = SimpleNamespace(items={"colour": colour, "shade": shade, "why": instead})
    assert asked_when(form, shade) == words
    assert needed(form, shade) == words.replace("if", "If", 1)
    assert needed(form, instead) == "If “Colour” has no value but a reason"


# --- signed ---------------------------------------------------------------------------------------


def test_fingerprint_is_twelve_characters_and_the_same_each_time(rules):
    assert re.fullmatch(r"[0-9a-f]{12}", rules.fingerprint)
    assert catalogue(protocol()).fingerprint == rules.fingerprint


def test_fingerprint_changes_with_a_word_of_an_assumption(rules):
    first, *others = protocol().assumptions
    changed = replace(protocol(), assumptions=(replace(first, value=first.value + " "), *others))
    assert catalogue(changed).fingerprint != rules.fingerprint


@pytest.mark.requirement("R-152")
@pytest.mark.parametrize(
    "change", [{"title": "Another question."}, {"hard": True}, {"source": "D"}, {"version": 2}]
)
def test_fingerprint_changes_with_a_check(change, rules, monkeypatch):
    changed = {**CHECKS, "READ-001": replace(CHECKS["READ-001"], **change)}
    monkeypatch.setattr(module, "CHECKS", changed)
    assert catalogue(protocol()).fingerprint != rules.fingerprint


@pytest.mark.requirement("R-152")
def test_fingerprint_changes_with_the_limit_of_an_item(rules, monkeypatch):
    monkeypatch.setattr(CRFS["scale"].items["question_12"], "high", 4)
    assert catalogue(protocol()).fingerprint != rules.fingerprint


@pytest.mark.requirement("R-152")
@pytest.mark.django_db
def test_signatures_stand_beside_version_and_fingerprint(page, rules):
    block = page[page.index('id="sign"') :]
    assert rules.fingerprint in block
    assert re.search(r"eCRF \d+\.\d+", block)
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", block)
    assert all(f">{column}</th>" in block for column in ("Name", "Role", "Date", "Signature"))


@pytest.mark.django_db
def test_page_is_reached_from_the_foot_of_every_page_and_by_its_old_address(client, coordinator):
    client.force_login(coordinator)
    assert '<a href="/checks/">Checks and assumptions</a>' in client.get("/").content.decode()
    assert client.get("/assumptions/").status_code == 200


def test_page_of_checks_prints_every_way_of_writing(client, coordinator):
    client.force_login(coordinator)
    page = html.unescape(client.get("/checks/").content.decode())
    for way in WAYS:
        assert f"<code>{way.note or way.typed}</code>" in page
