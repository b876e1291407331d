"""The trial's own listings, on a patient whose events, doses and results are known."""

from datetime import date
from decimal import Decimal

import pytest

from ecrf.casebook.laboratory.services import NewRange, add_ranges
from ecrf.listings.columns.book import book
from ecrf.listings.reading.reader import listing_reader
from ecrf.listings.reading.rows import ListingRows
from ecrf.listings.reading.statement import ListingStatement
from tests.builders import a_patient, a_visit, enter

pytestmark = [pytest.mark.django_db]


GIVEN = (
    ("W01", "2026-02-01", ("A1",)),
    ("W04", "2026-02-22", ("a1 ", "B2")),
    ("W07", "2026-03-15", ("B2",)),
)


def lines(key, user, *columns):
    """What a ready-made listing shows in these columns; several values of one cell in one text."""
    definition = book().ready[key].definition
    statement = ListingStatement(definition, listing_reader(user))
    at = [definition.columns.index(column) for column in columns]
    rows = ListingRows(statement).page(0, 200)
    return [[" | ".join(cell.words for cell in row.cells[place]) for place in at] for row in rows]


@pytest.fixture
def patient(site, coordinator):
    """Infused at week 1 and, from a second lot too, at week 4; three events, one of which is serious."""
    by, patient = coordinator, a_patient(site, coordinator)
    for code, day, lots in GIVEN:
        visit = a_visit(patient, code, by)
        enter(visit, "visit", by, occurrence="done", visited_on=day, contact="on-site")
        enter(visit, "infusion", by, infused_on=day, dosing_weight_kg="50.0", given_g="45.0")
        for number, lot in enumerate(lots, start=1):
            enter(visit, "infusion-lot", by, parent=1, number=number, lot_number=lot)
    for number, term, day, serious in (
        (1, "Chills", "2026-02-24", "no"),
        (2, "Rash", "2026-03-16", "no"),
        (3, "Fall", "2026-02", "yes"),
    ):
        enter(patient, "adverse-event", by, number=number, term=term, started_on=day, serious=serious)
    return patient


def test_event_after_a_new_lot_is_found_and_the_one_after_a_known_lot_is_not(patient, data_manager):
    found = lines(
        "events-after-a-new-lot",
        data_manager,
        "adverse-event.term",
        "infusion.infused_on",
        "infusion.@new-lot",
    )
    assert found == [["Chills", "2026-02-22", "Yes"], ["Fall", "2026-02-01 | 2026-02-22", "Yes | Yes"]]


def test_dose_is_held_against_the_plan(patient, data_manager):
    columns = ("infusion.planned_dose_g", "infusion.given_g", "infusion.@off-plan")
    found = lines("doses-planned-and-given", data_manager, *columns)
    assert found == [["20.0", "45.0", "125.0"], ["50.0", "45.0", "-10.0"], ["50.0", "45.0", "-10.0"]]


def test_log_and_serious_event_forms_are_reconciled(patient, coordinator, data_manager):
    columns = ("adverse-event.term", "adverse-event.@reconciled")
    without = ["Fall", "Serious, without a serious event form"]
    assert lines("serious-events-reconciled", data_manager, *columns) == [without]
    enter(patient, "serious-adverse-event", coordinator, number=1, adverse_event="3")
    enter(patient, "serious-adverse-event", coordinator, number=2, adverse_event="1")
    enter(patient, "serious-adverse-event", coordinator, number=3, became_aware_on="2026-02-03")
    assert lines("serious-events-reconciled", data_manager, *columns) == [
        ["Chills", "A serious event form, not serious in the log"],
        ["Fall", "Agree"],
    ]
    assert lines("serious-forms-without-event", data_manager, "@number") == [["3"]]


def test_result_outside_its_range_stands_beside_the_event_that_explains_it(
    site, patient, coordinator, data_manager
):
    given = [NewRange("HGB", "g/dL", Decimal("12"), Decimal("16"), "", date(2026, 1, 1))]
    add_ranges(site=site, given=given, by=coordinator)
    visit = patient.visits.get(code="W04")
    enter(visit, "laboratory", coordinator, collected_on="2026-02-22")
    enter(visit, "lab-result", coordinator, parent=1, number=1, value="9.0")
    found = lines(
        "laboratory-outside-range", data_manager, "lab-result.test", "lab-result.flag", "adverse-event.term"
    )
    assert found == [["Haemoglobin", "Low", "Fall | Chills"]], "by the first day that each can have begun"


def test_deviation_stands_beside_its_visit(patient, coordinator, data_manager):
    enter(
        patient, "protocol-deviation", coordinator, number=1, what="Late", visit_link="W04.1", category="dose"
    )
    found = lines("deviations", data_manager, "protocol-deviation.category", "visit.visited_on", "visit.@off")
    assert found == [["Dose", "2026-02-22", "0"]]


def test_every_listing_of_the_trial_is_made_of_what_there_is(patient, data_manager):
    for listing in book().ready.values():
        statement = ListingStatement(listing.definition, listing_reader(data_manager))
        assert not statement.gone, listing.key
        assert len(statement.shown) == len(listing.definition.columns)
        ListingRows(statement).page(0, 50)
        for column in filter(None, listing.chart):
            assert statement.column(column).can_be_drawn
