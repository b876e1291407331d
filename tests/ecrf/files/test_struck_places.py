"""What is struck out takes no bytes any more: neither a new copy nor another version of one that is there."""

import pytest
from django.urls import reverse

from ecrf.casebook.striking import strike_out, strike_patient, strike_visit
from ecrf.files import services
from tests.ecrf.files.builders import a_copy, a_logged_event, a_page, post_copy, sending

pytestmark = pytest.mark.django_db


def strike_row(entry, by):
    actor = by.acting_at(entry.patient.site, "enter")
    strike_out(entry=entry, by=by, actor=actor, reason="Added twice")


STRIKINGS = {
    "row": lambda row, _, by: strike_row(row, by),
    "visit": lambda _, form, by: strike_visit(visit=form.visit, by=by, reason="Added twice"),
    "patient": lambda _, form, by: strike_patient(patient=form.patient, by=by, reason="Added twice"),
}


@pytest.mark.parametrize("at", [None, "row", "visit", "patient"])
def test_copy_takes_another_version_until_what_it_belongs_to_is_struck_out(
    site_client, patient, entry, coordinator, at
):
    row = a_logged_event(patient, coordinator)
    version = a_copy(patient, coordinator, {"row": row, "patient": None}.get(at, entry))
    if at:
        STRIKINGS[at](row, entry, coordinator)
    posted = sending(a_page("Anew"), reason="A page was missing")
    answer = site_client.post(reverse("new-file-version", args=[version.file_id]), posted)
    assert (answer.status_code, version.file.versions.count()) == ((422, 1) if at else (302, 2))
    assert not at or "struck out meanwhile" in answer.content.decode()


def test_patient_with_as_many_files_as_are_taken_takes_another_version_and_no_file(
    site_client, patient, coordinator, monkeypatch
):
    version = a_copy(patient, coordinator)
    monkeypatch.setattr(services, "MOST_AT_PATIENT", 1)
    posted = sending(a_page("Anew"), reason="A page was missing")
    address = reverse("new-file-version", args=[version.file_id])
    assert site_client.post(address, posted).status_code == 302
    assert post_copy(site_client, patient).status_code == 422
