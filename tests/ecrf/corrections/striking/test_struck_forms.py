"""A form that was struck out by itself: the pages of its visit name it, show it, and restore it."""

import html
import re

import pytest
from django.urls import reverse

from ecrf.casebook.models import Entry
from ecrf.casebook.striking import strike_visit
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.striking.acts import strike_alone
from tests.ecrf.queries.builders import complete, vital_signs
from tests.printed import client_of, words_of

pytestmark = pytest.mark.django_db

WHY = "Moved to Week 7"


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator):
    return a_visit(patient, "W04", coordinator)


@pytest.fixture
def moved(visit, coordinator) -> Entry:
    enter(visit, "vital-signs", coordinator, pulse="71")
    enter(visit, "vital-signs", coordinator, pulse="73")
    return strike_alone(Entry.objects.get(crf="vital-signs"), coordinator, WHY)


def read(user, name, *args) -> str:
    page = client_of(user).get(reverse(name, args=args))
    assert page.status_code == 200
    return html.unescape(page.content.decode())


def at_visit(reader, visit) -> tuple[str, ...]:
    if reader == "coordinator":
        return "visit", visit.patient.number, visit.code
    return "monitor:casebook_visit_change", visit.pk


@pytest.mark.parametrize("reader", ["coordinator", "monitor", "data_manager"])
@pytest.mark.parametrize("another", [False, True])
def test_pages_of_the_visit_say_what_is_struck_out_there(reader, another, moved, visit, coordinator, request):
    if another:
        enter(visit, "vital-signs", coordinator, weight_kg="64.5")
    user = request.getfixturevalue(reader)
    text = read(user, *at_visit(reader, visit))
    assert re.search(
        rf"Struck out here: <s>Vital signs[^<]*</s>\. Struck out by coordinator,\s[^<]*: {WHY}", text
    )
    shown = reverse("struck-form", args=[visit.patient.number, moved.pk])
    assert f'href="{shown}"' in text
    assert (reverse("restore-form", args=[visit.patient.number, moved.pk]) in text) is (reader != "monitor")
    assert "73" not in words_of(text).partition("Struck out here")[2].partition("Show")[2]
    assert ("64.5" in text) is another


def test_pages_say_nothing_where_nothing_left_its_place(visit, coordinator, monitor):
    for reader, user in (("coordinator", coordinator), ("monitor", monitor)):
        assert "Struck out here" not in read(user, *at_visit(reader, visit))


def test_its_values_are_read_with_the_history_of_each(moved, visit, coordinator, monitor):
    enter(visit, "vital-signs", coordinator, pulse="99")
    for user in (coordinator, monitor):
        text = read(user, "struck-form", visit.patient.number, moved.pk)
        assert "<s>73</s>" in text
        assert "99" not in words_of(text)
        assert re.search(r"Pulse \S+ \S+ \S+ coordinator \(coordinator\) 71 73", words_of(text))


def test_review_shows_the_struck_out_form_itself_at_its_own_address(moved, visit, coordinator, monitor):
    enter(visit, "vital-signs", coordinator, pulse="99")
    text = read(monitor, "monitor:casebook_entry_change", moved.pk)
    assert "73" in words_of(text)
    assert "99" not in words_of(text)


def test_it_is_restored_on_a_page_that_asks_for_the_reason(moved, visit, coordinator):
    client, address = client_of(coordinator), reverse("restore-form", args=[visit.patient.number, moved.pk])
    assert WHY in client.get(address).content.decode()
    assert client.post(address, {"reason": "x"}).status_code == 422
    answer = client.post(address, {"reason": "It was right"})
    assert answer.headers["Location"] == reverse("visit", args=[visit.patient.number, "W04"])
    assert 'value="73"' in read(coordinator, "visit", visit.patient.number, "W04")
    shown = client.get(reverse("struck-form", args=[visit.patient.number, moved.pk]))
    assert shown.headers["Location"] == answer.headers["Location"]


def test_page_says_before_it_asks_that_the_place_is_taken(moved, visit, coordinator):
    enter(visit, "vital-signs", coordinator, pulse="80")
    client, address = client_of(coordinator), reverse("restore-form", args=[visit.patient.number, moved.pk])
    text = client.get(address).content.decode()
    assert "stands there anew" in text
    assert 'name="reason"' not in text
    assert client.post(address, {"reason": "It was right"}).status_code == 422
    moved.refresh_from_db()
    assert moved.struck_at


def test_completed_one_is_restored_by_a_data_manager_alone(visit, coordinator, data_manager):
    vital_signs(visit, coordinator)
    moved = strike_alone(complete(visit, "vital-signs", coordinator), coordinator, WHY)
    address = reverse("restore-form", args=[visit.patient.number, moved.pk])
    assert "only a data manager" in client_of(coordinator).get(address).content.decode()
    assert client_of(coordinator).post(address, {"reason": "It was right"}).status_code == 422
    assert client_of(data_manager).post(address, {"reason": "It was right"}).status_code == 302
    moved.refresh_from_db()
    assert moved.struck_at is None


def test_struck_out_visits_page_shows_the_history_of_every_item(visit, coordinator):
    enter(visit, "dose", coordinator, given_g="10")
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="SYN-1")
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="SYN-2")
    strike_visit(visit=visit, by=coordinator, reason="Opened by mistake")
    text = words_of(read(coordinator, "struck-visit", visit.patient.number, visit.pk))
    assert re.search(r"Lot 1 of dose: Lot number \S+ \S+ \S+ coordinator \(coordinator\) blank SYN-1", text)
    assert re.search(r"Lot 1 of dose: Lot number \S+ \S+ \S+ coordinator \(coordinator\) SYN-1 SYN-2", text)
