"""After completion: what a change undoes is said before it is saved, and one reason serves several changes."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.casebook.services import complete_entries
from ecrf.queries.models import Query
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.verification.models import Verification
from tests.builders import a_patient, a_place, a_visit, enter

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-005")]


@pytest.fixture
def visit(site, coordinator, client):
    """Week 4 with its visit form and its pulse complete; the coordinator is logged in."""
    client.force_login(coordinator)
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    enter(visit, "visit", coordinator, visited_on="2026-01-05", occurrence="done", contact="on-site")
    by = coordinator.acting_at(site, Right.ENTER)
    assert complete_entries(patient=visit.patient, places=[a_place(visit, "visit")], by=by) == []
    return visit


@pytest.fixture
def entry(visit):
    return a_place(visit, "visit").definition.model.objects.get(entry__visit=visit).entry


@pytest.fixture
def post(client, visit):
    def post(item, value, **more):
        url = reverse("item", args=[visit.patient.number, "W04", "visit", "1", item])
        return client.post(url, {"value": value, **more})

    return post


@pytest.fixture
def reviewed(entry, monitor, investigator):
    """The date is verified, the visit signed, and a query on the contact closed."""
    at, shared = timezone.now(), {"patient": entry.patient, "site": entry.site}
    with acting(monitor.acting_at(entry.site, Right.VERIFY), patient_id=entry.patient_id):
        Verification.objects.create(
            **shared, entry=entry, item="visited_on", is_critical=True, position=3, value="2026-01-05",
            verified_at=at, verified_by=monitor,
        )  # fmt: skip
        Query.objects.create(
            **shared, number=7, entry=entry, item="contact", text_as_asked="By telephone? 電話? 📞", turn="",
            turn_since=at, asked_in="monitor", opened_at=at, opened_by=monitor, closed_at=at, closed_by=monitor,
        )  # fmt: skip
    chain = AuditChain.objects.get(chain=entry.patient_id)
    with acting(investigator.acting_at(entry.site, Right.SIGN), patient_id=entry.patient_id):
        Signature.objects.create(
            **shared, scope=SignatureScope.VISIT, visit=entry.visit, position=chain.length, head=chain.head,
            meaning="Seen",
            printed_name="Synthetic investigator", role="investigator", signed_at=at, signed_by=investigator,
        )  # fmt: skip


def test_change_names_the_verification_and_the_signature_it_undoes(post, reviewed):
    page = post("visited_on", "2026-01-06").content.decode()
    assert "undoes the verification of Date of visit by monitor of" in page
    assert "breaks the signature of Synthetic investigator on Week 4" in page
    assert "JST" in page
    assert "reopens query" not in page


def test_change_names_the_closed_query_it_reopens(post, reviewed):
    page = post("contact", "home").content.decode()
    assert f"reopens query {Query.objects.get().code}, closed on" in page
    assert "電話? 📞" in page
    assert "verification" not in page


def test_change_that_undoes_nothing_says_nothing_of_it(post):
    response = post("contact", "home")
    assert response.status_code == 428
    assert "data-undoes" not in response.content.decode()


def test_what_fell_before_is_not_undone_again(post, reviewed):
    post("visited_on", "2026-01-06", reason="Misread")
    page = post("visited_on", "2026-01-07").content.decode()
    assert "undoes" not in page.replace("data-undoes", "")
    assert "breaks" not in page


def test_naming_what_is_undone_writes_nothing(post, reviewed):
    before = AuditEvent.objects.count()
    post("visited_on", "2026-01-06")
    assert AuditEvent.objects.count() == before
    assert Signature.objects.get().stands


def test_page_without_script_names_what_is_undone_and_takes_one_reason_for_all(client, visit, reviewed):
    url = reverse("visit", args=[visit.patient.number, "W04"])
    seen = json.dumps({"contact": "on-site", "visited_on": "2026-01-05"})
    data = {
        "seen:visit-1": seen,
        "visit:1:contact": "home",
        "visit:1:visited_on": "2026-01-06",
        "action": "save",
    }
    asked = client.post(url, data)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "undoes the verification of Date of visit by monitor" in page
    assert "<span data-reason-count>2</span> changes wait" in page
    assert client.post(url, {**data, "reason-of-all": "Source was corrected"}).status_code == 302
    stored = a_place(visit, "visit").definition.model.objects.get(entry__visit=visit)
    assert (stored.contact, str(stored.visited_on)) == ("home", "2026-01-06")


@pytest.mark.requirement("R-022")
def test_each_item_keeps_its_own_reason_where_it_has_one(client, visit):
    url = reverse("visit", args=[visit.patient.number, "W04"])
    seen = json.dumps({"contact": "on-site", "visited_on": "2026-01-05"})
    data = {
        "seen:visit-1": seen,
        "visit:1:contact": "home",
        "visit:1:visited_on": "2026-01-06",
        "action": "save",
    }
    given = {"reason:visit:1:contact": "New information", "reason-of-all": "Transcription error"}
    assert client.post(url, {**data, **given}).status_code == 302
    events = AuditEvent.objects.filter(table="stub_trial_stubvisit", operation="UPDATE").exclude(reason="")
    found = {name: event.reason for event in events for name in event.changes}
    assert found == {"contact": "New information", "visited_on": "Transcription error"}


def test_item_changed_after_completion_says_so(client, visit, post):
    post("contact", "home", reason="Misread <b>")
    page = client.get(reverse("visit", args=[visit.patient.number, "W04"])).content.decode()
    assert "changed after completion" in page
    assert "“Misread &lt;b&gt;”" in page
    assert page.count("changed-mark") == 1


def test_answer_to_a_change_says_that_it_changed(post):
    page = post("contact", "home", reason="Misread", seen="on-site").content.decode()
    assert "changed after completion" in page
    assert "by coordinator" in page
