"""How many SQL statements a save and a page cost: few, the same for any number of patients, visits, rows."""

import uuid

import pytest
from django.test import Client

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.services import add_entry
from ecrf.forms.registry import CRFS
from tests.bench import moving
from tests.bench.addresses import monitor_pages, signing_pages, site_pages
from tests.bench.counting import Statements, client_of, statements
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.queries.builders import act, asked, complete, vital_signs

SAVE_AT_MOST = 15
VISIT_PAGE_AT_MOST = 40
MRC_FIRST = "right_shoulder_abduction"


@pytest.fixture(autouse=True)
def _known_host(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def client(coordinator) -> Client:
    return client_of(coordinator)


@pytest.fixture
def patient(site, coordinator) -> Patient:
    """At week 4, after screening and week 1, with an MRC grade and a grip trial at each visit."""
    patient = a_patient(site, coordinator)
    for code in ("SCR", "W01", "W04"):
        _assess(a_visit(patient, code, coordinator), coordinator)
    return patient


def _assess(visit: Visit, by: User) -> None:
    enter(visit, "visit", by, occurrence="done", contact="on-site")
    enter(visit, "mrc-strength", by, **{MRC_FIRST: "4"})
    enter(visit, "grip-strength", by, right_1="41.0", right_2="42.0", right_3="41.0")


def _item(patient: Patient, address: str) -> str:
    return f"/patients/{patient.number}/W04/{address}/"


def _save(client: Client, path: str, value: str, status: int = 200) -> Statements:
    return statements(lambda: client.post(path, {"value": value}), status)


def _get(client: Client, path: str) -> Statements:
    return statements(lambda: client.get(path))


def _infusion_days(visit: Visit, by: User, days: int, readings: int) -> None:
    """So many infusion days, each with so many lots and readings."""
    for day in range(1, days + 1):
        enter(visit, "infusion", by, number=day, dosing_weight_kg="60")
        for row in range(1, readings + 1):
            enter(visit, "infusion-lot", by, number=row, parent=day, lot_number="L1")
            enter(visit, "infusion-vitals", by, number=row, parent=day, pulse="70")


def _laboratory(visit: Visit, by: User, value: str = "12") -> None:
    """A sample with a result of every test."""
    enter(visit, "laboratory", by, collected_on="2026-01-05")
    for number in range(1, 1 + len(CRFS["lab-result"].row_names)):
        enter(visit, "lab-result", by, number=number, parent=1, value=value)


@pytest.mark.parametrize(
    ("address", "values"),
    [
        pytest.param("vital-signs/1/pulse", ("70", "71", "30", "31"), id="a pulse, asked about at the end"),
        pytest.param(f"mrc-strength/1/{MRC_FIRST}", ("5", "1", "4"), id="an MRC grade that falls and rises"),
        pytest.param("grip-strength/1/right_3", ("20.0", "41.0", "20.0"), id="a grip trial out of line"),
        pytest.param(
            "visit/1/visited_on", ("2026-01-05", "2026-01-06"), id="the date that moves the schedule"
        ),
        pytest.param("infusion/1/given_g", ("20", "21"), id="a dose"),
        pytest.param(
            "infusion-vitals/1.1/pulse", ("70", "71"), id="a reading, whose infusion is not begun either"
        ),
        pytest.param(
            "laboratory/1/collected_on", ("2026-01-05", "2026-01-06"), id="the day that chooses the ranges"
        ),
    ],
)
def test_saving_an_item_takes_few_statements_in_one_transaction(client, patient, address, values):
    for value in values:
        found = _save(client, _item(patient, address), value)
        assert found.count <= SAVE_AT_MOST, "\n".join(found.sql)
        assert found.writes
        assert found.writing_transactions == 1, "\n".join(found.sql)


def test_saving_in_a_complete_form_takes_few_statements_also_when_queries_follow(
    client, patient, coordinator, monitor
):
    visit = patient.visits.get(code="W04")
    vital_signs(visit, coordinator)
    entry = complete(visit, "vital-signs", coordinator)
    act("close", asked(entry, monitor), monitor)
    for value in (
        "72",
        "200",
        "210",
        "73",
        "220",
    ):  # reopens a person's; opens, asks again, closes, reopens its own
        path = _item(patient, "vital-signs/1/pulse")
        found = statements(lambda p=path, v=value: client.post(p, {"value": v, "reason": "Misread"}))
        assert found.count <= SAVE_AT_MOST, "\n".join(found.sql)
        assert found.writing_transactions == 1


def test_saving_a_laboratory_result_takes_few_statements(client, patient, coordinator):
    for visit in patient.visits.all():
        enter(visit, "laboratory", coordinator, collected_on="2026-01-05")
    for value in ("12", "-1", "13"):
        found = _save(client, _item(patient, "lab-result/1.1/value"), value)
        assert found.count <= SAVE_AT_MOST, "\n".join(found.sql)


def test_saving_an_item_takes_the_same_number_whatever_the_number_of_visits_and_patients(
    client, patient, site, coordinator
):
    path = _item(patient, f"mrc-strength/1/{MRC_FIRST}")
    _save(client, path, "5")
    few = _save(client, path, "4").count
    for code in ("W07", "W10", "W13"):
        _assess(a_visit(patient, code, coordinator), coordinator)
    for _ in range(3):
        a_patient(site, coordinator)
    _save(client, path, "5")
    assert _save(client, path, "4").count == few


def test_saving_the_same_value_again_writes_nothing(client, patient):
    path = _item(patient, "vital-signs/1/pulse")
    _save(client, path, "70")
    assert _save(client, path, "70").writes == []


def test_refused_value_writes_nothing(client, patient):
    assert _save(client, _item(patient, "vital-signs/1/pulse"), "many", 422).writes == []


@pytest.mark.parametrize("code", ["SCR", "W01", "W04"])
def test_visit_page_takes_the_same_number_empty_or_full(client, site, coordinator, code):
    patient = a_patient(site, coordinator)
    visit = a_visit(patient, code, coordinator)
    page = f"/patients/{patient.number}/{code}/"
    empty = _get(client, page)
    assert empty.count <= VISIT_PAGE_AT_MOST, "\n".join(empty.sql)
    _assess(visit, coordinator)
    begun = _get(client, page).count
    if code == "W01":
        _infusion_days(visit, coordinator, days=5, readings=3)
    _laboratory(visit, coordinator)
    for other in {"SCR", "W01", "W04", "W07"} - {code}:
        _assess(a_visit(patient, other, coordinator), coordinator)
    full = _get(client, page).count
    for _ in range(3):
        _assess(a_visit(a_patient(site, coordinator), code, coordinator), coordinator)
    among_others = _get(client, page).count
    assert (begun, full, among_others) == (empty.count, empty.count, empty.count)


def test_today_takes_the_same_number_whatever_the_number_of_patients(client, patient, site, coordinator):
    few = _get(client, "/").count
    for _ in range(30):
        a_visit(a_patient(site, coordinator), "SCR", coordinator)
    assert _get(client, "/").count == few


def test_patient_page_takes_the_same_number_whatever_the_number_of_visits(client, patient, coordinator):
    page = f"/patients/{patient.number}/"
    _adverse_event(patient, coordinator)
    few = _get(client, page).count
    for code in ("W07", "W10", "W13"):
        _assess(a_visit(patient, code, coordinator), coordinator)
    _adverse_event(patient, coordinator)
    assert _get(client, page).count == few


def _adverse_event(patient: Patient, by: User) -> None:
    actor = by.acting_at(patient.site, Right.ENTER)
    add_entry(
        patient=patient,
        definition=CRFS["adverse-event"],
        visit=None,
        parent=None,
        by=actor,
        request_key=uuid.uuid4(),
    )


@pytest.fixture
def codes(patient, coordinator) -> tuple[str, ...]:
    """The visits of a patient who has something on every kind of page."""
    for visit in patient.visits.all():
        enter(visit, "vital-signs", coordinator, pulse="70")
    _adverse_event(patient, coordinator)
    return ("SCR", "W01", "W04")


def test_getting_a_page_of_the_site_writes_nothing(client, patient, codes):
    for page in site_pages(patient.number, *codes):
        assert _get(client, page).writes == [], page


def test_getting_a_page_to_sign_writes_nothing(investigator, patient, codes):
    client = client_of(investigator)
    for page in ["/", *signing_pages(patient.number, *codes)]:
        assert _get(client, page).writes == [], page


def test_getting_a_page_of_the_monitor_writes_nothing(monitor, codes):
    pages = monitor_pages(monitor)
    client = client_of(monitor)
    for page in pages:
        assert _get(client, page).writes == [], page


@pytest.mark.parametrize("is_other_patient", [False, True])
def test_moving_a_form_takes_the_same_statements_whatever_it_holds(
    client, patient, site, coordinator, is_other_patient
):
    to = a_patient(site, coordinator) if is_other_patient else patient
    counts = []
    for items, here, code in ((1, "W07", "W10"), (len(moving.GRADES), "W13", "W16")):
        forms = moving.graded(a_visit(patient, here, coordinator), coordinator, items)
        found = moving.moved(client, patient, here, forms, to, code)
        assert found.writing_transactions == 1
        counts.append(found.count)
    assert counts[0] == counts[1] <= moving.STATEMENTS_AT_MOST, counts
