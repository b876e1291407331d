"""A button of one form draws the page anew, which then shows that form and not its own top."""

import uuid

import pytest

from ecrf.casebook.data import stored_row
from ecrf.casebook.record.values import Missing
from ecrf.entry.visit.actions import ACTIONS
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter
from tests.ecrf.queries.builders import asked, complete

pytestmark = pytest.mark.django_db

OF_THE_PAGE = {"save", "complete"}
LEADS_ON = {"offer"}
"""To the entry that it adds, which mostly stands on another page."""


@pytest.fixture
def visit(site, coordinator):
    """With two doses: the second is begun, and everything of it is entered."""
    visit = a_visit(a_patient(site, coordinator), "UNS-1", coordinator)
    for number in (1, 2):
        enter(visit, "dose", coordinator, number=number, given_g="24", given_ml="480")
    left = CRFS["dose"].missing(stored_row(a_place(visit, "dose", 2)))
    enter(visit, "dose", coordinator, number=2, **dict.fromkeys(left, Missing("unknown")))
    return visit


@pytest.fixture
def press(client, visit, coordinator):
    """Press a button; where on the page it leads."""
    client.force_login(coordinator)

    def press(action: str, **typed: str) -> str:
        page = f"/patients/{visit.patient.number}/UNS-1/"
        answer = client.post(page, {"action": action, **typed})
        assert answer.status_code == 302
        path, _, form = answer.url.partition("#")
        assert path == page
        return form

    return press


STRUCK = {"note:dose-2": "Entered by mistake"}


@pytest.mark.parametrize("action", ["complete-form:dose-2", "not-done:dose-2:not-done", "strike:dose-2"])
def test_button_of_a_form_leads_back_to_the_form(press, action):
    assert press(action, **STRUCK) == "dose-2"


def test_form_that_is_restored_is_shown(press):
    press("strike:dose-2", **STRUCK)
    assert press("restore:dose-2", **STRUCK) == "dose-2"


def test_form_that_is_added_is_shown(press):
    assert press(f"add:dose:{uuid.uuid4()}") == "dose-3"


def test_answer_to_a_query_leads_back_to_the_form_it_is_about(press, visit, coordinator, monitor):
    query = asked(complete(visit, "dose", coordinator, 2), monitor, item="given_g")
    assert press(f"answer:{query.pk}", **{f"answer:{query.pk}": "It is as in the source"}) == "dose-2"


def test_every_button_is_looked_at_here():
    here = {"complete-form", "not-done", "strike", "restore", "add", "answer"}
    assert here | OF_THE_PAGE | LEADS_ON == set(ACTIONS)


def test_refusal_has_the_keyboard_where_it_is_told(client, visit, coordinator):
    client.force_login(coordinator)
    answer = client.post(
        f"/patients/{visit.patient.number}/UNS-1/", {"action": "strike:dose-2", "note:dose-2": ""}
    )
    assert answer.status_code == 422
    reason = next(line for line in answer.content.decode().splitlines() if 'id="note-dose-2"' in line)
    assert "autofocus" in reason
