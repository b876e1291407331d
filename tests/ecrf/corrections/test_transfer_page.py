"""The page on which a data manager hands a patient over, and what people of the site before find from then on."""

import uuid
from io import BytesIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from pypdf import PdfReader

from ecrf.access.roles import Right, Role
from ecrf.casebook.models import Patient
from ecrf.casebook.transfer.models import Transfer
from ecrf.exports.folder import file_of
from ecrf.exports.models import Download, Export, ExportKind, ExportState, KeptContent
from ecrf.locks.services import put
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_user
from tests.ecrf.appointments.conftest import book
from tests.ecrf.casebook.transfer.builders import REASON, hand_over

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def exports_folder(settings, tmp_path):
    settings.EXPORTS_FOLDER = tmp_path / "exports"
    return settings.EXPORTS_FOLDER


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    """The worker would close the connection that the test's transaction is on."""
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)


@pytest.fixture
def patient(site, other_site, investigator, outsider, coordinator):
    return a_patient(site, coordinator)


def given(investigator, outsider, **more):
    """What the page sends."""
    return {
        "to": "02",
        "from_site": "01",
        "moved_on": "2026-02-01",
        "from_agreed_by": investigator.pk,
        "from_agreed_on": "2026-01-30",
        "to_agreed_by": outsider.pk,
        "to_agreed_on": "2026-01-31",
        "reason": REASON,
        "key": str(uuid.uuid4()),
        **more,
    }


URL = "/patients/01-001/transfer/"


def test_menu_leads_to_the_page_which_says_what_goes_along(
    client, patient, coordinator, data_manager, investigator, outsider
):
    enter(a_visit(patient, "W01", coordinator), "vital-signs", coordinator, pulse="70")
    client.force_login(data_manager)
    review = client.get(reverse("monitor:casebook_patient_change", args=[patient.pk])).content.decode()
    assert URL in review
    page = client.get(URL).content.decode()
    assert "Hand over" not in page.split("</main>")[0].split("Show what it does")[1]
    page = client.get(URL, {"to": "02"}).content.decode()
    assert "Forms in progress: 1." in page
    assert "Synthetic investigator" in page
    assert "Synthetic outsider" in page


@pytest.mark.parametrize("who", ["coordinator", "monitor"])
def test_menu_of_others_does_not_offer_it(who, client, patient, request):
    client.force_login(request.getfixturevalue(who))
    address = (
        reverse("monitor:casebook_patient_change", args=[patient.pk])
        if who == "monitor"
        else "/patients/01-001/"
    )
    assert "/transfer/" not in client.get(address).content.decode()


def test_post_hands_over_and_a_second_one_does_nothing_more(
    client, patient, data_manager, investigator, outsider
):
    client.force_login(data_manager)
    sent = given(investigator, outsider)
    assert client.post(URL, sent).status_code == 302
    again = client.post(URL, sent)
    assert again.status_code == 422
    assert "was moved since this page was loaded" in again.content.decode()
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"moved_on": "yesterday"}, "This is no date"),
        ({"moved_on": ""}, "Say from which day on"),
        ({"to_agreed_by": ""}, "Choose the investigator of site 02"),
        ({"to_agreed_by": "99999999999999999"}, "Choose the investigator of site 02"),
        ({"from_agreed_on": "2026-02"}, "A whole date is wanted here"),
        ({"reason": ""}, "Say why the patient moves"),
        ({"to": "77"}, "Choose the site"),
        ({"key": "x"}, "out of date"),
    ],
)
def test_what_was_typed_stays_where_it_is_refused(
    more, words, client, patient, data_manager, investigator, outsider
):
    client.force_login(data_manager)
    answer = client.post(URL, given(investigator, outsider, **more))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    if more.get("to") is None:
        assert 'value="2026-01-31"' in page
    assert not Transfer.objects.exists()


def test_all_that_is_wrong_is_said_at_once(client, patient, data_manager, investigator, outsider):
    client.force_login(data_manager)
    wrong = {"moved_on": "yesterday", "from_agreed_on": "", "to_agreed_by": "", "reason": ""}
    page = client.post(URL, given(investigator, outsider, **wrong)).content.decode()
    for words in (
        "This is no date",
        "Say on which day",
        "Choose the investigator of site 02",
        "Say why the patient",
    ):
        assert page.count(words) == 1, words
    assert not Transfer.objects.exists()


def test_who_may_not_hand_over_is_told_who_does(client, patient, coordinator):
    client.force_login(coordinator)
    answer = client.get(URL)
    assert answer.status_code == 403
    assert "handed over to another site by the data manager" in answer.content.decode()


def test_page_names_the_lock_that_is_in_the_way(client, patient, other_site, data_manager):
    actor = data_manager.acting_at(other_site, Right.LOCK)
    put(kind="freeze", scope="site", site=other_site, reason="Done", by=data_manager, actor=actor)
    client.force_login(data_manager)
    assert "Site 02 is frozen: lift that first." in client.get(URL, {"to": "02"}).content.decode()


# --- access from then on --------------------------------------------------------------------------


def test_people_of_the_site_before_are_told_where_the_patient_is(
    client, patient, other_site, coordinator, data_manager
):
    a_visit(patient, "W01", coordinator)
    hand_over(patient, other_site, data_manager)
    client.force_login(coordinator)
    visit, files = reverse("visit", args=["01-001", "W01"]), reverse("casebook-files", args=["01-001"])
    for address in ("/patients/01-001/", visit, files):
        answer = client.get(address)
        assert answer.status_code == 404
        page = answer.content.decode()
        assert "Patient 01-001 was handed over to site 02 on 2026-02-01" in page
        assert reverse("moved-patients") in page


def test_appointment_of_a_patient_who_moved_says_where_the_patient_is(
    client, patient, other_site, coordinator, data_manager
):
    row = book(patient, coordinator, days=1, code="UNS-1")
    hand_over(patient, other_site, data_manager)
    client.force_login(coordinator)
    answer = client.get(reverse("appointment", args=[row.pk]))
    assert answer.status_code == 404
    assert "was handed over to site 02" in answer.content.decode()


def test_menu_and_today_lead_the_site_before_to_who_moved(
    client, patient, other_site, coordinator, data_manager
):
    client.force_login(coordinator)
    pages = (reverse("places"), reverse("today"))
    assert not any(reverse("moved-patients") in client.get(page).content.decode() for page in pages)
    hand_over(patient, other_site, data_manager)
    assert all(reverse("moved-patients") in client.get(page).content.decode() for page in pages)


def test_save_that_comes_too_late_is_refused_in_words(client, patient, other_site, coordinator, data_manager):
    a_visit(patient, "W01", coordinator)
    hand_over(patient, other_site, data_manager)
    client.force_login(coordinator)
    url = reverse("item", args=["01-001", "W01", "vital-signs", "1", "pulse"])
    answer = client.post(url, {"value": "70"}, headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "was handed over to site 02" in answer.content.decode()


def test_strangers_learn_nothing_of_a_patient_who_moved(client, patient, other_site, data_manager):
    hand_over(patient, other_site, data_manager)
    client.force_login(make_user("stranger", Role.COORDINATOR))
    answer = client.get("/patients/01-001/")
    assert answer.status_code == 404
    assert "handed over" not in answer.content.decode()


def test_new_site_reads_and_enters_everything(
    client, patient, other_site, coordinator, outsider, data_manager
):
    enter(a_visit(patient, "W01", coordinator), "vital-signs", coordinator, pulse="70")
    hand_over(patient, other_site, data_manager)
    client.force_login(outsider)
    assert "01-001" in client.get("/").content.decode()
    assert "Moved from site 01 to site 02 on 2026-02-01" in client.get("/patients/01-001/").content.decode()
    assert client.get(reverse("visit", args=["01-001", "W01"])).status_code == 200
    printed = client.get(reverse("print-casebook", args=["01-001"])).content.decode()
    assert "Moved from site 01 to site 02 on 2026-02-01" in printed


def test_site_before_keeps_the_casebook_as_it_was_and_nothing_newer(
    client, patient, other_site, coordinator, outsider, data_manager
):
    enter(patient, "adverse-event", coordinator, term="Headache")
    hand_over(patient, other_site, data_manager)
    enter(
        Patient.objects.get(pk=patient.pk), "adverse-event", outsider, number=2, term="Cough of the new site"
    )
    call_command("work", once=True)
    export = Export.objects.get(kind=ExportKind.HANDED_OVER)
    assert export.state == ExportState.DONE
    assert not KeptContent.objects.exists()
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(file_of(export).read_bytes())).pages)
    assert "Headache" in text
    assert "Site 01" in text
    assert "new site" not in text
    client.force_login(coordinator)
    assert "01-001" in client.get(reverse("moved-patients")).content.decode()
    assert b"".join(client.post(reverse("download-export", args=[export.request_key]))).startswith(b"%PDF")
    assert Download.objects.get().downloaded_by == coordinator
    client.force_login(outsider)
    assert client.post(reverse("download-export", args=[export.request_key])).status_code == 404
    assert "01-001" not in client.get(reverse("moved-patients")).content.decode()


def test_file_that_failed_is_made_from_what_was_read_then(
    client, patient, other_site, coordinator, data_manager, monkeypatch
):
    def fails(*_given):
        raise OSError(5, "Input/output error")

    hand_over(patient, other_site, data_manager)
    with monkeypatch.context() as broken:
        broken.setattr("ecrf.exports.work.makers.casebook_file", fails)
        call_command("work", once=True)
    export = Export.objects.get()
    assert export.state == ExportState.FAILED
    client.force_login(coordinator)
    assert "Make it" in client.get(reverse("moved-patients")).content.decode()
    client.post(reverse("make-handed-over", args=[export.request_key]))
    call_command("work", once=True)
    export.refresh_from_db()
    assert export.has_file


def test_nobody_cancels_what_a_site_keeps(client, patient, other_site, coordinator, data_manager):
    hand_over(patient, other_site, data_manager)
    client.force_login(coordinator)
    export = Export.objects.get()
    assert "Cancel" not in client.get(reverse("export", args=[export.request_key])).content.decode()
    client.post(reverse("cancel-export", args=[export.request_key]))
    export.refresh_from_db()
    assert (export.state, export.cancelled_at) == (ExportState.QUEUED, None)


def test_addresses_of_review_say_where_the_patient_went(
    client, patient, other_site, monitor, data_manager, coordinator
):
    """Those of the patient, of a visit and of a form; one that names nothing says nothing of anybody."""
    visit = a_visit(patient, "W01", coordinator)
    entry = enter(visit, "vital-signs", coordinator, pulse="70").row.entry
    hand_over(patient, other_site, data_manager)
    client.force_login(monitor)
    for kind, row in (("patient", patient), ("visit", visit), ("entry", entry)):
        answer = client.get(reverse(f"monitor:casebook_{kind}_change", args=[row.pk]))
        assert answer.status_code == 404, kind
        assert "was handed over to site 02" in answer.content.decode(), kind
        nothing = client.get(reverse(f"monitor:casebook_{kind}_change", args=[999_999]))
        assert nothing.status_code == 404
        assert "01-001" not in nothing.content.decode()
