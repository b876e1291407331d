"""Demographics: the age at consent."""

from datetime import date

import pytest

from ecrf.casebook.record.values import Missing
from ecrf.forms.registry import CRFS
from tests.builders import enter
from tests.trial.asked import asked
from trial.checks.across_forms import age_at


@pytest.mark.parametrize(
    ("born", "years"),
    [
        ("2004-03-10", (20, 20)),
        ("2004-03-11", (19, 19)),
        ("2004-03", (19, 20)),
        ("2004", (19, 20)),
        ("2003-12", (20, 20)),
    ],
)
def test_age_of_a_partial_birth_date_is_a_range(born, years):
    assert age_at(born, date(2024, 3, 10)) == years


@pytest.mark.parametrize(
    ("born", "asks"),
    [
        ("2004-03-11", True),
        ("2004-03-10", False),
        ("2004-03", False),
        ("2005", True),
        ("1923-03-11", False),
        ("1923-03-10", True),
        ("1922", True),
    ],
)
def test_age_below_20_or_above_100_at_consent_asks(at, coordinator, born, asks):
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    enter(at("SCR"), "demographics", coordinator, born_on=born)
    assert bool(asked("DM-001")) is asks


@pytest.mark.parametrize(("age", "asks"), [("19", True), ("20", False), ("100", False), ("101", True)])
def test_entered_age_is_asked_about_without_a_birth_date(at, coordinator, age, asks):
    enter(at("SCR"), "demographics", coordinator, age_years=age)
    assert bool(asked("DM-001")) is asks


def test_consent_entered_later_asks_about_the_age(at, coordinator):
    enter(at("SCR"), "demographics", coordinator, born_on="2004-06")
    assert asked("DM-001") == {}
    enter(at("SCR"), "consent", coordinator, signed_on="2024-03-10")
    text = "Born 2004-06, the patient was 19 years old at consent; 20 to 100 is expected."
    assert asked("DM-001") == {"born_on": text}


@pytest.mark.parametrize("reason", ["unknown", "refused"])
def test_birth_date_that_is_missing_with_a_reason_asks_for_the_age(at, coordinator, reason):
    enter(at("SCR"), "demographics", coordinator, sex="F")
    assert asked("DM-002") == {}
    enter(at("SCR"), "demographics", coordinator, born_on=Missing(reason))
    assert asked("DM-002") == {"age_years": "There is no birth date. How old was the patient at consent?"}


@pytest.mark.parametrize(
    "known", [{"age_years": "54"}, {"age_years": Missing("unknown")}, {"born_on": "1970"}]
)
def test_age_or_a_reason_or_a_birth_year_answers(at, coordinator, known):
    enter(at("SCR"), "demographics", coordinator, born_on=Missing("unknown"))
    enter(at("SCR"), "demographics", coordinator, **known)
    assert asked("DM-002") == {}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, False),
        ({"born_on": "1970"}, False),
        ({"born_on": Missing("unknown")}, True),
        ({"born_on": Missing("refused"), "age_years": "54"}, False),
        ({"born_on": Missing("unknown"), "age_years": Missing("unknown")}, False),
    ],
)
def test_age_is_wanted_only_where_there_is_no_birth_date(at, coordinator, given, wanted):
    row = enter(at("SCR"), "demographics", coordinator, sex="F", **given).row
    assert ("age_years" in CRFS["demographics"].missing(row)) is wanted
