"""A day is typed in one way on every page."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from ecrf.demo import ROOT
from ecrf.forms.typed_fields import DayInput, TypedDay

NOW = datetime(2026, 11, 22, 8, 5, tzinfo=UTC)


def test_no_page_has_the_browsers_own_field_for_dates():
    """It shows days in the order of the browser's language and takes one way of writing alone."""
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("ecrf/**/*.py"), *ROOT.glob("trial/**/*.py")]
    for sign in ('type="date"', '"type": "date"', "DateInput", "SelectDateWidget"):
        assert [path.name for path in files if sign in path.read_text(encoding="utf-8")] == [], sign


def test_form_and_template_make_the_same_field():
    by_form = DayInput().render("day", "2026-11-22", {"id": "day"})
    by_template = render_to_string("shared/_day.html", {"id": "day", "name": "day", "value": "2026-11-22"})
    as_parts = [
        sorted(part.strip("<>\n ").split()) for part in (by_form.replace('type="text"', ""), by_template)
    ]
    assert as_parts[0] == as_parts[1]


@pytest.mark.parametrize(
    "typed", ["2026-11-22", "20261122", "２０２６年１１月２２日", "R8.11.22", "22 Nov 2026", "t"]
)
def test_day_is_taken_in_every_accepted_way(typed):
    assert TypedDay(now=lambda: NOW).clean(typed) == date(2026, 11, 22)


@pytest.mark.parametrize("typed", ["05/06/2026", "2026-11", "2026", "26-11-22", "2026-02-30", "soon"])
def test_what_is_no_whole_day_is_refused(typed):
    with pytest.raises(ValidationError):
        TypedDay(now=lambda: NOW).clean(typed)
