"""The kinds of item: how each reads, shows and limits a value, without a database."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import models

from ecrf.forms.items import Choice, ClockTime, Day, Line, Measure, PartialDay, Prose, WholeNumber, YesNo

NOW = datetime(2026, 11, 22, 8, 5, tzinfo=UTC)
KPA = Measure("Grip", low="0", high="200", unit="kPa")
GRADE = WholeNumber("Grade", low=0, high=5)
HAND = Choice("Hand", choices=[("right", "Right"), ("left", "Left")])


def read(item, text: str):
    """As `recording` reads it."""
    value = item.formfield().clean(item.normalise(text, NOW))
    if value in ("", None):
        return None
    item.run_validators(value)
    return item.stored(value)


@pytest.mark.parametrize(
    ("item", "text", "value"),
    [
        (KPA, "31,5", Decimal("31.5")),
        (KPA, "0", Decimal("0.0")),
        (KPA, "200", Decimal("200.0")),
        (GRADE, "５", 5),
        (GRADE, "0", 0),
        (HAND, "left", "left"),
        (YesNo("Q"), "y", True),
        (YesNo("Q"), "No", False),
        (YesNo("Q"), "TRUE", True),
        (Day("D"), "20240229", date(2024, 2, 29)),
        (PartialDay("D"), "2024-02", "2024-02"),
        (ClockTime("T"), "930", time(9, 30)),
        (Line("L"), "  text ", "text"),
        (Prose("P"), "line\nline", "line\nline"),
    ],
)
def test_item_reads_what_is_typed(item, text, value):
    assert read(item, text) == value


@pytest.mark.parametrize(
    "item", [KPA, GRADE, HAND, YesNo("Q"), Day("D"), PartialDay("D"), ClockTime("T"), Line("L"), Prose("P")]
)
@pytest.mark.parametrize("text", ["", "   ", "\u3000"])
def test_nothing_typed_is_no_value(item, text):
    assert read(item, text) is None


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (KPA, "-0.1"), (KPA, "200.1"), (KPA, "31.55"), (KPA, "x"), (KPA, "NaN"),
        (GRADE, "6"), (GRADE, "-1"), (GRADE, "4.5"), (GRADE, "4+"),
        (HAND, "both"), (HAND, "Left"), (YesNo("Q"), "maybe"),
        (Day("D"), "2025-02-29"), (Day("D"), "2026-11"), (PartialDay("D"), "2025-02-29"),
        (ClockTime("T"), "24:00"), (Line("L", max_length=3), "abcd"), (Prose("P"), "a" * 20_001),
    ],
)  # fmt: skip
def test_item_refuses_what_it_cannot_hold(item, text):
    with pytest.raises(ValidationError):
        read(item, text)


@pytest.mark.parametrize("text", ["-0.1", "200.1"])
def test_refusal_names_the_limits(text):
    with pytest.raises(ValidationError, match="between 0 and 200"):
        read(KPA, text)


def test_limit_on_one_side_is_named_alone():
    with pytest.raises(ValidationError, match=r"At least 0\."):
        read(WholeNumber("N", low=0), "-1")
    with pytest.raises(ValidationError, match=r"At most 9\."):
        read(WholeNumber("N", high=9), "10")


def test_prose_takes_twenty_thousand_characters():
    assert read(Prose("P"), "あ" * 20_000) == "あ" * 20_000


@pytest.mark.parametrize(
    ("item", "value", "text", "words"),
    [
        (KPA, Decimal("31.5"), "31.5", "31.5 kPa"),
        (KPA, Decimal("0"), "0.0", "0.0 kPa"),
        (KPA, None, "", ""),
        (Measure("V", decimals=0, unit="mL"), Decimal("480"), "480", "480 mL"),
        (GRADE, 0, "0", "0"),
        (HAND, "left", "left", "Left"),
        (HAND, None, "", ""),
        (HAND, "gone", "gone", "gone"),
        (YesNo("Q"), False, "no", "No"),
        (YesNo("Q"), None, "", ""),
        (Day("D"), date(2026, 1, 5), "2026-01-05", "2026-01-05"),
        (PartialDay("D"), "2026-01", "2026-01", "2026-01"),
        (ClockTime("T"), time(9, 5), "09:05", "09:05"),
        (ClockTime("T"), time(0, 0), "00:00", "00:00"),
        (Line("L"), "text", "text", "text"),
    ],
)
def test_value_shows_in_the_field_and_in_words(item, value, text, words):
    assert item.text(value) == text
    assert item.words(value) == words


@pytest.mark.parametrize(
    ("item", "value"),
    [
        (KPA, Decimal("31.5")),
        (GRADE, 0),
        (HAND, "left"),
        (YesNo("Q"), False),
        (Day("D"), date(2026, 1, 5)),
        (PartialDay("D"), "2026"),
        (ClockTime("T"), time(0, 0)),
        (Line("L"), "x"),
    ],
)
def test_text_of_a_value_reads_back_as_the_value(item, value):
    assert read(item, item.text(value)) == value


def test_first_day_of_a_date_item_is_what_must_not_lie_in_the_future():
    assert Day("D").first_day(date(2026, 1, 5)) == date(2026, 1, 5)
    assert PartialDay("D").first_day("2026") == date(2026, 1, 1)
    assert PartialDay("D").first_day(None) is None
    assert Line("L").first_day("2026") is None


def test_item_is_required_unless_it_says_otherwise_or_is_calculated():
    assert Line("L").required
    assert not Line("L", required=False).required
    assert not Measure("M", rule="SUM v1").required


@pytest.mark.parametrize(
    "item",
    [
        KPA,
        GRADE,
        HAND,
        YesNo("Q"),
        Day("D", future=True),
        PartialDay("D", history=True),
        ClockTime("T"),
        Line("L"),
    ],
)
def test_migrations_see_a_plain_field_without_label_choices_or_limits(item):
    _, path, args, options = item.deconstruct()
    assert path.startswith("django.db.models.")
    assert not {"verbose_name", "choices", "validators"} & set(options)
    assert isinstance(getattr(models, path.rsplit(".", 1)[1])(*args, **options), models.Field)
