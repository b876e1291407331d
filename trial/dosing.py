"""Dosing: what the protocol plans to give, from the visit and the dosing weight. Pure functions."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from django.utils.translation import gettext

INDUCTION_G_PER_KG = Decimal("0.4")
INDUCTION_DAYS = 5
MAINTENANCE_G_PER_KG = Decimal("1.0")
ML_PER_G = 20
"""5 % solution, 50 mg/mL (protocol, head)."""

ROUNDED_TO = Decimal("0.1")
"""Doses are rounded to one decimal, half up (P)."""


class Phase(StrEnum):
    INDUCTION = "induction"
    MAINTENANCE = "maintenance"


def phase_of(code: str, dosing_visits: Sequence[str]) -> Phase | None:
    """Which phase a visit's infusions belong to: the first dosing visit is induction, the others maintenance.

    None for a visit without a planned dose. `dosing_visits`: codes in the order of the schedule (section 2).
    """
    if code not in dosing_visits:
        return None
    return Phase.INDUCTION if code == dosing_visits[0] else Phase.MAINTENANCE


def cycle_of(code: str, dosing_visits: Sequence[str]) -> int | None:
    """The maintenance cycle of a visit, from 1; None outside maintenance."""
    if phase_of(code, dosing_visits) is not Phase.MAINTENANCE:
        return None
    return dosing_visits.index(code)


def g_per_kg(phase: Phase) -> Decimal:
    """Grams per kg of body weight: per day in induction, per cycle in maintenance (section 1, D)."""
    return INDUCTION_G_PER_KG if phase is Phase.INDUCTION else MAINTENANCE_G_PER_KG


def planned_dose_g(phase: Phase, weight_kg: Decimal, days: int = 1) -> Decimal:
    """Grams planned for one infusion day. `days`: how many a maintenance dose is split over."""
    share = days if phase is Phase.MAINTENANCE else 1
    return (g_per_kg(phase) * weight_kg / share).quantize(ROUNDED_TO, ROUND_HALF_UP)


def volume_ml(dose_g: Decimal) -> Decimal:
    """Millilitres of the 5 % solution that hold the dose."""
    return dose_g * ML_PER_G


def plan_in_words(phase: Phase, weight_kg: Decimal, days: int = 1) -> list[str]:
    """The plan for one infusion day, and the rule it comes from, as two short texts."""
    dose = planned_dose_g(phase, weight_kg, days)
    values = {"dose": dose, "volume": f"{volume_ml(dose):.0f}", "ml": ML_PER_G, "days": days}
    values |= {"per_kg": g_per_kg(phase), "weight": weight_kg}
    rule = gettext("%(per_kg)s g/kg × %(weight)s kg; %(ml)d mL per g (5 %% solution)")
    if phase is Phase.MAINTENANCE and days > 1:
        rule = gettext("%(per_kg)s g/kg × %(weight)s kg ÷ %(days)d days; %(ml)d mL per g (5 %% solution)")
    return [gettext("Planned %(dose)s g = %(volume)s mL") % values, rule % values]
