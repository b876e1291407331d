"""What a check offers beside its question: a log entry, added once for each question and filled in as far as known."""

from dataclasses import replace

import pytest

from ecrf.access.roles import Right
from ecrf.casebook.data import stored_row
from ecrf.casebook.striking import strike_out
from ecrf.checks.models import Discrepancy
from ecrf.checks.offers import take_offer
from ecrf.checks.registry import CHECKS, Offer
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_visit, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W04", coordinator)


@pytest.fixture(autouse=True)
def _offered(monkeypatch):
    """By VS-002, with a day on which nothing can have begun."""

    def fill(row, data):
        return {"term": f"Pulse {row.pulse}", "started_on": "2099-01-02"}

    offer = Offer("adverse-event", "Record an adverse event", fill)
    monkeypatch.setitem(CHECKS, "VS-002", replace(CHECKS["VS-002"], offer=offer))


@pytest.fixture
def take(coordinator):
    def take(discrepancy):
        patient = discrepancy.entry.patient
        return take_offer(
            discrepancy=discrepancy, patient=patient, by=coordinator.acting_at(patient.site, Right.ENTER)
        )

    return take


def asked(visit, by, pulse="200", item="pulse"):
    enter(visit, "vital-signs", by, pulse=pulse)
    return Discrepancy.objects.get(entry__visit=visit, item=item)


def terms(patient):
    events = CRFS["adverse-event"].model.objects.filter(entry__patient=patient).order_by("entry__number")
    return list(events.values_list("entry__number", "term"))


def test_entry_is_filled_in_from_the_row_asked_about_and_what_is_refused_is_said_with_its_text(
    visit, coordinator, take
):
    asked(visit, coordinator)
    found = take(asked(a_visit(visit.patient, "W07", coordinator), coordinator, "210"))
    assert (found.place.definition.key, found.place.number) == ("adverse-event", 1)
    assert terms(visit.patient) == [(1, "Pulse 210")]
    [left] = found.left
    assert "2099-01-02" in left
    assert str(CRFS["adverse-event"].items["started_on"].verbose_name) in left
    assert "future" in left


def test_second_click_adds_nothing_and_overwrites_nothing(visit, coordinator, take):
    question = asked(visit, coordinator)
    place = take(question).place
    enter(visit.patient, "adverse-event", coordinator, term="Palpitations")
    again = take(question)
    assert (again.place, again.left) == (place, [])
    assert terms(visit.patient) == [(1, "Palpitations")]


def test_question_that_is_answered_meanwhile_adds_nothing(visit, coordinator, take):
    question = asked(visit, coordinator)
    enter(visit, "vital-signs", coordinator, pulse="70")
    with pytest.raises(LookupError, match="no longer asks this"):
        take(question)
    assert terms(visit.patient) == []


def test_entry_of_a_question_that_was_answered_since_is_shown_as_it_stands(visit, coordinator, take):
    question = asked(visit, coordinator)
    place = take(question).place
    enter(visit.patient, "adverse-event", coordinator, term="")
    enter(visit, "vital-signs", coordinator, pulse="70")
    assert take(question).place == place
    assert stored_row(place).term is None


def test_question_offers_anew_where_its_entry_was_struck_out(visit, coordinator, take):
    question = asked(visit, coordinator)
    by = coordinator.acting_at(visit.site, Right.ENTER)
    for number in (1, 2):
        entry = stored_row(take(question).place).entry
        assert entry.number == number
        strike_out(entry=entry, by=coordinator, actor=by, reason="Entered twice")
    assert take(question).place.number == 3


def test_check_that_offers_nothing_or_is_gone_is_an_error_of_the_caller(
    visit, coordinator, take, monkeypatch
):
    enter(visit, "vital-signs", coordinator, weight_kg="20")
    with pytest.raises(LookupError, match="VS-003 offers nothing"):
        take(Discrepancy.objects.get(check_id="VS-003"))
    question = asked(visit, coordinator)
    monkeypatch.delitem(CHECKS, "VS-002")
    with pytest.raises(LookupError, match="VS-002 offers nothing"):
        take(question)
    assert terms(visit.patient) == []
