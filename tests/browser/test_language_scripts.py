"""What scripts know of a language: the year of the era beside a field, and what is the same for who searches."""

import pytest
from playwright.sync_api import Browser, Page

from ecrf.access.alike import alike
from tests.ecrf.access.test_alike import OTHER, SAME
from tests.ecrf.forms.test_eras import DAYS
from tests.rules.test_repository import ROOT

pytestmark = pytest.mark.browser

FIELDS = (
    "<span><input id=whole class=w-day value=2026-11-22></span><span><input id=part class=w-partial-day></span>"
    "<table><tr><td><input id=cell class=w-day data-row=1 value=2026-11-22></table>"
)


@pytest.fixture
def blank(chromium: Browser):
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def fields(blank) -> Page:
    blank.set_content(f"<!doctype html><html lang=ja><body>{FIELDS}</body></html>")
    blank.add_script_tag(path=ROOT / "static/js/era.js", type="module")
    blank.locator("#whole + .era").wait_for()
    return blank


def beside(page: Page, field: str) -> str:
    return "".join(page.locator(f"#{field} + .era").all_inner_texts())


def test_era_and_weekday_stand_beside_a_day_and_follow_it(fields):
    for day, words in DAYS.items():
        fields.fill("#whole", day.isoformat())
        assert beside(fields, "whole") == words
    for typed in ("2026-02-30", "2026-11", "yesterday", ""):
        fields.fill("#whole", typed)
        assert beside(fields, "whole") == ""
        assert fields.input_value("#whole") == typed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026", "令和8年"),
        ("2019", "平成31年・令和元年"),
        ("2026-11", "令和8年11月"),
        ("1989-01", "昭和64年1月・平成元年1月"),
        ("2026-11-22", "令和8年11月22日（日）"),
        ("2026-13", ""),
    ],
)
def test_date_known_in_part_has_the_era_of_all_that_it_can_be(fields, typed, words):
    fields.fill("#part", typed)
    assert beside(fields, "part") == words


def test_field_of_a_table_says_it_when_it_is_pointed_at(fields):
    cell = fields.locator("#cell")
    assert cell.get_attribute("title") == "令和8年11月22日（日）"
    assert beside(fields, "cell") == ""
    cell.fill("")
    assert cell.get_attribute("title") is None


def test_script_finds_alike_what_the_server_finds_alike(blank):
    script = (ROOT / "static/js/alike.js").read_text(encoding="utf-8").replace("export ", "")
    for text in {*sum(SAME, ()), *sum(OTHER, ()), "ヽヾ　ヶ"}:
        assert blank.evaluate(f"(text) => {{ {script} return alike(text); }}", text) == alike(text)
