"""Unscheduled visits: opened when needed, one after the other, with the forms the site chooses."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.casebook.data import PatientData
from ecrf.casebook.schedule.due import VisitState
from ecrf.casebook.schedule.matrix import matrix
from ecrf.casebook.schedule.status import schedule_status_of
from ecrf.casebook.services import complete_entries
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.forms.protocol import protocol
from tests.builders import a_patient, a_place, a_visit, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def went_on(patient, coordinator):
    """Weeks 1 and 4, and an unscheduled visit between the two."""
    for code, day in (("W01", "2026-01-05"), ("W04", "2026-01-26"), ("UNS-1", "2026-01-12")):
        enter(a_visit(patient, code, coordinator), "visit", coordinator, occurrence="done", visited_on=day)
    return patient


def codes(patient) -> list[str]:
    return [due.plan.code for due in schedule_status_of(patient).visits]


def test_unscheduled_visit_stands_where_it_took_place(went_on):
    assert codes(went_on)[:4] == ["SCR", "W01", "UNS-1", "W04"]


def test_unscheduled_visit_without_a_date_stands_at_the_end(patient, coordinator):
    a_visit(patient, "UNS-1", coordinator)
    assert codes(patient)[-1] == "UNS-1"


def test_unscheduled_visits_are_opened_one_after_the_other(patient, coordinator):
    with pytest.raises(LookupError):
        a_visit(patient, "UNS-2", coordinator)
    a_visit(patient, "UNS-1", coordinator)
    assert [plan.code for plan in matrix(patient).on_demand] == ["ET", "UNS-2"]
    assert a_visit(patient, "UNS-2", coordinator).code == "UNS-2"


def test_last_value_is_that_of_the_visit_before_in_time(went_on, coordinator):
    for code, pulse in (("W01", "60"), ("UNS-1", "70"), ("W04", "80")):
        enter(a_visit(went_on, code, coordinator), "vital-signs", coordinator, pulse=pulse)
    data = PatientData(went_on)
    last = data.at("vital-signs", "W04")[0]
    assert data.previous("vital-signs", last).pulse == 70
    assert data.last("vital-signs", last, "pulse").pulse == 70
    assert data.last("vital-signs", last, "weight_kg") is None


def test_order_of_visits_follows_a_date_that_is_corrected(went_on, coordinator):
    enter(a_visit(went_on, "UNS-1", coordinator), "visit", coordinator, visited_on="2026-01-30")
    assert codes(went_on)[:4] == ["SCR", "W01", "W04", "UNS-1"]


def test_unscheduled_visit_needs_its_visit_form_and_what_was_added(patient, site, coordinator):
    visit = a_visit(patient, "UNS-1", coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-12", contact="phone")
    enter(visit, "vital-signs", coordinator, pulse="70")
    by = coordinator.acting_at(site, Right.ENTER)
    assert not complete_entries(patient=patient, places=[a_place(visit, "visit")], by=by)
    state = next(due.state for due in schedule_status_of(patient).visits if due.plan.code == "UNS-1")
    assert state == VisitState.BEGUN


def test_page_offers_the_forms_that_may_be_added(client, patient, coordinator):
    client.force_login(coordinator)
    visit = a_visit(patient, "UNS-1", coordinator)
    url = f"/patients/{patient.number}/UNS-1/"
    assert 'name="vital-signs:1:pulse"' not in client.get(url).content.decode()
    key = uuid.uuid4()
    for _click in range(2):
        client.post(url, {"action": f"add:vital-signs:{key}"})
    assert 'name="vital-signs:1:pulse"' in client.get(url).content.decode()
    assert visit.entries.filter(crf="vital-signs").count() == 1


def test_form_that_may_not_be_added_is_refused(client, patient, coordinator):
    client.force_login(coordinator)
    a_visit(patient, "UNS-1", coordinator)
    url = f"/patients/{patient.number}/UNS-1/"
    assert client.post(url, {"action": f"add:consent:{uuid.uuid4()}"}).status_code == 400
    assert client.post(f"{url}consent/1/signed_on/", {"value": "2026-01-01"}).status_code == 404


@pytest.mark.parametrize("code", ["UNS", "UNS-0", "UNS-01", "UNS-1-1", "W01-1", "ET-1"])
def test_only_numbered_codes_name_an_unscheduled_visit(code):
    assert protocol().plan(code) is None


def test_unscheduled_visit_has_no_window(went_on):
    due = next(due for due in schedule_status_of(went_on).visits if due.plan.code == "UNS-1")
    assert (due.due_on, due.in_window, due.visited_on) == (None, None, date(2026, 1, 12))


def test_corrected_date_of_an_unscheduled_visit_asks_anew_what_is_compared_with_the_last_visit(
    went_on, coordinator
):
    """At week 4 the weight is compared with the unscheduled visit, until that turns out to be later."""
    for code, weight in (("W01", "60"), ("UNS-1", "70"), ("W04", "60")):
        enter(a_visit(went_on, code, coordinator), "vital-signs", coordinator, weight_kg=weight)
    at_week_4 = Discrepancy.objects.filter(
        check_id="VS-004", entry__visit__code="W04", state=DiscrepancyState.OPEN
    )
    assert at_week_4.exists()
    enter(a_visit(went_on, "UNS-1", coordinator), "visit", coordinator, visited_on="2026-01-30")
    assert not at_week_4.exists()


def test_corrected_date_of_a_visit_of_the_schedule_asks_anew_too(went_on, coordinator):
    """The unscheduled visit is compared with week 1, until week 4 turns out to be before it."""
    for code, weight in (("W01", "60"), ("UNS-1", "70"), ("W04", "70")):
        enter(a_visit(went_on, code, coordinator), "vital-signs", coordinator, weight_kg=weight)
    at_unscheduled = Discrepancy.objects.filter(
        check_id="VS-004", entry__visit__code="UNS-1", state=DiscrepancyState.OPEN
    )
    assert at_unscheduled.exists()
    enter(a_visit(went_on, "W04", coordinator), "visit", coordinator, visited_on="2026-01-10")
    assert not at_unscheduled.exists()


def test_unscheduled_visits_between_the_same_two_stand_by_their_dates(went_on, coordinator):
    """The earlier one was entered later."""
    enter(
        a_visit(went_on, "UNS-2", coordinator),
        "visit",
        coordinator,
        occurrence="done",
        visited_on="2026-01-08",
    )
    assert codes(went_on)[:5] == ["SCR", "W01", "UNS-2", "UNS-1", "W04"]


def test_next_planned_visit_is_still_offered_after_an_unscheduled_one_was_opened(
    patient, client, coordinator
):
    client.force_login(coordinator)
    a_visit(patient, "UNS-1", coordinator)
    page = client.get(reverse("patient", args=[patient.number])).content.decode()
    assert ">Go on with Unscheduled visit 1</button>" in page
    assert ">Open Screening</button>" in page


def test_unscheduled_visit_on_the_day_of_a_planned_one_stands_behind_it(went_on, coordinator):
    for day in ("2026-01-26", "2026-01-05"):
        enter(a_visit(went_on, "UNS-1", coordinator), "visit", coordinator, visited_on=day)
        before = {"2026-01-26": "W04", "2026-01-05": "W01"}[day]
        order = codes(went_on)
        assert order[order.index("UNS-1") - 1] == before
