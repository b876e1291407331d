"""What a monitoring system reads: with a token only, by the names of pages, and nothing of any patient."""

import json
import re
from pathlib import Path

import pytest
from django.db import OperationalError
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from ecrf.web.metrics import machines, requests, standing
from tests.builders import a_patient

pytestmark = pytest.mark.django_db

TOKEN = "only-for-the-tests-only-for-the-tests"
OPERATION = Path(__file__).resolve().parents[3] / "docs/operation"


@pytest.fixture(autouse=True)
def token(settings):
    settings.HEALTH_TOKEN = TOKEN


def asked(client, token=TOKEN):
    return client.get("/metrics", headers={"authorization": f"Bearer {token}"})


def told(client):
    """{name of a number: [(labels, value)]}"""
    families = text_string_to_metric_families(asked(client).content.decode())
    found = {}
    for family in families:
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def counted(client):
    """{(page, method, status): how many requests}"""
    found = told(client).get("ecrf_requests_total", [])
    return {(labels["page"], labels["method"], labels["status"]): value for labels, value in found}


def test_only_the_token_opens_it(client, settings):
    assert client.get("/metrics").status_code == 403
    assert asked(client, TOKEN[:-1]).status_code == 403
    assert asked(client, "é").status_code == 403
    assert b"ecrf_" not in client.get("/metrics").content
    settings.HEALTH_TOKEN = ""
    assert b"ecrf_" not in asked(client, "").content


def test_all_that_stands_in_the_database_is_told_without_a_login(client):
    found = told(client)
    for one in standing.STANDING:
        assert one.kind or found[one.name], one.name
    assert found["ecrf_database_up"] == [({}, 1.0)]
    assert found["ecrf_database_bytes"][0][1] > 1_000_000
    assert found["ecrf_exports_folder_free_bytes"][0][1] > 0


def test_requests_are_counted_by_the_name_of_the_page_and_no_patient_is_named(coordinator, site, client):
    patient = a_patient(site, coordinator)
    before = counted(client)
    client.force_login(coordinator)
    address = reverse("patient", args=[patient.number])
    assert client.get(address).status_code == 200
    client.get("/nothing-here/")
    after = counted(client)
    for answer in (("patient", "GET", "200"), ("none", "GET", "404")):
        assert after[answer] - before.get(answer, 0) == 1
    assert patient.number not in asked(client).content.decode()


def test_a_made_up_method_is_no_name_of_its_own(client):
    client.generic("BREW", "/login/")
    assert "BREW" not in asked(client).content.decode()


def test_a_database_that_is_down_is_told_beside_the_counted(client, monkeypatch):
    def refuse(self):
        raise OperationalError("down")

    monkeypatch.setattr(standing.Standings, "collect", refuse)
    client.get("/login/")
    found = told(client)
    assert found["ecrf_database_up"] == [({}, 0.0)]
    assert "ecrf_database_bytes" not in found
    assert found["ecrf_requests_total"]


def told_of() -> set[str]:
    counted = {"ecrf_requests_total", "ecrf_request_seconds_bucket", "ecrf_database_up"}
    standings = {one.name for one in standing.STANDING} | {"ecrf_exports_folder_free_bytes"}
    return counted | standings | {machines.ANSWERS, machines.BEHIND}


@pytest.mark.parametrize("name", ["alarms.yaml", "dashboard.json"])
def test_alarms_and_dashboard_speak_of_what_is_told(name):
    text = (OPERATION / name).read_text(encoding="utf-8")
    assert set(re.findall(r"\becrf_\w+", text)) <= told_of()
    assert name != "dashboard.json" or json.loads(text)["panels"]


def test_every_label_of_the_counted_has_few_values():
    assert requests.REQUESTS._labelnames == ("page", "method", "status")
    assert requests.DURATION._labelnames == ("page", "method")
