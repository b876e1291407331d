"""What is not taken in a table is said below it: so each message names its cell."""

import pytest

from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_visit

pytestmark = pytest.mark.django_db

TYPED = "98765.4"


@pytest.fixture
def refused(site, coordinator, client):
    """The answer to a value of one item that no table takes."""
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    client.force_login(coordinator)
    items = f"/patients/{visit.patient.number}/W01/"
    return lambda form, address, item: client.post(
        f"{items}{form}/{address}/{item}/", {"value": TYPED}
    ).content.decode()


def test_each_cell_of_a_grid_says_which_one_it_is(refused):
    items = {
        name: item for name, item in CRFS["grip-strength"].items.items() if ", " in str(item.verbose_name)
    }
    cells = {name: item for name, item in items.items() if item.kind == "number" and not item.rule}
    assert len(cells) >= 6
    for name, item in cells.items():
        answer = refused("grip-strength", "1", name)
        assert f"<b>{item.verbose_name}</b>" in answer, name


def test_message_at_an_item_itself_does_not_name_it_again(refused):
    answer = refused("vital-signs", "1", "pulse")
    assert "note-error" in answer
    label = str(CRFS["vital-signs"].items["pulse"].verbose_name)
    assert label not in answer.partition("note-error")[2].partition("</p>")[0]
