"""The schedule is the protocol's table, and every value we chose ourselves is on the list of assumptions."""

import pytest

from ecrf.forms.registry import CRFS
from trial.checks.across_forms import OLDEST, PRESSURE_FELL_MMHG, TEMPERATURE_ROSE_C
from trial.checks.dates import DAYS_CONSENT_TO_SCREENING, DAYS_FROM_VISIT, STUDY_BEGAN
from trial.crfs.incat import TOTAL_MOVED
from trial.outcomes import PROBABLE_AREA_PERCENT
from trial.schedule import PROTOCOL, WINDOW

WORDS = {assumption.name: assumption.value for assumption in PROTOCOL.assumptions}


def test_visits_stand_in_the_order_of_the_protocol():
    weeks = [f"W{week:02}" for week in range(1, 53, 3)]
    assert [plan.code for plan in PROTOCOL.visits] == ["SCR", *weeks, "ET", "UNS"]
    assert len(weeks) == 18


@pytest.mark.parametrize(("code", "day"), [("W01", 1), ("W04", 22), ("W28", 190), ("W49", 337), ("W52", 358)])
def test_nominal_day_is_as_in_the_table(code, day):
    plan = PROTOCOL.plan(code)
    assert (plan.day, plan.opens, plan.closes) == (day, -7, 7)


def test_screening_begins_with_its_date_and_the_forms_of_enrolment():
    assert PROTOCOL.plan("SCR").forms[:5] == (
        "visit",
        "consent",
        "demographics",
        "eligibility",
        "mmn-history",
    )


def test_infusions_are_planned_from_week_1_to_49():
    dosing = [plan.code for plan in PROTOCOL.visits if "infusion" in plan.forms]
    assert (dosing[0], dosing[-1], len(dosing)) == ("W01", "W49", 17)
    assert [PROTOCOL.plan(code).expected_of("infusion") for code in ("W01", "W04")] == [5, 1]


def test_vital_signs_and_strength_are_taken_at_every_visit():
    everywhere = {"visit", "vital-signs", "mrc-strength", "grip-strength", "incat"}
    assert all(everywhere <= {*plan.forms, *plan.optional} for plan in PROTOCOL.visits)


def test_early_termination_and_unscheduled_visits_are_on_demand():
    assert [plan.code for plan in PROTOCOL.visits if plan.on_demand] == ["ET", "UNS"]


def test_schedule_and_registry_name_the_same_forms():
    parents = {key for key, definition in CRFS.items() if not definition.row_of}
    assert set(PROTOCOL.scheduled_crfs()) == parents


def test_assumptions_have_names_of_their_own_and_a_reason():
    assert len(WORDS) == len(PROTOCOL.assumptions)
    assert all(assumption.value and assumption.why for assumption in PROTOCOL.assumptions)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Visit window", f"{WINDOW} days"),
        ("Check limits: age", f"Above {OLDEST} years"),
        ("Check limits: vital signs in an infusion", f"{PRESSURE_FELL_MMHG} mmHg"),
        ("Check limits: vital signs in an infusion", f"{TEMPERATURE_ROSE_C} °C"),
        ("Check limits: vital signs", "Pulse 40 to 150 /min"),
        ("Check limits: vital signs", "outside 10 to 50 °C"),
        ("Check limits: height and body mass index", "130 to 210 cm"),
        ("Study began", str(STUDY_BEGAN)),
        ("Consent and screening", f"{DAYS_CONSENT_TO_SCREENING} days before screening"),
        ("Dates of one visit", f"more than {DAYS_FROM_VISIT} days"),
        ("Check limits: grip", "20%"),
        ("Check limits: INCAT", f"by {TOTAL_MOVED} or more"),
        ("Check limits: nerve conduction", "above 100 mV"),
        ("Long arm segments", f"{PROBABLE_AREA_PERCENT} % or more"),
        ("Long arm segments", "wrist to elbow (forearm), elbow to axilla (upper arm)"),
        ("Groups of protocol deviations", "prohibited medication"),
        ("Muscle groups of the MRC sum score", "ankle plantar flexion"),
    ],
)
def test_assumption_tells_the_value_that_the_code_uses(name, words):
    assert words in WORDS[name]
