"""Values as they are kept and as they are shown: dates, times, decimals, units, choices, items and visits."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.utils.translation import override

from ecrf.access.kept_words import as_read
from ecrf.casebook.models import Visit
from ecrf.checks.models import Discrepancy
from ecrf.checks.registry import CHECKS, Question, check
from ecrf.checks.texts import identity, parse, stored
from ecrf.forms.crf import MissingReason
from ecrf.forms.protocol import protocol
from ecrf.queries.models import Query


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("A7", "A7"),
        (200, 200),
        (Decimal("31.50"), "31.50"),
        (Decimal("1E+2"), "100"),
        (date(2026, 2, 3), "2026-02-03"),
        (time(9, 5), "09:05"),
        (MissingReason.UNKNOWN, "unknown"),
        (Visit(code="W04"), "W04"),
        ([Decimal("1.0"), "g/L"], ["1.0", "g/L"]),
        (("a", date(2026, 2, 3)), ["a", "2026-02-03"]),
    ],
)
def test_values_are_kept_in_the_form_in_which_they_are_stored(value, kept):
    assert stored(value) == kept
    assert type(stored(value)) is type(kept)


@pytest.mark.parametrize("value", [None, True, False, 1.5, {"a": 1}, object()])
def test_what_has_no_stored_form_is_no_value_of_a_question(value):
    with pytest.raises(TypeError):
        Question("pulse", value=value)


@pytest.mark.parametrize(
    ("template", "value", "shown"),
    [
        ("{x} kPa", Decimal("31.5"), "31.5 kPa"),
        ("on {x}", date(2026, 2, 3), "on 2026-02-03"),
        ("at {x}", time(9, 5), "at 09:05"),
        ("{x:days}", 1, "1 day"),
        ("{x:days}", 3, "3 days"),
        ("{x:minutes}", 125, "2 h 5 min"),
        ("{x:visit}", Visit(code="W04"), "Week 4"),
        ("{x:visit}", "W99", "W99"),
        ("{x:form}", "reading", "Reading"),
        ("{x:form}", "no-such-form", "no-such-form"),
        ("{x:item}", "value_1", "Value 1"),
        ("{x:item vital-signs}", ["pulse", "systolic"], "Pulse; Systolic"),
        ("{x:item}", "no_such_item", "no_such_item"),
        ("{x:answer adverse-event.outcome}", "RECOVERED/RESOLVED", "recovered/resolved"),
        ("{x:Answer adverse-event.outcome}", "RECOVERED/RESOLVED", "Recovered/resolved"),
        ("{x:answer adverse-event.outcome}", "no-such-code", "no-such-code"),
        ("{x:answer adverse-event.no_such_item}", "FATAL", "FATAL"),
        ("{x:answer lab-result.test}", "AST", "AST"),
        ("Event 2{x:brackets}.", "Headache", "Event 2 (Headache)."),
        ("Event 2{x:brackets}.", "", "Event 2."),
        ("{x:and}", ["g/L", "g/dL"], "g/L and g/dL"),
        ("{{x}} {x}", "{y}", "{x} {y}"),
    ],
)
def test_values_are_shown_as_the_text_asks_for(template, value, shown):
    assert protocol().plan("W04").label == "Week 4"
    assert parse(template).filled({"x": stored(value)}, "reading") == shown


@pytest.mark.parametrize(
    "template", ["{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:.1f}", "{a:nonsense}", "{a"]
)
def test_template_that_could_not_be_filled_in_is_refused(template):
    with pytest.raises(ValueError, match=r"."):
        parse(template)


def test_identity_is_that_of_version_and_values_whatever_their_order():
    assert identity(1, {"a": 1, "b": "2"}) == identity(1, {"b": "2", "a": 1})
    assert (
        len({identity(1, {"a": 1}), identity(1, {"a": "1"}), identity(2, {"a": 1}), identity(1, {"b": 1})})
        == 4
    )


@pytest.mark.parametrize("given", [{}, {"value": 1, "highest": 2, "more": 3}])
def test_question_that_does_not_give_what_its_text_shows_fails_loudly(given, monkeypatch):
    monkeypatch.delitem(CHECKS, "READ-001")

    @check("READ-001", on="reading", text="{value} kPa is more than {highest} kPa.")
    def rule(row, data):
        """A trial is high."""
        yield Question("value_1", **given)

    class Data:
        def limited_to(self, reads, named):
            return self

    with pytest.raises(TypeError, match="READ-001"):
        list(CHECKS["READ-001"].ask(None, Data()))


def test_question_of_a_check_that_is_gone_is_read_in_the_readers_language_and_a_persons_as_written():
    words = "Reading the file"
    with override("ja"):
        assert Discrepancy(check_id="GONE-001", text_as_asked=words).text == as_read(words) != words
        assert Query(check_id="", text_as_asked=words).text == words


@pytest.mark.parametrize("value", [True, False])
def test_yes_and_no_are_refused_by_name(value):
    with pytest.raises(TypeError, match="Yes and no"):
        stored(value)


def test_row_is_told_by_what_it_is_about():
    assert str(Discrepancy(check_id="READ-001", item="value_1")) == "READ-001 value_1"
