"""How signatures, standing and broken, show wherever the record is shown, printed or listed."""

import re

import pytest
from django.urls import reverse

from ecrf.casebook.models import PatientOutlook
from ecrf.signatures.models import Scope
from ecrf.signatures.services import chain_length
from tests.bench.counting import statements
from tests.builders import a_patient, a_visit
from tests.ecrf.signatures.conftest import (
    GRADES,
    at,
    change,
    complete,
    complete_mrc,
    post,
    signed,
    words,
)

pytestmark = pytest.mark.django_db


MANIFEST = (
    r"Synthetic investigator \(investigator\), \d{4}-\d\d-\d\d \d\d:\d\d JST, for Week 4: “I have reviewed"
)


@pytest.mark.requirement("R-030")
def test_manifest_stands_wherever_the_record_is_shown_or_printed(
    visit, mrc, investigator, coordinator, monitor
):
    signed(visit, Scope.VISIT, investigator)
    number = visit.patient.number
    site, review = at(coordinator), at(monitor)
    for client, address in (
        (site, f"/patients/{number}/W04/"),
        (site, f"/patients/{number}/"),
        (site, reverse("print-visit", args=[number, "W04"])),
        (site, reverse("print-casebook", args=[number])),
        (review, reverse("monitor:casebook_patient_change", args=[visit.patient.pk])),
        (review, reverse("monitor:casebook_visit_change", args=[visit.pk])),
        (review, reverse("monitor:casebook_entry_change", args=[mrc.pk])),
        (review, reverse("print-visit", args=[number, "W04"])),
    ):
        assert re.search(MANIFEST, words(client.get(address))), address


@pytest.mark.requirement("R-034")
def test_broken_signature_shows_with_what_broke_it(visit, mrc, investigator, coordinator, monitor):
    signed(visit, Scope.VISIT, investigator)
    change(visit, coordinator, reason="Transcription error")
    number, anchor = visit.patient.number, f"#mrc-strength-1-{GRADES[0]}"
    told = (
        "by a change: Week 4, MRC strength: Shoulder abduction, right changed, by coordinator (coordinator),"
        " reason “Transcription error”"
    )
    for client, address, link in (
        (at(coordinator), f"/patients/{number}/W04/", f"/patients/{number}/W04/"),
        (at(coordinator), f"/patients/{number}/", f"/patients/{number}/W04/"),
        (
            at(monitor),
            reverse("monitor:casebook_visit_change", args=[visit.pk]),
            reverse("monitor:casebook_visit_change", args=[visit.pk]),
        ),
    ):
        answer = client.get(address)
        assert told in words(answer), address
        assert f'href="{link}{anchor}"' in answer.content.decode()
    printed = words(at(coordinator).get(reverse("print-visit", args=[number, "W04"])))
    assert "✗ Signature of Synthetic investigator, broken since" in printed
    assert "What stands here is not signed" in printed


def test_reason_and_name_are_shown_as_text(visit, mrc, investigator, coordinator):
    signed(visit, Scope.VISIT, investigator)
    change(visit, coordinator, reason="<b>bold</b>")
    assert b"<b>bold" not in at(coordinator).get(f"/patients/{visit.patient.number}/W04/").content


def test_history_keeps_the_broken_one_after_signing_anew(desk, url, visit, coordinator):
    post(desk, url)
    change(visit, coordinator)
    post(desk, url, username="")
    page = words(desk.get(f"/patients/{visit.patient.number}/"))
    assert page.count("✓ stands") == page.count("✗ broken") == 1


@pytest.mark.requirement("R-039")
def test_today_lists_what_to_sign_for_investigators_only(desk, visit, mrc, investigator, coordinator):
    PatientOutlook.objects.update(unfinished_code="")
    page = words(desk.get("/"))
    assert f"To sign 1 {visit.patient.number} Week 4" in page
    signed(visit, Scope.VISIT, investigator)
    assert "Every complete visit is signed" in words(desk.get("/"))
    change(visit, coordinator)
    assert "✗ broken" in words(desk.get("/"))
    assert "To sign" not in words(at(coordinator).get("/"))


@pytest.mark.requirement("R-039")
def test_today_takes_the_same_number_of_statements_with_many_to_sign(desk, site, visit, mrc, coordinator):
    desk.get("/")
    few = statements(lambda: desk.get("/")).count
    for _ in range(8):
        complete_mrc(a_visit(a_patient(site, coordinator), "W04", coordinator), coordinator)
    PatientOutlook.objects.update(unfinished_code="")
    assert "After each signature" in words(desk.get("/"))
    assert statements(lambda: desk.get("/")).count == few


def test_signatures_cost_a_page_one_statement_whatever_their_number(visit, mrc, investigator, coordinator):
    client, page = at(coordinator), f"/patients/{visit.patient.number}/"
    client.get(page)
    few = statements(lambda: client.get(page)).count
    for grade in ("3", "2", "4"):
        signed(visit, Scope.VISIT, investigator)
        change(visit, coordinator, grade)
    signed(visit.patient, Scope.CASEBOOK, investigator)
    assert statements(lambda: client.get(page)).count == few


def test_coordinator_sees_the_state_and_no_way_to_sign(visit, mrc, investigator, coordinator):
    complete(visit, "visit", coordinator, fate="missed", missed_reason="Away")
    page = f"/patients/{visit.patient.number}/W04/"
    assert "Sign the visit" not in words(at(coordinator).get(page))
    signed(visit, Scope.VISIT, investigator)
    assert "✓ signed" in words(at(coordinator).get(page))
    assert chain_length(visit.patient)
