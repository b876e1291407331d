"""The comment on why there is no value: it is to be seen where it was written, and only who sees it changes it."""

import json

import pytest

from ecrf.audit.models import AuditEvent
from ecrf.casebook.data import stored_row
from ecrf.casebook.record.values import Missing
from tests.builders import a_patient, a_place, a_visit, enter

pytestmark = pytest.mark.django_db
COMMENT = "Hand in a cast <左手>"


@pytest.fixture
def place(site, coordinator, client):
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    enter(visit, "reading", coordinator, value_1=Missing("not-done", COMMENT))
    client.force_login(coordinator)
    return a_place(visit, "reading")


def post(client, place, **data: str):
    url = f"/patients/{place.patient.number}/W01/reading/1/value_1/"
    return client.post(url, {"seen_missing": "not-done", **data}, headers={"HX-Request": "true"})


def kept(place) -> dict[str, str]:
    return stored_row(place).missing_reasons["value_1"]


@pytest.mark.parametrize("given", [{"value": "nd"}, {"value": "", "missing": "not-done"}])
def test_the_same_reason_typed_anew_leaves_its_comment(client, place, given):
    events = AuditEvent.objects.count()
    assert post(client, place, **given).status_code == 200
    assert kept(place) == {"reason": "not-done", "comment": COMMENT}
    assert AuditEvent.objects.count() == events


def test_a_page_without_script_leaves_it_too(client, place):
    url = f"/patients/{place.patient.number}/W01/"
    seen = json.dumps({"value_1": {"missing": "not-done"}})
    client.post(url, {"action": "save", "seen:reading-1": seen, "reading:1:value_1": "nd"})
    assert kept(place) == {"reason": "not-done", "comment": COMMENT}


@pytest.mark.parametrize(
    ("given", "reason", "comment"),
    [
        ({"value": "", "missing": "not-done", "comment": ""}, "not-done", ""),
        ({"value": "", "missing": "not-done", "comment": "Hand in plaster"}, "not-done", "Hand in plaster"),
        ({"value": "rf"}, "refused", ""),
    ],
)
def test_who_sees_it_changes_it_and_another_reason_comes_without(client, place, given, reason, comment):
    assert post(client, place, **given).status_code == 200
    assert kept(place) == {"reason": reason, "comment": comment}


def test_it_stands_beside_the_field_and_the_script_is_told_of_it(client, place):
    page = client.get(f"/patients/{place.patient.number}/W01/").content.decode()
    said = page.split('id="t-reading-1-value_1"')[1].split("</span>")[0]
    assert "Not done" in said
    assert "Hand in a cast &lt;左手&gt;" in said
    outcome = json.loads(post(client, place, value="nd")["HX-Trigger"])["ecrf:outcome"]
    assert (outcome["missing"], outcome["comment"]) == ("Not done", COMMENT)


def test_comment_that_somebody_wrote_meanwhile_is_shown_before_it_is_replaced(client, place):
    mine = {"value": "", "missing": "not-done", "comment": "Hand in plaster", "seen_comment": "An older one"}
    answer = post(client, place, **mine)
    assert answer.status_code == 409
    assert kept(place)["comment"] == COMMENT
    said = answer.content.decode()
    assert "Hand in a cast &lt;左手&gt;" in said
    assert "Hand in plaster" in said
    assert post(client, place, **mine | {"seen_comment": COMMENT}).status_code == 200
    assert kept(place)["comment"] == "Hand in plaster"


def test_comment_that_came_where_there_was_none_is_newer_too(client, place):
    mine = {"value": "", "missing": "not-done", "comment": "", "seen_comment": ""}
    assert post(client, place, **mine).status_code == 409
    assert kept(place)["comment"] == COMMENT
