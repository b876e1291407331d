"""The pages that strike out and restore a visit or a patient, and those that show what is struck out."""

import re

import pytest
from django.urls import reverse

from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.services import open_visit
from ecrf.casebook.striking import StrikingConsent, strike_patient, strike_visit
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.queries.builders import complete, vital_signs
from tests.ecrf.signatures.conftest import checked, signed
from tests.said_wrong import said_wrong

pytestmark = pytest.mark.django_db

WHY = "Opened by mistake"


@pytest.fixture
def patient(site, coordinator) -> Patient:
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator) -> Visit:
    opened = a_visit(patient, "W04", coordinator)
    enter(opened, "vital-signs", coordinator, pulse="71")
    return opened


@pytest.fixture
def at(client):
    """The text of a page for a person, and its status."""

    def read(user, name, *args, **posted):
        client.force_login(user)
        url = reverse(name, args=args)
        page = client.post(url, posted) if posted else client.get(url)
        return page.status_code, page.content.decode() if not page.get("Location") else page["Location"]

    return read


@pytest.mark.parametrize("reader", ["coordinator", "data_manager"])
def test_menu_leads_to_the_page_that_asks(at, visit, patient, reader, request):
    user = request.getfixturevalue(reader)
    pages = {
        "coordinator": [("visit", (patient.number, "W04")), ("patient", (patient.number,))],
        "data_manager": [
            ("monitor:casebook_visit_change", (visit.pk,)),
            ("monitor:casebook_patient_change", (patient.pk,)),
        ],
    }[reader]
    for (name, args), act in zip(
        pages,
        (
            reverse("strike-visit", args=[patient.number, "W04"]),
            reverse("strike-patient", args=[patient.number]),
        ),
        strict=True,
    ):
        status, text = at(user, name, *args)
        assert status == 200
        assert act in text


def test_visit_is_struck_out_shown_and_restored(at, visit, patient, coordinator):
    number = patient.number
    _status, text = at(coordinator, "strike-visit", number, "W04")
    assert "Week 4, Vital signs" in text
    status, address = at(coordinator, "strike-visit", number, "W04", reason=WHY)
    assert (status, address) == (302, reverse("patient", args=[number]))
    status, text = at(coordinator, "patient", number)
    shown = reverse("struck-visit", args=[number, visit.pk])
    assert WHY in text
    assert shown in text
    status, text = at(coordinator, "struck-visit", number, visit.pk)
    assert status == 200
    assert "71" in text
    assert WHY in text
    status, address = at(coordinator, "restore-visit", number, visit.pk, reason="It was right")
    assert status == 302
    status, text = at(coordinator, "visit", number, "W04")
    assert status == 200
    assert 'value="71"' in text


def test_bookmark_of_a_struck_out_visit_leads_to_it_or_to_the_new_one(at, visit, patient, coordinator):
    strike_visit(visit=visit, by=coordinator, reason=WHY)
    status, text = at(coordinator, "visit", patient.number, "W04")
    assert status == 404
    assert reverse("struck-visit", args=[patient.number, visit.pk]) in text
    assert WHY in text
    open_visit(patient=patient, code="W04", by=coordinator)
    status, text = at(coordinator, "visit", patient.number, "W04")
    assert status == 200
    assert 'value="71"' not in text


def test_what_was_typed_into_a_struck_out_visit_is_given_back(at, visit, patient, coordinator):
    strike_visit(visit=visit, by=coordinator, reason=WHY)
    said = {"action": "save", "vital-signs:1:pulse": "93"}
    status, text = at(coordinator, "visit", patient.number, "W04", **said)
    assert status == 404
    assert "93" in text
    assert WHY in text
    assert not Entry.objects.filter(visit=visit, struck_at=None, parent=None).exists()


def test_page_keeps_the_reason_that_cannot_stand(at, visit, patient, coordinator):
    status, text = at(coordinator, "strike-visit", patient.number, "W04", reason="x")
    assert status == 422
    assert 'value="x"' in text
    assert "Say why" in said_wrong(text)["reason"]


def test_completed_visit_is_the_data_managers_with_consent(
    at, visit, patient, coordinator, data_manager, investigator, site
):
    vital_signs(visit, coordinator)
    complete(visit, "vital-signs", coordinator)
    _status, text = at(coordinator, "strike-visit", patient.number, "W04")
    assert "only a data manager" in text
    assert '<button type="submit" class="btn btn-primary">Strike out' not in text
    status, text = at(data_manager, "strike-visit", patient.number, "W04", reason=WHY)
    assert status == 422
    assert "which investigator" in said_wrong(text)["consent_of"]
    asked = {"reason": WHY, "consent_of": investigator.pk, "consent_on": "2020-01-01"}
    status, text = at(data_manager, "strike-visit", patient.number, "W04", **asked)
    assert status == 422
    assert "nobody consented before" in said_wrong(text)["consent_on"]
    said = {"reason": WHY, "consent_of": investigator.pk, "consent_on": str(site.today())}
    status, address = at(data_manager, "strike-visit", patient.number, "W04", **said)
    assert (status, address) == (302, reverse("monitor:casebook_patient_change", args=[patient.pk]))
    visit.refresh_from_db()
    assert visit.struck_consent_of == investigator
    _status, text = at(data_manager, "struck-visit", patient.number, visit.pk)
    assert "consented on" in text
    status, text = at(data_manager, "monitor:casebook_visit_change", visit.pk)
    assert status == 200
    assert WHY in text


@pytest.mark.requirement("R-034")
def test_page_names_each_signature_that_breaks_whose_for_what_and_of_when(
    at, visit, patient, coordinator, data_manager, investigator
):
    vital_signs(visit, coordinator)
    entry = complete(visit, "vital-signs", coordinator)
    other = a_visit(patient, "W07", coordinator)
    vital_signs(other, coordinator)
    elsewhere = complete(other, "vital-signs", coordinator)
    checked(investigator)
    given = [signed(form, "form", investigator) for form in (entry, elsewhere)]
    local = given[0].signed_at.astimezone(patient.site.zone)
    when = f"breaks, given {local:%Y-%m-%d %H:%M %Z}"
    _status, text = at(data_manager, "strike-visit", patient.number, "W04")
    breaking = re.findall(r"The signature of (.+?) for (.+?) (breaks, given .+? JST)", " ".join(text.split()))
    assert breaking == [(investigator.full_name, "Week 4, Vital signs and weight", when)]
    _status, text = at(data_manager, "strike-patient", patient.number)
    assert text.count("The signature of") == 2


def test_site_reads_who_struck_the_patient_out_and_whose_consent_was_given_when(
    at, visit, patient, coordinator, data_manager, investigator, site
):
    vital_signs(visit, coordinator)
    complete(visit, "vital-signs", coordinator)
    consent = StrikingConsent(investigator, site.today())
    strike_patient(patient=patient, by=data_manager, reason="Added twice", consent=consent)
    said = f"by {data_manager.name}: Added twice ({investigator.name} consented on {site.today()})"
    for reader in (coordinator, investigator):
        _status, text = at(reader, "patient", patient.number)
        assert said in text


@pytest.mark.parametrize("reader", ["coordinator", "data_manager"])
def test_grid_leads_to_the_struck_out_patients(at, patient, coordinator, reader, request):
    user = request.getfixturevalue(reader)
    assert "Show struck out" not in at(user, "grid")[1]
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    _status, text = at(user, "grid")
    assert f'<a href="{reverse("struck-patients")}">Show struck out (1)</a>' in text


def test_grid_counts_no_struck_out_patient_of_another_site(at, patient, coordinator, outsider):
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    assert "Show struck out" not in at(outsider, "grid")[1]


def test_struck_out_patient_is_in_no_list_and_is_read_only(at, visit, patient, coordinator, data_manager):
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    status, text = at(coordinator, "today")
    assert reverse("patient", args=[patient.number]) not in text
    assert "Show struck out (1)" in text
    _status, text = at(coordinator, "struck-patients")
    assert patient.number in text
    status, text = at(coordinator, "patient", patient.number)
    assert status == 200
    assert "The patient was struck out" in text
    assert reverse("restore-patient", args=[patient.number]) in text
    assert reverse("open-visit", args=[patient.number, "W01"]) not in text
    status, text = at(coordinator, "open-visit", patient.number, "W01", key="x")
    assert status == 409
    assert "was struck out" in text
    for name in ("monitor:casebook_patient_changelist", "monitor:casebook_visit_changelist"):
        _status, text = at(data_manager, name)
        assert patient.number not in text
    status, _address = at(coordinator, "restore-patient", patient.number, reason="Not twice")
    assert status == 302
    _status, text = at(coordinator, "today")
    assert reverse("patient", args=[patient.number]) in text


def test_struck_out_is_listed_on_demand_in_review(client, visit, patient, coordinator, data_manager):
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    client.force_login(data_manager)
    for name in ("monitor:casebook_patient_changelist", "monitor:casebook_visit_changelist"):
        text = client.get(reverse(name), {"show": "struck-out"}).content.decode()
        assert patient.number in text


def test_empty_visit_takes_a_reason_and_one_click(at, patient, coordinator):
    visit = a_visit(patient, "W04", coordinator)
    _status, text = at(coordinator, "strike-visit", patient.number, "W04")
    assert "Nothing was entered" in text
    at(coordinator, "strike-visit", patient.number, "W04", reason=WHY)
    visit.refresh_from_db()
    assert visit.struck_reason == WHY


def test_second_click_finds_it_done(at, visit, patient, coordinator):
    at(coordinator, "strike-visit", patient.number, "W04", reason=WHY)
    status, address = at(coordinator, "strike-visit", patient.number, "W04", reason="Again")
    assert (status, address) == (302, reverse("struck-visit", args=[patient.number, visit.pk]))
    visit.refresh_from_db()
    assert visit.struck_reason == WHY
