"""How signatures, standing and broken, show wherever the record is shown, printed or listed."""

import re

import pytest
from django.db import connection
from django.urls import reverse

from ecrf.casebook.models import Entry, PatientStatus
from ecrf.entry.today import to_sign
from ecrf.entry.today.to_sign import things_to_sign, waiting
from ecrf.monitoring.home.site_counts import site_numbers
from ecrf.signatures.lookup import visits_to_sign
from ecrf.signatures.models import SignatureScope
from ecrf.signatures.services import chain_length
from tests.bench.counting import statements
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.test_review_status_edges import ae
from tests.ecrf.signatures.conftest import (
    QUESTIONS,
    at,
    change,
    complete,
    complete_scale,
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
    visit, scale, investigator, coordinator, monitor
):
    signed(visit, SignatureScope.VISIT, investigator)
    number = visit.patient.number
    site, review = at(coordinator), at(monitor)
    for client, address in (
        (site, f"/patients/{number}/W04/"),
        (site, f"/patients/{number}/"),
        (site, reverse("print-visit", args=[number, "W04"])),
        (site, reverse("print-casebook", args=[number])),
        (review, reverse("monitor:casebook_patient_change", args=[visit.patient.pk])),
        (review, reverse("monitor:casebook_visit_change", args=[visit.pk])),
        (review, reverse("monitor:casebook_entry_change", args=[scale.pk])),
        (review, reverse("print-visit", args=[number, "W04"])),
    ):
        assert re.search(MANIFEST, words(client.get(address))), address


@pytest.mark.requirement("R-034")
def test_broken_signature_shows_with_what_broke_it(visit, scale, investigator, coordinator, monitor):
    signed(visit, SignatureScope.VISIT, investigator)
    change(visit, coordinator, reason="Transcription error")
    number, anchor = visit.patient.number, f"#scale-1-{QUESTIONS[0]}"
    told = (
        "by a change: Week 4, Scale: Question 1 4 → 3, by coordinator (coordinator),"
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


def test_reason_and_name_are_shown_as_text(visit, scale, investigator, coordinator):
    signed(visit, SignatureScope.VISIT, investigator)
    change(visit, coordinator, reason="<b>bold</b>")
    assert b"<b>bold" not in at(coordinator).get(f"/patients/{visit.patient.number}/W04/").content


def test_history_keeps_the_broken_one_after_signing_anew(signing_client, url, visit, coordinator):
    post(signing_client, url)
    change(visit, coordinator)
    post(signing_client, url, username="")
    page = words(signing_client.get(f"/patients/{visit.patient.number}/"))
    assert page.count("✓ stands") == page.count("✗ broken") == 1


@pytest.mark.requirement("R-039")
def test_today_lists_what_to_sign_for_investigators_only(
    signing_client, visit, scale, investigator, coordinator
):
    PatientStatus.objects.update(unfinished_code="")
    page = words(signing_client.get("/"))
    assert f"To sign 1 visit or log {visit.patient.number} Week 4" in page
    signed(visit, SignatureScope.VISIT, investigator)
    assert "Every complete visit and log is signed" in words(signing_client.get("/"))
    change(visit, coordinator)
    assert "✗ broken" in words(signing_client.get("/"))
    assert "To sign" not in words(at(coordinator).get("/"))


@pytest.mark.requirement("R-039")
def test_today_lists_logs_by_patient_and_counts_as_the_monitor_does(
    signing_client, visit, scale, coordinator, investigator, monitor
):
    """A complete visit, two entries of a log, and a visit that is still entered, of which one form is complete."""
    later = a_visit(visit.patient, "W10", coordinator)
    complete_scale(later, coordinator)
    enter(later, "vital-signs", coordinator, pulse="70")
    for entry_number in (1, 2):
        ae(visit.patient, coordinator, entry_number)
    PatientStatus.objects.update(unfinished_code="W10")
    page = words(signing_client.get("/"))
    number = visit.patient.number
    assert (
        f"To sign 3 visits and logs {number} Week 4 Adverse events: 2 to sign 1 of them is still being entered"
        in page
    )
    assert waiting(investigator).count == site_numbers(monitor)[0].unsigned == 3
    assert reverse("log", args=[number, "adverse-event"]) in signing_client.get("/").content.decode()
    signed(Entry.objects.get(crf="adverse-event", number=1), SignatureScope.FORM, investigator)
    page = signing_client.get("/").content.decode()
    assert reverse("sign-form", args=[number, "casebook", "adverse-event", 2]) in page
    assert waiting(investigator).count == site_numbers(monitor)[0].unsigned == 3


@pytest.mark.requirement("R-039")
def test_what_is_to_sign_stands_by_the_date_of_the_visit_broken_or_not(
    signing_client, site, visit, scale, coordinator, investigator
):
    """Week 4 broke after it was signed; week 1 of the same patient and of another were never signed."""
    other = a_patient(site, coordinator)
    early, late = a_visit(visit.patient, "W01", coordinator), a_visit(other, "W01", coordinator)
    for each, day in ((visit, "2026-02-02"), (early, "2026-01-05"), (late, "2026-01-12")):
        complete(each, "visit", coordinator, occurrence="done", visited_on=day, contact="on-site")
    for each in (early, late):
        complete_scale(each, coordinator)
    PatientStatus.objects.update(unfinished_code="")
    signed(visit, SignatureScope.VISIT, investigator)
    change(visit, coordinator)
    PatientStatus.objects.update(unfinished_code="")
    found = things_to_sign([site])
    assert [(each.patient, each.visit, bool(each.broken)) for each in found] == [
        (visit.patient, early.pk, False), (other, late.pk, False), (visit.patient, visit.pk, True)
    ]  # fmt: skip
    assert "✗ broken" in words(signing_client.get("/"))
    signed(early, SignatureScope.VISIT, investigator)
    page = words(signing_client.get(reverse("sign-visit", args=[visit.patient.number, "W01"])))
    assert f"Next to sign: {visit.patient.number}, Week 4 ✗ signature broken" in page


@pytest.mark.requirement("R-039")
def test_broken_casebook_stands_for_everything_of_its_patient(visit, scale, coordinator, investigator, site):
    ae(visit.patient, coordinator, 1)
    signed(visit.patient, SignatureScope.CASEBOOK, investigator)
    change(visit, coordinator)
    (only,) = things_to_sign([site])
    assert (only.words, only.broken.scope) == ("Casebook", SignatureScope.CASEBOOK)
    found = waiting(investigator)
    assert (found.count, found.entered) == (2, 0)


@pytest.mark.requirement("R-039")
def test_today_takes_the_same_number_of_statements_with_many_to_sign(
    signing_client, site, visit, scale, coordinator
):
    signing_client.get("/")
    few = statements(lambda: signing_client.get("/")).count
    for _ in range(8):
        complete_scale(a_visit(a_patient(site, coordinator), "W04", coordinator), coordinator)
    PatientStatus.objects.update(unfinished_code="")
    ae(visit.patient, coordinator, 1)
    assert "After each signature" in words(signing_client.get("/"))
    assert statements(lambda: signing_client.get("/")).count == few


def test_what_waits_is_put_into_words_only_where_it_is_shown(
    monkeypatch, site, visit, scale, coordinator, investigator
):
    complete(visit, "visit", coordinator, occurrence="done", visited_on="2026-02-02", contact="on-site")
    ae(visit.patient, coordinator, 1)
    PatientStatus.objects.update(unfinished_code="")
    for name in ("label_of", "form_title", "reverse"):
        monkeypatch.setattr(
            to_sign, name, lambda *_given, name=name, **_more: pytest.fail(f"{name} was called")
        )
    found = waiting(investigator)
    listed = [(thing.visit, thing.is_log) for thing in found.patients[0].things]
    assert (found.count, found.entered, listed) == (2, 0, [(visit.pk, False), (None, True)])


def test_date_of_a_visit_is_found_by_the_kind_of_its_form(site, visit, scale):
    """Of a visit with twenty forms one is read. A few PostgreSQL would rather read all, or by another index."""
    PatientStatus.objects.update(unfinished_code="")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("DROP INDEX entry_counted, entry_once")
        # As of a study: what was counted of other tests' forms, if anything was, leads it to look through all.
        cursor.execute("UPDATE pg_class SET relpages = 1, reltuples = 20000 WHERE relname = 'casebook_entry'")
        plan = visits_to_sign([site]).explain()
    assert re.search(r"entry_of_visit.*\n.*visit_id = .*crf.* = 'visit'", plan), plan


def test_signatures_cost_a_page_one_statement_whatever_their_number(visit, scale, investigator, coordinator):
    client, page = at(coordinator), f"/patients/{visit.patient.number}/"
    client.get(page)
    # What broke signatures is looked for where one is broken: from the first one on, in one statement for all.
    assert statements(lambda: client.get(page)).count <= 11
    for number, grade in enumerate(("3", "2", "4")):
        signed(visit, SignatureScope.VISIT, investigator)
        change(visit, coordinator, grade)
        if number == 0:
            few = statements(lambda: client.get(page)).count
    signed(visit.patient, SignatureScope.CASEBOOK, investigator)
    assert statements(lambda: client.get(page)).count == few


def test_coordinator_sees_the_state_and_no_way_to_sign(visit, scale, investigator, coordinator):
    complete(visit, "visit", coordinator, occurrence="missed", missed_reason="Away")
    page = f"/patients/{visit.patient.number}/W04/"
    assert "Sign the visit" not in words(at(coordinator).get(page))
    signed(visit, SignatureScope.VISIT, investigator)
    assert "✓ signed" in words(at(coordinator).get(page))
    assert chain_length(visit.patient)
