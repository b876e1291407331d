"""At the edges of striking out: what still counts, what is offered, what a page left open elsewhere does."""

import html
import uuid
from dataclasses import replace

import pytest
from django.core.cache import cache

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.services import add_entry
from ecrf.casebook.striking import strike_out
from ecrf.checks.models import Discrepancy
from ecrf.checks.registry import CHECKS
from ecrf.entry.addresses import PagePlace
from ecrf.entry.today.to_do import to_do_list
from ecrf.entry.visit.load import visit_page
from ecrf.forms.registry import CRFS
from ecrf.formview.load import visit_form_views
from tests.builders import a_patient, a_visit, enter

pytestmark = pytest.mark.django_db

WHY = "Entered twice"


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def strike(coordinator, site):
    by = coordinator.acting_at(site, Right.ENTER)
    return lambda entry: strike_out(entry=entry, by=coordinator, actor=by, reason=WHY)


@pytest.fixture
def browser(client, coordinator):
    client.force_login(coordinator)
    client.raise_request_exception = False
    cache.clear()
    return client


@pytest.fixture
def serious(patient, coordinator) -> Discrepancy:
    """The question about a serious event, which offers the form about it."""
    enter(patient, "adverse-event", coordinator, term="Headache", serious="yes")
    return Discrepancy.objects.get(check_id="AE-003")


@pytest.fixture
def press(browser, patient):
    url = f"/patients/{patient.number}/casebook/adverse-event/"
    return lambda action, **more: browser.post(url, {"action": action, **more})


def standing(patient, crf) -> int:
    return patient.entries.filter(crf=crf, struck_at=None).count()


def test_offer_taken_twice_adds_one(press, serious, patient):
    for _click in range(2):
        assert press(f"offer:{serious.pk}").status_code == 302
    assert standing(patient, "report") == 1


def test_offer_taken_twice_after_the_first_one_was_struck_out_adds_one(press, serious, patient, strike):
    press(f"offer:{serious.pk}")
    strike(patient.entries.get(crf="report"))
    for _click in range(2):
        assert press(f"offer:{serious.pk}").status_code == 302
    assert standing(patient, "report") == 1


def test_offer_says_what_it_could_not_fill_in_and_keeps_the_text(
    press, serious, patient, browser, monkeypatch
):
    """The rest of the form is filled in; what was refused stands on the page, with why, to be entered by hand."""
    check = CHECKS["AE-003"]

    def fill(row, data):
        return check.offer.fill(row, data) | {"became_aware_on": "some day <b>in May</b>"}

    monkeypatch.setitem(CHECKS, "AE-003", replace(check, offer=replace(check.offer, fill=fill)))
    answer = press(f"offer:{serious.pk}")
    page = html.unescape(browser.get(answer.headers["Location"]).content.decode())
    label = CRFS["report"].items["became_aware_on"].verbose_name
    assert f"this could not be filled in; enter it yourself: {label} “some day <b>in May</b>”: " in page
    assert "Added, filled in as far as is known" not in page
    row = CRFS["report"].model.objects.get(entry__patient=patient)
    assert (row.adverse_event, row.became_aware_on) == (serious.entry.link, None)


def test_offer_about_a_row_struck_out_meanwhile_is_not_taken(press, serious, patient, strike):
    strike(serious.entry)
    assert press(f"offer:{serious.pk}").status_code == 400
    assert standing(patient, "report") == 0


def test_offer_of_a_question_that_is_no_longer_asked_is_not_taken(press, serious, patient, coordinator):
    enter(patient, "adverse-event", coordinator, serious="no")
    assert press(f"offer:{serious.pk}").status_code == 400
    assert standing(patient, "report") == 0


def test_today_does_not_count_what_a_struck_out_row_lacks(patient, coordinator, strike):
    enter(patient, "adverse-event", coordinator, term="Headache")
    me = User.objects.get(pk=coordinator.pk)
    assert to_do_list(me).lines[0].missing > 0
    strike(patient.entries.get())
    assert to_do_list(me).lines[0].missing == 0


def test_today_does_not_count_what_the_rows_of_a_struck_out_form_lack(patient, coordinator, strike):
    visit, me = a_visit(patient, "W04", coordinator), User.objects.get(pk=coordinator.pk)
    before = to_do_list(me).lines[0].missing
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A")
    strike(visit.entries.get(crf="dose"))
    assert to_do_list(me).lines[0].missing == before, "another dose is wanted in its place, and no lot"


def test_last_value_is_not_that_of_a_struck_out_form(patient, coordinator, strike):
    first, second = (a_visit(patient, code, coordinator) for code in ("W04", "W07"))
    enter(first, "dose", coordinator, number=1, weight_kg="60")
    enter(first, "dose", coordinator, number=2, weight_kg="70")
    strike(first.entries.get(crf="dose", number=1))
    form_input = next(
        p for p in visit_page(PagePlace(patient, second)).form_inputs if p.definition.key == "dose"
    )
    assert form_input.item_views["weight_kg"].previous == "70.0"


def test_page_and_lists_agree_when_a_planned_form_is_struck_out(patient, coordinator, strike):
    """It was a mistake: the planned one is still to be entered."""
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "dose", coordinator, given_g="10")
    strike(visit.entries.get(crf="dose"))
    page = visit_page(PagePlace(patient, visit))
    wanted = [p for p in page.wanted if p.definition.key == "dose"]
    assert len(wanted) == 1
    saved = enter(visit, "dose", coordinator, number=wanted[0].place.number, given_g="10")
    assert saved.changed


def test_page_offers_the_place_of_a_planned_form_after_one_is_struck_out(
    browser, patient, coordinator, strike
):
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "dose", coordinator, given_g="10")
    strike(visit.entries.get(crf="dose"))
    url = f"/patients/{patient.number}/W04/"
    assert 'name="dose:2:given_g"' in browser.get(url).content.decode()
    assert browser.post(f"{url}dose/2/given_g/", {"value": "10", "seen": ""}).status_code == 200
    assert browser.post(f"{url}dose/3/given_g/", {"value": "10", "seen": ""}).status_code == 404
    assert 'name="dose:3:given_g"' not in browser.get(url).content.decode()


def test_value_typed_into_a_row_struck_out_meanwhile_is_answered_on_the_page(press, serious, strike):
    strike(serious.entry)
    page = press(
        "save", **{"adverse-event:1:term": "Migraine", "seen:adverse-event-1": '{"term": "Headache"}'}
    )
    assert page.status_code == 422
    assert "Restore it before changing it" in page.content.decode()
    assert "Migraine" in page.content.decode()


def test_reason_stays_when_striking_out_is_refused(press, serious):
    press(f"offer:{serious.pk}")
    page = press("strike:adverse-event-1", **{"note:adverse-event-1": "Belongs to nobody"})
    assert page.status_code == 422
    assert "Belongs to nobody" in page.content.decode()


def test_two_people_adding_a_form_that_is_there_once_add_one(patient, coordinator, site):
    visit = a_visit(patient, "UNS-1", coordinator)
    more = {"definition": CRFS["vital-signs"], "visit": visit, "parent": None}
    by = coordinator.acting_at(site, Right.ENTER)
    for _person in range(2):
        add_entry(patient=patient, by=by, request_key=uuid.uuid4(), **more)
    assert visit.entries.filter(crf="vital-signs").count() == 1


def test_form_added_to_an_unscheduled_visit_can_be_added_again_once_it_is_struck_out(
    browser, patient, coordinator, strike
):
    visit = a_visit(patient, "UNS-1", coordinator)
    url = f"/patients/{patient.number}/UNS-1/"
    browser.post(url, {"action": f"add:dose:{uuid.uuid4()}"})
    strike(visit.entries.get(crf="dose"))
    assert 'value="add:dose:' in browser.get(url).content.decode()
    assert browser.post(url, {"action": f"add:dose:{uuid.uuid4()}"}).status_code == 302
    assert standing(patient, "dose") == 1


def test_index_of_the_page_counts_nothing_in_a_struck_out_form(browser, patient, coordinator, strike):
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "dose", coordinator, given_g="10")
    strike(visit.entries.get(crf="dose"))
    page = browser.get(f"/patients/{patient.number}/W04/").content.decode()
    assert 'data-index-of="dose-2"' in page
    assert 'data-index-of="dose-1"' not in page
    assert page.count("struck out") >= 2


def test_printed_visit_has_the_blank_place_of_a_planned_form_that_is_struck_out(patient, coordinator, strike):
    visit = a_visit(patient, "W04", coordinator)
    enter(visit, "dose", coordinator, given_g="10")
    strike(visit.entries.get(crf="dose"))
    assert [s.address for s in visit_form_views(visit) if s.definition.key == "dose"] == ["1", "2"]
