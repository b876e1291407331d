"""What a move struck out is moved back, and never restored: its values would stand twice."""

import html

import pytest
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.models import Entry, Visit
from ecrf.casebook.striking import (
    NotStruck,
    moved_away,
    restore,
    restore_patient,
    restore_visit,
    strike_out,
    strike_patient,
    strike_visit,
)
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.moving.builders import contents, filled_visit, forms_of, moved

pytestmark = pytest.mark.django_db

AGAIN = "It was right here"


@pytest.fixture
def visit(site, coordinator) -> Visit:
    return filled_visit(site, coordinator)


@pytest.fixture
def patient(visit):
    return visit.patient


@pytest.fixture
def other(visit, site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def ask(client, coordinator):
    """The page that restores, and what came of pressing its button."""
    client.force_login(coordinator)

    def ask(name, patient, pk):
        address = reverse(name, args=[patient.number, pk])
        return client.get(address).text, client.post(address, {"reason": AGAIN})

    return ask


def back_from(page):
    """Where the page leads to move it back; "" where it does not."""
    before, found, _after = page.partition(">Move it back…")
    return html.unescape(before.rpartition('href="')[2].rstrip('"')) if found else ""


def test_visit_that_was_moved_away_is_refused_with_the_way_back(
    visit, patient, other, coordinator, ask, client
):
    before = contents(patient, "W04")
    moved(forms_of(visit), other, "W07", coordinator)
    visit.refresh_from_db()
    with pytest.raises(NotStruck, match=rf"Moved to {other.number}, Week 7.* Move it back from there"):
        restore_visit(visit=visit, by=coordinator, reason=AGAIN)
    page, answer = ask("restore-visit", patient, visit.pk)
    assert answer.status_code == 422
    assert "Restored, it would stand twice" in page
    address = back_from(page)
    assert address.startswith(reverse("move", args=[other.number, "W07"]))
    choose = client.get(address).text
    assert f'value="{patient.number}"' in choose
    assert '<option value="W04" selected>' in choose
    moved(forms_of(other.visits.get()), patient, "W04", coordinator)
    assert contents(patient, "W04") == before
    assert verify().faults == []


def test_form_that_was_moved_away_is_refused_with_the_way_back(visit, patient, coordinator, ask):
    moved(forms_of(visit, "vital-signs"), patient, "W07", coordinator)
    entry = Entry.objects.get(visit=visit, crf="vital-signs")
    new = Entry.objects.get(patient=patient, visit__code="W07", crf="vital-signs")
    page, answer = ask("restore-form", patient, entry.pk)
    assert answer.status_code == 422
    assert f"entry={new.pk}" in back_from(page)
    entry.refresh_from_db()
    assert entry.struck_at


def test_row_of_a_log_that_was_moved_away_is_not_restored_on_its_page(patient, other, coordinator, client):
    entry = enter(patient, "adverse-event", coordinator, term="Headache").row.entry
    moved(forms_of(patient, "adverse-event"), other, "", coordinator)
    client.force_login(coordinator)
    address = reverse("log", args=[patient.number, "adverse-event"])
    answer = client.post(
        address, {"action": "restore:adverse-event-1", "note:adverse-event-1": AGAIN}, follow=True
    )
    assert f"Moved to {other.number}, Adverse event 1" in answer.text
    entry.refresh_from_db()
    assert entry.struck_at
    assert contents(patient) == {}


@pytest.mark.parametrize("gone", ["struck visit", "struck patient", "moved on"])
def test_where_it_stands_no_more_it_is_refused_too_without_a_way_that_leads_nowhere(
    visit, patient, other, coordinator, ask, gone
):
    """Two struck out copies, each restored, would be two."""
    moved(forms_of(visit), other, "W07", coordinator)
    there = other.visits.get()
    if gone == "struck visit":
        strike_visit(visit=there, by=coordinator, reason="Wrong")
    elif gone == "struck patient":
        strike_patient(patient=other, by=coordinator, reason="Wrong")
    else:
        moved(forms_of(there), patient, "W10", coordinator)
    page, answer = ask("restore-visit", patient, visit.pk)
    assert answer.status_code == 422
    assert "Where it went it is struck out now: begin there." in page
    assert back_from(page) == ""
    assert contents(patient, "W04") == {}


def test_patient_who_is_restored_does_not_get_what_was_moved_away(visit, patient, other, coordinator):
    moved(forms_of(visit), other, "W07", coordinator)
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    restore_patient(patient=patient, by=coordinator, reason="Not twice")
    assert contents(patient, "W04") == {}
    assert contents(other, "W07")


def test_what_was_struck_out_by_hand_with_such_a_reason_is_restored(visit, patient, coordinator):
    strike_visit(visit=visit, by=coordinator, reason="Moved to another town")
    assert moved_away(visit) is None
    restore_visit(visit=visit, by=coordinator, reason=AGAIN)
    assert contents(patient, "W04")


def test_visit_struck_out_after_one_form_was_moved_comes_back_without_that_form(visit, patient, coordinator):
    moved(forms_of(visit, "vital-signs"), patient, "W07", coordinator)
    left = contents(patient, "W04")
    strike_visit(visit=visit, by=coordinator, reason="Opened by mistake")
    restore_visit(visit=visit, by=coordinator, reason=AGAIN)
    assert contents(patient, "W04") == left


def test_row_struck_out_by_hand_after_it_was_moved_back_is_restored(patient, other, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache")
    moved(forms_of(patient, "adverse-event"), other, "", coordinator)
    moved(forms_of(other, "adverse-event"), patient, "", coordinator)
    actor = coordinator.acting_at(patient.site, Right.ENTER)
    entry = Entry.objects.get(patient=patient, crf="adverse-event", number=2)
    strike_out(entry=entry, by=coordinator, actor=actor, reason="Entered twice")
    restore(entry=entry, actor=actor, reason=AGAIN)
    assert {address for _key, address in contents(patient)} == {"2"}


def test_number_of_an_unscheduled_visit_that_was_moved_away_is_not_offered(site, coordinator, client):
    """The way back leads to a new one."""
    patient = a_patient(site, coordinator)
    visit = a_visit(patient, "UNS-1", coordinator)
    enter(visit, "visit", coordinator, contact="phone")
    moved(forms_of(visit), patient, "W04", coordinator)
    client.force_login(coordinator)
    page = client.get(reverse("move", args=[patient.number, "W04"])).text
    assert '<option value="UNS-1"' not in page
    assert '<option value="UNS"' in page
