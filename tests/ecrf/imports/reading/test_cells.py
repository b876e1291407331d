"""What spreadsheets do to cells: never taken for a value by mistake."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrf.forms.typed_text import day, number
from ecrf.imports.reading.cells import CellRefused, CellWays, cell_text
from ecrf.trail.download.csv_file import safe

NOW = datetime(2026, 11, 28, tzinfo=UTC)
KINDS = ("number", "choice", "day", "partial-day", "clock", "line", "prose", "link")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text",
    [
        "#REF!",
        "#N/A",
        "#DIV/0!",
        "#NAME?",
        "#value!",
        "####",
        "=A1",
        "=1+1",
        "+A1",
        "@SUM(A1)",
        "＝A1",
        "+1+2",
    ],
)
def test_errors_and_formulas_are_no_value_of_any_kind(text, kind):
    with pytest.raises(CellRefused):
        cell_text(text, kind)


@pytest.mark.parametrize("text", ["1-Mar", "01-Mar", "Mar-01", "3. Apr", "12-Dez", "Jan-26"])
@pytest.mark.parametrize("kind", ["number", "choice", "day", "partial-day", "line", "link"])
def test_what_became_a_day_by_itself_is_refused(text, kind):
    with pytest.raises(CellRefused):
        cell_text(text, kind)


@pytest.mark.parametrize("text", ["1.0E+05", "1,23E+11", "2E-03"])
@pytest.mark.parametrize("kind", ["number", "line", "choice"])
def test_shortened_numbers_are_refused(text, kind):
    with pytest.raises(CellRefused, match="shortened"):
        cell_text(text, kind)


def test_an_apostrophe_says_that_it_is_meant_so():
    assert cell_text("'1-Mar", "line") == "1-Mar"
    assert cell_text("'1.0E+05", "line") == "1.0E+05"
    assert cell_text("'=x", "line") == "=x"
    assert cell_text("'tis", "line") == "'tis"


def test_days_as_a_spreadsheet_counts_them_are_refused_with_both_readings():
    with pytest.raises(CellRefused, match="2023-01-01 in Excel, 2027-01-02"):
        cell_text("44927", "day")
    assert cell_text("20230101", "day") == "20230101"
    assert cell_text("2023", "partial-day") == "2023"


def test_a_time_of_midnight_behind_a_date_says_nothing():
    assert day(cell_text("2026-01-05 00:00:00", "day"), NOW) == "2026-01-05"


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30))
def test_texts_of_our_own_files_come_back(text):
    """A text that was guarded against formulas is read as what it was; any other as it is, or refused."""
    written = safe(text)
    try:
        found = cell_text(written, "prose")
    except CellRefused:
        assert written == text
    else:
        assert found.strip() == text.strip() or not found


@given(st.decimals(min_value=-99_999, max_value=99_999, places=2, allow_nan=False))
def test_numbers_with_a_sign_for_decimals_are_that_number(value):
    for text in (
        f"{value}".replace(".", ","),
        f"{value:,}".replace(",", " ").replace(".", ","),
        f"{value:,}".translate({44: 46, 46: 44}),
    ):
        assert Decimal(number(cell_text(text, "number", CellWays(","), decimals=2))) == value


def test_the_sign_for_decimals_settles_what_could_be_two_numbers():
    assert number(cell_text("1,200", "number", CellWays(","), decimals=1), decimals=1) == "1.2"
    assert number(cell_text("1,200", "number", CellWays("."), decimals=1), decimals=1) == "1200"
    assert cell_text("<0,5", "number", CellWays(",")) == "<0.5"
    with pytest.raises(CellRefused, match="does not fit"):
        cell_text("1.5", "number", CellWays(","))


def test_the_order_of_day_and_month_settles_what_could_be_two_dates():
    assert cell_text("05/06/2026", "day", CellWays(first="day")) == "2026-06-05"
    assert cell_text("05/06/2026", "day", CellWays(first="month")) == "2026-05-06"


@pytest.mark.parametrize("text", ["03/04/2025", "3.4.2025", "12-11-2025"])
def test_what_can_be_two_days_is_refused_with_where_the_order_is_said(text):
    """A file has no buttons from which one of the readings is chosen."""
    with pytest.raises(CellRefused, match="How the file is written"):
        cell_text(text, "day")
    assert cell_text(text, "day", CellWays(first="day")) != cell_text(text, "day", CellWays(first="month"))


@pytest.mark.parametrize("text", ["13/04/2025", "04/04/2025", "2025-04-03"])
def test_what_can_be_one_day_only_goes_on(text):
    assert cell_text(text, "day") == text


@pytest.mark.parametrize("text", ["1.200", "1,200"])
def test_what_can_be_two_numbers_is_refused_with_where_the_sign_is_said(text):
    with pytest.raises(CellRefused, match="How the file is written"):
        cell_text(text, "number", decimals=1)
    assert len({float(cell_text(text, "number", CellWays(sign), 1)) for sign in ".,"}) == 2
