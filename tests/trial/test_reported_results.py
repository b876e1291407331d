"""Laboratory results as they are reported: digits, signs and units."""

from decimal import Decimal

import pytest

from ecrf.casebook.data import PatientData
from ecrf.casebook.history import changes_after, item_history
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_visit, enter


@pytest.fixture
def visit(site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    enter(visit, "laboratory", coordinator, comment="a sample")
    return visit


def stored(visit):
    return PatientData(visit.patient).rows("lab-result")[0]


@pytest.mark.parametrize("typed", ["5.0", "5", "5.10", "0.50", "120", "5.000"])
def test_digits_are_kept_as_reported(visit, coordinator, typed):
    result = enter(visit, "lab-result", coordinator, parent=1, value=typed)
    definition = result.place.definition
    assert definition.items["value"].text(result.row.value) == typed
    assert definition.items["value"].text(stored(visit).value) == typed


@pytest.mark.parametrize("typed", ["5.0", "5.10", "0.50"])
def test_trail_shows_the_digits_as_reported(visit, client, coordinator, typed):
    row = enter(visit, "lab-result", coordinator, parent=1, value=typed).row
    [line] = item_history(CRFS["lab-result"], row, "value")
    assert line.new == typed
    client.force_login(coordinator)
    trail = client.get(f"/patients/{visit.patient.number}/trail/?entry={row.pk}").content.decode()
    assert f">{typed}<" in trail


def test_digits_of_a_change_after_completion_are_those_reported(visit, coordinator):
    row = enter(visit, "lab-result", coordinator, parent=1, value="5.10").row
    lines = changes_after(visit.patient, [row.pk], "SELECT '2000-01-01'::timestamptz", [])
    assert lines[row.pk, "value"][-1].new == "5.10"


def test_the_same_number_with_other_digits_is_no_change(visit, coordinator):
    enter(visit, "lab-result", coordinator, parent=1, value="5.0")
    assert enter(visit, "lab-result", coordinator, parent=1, value="5").changed == []


@pytest.mark.parametrize(
    ("typed", "sign", "number"),
    [
        ("<0.5", "<", "0.5"),
        ("＜０．５", "<", "0.5"),
        ("> 40", ">", "40"),
        ("≤5", "≤", "5"),
        ("<=5", "≤", "5"),
        (">=7", "≥", "7"),
    ],
)
def test_sign_and_number_are_stored_apart(visit, coordinator, typed, sign, number):
    row = enter(visit, "lab-result", coordinator, parent=1, value=typed).row
    assert (row.comparator, row.value) == (sign, Decimal(number))


@pytest.mark.parametrize("typed", ["<", "<abc", "<<5", "5<"])
def test_a_sign_without_a_number_is_refused(visit, coordinator, typed):
    result = enter(visit, "lab-result", coordinator, parent=1, value=typed)
    assert "value" in result.refused
    assert result.row is None or result.row.comparator is None


def test_text_that_is_no_sign_is_told_which_there_are(visit, coordinator):
    refused = enter(visit, "lab-result", coordinator, parent=1, comparator="-").refused
    for sign in ("<", ">", "≤", "≥", "or leave it empty"):
        assert sign in refused["comparator"]
    assert "Choose" not in refused["comparator"]


def test_sign_of_a_refused_number_is_not_put_before_the_one_that_stands(visit, coordinator):
    enter(visit, "lab-result", coordinator, parent=1, value="0.500")
    for typed, readings in (("<1,500", ["<1500", "<1.500"]), ("<5x", [])):
        result = enter(visit, "lab-result", coordinator, parent=1, value=typed)
        assert (set(result.refused), result.changed) == ({"value"}, [])
        assert [text for text, _words in result.readings.get("value", ())] == readings
        assert stored(visit).comparator is None
    result = enter(visit, "lab-result", coordinator, parent=1, value="<0.7", seen={"value": "0.4"})
    assert (set(result.conflicts), result.changed) == ({"value"}, [])
    assert enter(visit, "lab-result", coordinator, parent=1, value="<1500").is_clean
    assert (stored(visit).comparator, stored(visit).value) == ("<", Decimal("1500"))


def test_sign_and_number_typed_without_script_are_stored_apart(visit, client, coordinator):
    client.force_login(coordinator)
    page = f"/patients/{visit.patient.number}/W01/"
    assert client.post(page, {"lab-result:1.1:value": "<0.5", "action": "save"}).status_code == 302
    assert (stored(visit).comparator, stored(visit).value) == ("<", Decimal("0.5"))
