"""Dosing: the planned dose and its words."""

from decimal import Decimal

import pytest

from trial.crfs.infusion import dosing_visits
from trial.dosing import Phase, cycle_of, phase_of, plan_in_words, planned_dose_g, volume_ml

VISITS = ["W01", "W04", "W07"]


@pytest.mark.requirement("R-101")
@pytest.mark.parametrize(
    ("code", "phase", "cycle"),
    [
        ("SCR", None, None),
        ("W01", Phase.INDUCTION, None),
        ("W04", Phase.MAINTENANCE, 1),
        ("W07", Phase.MAINTENANCE, 2),
        ("W52", None, None),
    ],
)
def test_phase_and_cycle_follow_from_the_visit(code, phase, cycle):
    assert (phase_of(code, VISITS), cycle_of(code, VISITS)) == (phase, cycle)


def test_schedule_has_16_maintenance_cycles():
    assert [cycle_of(code, dosing_visits()) for code in dosing_visits()] == [None, *range(1, 17)]


@pytest.mark.requirement("R-101")
@pytest.mark.parametrize(
    ("phase", "weight", "days", "dose"),
    [
        (Phase.INDUCTION, "60.0", 1, "24.0"),
        (Phase.INDUCTION, "60.0", 2, "24.0"),
        (Phase.MAINTENANCE, "60.0", 1, "60.0"),
        (Phase.MAINTENANCE, "60.0", 2, "30.0"),
        (Phase.INDUCTION, "60.1", 1, "24.0"),
        (Phase.INDUCTION, "60.2", 1, "24.1"),
        (Phase.MAINTENANCE, "61.3", 2, "30.7"),
    ],
)
def test_dose_is_rounded_to_one_decimal_half_up(phase, weight, days, dose):
    assert planned_dose_g(phase, Decimal(weight), days) == Decimal(dose)


def test_a_completer_gets_18_g_per_kg():
    weight = Decimal("50.0")
    induction = 5 * planned_dose_g(Phase.INDUCTION, weight)
    assert induction + 16 * planned_dose_g(Phase.MAINTENANCE, weight) == 18 * weight


@pytest.mark.requirement("R-101")
def test_a_gram_is_20_ml():
    assert volume_ml(Decimal("24.1")) == 482


def test_plan_reads_as_the_nurse_needs_it():
    assert plan_in_words(Phase.INDUCTION, Decimal("60.0")) == [
        "Planned 24.0 g = 480 mL",
        "0.4 g/kg × 60.0 kg; 20 mL per g (5 % solution)",
    ]
    assert plan_in_words(Phase.MAINTENANCE, Decimal("60.0"), 2) == [
        "Planned 30.0 g = 600 mL",
        "1.0 g/kg × 60.0 kg ÷ 2 days; 20 mL per g (5 % solution)",
    ]
