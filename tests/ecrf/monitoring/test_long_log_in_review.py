"""A long log in Review: by pieces as at the site, and what is left to verify leads from one to the next."""

import re

import pytest
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.casebook import log_pieces
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.services import complete_entries
from ecrf.monitoring.sdv import views
from ecrf.monitoring.sdv.page import sampled_of
from ecrf.verification.models import Verification
from ecrf.verification.plan import is_planned, items_to_verify
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_place
from tests.ecrf.entry.long_logs import KEY, fill
from tests.ecrf.queries.builders import asked
from tests.ecrf.verification.acts import length, press_v, verify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _known_host(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture(autouse=True)
def _short_pieces(monkeypatch) -> None:
    """Five rows a page, so that few rows make a long log."""
    monkeypatch.setattr(log_pieces, "ROWS", 5)


@pytest.fixture
def patient(site, coordinator) -> Patient:
    """With a log of three pieces, all complete."""
    return with_log(a_patient(site, coordinator), coordinator, 12)


def with_log(patient: Patient, by, rows: int) -> Patient:
    fill(patient, by, rows)
    places, actor = (
        [a_place(patient, KEY, n) for n in range(1, rows + 1)],
        by.acting_at(patient.site, Right.ENTER),
    )
    assert complete_entries(patient=patient, places=places, by=actor) == []
    return patient


@pytest.fixture
def client(monitor):
    return client_of(monitor)


def log_of(patient: Patient, piece: int = 1) -> str:
    return reverse("monitor:log", args=[patient.pk, KEY]) + (f"?page={piece}" if piece > 1 else "")


def event(patient: Patient, number: int) -> Entry:
    return Entry.objects.select_related("patient__site").get(patient=patient, crf=KEY, number=number)


def forms_on(answer) -> list[int]:
    text = answer.content.decode()
    return [int(number) for number in re.findall(rf'<a href="#{KEY}-(\d+)" class="index-', text)]


def verify_all(patient: Patient, monitor, numbers) -> None:
    for number in numbers:
        entry = event(patient, number)
        for item in _left(entry):
            verify(entry, monitor, item)


def _left(entry: Entry) -> list[str]:
    """The items of it that the plan wants."""
    row = next(iter(a_place(entry.patient, KEY).definition.model.objects.filter(entry=entry)))
    sampled = sampled_of([entry.pk]).get(entry.pk, False)
    return [name for name in items_to_verify(row) if is_planned(KEY, name, sampled)]


def test_each_piece_is_a_page_of_its_own_at_the_same_cost(patient, site, coordinator, client, data_manager):
    assert forms_on(client.get(log_of(patient))) == [1, 2, 3, 4, 5]
    assert forms_on(client.get(log_of(patient, 3))) == [11, 12]
    assert forms_on(client.get(log_of(patient, 9))) == [11, 12]
    reader = client_of(data_manager)  # who verifies is led on, at the end of a log to another patient
    longer, short = (with_log(a_patient(site, coordinator), coordinator, rows) for rows in (40, 5))
    counted = [statements(lambda one=one: reader.get(log_of(one))).count for one in (short, patient, longer)]
    assert counted[1] == counted[2] == counted[0] + 1
    assert "log-pieces" not in client.get(log_of(short)).content.decode()


def test_form_of_a_log_costs_the_same_in_any_log(patient, site, coordinator, client):
    longer = with_log(a_patient(site, coordinator), coordinator, 40)
    pages = [reverse("monitor:casebook_entry_change", args=[event(one, 7).pk]) for one in (patient, longer)]
    assert len({statements(lambda page=page: client.get(page)).count for page in pages}) == 1


def test_what_is_left_leads_from_a_piece_to_the_next_that_has_something(patient, monitor, client):
    verify_all(patient, monitor, [1, 2, 3, 4, 5, *range(6, 11)])
    text = client.get(log_of(patient)).content.decode()
    assert re.search(rf'href="{re.escape(log_of(patient, 3))}" data-go-on', text)
    nav = " ".join(re.search(r'<nav class="log-pieces".*?</nav>', text, re.DOTALL)[0].split())
    assert re.search(rf'2 rows are to be verified: <a href="{re.escape(log_of(patient, 3))}"', nav)
    after = reverse("monitor:next-to-verify") + f"?after=log:{patient.pk}:{KEY}"
    assert client.get(after).url == client.get(f"{after}:2").url == log_of(patient, 3)
    verify_all(patient, monitor, [11, 12])
    assert client.get(after).url == reverse("monitor:index")


def test_without_script_one_stays_on_the_piece_and_goes_on_there(patient, monitor, client):
    first, *_ = _left(event(patient, 7))
    answer = press_v(client, event(patient, 7), first, in_place=False)
    assert answer.url.startswith(f"{log_of(patient, 2)}#{KEY}-")
    assert forms_on(client.get(answer.url)) == [6, 7, 8, 9, 10]
    verification = Verification.objects.get()
    answer = client.post(reverse("monitor:take-back", args=[verification.pk]))
    assert answer.url == f"{log_of(patient, 2)}#{KEY}-7-{first}"
    stale = press_v(client, event(patient, 7), first, seen=0, in_place=False)
    assert stale.status_code == 409
    assert forms_on(stale) == [6, 7, 8, 9, 10]


def test_number_that_is_mistyped_for_all_shown_comes_back_on_the_piece(patient, client):
    page = client.get(log_of(patient, 2)).content.decode()
    items = _left(event(patient, 7))
    where = re.search(r'name="where" value="([^"]+)"', page)[1]
    data = {
        "item": [f"{event(patient, 7).pk}.{name}" for name in items],
        "count": "7777",
        "seen": length(patient),
        "where": where,
    }
    url = reverse("monitor:verify-shown", args=[patient.pk])
    answer = client.post(url, data)
    assert answer.status_code == 422
    assert forms_on(answer) == [6, 7, 8, 9, 10]
    assert 'value="7777"' in answer.content.decode()
    assert f'href="{log_of(patient, 3)}"' in answer.content.decode()
    answer = client.post(url, {**data, "count": str(len(items))})
    assert answer.url == f"{log_of(patient, 2)}#{KEY}-7"


def test_what_a_form_names_in_a_log_leads_to_its_piece(patient, coordinator, client):
    fill(patient, coordinator, 1, kind="report", adverse_event="12", became_aware_on="2026-01-06")
    page = client.get(reverse("monitor:log", args=[patient.pk, "report"])).content.decode()
    assert f'href="{log_of(patient, 3)}#{KEY}-12"' in page


def test_who_came_to_a_row_at_the_site_is_led_to_its_piece(patient, client):
    answer = client.get(reverse("log-form", args=[patient.number, KEY, 12]))
    assert answer.status_code == 403
    assert f'href="{log_of(patient, 3)}"' in answer.content.decode()


def test_patients_page_lists_some_open_queries_and_leads_to_all(patient, monitor, client, monkeypatch):
    monkeypatch.setattr(views, "QUERIES", 3)
    for number in range(1, 6):
        asked(event(patient, number), monitor, item="term", text=f"Which word {number}?")
    text = client.get(reverse("monitor:casebook_patient_change", args=[patient.pk])).content.decode()
    assert "Open queries: 5" in text
    assert [f"Which word {n}?" in text for n in range(1, 6)] == [True] * 3 + [False] * 2
    address = re.search(r'href="([^"]+)">All open queries', text)[1]
    listed = client.get(address).content.decode()
    assert all(f"Which word {n}?" in listed for n in range(1, 6))
