"""How much of the trial drug was given, against what the schedule plans."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ecrf.forms.protocol import protocol
from ecrf.outcomes.report import (
    ReportCell,
    ReportRow,
    ReportSection,
    ReportTable,
    RowBehind,
    RowsBehind,
)
from trial.crfs.infusion import dosing_visits
from trial.dosing import INDUCTION_DAYS, Phase, g_per_kg, phase_of
from trial.results.data import StudyData, StudyPatient, Values, days
from trial.results.summaries import printed, share, summarise

DEFINITIONS = (
    ("Population", "Treated: at least one infusion with a dose above 0 g."),
    (
        "Given",
        "Grams of each infusion day divided by that day's dosing weight, added up; infusions at unscheduled visits too."
        " Where a dose or a weight is missing, the patient is left out of what needs it.",
    ),
    (
        "Planned",
        "0.4 g/kg on each of 5 induction days and 1.0 g/kg a cycle (published), at each dosing visit whose nominal day"
        " came before the patient left (without a known day of leaving: up to the last dose), or of a patient on study"
        " whose window has closed; and at each at which a dose was given. What counts as planned after a withdrawal is"
        " our assumption.",
    ),
    ("Dose intensity", "Given g/kg as a percentage of planned g/kg of the same patient."),
    ("Statistics", "n, mean, sample standard deviation (n − 1), median, lowest and highest."),
)


@dataclass(frozen=True)
class Exposure:
    """Of the treated patients, a number each in their order. Grams are NaN where a dose or its weight is missing."""

    patients: list[StudyPatient]
    given_g: Values
    given_g_per_kg: Values
    planned_g_per_kg: Values
    induction_days: Values
    induction_planned: Values
    cycles: Values
    cycles_planned: Values
    infusion_days: Values
    interrupted: Values
    why: list[str]

    @property
    def intensity(self) -> Values:
        """Given as a percentage of what was planned until the patient left, or until now."""
        planned = np.where(self.planned_g_per_kg > 0, self.planned_g_per_kg, np.nan)
        return 100 * self.given_g_per_kg / planned


def exposure_of(data: StudyData) -> Exposure:
    """What each treated patient was given, and what the schedule planned."""
    doses = [patient.doses for patient in data.treated if patient.doses]
    why = ["; ".join(sorted(dose.missing or ())) for dose in doses]
    is_known = np.array([not words for words in why], dtype=bool)
    codes = dosing_visits()
    induction_days, cycles_planned = _planned(data, [dose.visits for dose in doses], codes)
    planned = (
        float(g_per_kg(Phase.INDUCTION)) * induction_days
        + float(g_per_kg(Phase.MAINTENANCE)) * cycles_planned
    )
    return Exposure(
        data.treated,
        np.where(is_known, _column(dose.grams for dose in doses), np.nan),
        np.where(is_known, _column(dose.g_per_kg for dose in doses), np.nan),
        planned,
        _column(dose.induction_days for dose in doses),
        induction_days,
        _column(dose.cycles.bit_count() for dose in doses),
        cycles_planned,
        _column(dose.infusion_days for dose in doses),
        _column(dose.interrupted for dose in doses),
        why,
    )


def _column(numbers: Iterable[float]) -> Values:
    return np.array(list(numbers), dtype=np.float64)


def _planned(data: StudyData, dosed: list[int], codes: list[str]) -> tuple[Values, Values]:
    """Induction days and maintenance cycles of the dosing visits that fell due while a patient took part, or at which a
    dose was given anyway. `dosed`: a bit for each visit."""
    baseline = days(patient.baseline_on for patient in data.treated)
    left = days(patient.ended_on for patient in data.treated)
    has_left = np.array([bool(patient.end_reason) for patient in data.treated], dtype=bool)
    given = np.array(dosed, dtype=np.int64)
    found = {Phase.INDUCTION: np.zeros(len(given)), Phase.MAINTENANCE: np.zeros(len(given))}
    for place, code in enumerate(codes):
        plan, phase = protocol().plan(code), phase_of(code, codes)
        if plan and phase:
            nominal = baseline + (plan.day or 1) - 1
            # A comparison with a day that is not known is False: nothing fell due.
            is_due = np.where(has_left, nominal <= left, nominal + plan.closes < data.scope.at.toordinal())
            found[phase] += is_due | (given >> place & 1 == 1)
    return INDUCTION_DAYS * found[Phase.INDUCTION], found[Phase.MAINTENANCE]


def exposure_section(found: Exposure) -> ReportSection:
    """What was given, in one table; and how many days and cycles of those planned."""
    measured = (
        ("Given, g", found.given_g),
        ("Given, g/kg", found.given_g_per_kg),
        ("Planned, g/kg", found.planned_g_per_kg),
        ("Dose intensity, %", found.intensity),
        ("Induction days", found.induction_days),
        ("Maintenance cycles", found.cycles),
        ("Infusion days", found.infusion_days),
    )
    columns = ("Per patient", "n", "Mean", "SD", "Median", "Range")
    amounts = ReportTable("What each patient was given", columns, tuple(_line(*one) for one in measured))
    return ReportSection("exposure", "Exposure", DEFINITIONS, (amounts, _totals(found)))


def _line(label: str, values: Values) -> ReportRow:
    summary = summarise(values)
    cells = (printed(summary.mean), printed(summary.sd), printed(summary.median), summary.range)
    return ReportRow(label, (ReportCell(str(summary.n), "exposure"), *map(ReportCell, cells)))


def _totals(found: Exposure) -> ReportTable:
    counts = (
        ("Induction days", found.induction_days, found.induction_planned),
        ("Maintenance cycles", found.cycles, found.cycles_planned),
        ("Infusion days with an interruption, of all infusion days", found.interrupted, found.infusion_days),
    )
    return ReportTable(
        "Given against planned, all patients",
        ("", "Given", "Of", "Share"),
        tuple(_total(label, int(given.sum()), int(of.sum())) for label, given, of in counts),
    )


def _total(label: str, given: int, of: int) -> ReportRow:
    cells = ReportCell(str(given), "exposure"), ReportCell(str(of)), ReportCell(share(given, of))
    return ReportRow(label, cells)


def behind_exposure(found: Exposure) -> dict[str, Callable[[], RowsBehind]]:
    """One line a treated patient."""
    columns = (
        "Given, g",
        "Given, g/kg",
        "Planned, g/kg",
        "Dose intensity, %",
        "Induction days, of planned",
        "Cycles, of planned",
        "Infusion days",
        "Interrupted",
    )
    return {
        "exposure": lambda: RowsBehind(
            "Exposure of each patient",
            DEFINITIONS,
            columns,
            tuple(RowBehind(one.number, _cells(found, place)) for place, one in enumerate(found.patients)),
            tuple(
                (one.number, f"Left out of grams: {why}")
                for one, why in zip(found.patients, found.why, strict=True)
                if why
            ),
        )
    }


def _cells(found: Exposure, place: int) -> tuple[str, ...]:
    """Of one patient."""
    return (
        printed(found.given_g[place]),
        printed(found.given_g_per_kg[place], 2),
        printed(found.planned_g_per_kg[place]),
        printed(found.intensity[place]),
        f"{found.induction_days[place]:.0f} of {found.induction_planned[place]:.0f}",
        f"{found.cycles[place]:.0f} of {found.cycles_planned[place]:.0f}",
        f"{found.infusion_days[place]:.0f}",
        f"{found.interrupted[place]:.0f}",
    )
