"""The schedule status kept for the lists says at every moment what the one function says."""

import uuid
from datetime import date
from decimal import Decimal

import pytest

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.laboratory.services import NewRange, add_ranges
from ecrf.casebook.models import Entry, PatientStatus
from ecrf.casebook.schedule.status import schedule_status_of
from ecrf.casebook.services import add_entry, complete_entries
from ecrf.entry.today.to_do import to_do_list
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter
from tests.stub_trial.crfs.laboratory import LAB_TESTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def complete(patient, site, coordinator):
    by = coordinator.acting_at(site, Right.ENTER)

    def now(visit, *keys):
        assert not complete_entries(patient=patient, places=[a_place(visit, key) for key in keys], by=by)

    return now


@pytest.fixture
def unscheduled(patient, coordinator, complete):
    """A complete unscheduled visit."""
    visit = a_visit(patient, "UNS-1", coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-12", contact="phone")
    complete(visit, "visit")
    return visit


def unfinished(patient) -> tuple[str, str]:
    """As stored, and as it is."""
    found = schedule_status_of(patient).unfinished
    return PatientStatus.objects.get(patient=patient).unfinished_code, found.plan.code if found else ""


def test_complete_form_that_loses_a_value_makes_its_visit_unfinished(
    patient, unscheduled, coordinator, complete
):
    enter(unscheduled, "scale", coordinator, question_1="1", before_dose="yes")
    row = CRFS["scale"].model.objects.get()
    for name in CRFS["scale"].missing(row):
        enter(unscheduled, "scale", coordinator, **{name: "1"})
    complete(unscheduled, "scale")
    assert unfinished(patient) == ("", "")
    enter(unscheduled, "scale", coordinator, reason="Wrong", question_1=None)
    assert unfinished(patient) == ("UNS-1", "UNS-1")
    enter(unscheduled, "scale", coordinator, reason="Found", question_1="2")
    assert unfinished(patient) == ("", "")


def lab(visit, coordinator, complete, sex_first=True):
    enter(visit, "laboratory", coordinator, collected_on="2026-01-12")
    for number, _test in enumerate(LAB_TESTS, 1):
        enter(visit, "lab-result", coordinator, parent=1, number=number, value="10")
    complete(visit, "laboratory")


def test_range_that_asks_about_a_complete_result_makes_its_visit_unfinished(
    patient, unscheduled, coordinator, complete, site
):
    lab(unscheduled, coordinator, complete)
    assert unfinished(patient) == ("", "")
    hgb = NewRange("HGB", "g/dL", Decimal("12"), Decimal("16"), "", date(2026, 1, 1))
    add_ranges(site=site, given=[hgb], by=coordinator)
    assert unfinished(patient) == ("UNS-1", "UNS-1")


def test_date_of_the_sample_that_asks_about_complete_results_makes_the_visit_unfinished(
    patient, unscheduled, coordinator, complete, site
):
    hgb = NewRange("HGB", "g/dL", Decimal("12"), Decimal("16"), "", date(2026, 1, 13))
    add_ranges(site=site, given=[hgb], by=coordinator)
    lab(unscheduled, coordinator, complete)
    assert unfinished(patient) == ("", "")
    enter(unscheduled, "laboratory", coordinator, reason="Misread", collected_on="2026-01-14")
    assert unfinished(patient) == ("UNS-1", "UNS-1")


def test_form_added_to_a_complete_unscheduled_visit_makes_it_the_earliest_unfinished(
    patient, unscheduled, coordinator, site
):
    later = a_visit(patient, "W04", coordinator)
    enter(later, "visit", coordinator, occurrence="done", visited_on="2026-01-26")
    assert unfinished(patient) == ("W04", "W04")
    by = coordinator.acting_at(site, Right.ENTER)
    more = {"definition": CRFS["vital-signs"], "visit": unscheduled, "parent": None}
    add_entry(patient=patient, by=by, request_key=uuid.uuid4(), **more)
    assert unfinished(patient) == ("UNS-1", "UNS-1")


def test_value_of_another_form_makes_a_complete_visit_unfinished_where_none_was(
    patient, unscheduled, coordinator
):
    assert unfinished(patient) == ("", "")
    enter(unscheduled, "vital-signs", coordinator, pulse="70")
    assert unfinished(patient) == ("UNS-1", "UNS-1")


def test_form_with_a_fixed_set_of_rows_lacks_only_what_those_not_begun_ask_whichever_is_saved(
    unscheduled, coordinator
):
    def missing():
        return Entry.objects.get(crf="laboratory").missing

    result = CRFS["lab-result"]
    enter(unscheduled, "laboratory", coordinator, collected_on="2026-01-12")
    assert missing() == len(LAB_TESTS) * result.missing_when_blank()
    for number in (1, 2):
        enter(unscheduled, "lab-result", coordinator, parent=1, number=number, value="10")
        left = (len(LAB_TESTS) - number) * result.missing_when_blank()
        assert missing() == left
        enter(unscheduled, "laboratory", coordinator, collected_on=f"2026-01-1{2 + number}")
        assert missing() == left


@pytest.mark.parametrize("key", sorted(key for key, kind in CRFS.items() if not kind.row_of))
def test_entry_just_begun_lacks_what_its_list_says(key, patient, coordinator, site):
    definition = CRFS[key]
    visit = (
        None
        if key == "end-of-study" or (definition.repeat and key != "dose")
        else a_visit(patient, "SCR", coordinator)
    )
    by = coordinator.acting_at(site, Right.ENTER)
    add_entry(
        patient=patient, definition=definition, visit=visit, parent=None, by=by, request_key=uuid.uuid4()
    )
    entry = Entry.objects.get(crf=key)
    row = definition.model.objects.get(entry=entry)
    rows = [CRFS[k] for k in definition.rows if CRFS[k].row_names]
    assert entry.missing == len(definition.missing(row)) + sum(
        len(r.row_names) * r.missing_when_blank() for r in rows
    )


def test_today_counts_what_a_complete_form_lacks_again(patient, unscheduled, coordinator):
    enter(unscheduled, "visit", coordinator, reason="Not known", contact=None)
    [line] = to_do_list(User.objects.get(pk=coordinator.pk)).lines
    assert (line.schedule_status.unfinished_code, line.missing) == ("UNS-1", 1)
