"""A source copy goes where the form goes that it proves, whether that is another visit or another patient."""

import pytest
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.models import Entry
from ecrf.files.models import FileVersion, StoredFile
from ecrf.files.services import add_version, strike_file
from ecrf.verification.copies import copy_for
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.moving.builders import forms_of, moved
from tests.ecrf.files.builders import a_copy, a_page, flat

pytestmark = pytest.mark.django_db


def standing(patient) -> dict[tuple[str, str, str, str], str]:
    """{(visit, form, its address, item): hash of the newest version}, of the copies that are not struck out."""
    found = StoredFile.objects.filter(patient=patient, struck_at=None).order_by("pk")
    return {
        (
            file.entry.visit.code if file.entry and file.entry.visit else "",
            file.entry.crf if file.entry else "",
            file.entry.address if file.entry else "",
            file.item,
        ): file.versions.order_by("-number")[0].content_id
        for file in found.select_related("entry__visit", "entry__parent")
    }


@pytest.fixture
def visit(patient, coordinator):
    """Signs, and a dose with a lot: a form, and a form with a row."""
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "vital-signs", coordinator, pulse="70")
    enter(visit, "dose", coordinator, given_g="10")
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A1")
    return visit


def entry_of(visit, crf: str) -> Entry:
    return Entry.objects.select_related("patient__site", "visit", "parent").get(visit=visit, crf=crf)


@pytest.mark.parametrize("to_other_patient", [False, True])
def test_copies_of_items_forms_and_rows_stand_at_the_new_place_under_the_same_bytes(
    patient, visit, site, coordinator, to_other_patient
):
    to = a_patient(site, coordinator) if to_other_patient else patient
    signs, dose, lot = (entry_of(visit, crf) for crf in ("vital-signs", "dose", "dose-lot"))
    places = {(signs, "pulse"): "W07", (dose, ""): "W07", (lot, "lot_number"): "W07"}
    hashes = {
        (code, entry.crf, entry.address, item): a_copy(patient, coordinator, entry, item).content_id
        for (entry, item), code in places.items()
    }
    of_patient = a_copy(patient, coordinator).content_id
    moved(forms_of(visit), to, "W07", coordinator)
    stays = {("", "", "", ""): of_patient}
    assert standing(to) == (hashes if to_other_patient else hashes | stays)
    assert not to_other_patient or standing(patient) == stays
    assert verify().faults == []


def test_look_before_says_how_many_copies_go_along(patient, visit, site, coordinator, client):
    signs, dose, lot = (entry_of(visit, crf) for crf in ("vital-signs", "dose", "dose-lot"))
    a_copy(patient, coordinator, signs, "pulse")
    struck = a_copy(patient, coordinator, signs, "pulse").file
    actor = coordinator.acting_at(site, Right.ENTER)
    strike_file(file=struck, reason="Of another patient", by=coordinator, actor=actor)
    a_copy(patient, coordinator)
    client.force_login(coordinator)

    def look(*entries: Entry) -> str:
        where = {"entry": [entry.pk for entry in entries], "to": patient.number, "code": "W07"}
        return client.get(reverse("move-look", args=[patient.number, "W04"]), where).content.decode()

    assert "1 source copy goes along" in look(signs)
    assert "source cop" not in look(dose)
    a_copy(patient, coordinator, lot, "lot_number")
    a_copy(patient, coordinator, dose)
    assert "3 source copies go along" in look(signs, dose)
    assert StoredFile.objects.filter(struck_at=None).count() == 4, "it was only looked at"


def test_newest_version_goes_along_and_the_ones_before_stay_to_be_read(patient, entry, coordinator, client):
    first = a_copy(patient, coordinator, entry, "pulse")
    second = add_version(
        file=first.file,
        version=flat(a_page("Anew")),
        reason="A page was missing",
        by=coordinator,
        actor=coordinator.acting_at(patient.site, "enter"),
        request_key="00000000-0000-4000-8000-000000000001",
    )
    moved([entry], patient, "W07", coordinator)
    there = StoredFile.objects.get(moved_from=first.file)
    assert [one.content_id for one in there.versions.all()] == [second.content_id]
    assert first.file.versions.count() == 2
    client.force_login(coordinator)
    old = client.get(reverse("file", args=[first.file_id])).content.decode()
    assert reverse("file", args=[there.pk]) in old
    new = client.get(reverse("file", args=[there.pk])).content.decode()
    assert reverse("file", args=[first.file_id]) in new


def test_list_of_the_new_visit_names_it_and_that_of_the_old_has_it_struck_out_with_the_reason(
    site_client, patient, entry, coordinator
):
    a_copy(patient, coordinator, entry, "pulse", "Synthetic report")
    moved([entry], patient, "W07", coordinator, reason="Belongs to week 7")
    address = reverse("patient-files", args=[patient.number])
    at_new, at_old = (site_client.get(f"{address}?at={code}").context for code in ("W07", "W01"))
    assert ([line.file.title for line in at_new["lines"]], at_new["struck"]) == (["Synthetic report"], [])
    assert (at_old["lines"], len(at_old["struck"])) == ([], 1)
    assert "Belongs to week 7" in at_old["struck"][0].file.struck_reason


def test_it_is_verified_against_at_the_new_place(patient, entry, coordinator):
    a_copy(patient, coordinator, entry, "pulse")
    a_visit(patient, "W07", coordinator)
    moved([entry], patient, "W07", coordinator)
    there = Entry.objects.get(patient=patient, visit__code="W07", crf="vital-signs")
    version = FileVersion.objects.get(file__entry=there)
    assert copy_for(there, "pulse", version.pk) == version


def test_copy_that_was_struck_out_before_stays(patient, entry, coordinator):
    version = a_copy(patient, coordinator, entry, "pulse")
    actor = coordinator.acting_at(patient.site, "enter")
    strike_file(file=version.file, reason="A name can be read", by=coordinator, actor=actor)
    moved([entry], patient, "W07", coordinator)
    version.file.refresh_from_db()
    assert (standing(patient), version.file.struck_reason) == ({}, "A name can be read")


def test_one_that_went_along_is_not_restored_beside_itself(site_client, patient, entry, coordinator):
    version = a_copy(patient, coordinator, entry, "pulse")
    moved([entry], patient, "W07", coordinator)
    answer = site_client.post(reverse("restore-file", args=[version.file_id]), {"reason": "Synthetic"})
    assert (answer.status_code, "Move the form back" in answer.content.decode()) == (422, True)
    version.file.refresh_from_db()
    assert version.file.struck_at


def test_moved_there_and_back_it_stands_where_it_was(patient, entry, coordinator):
    content = a_copy(patient, coordinator, entry, "pulse").content_id
    moved([entry], patient, "W07", coordinator)
    again = forms_of(Entry.objects.get(patient=patient, struck_at=None, crf="vital-signs").visit)
    moved(again, patient, "W01", coordinator)
    assert standing(patient) == {("W01", "vital-signs", "1", "pulse"): content}
    assert verify().faults == []
