"""One reason for several changes of a complete form: they are one act, whatever each of them alone would ask."""

import json

import pytest

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.data import stored_row
from ecrf.casebook.record.values import Missing
from ecrf.casebook.services import complete_entries
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(site, coordinator):
    """A complete dose."""
    visit = a_visit(a_patient(site, coordinator), "UNS-1", coordinator)
    enter(visit, "dose", coordinator, given_g="24", given_ml="480")
    left = CRFS["dose"].missing(stored_row(a_place(visit, "dose")))
    enter(visit, "dose", coordinator, **dict.fromkeys(left, Missing("unknown")))
    place, by = a_place(visit, "dose"), coordinator.acting_at(site, Right.ENTER)
    assert complete_entries(patient=visit.patient, places=[place], by=by) == []
    return place


def _post(client, place, **values: str):
    seen = {"given_g": "24.0", "given_ml": "480.0"}
    data = {f"dose:1:{name}": value for name, value in values.items()}
    data |= {"seen:dose-1": json.dumps(seen), "reason-of-all": "Transcription error"}
    return client.post(
        f"/patients/{place.patient.number}/UNS-1/reasons/", data, headers={"HX-Request": "true"}
    )


def test_changes_with_one_reason_are_one_act(client, place, coordinator):
    client.force_login(coordinator)
    before = AuditEvent.objects.count()
    answer = _post(client, place, given_g="30", given_ml="600")
    outcomes = json.loads(answer["HX-Trigger"])["ecrf:outcomes"]["all"]
    assert {each["id"]: (each["outcome"], each["seen"]) for each in outcomes} == {
        "dose-1-given_g": ("saved", "30.0"),
        "dose-1-given_ml": ("saved", "600.0"),
    }
    events = AuditEvent.objects.order_by("pk")[before:]
    assert len({event.transaction for event in events}) == 1
    assert {event.reason for event in events} == {"Transcription error"}


def test_one_that_is_refused_does_not_keep_the_others(client, place, coordinator):
    client.force_login(coordinator)
    outcomes = json.loads(_post(client, place, given_g="900", given_ml="600")["HX-Trigger"])["ecrf:outcomes"][
        "all"
    ]
    assert [each["outcome"] for each in outcomes] == ["refused", "saved"]
    assert str(stored_row(place).given_g) == "24.0"
    assert str(stored_row(place).given_ml) == "600.0"
