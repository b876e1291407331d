"""How much of the trial drug was given, against what the schedule plans."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ecrf.forms.protocol import VisitPlan, protocol
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
from trial.results.data import StudyData, StudyPatient
from trial.results.summaries import DASH, printed, share, summarise

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
    """Of one treated patient. `given_g_per_kg` is None where a dose or its weight is missing: `why` says which."""

    patient: StudyPatient
    given_g: Decimal | None
    given_g_per_kg: Decimal | None
    planned_g_per_kg: Decimal
    induction_days: int
    induction_planned: int
    cycles: int
    cycles_planned: int
    infusion_days: int
    interrupted: int
    why: str = ""

    @property
    def intensity(self) -> Decimal | None:
        """Given as a percentage of what was planned until the patient left, or until now."""
        if self.given_g_per_kg is None or not self.planned_g_per_kg:
            return None
        return 100 * self.given_g_per_kg / self.planned_g_per_kg


def exposures(data: StudyData) -> list[Exposure]:
    """One for each treated patient."""
    codes = dosing_visits()
    plans = [plan for code in codes if (plan := protocol().plan(code))]
    return [_exposure(patient, plans, codes, data.at) for patient in data.treated]


def _exposure(patient: StudyPatient, plans: list[VisitPlan], codes: list[str], at: datetime) -> Exposure:
    planned = [plan.code for plan in _planned(patient, plans, at)]
    given = [dose for dose in patient.doses if dose.given_g]
    missing = sorted(_missing(patient))
    phases = [phase for code in planned if (phase := phase_of(code, codes))]
    induction = INDUCTION_DAYS if Phase.INDUCTION in phases else 0
    cycles = phases.count(Phase.MAINTENANCE)
    return Exposure(
        patient,
        None if missing else sum((dose.given_g or Decimal(0) for dose in given), Decimal(0)),
        None if missing else sum((_per_kg(dose.given_g, dose.weight_kg) for dose in given), Decimal(0)),
        g_per_kg(Phase.INDUCTION) * induction + g_per_kg(Phase.MAINTENANCE) * cycles,
        sum(dose.phase == Phase.INDUCTION for dose in given),
        induction,
        len({dose.cycle for dose in given if dose.phase == Phase.MAINTENANCE}),
        cycles,
        len(given),
        sum(bool(dose.interrupted) for dose in given),
        "; ".join(missing),
    )


def _per_kg(grams: Decimal | None, weight_kg: Decimal | None) -> Decimal:
    return grams / weight_kg if grams and weight_kg else Decimal(0)


def _missing(patient: StudyPatient) -> Iterator[str]:
    """What keeps the sum from being known. A dose of 0 g needs no weight."""
    for dose in patient.doses:
        if dose.given_g is None:
            yield f"{dose.code}, infusion {dose.number}: dose given not recorded"
        elif dose.given_g and not dose.weight_kg:
            yield f"{dose.code}, infusion {dose.number}: dosing weight not recorded"


def _planned(patient: StudyPatient, plans: list[VisitPlan], at: datetime) -> Iterator[VisitPlan]:
    """The dosing visits that fell due while the patient took part, and those at which a dose was given anyway."""
    dosed = {dose.code for dose in patient.doses if dose.given_g}
    for plan in plans:
        if plan.code in dosed or patient.is_due(plan.day or 1, plan.closes, at.date()):
            yield plan


def exposure_section(found: list[Exposure]) -> ReportSection:
    """What was given, in one table; and how many days and cycles of those planned."""
    measured: list[tuple[str, list[Decimal]]] = [
        ("Given, g", [one.given_g for one in found if one.given_g is not None]),
        ("Given, g/kg", [one.given_g_per_kg for one in found if one.given_g_per_kg is not None]),
        ("Planned, g/kg", [one.planned_g_per_kg for one in found]),
        ("Dose intensity, %", [one.intensity for one in found if one.intensity is not None]),
        ("Induction days", [Decimal(one.induction_days) for one in found]),
        ("Maintenance cycles", [Decimal(one.cycles) for one in found]),
        ("Infusion days", [Decimal(one.infusion_days) for one in found]),
    ]
    columns = ("Per patient", "n", "Mean", "SD", "Median", "Range")
    amounts = ReportTable("What each patient was given", columns, tuple(_line(*one) for one in measured))
    return ReportSection("exposure", "Exposure", DEFINITIONS, (amounts, _totals(found)))


def _line(label: str, values: list[Decimal]) -> ReportRow:
    summary = summarise(values)
    cells = (printed(summary.mean), printed(summary.sd), printed(summary.median), summary.range)
    return ReportRow(label, (ReportCell(str(summary.n), "exposure"), *map(ReportCell, cells)))


def _totals(found: list[Exposure]) -> ReportTable:
    counts = (
        (
            "Induction days",
            sum(one.induction_days for one in found),
            sum(one.induction_planned for one in found),
        ),
        ("Maintenance cycles", sum(one.cycles for one in found), sum(one.cycles_planned for one in found)),
    )
    lines = [
        ReportRow(
            label, (ReportCell(str(given), "exposure"), ReportCell(str(of)), ReportCell(share(given, of)))
        )
        for label, given, of in counts
    ]
    days, interrupted = sum(one.infusion_days for one in found), sum(one.interrupted for one in found)
    lines.append(
        ReportRow(
            "Infusion days with an interruption, of all infusion days",
            (
                ReportCell(str(interrupted), "exposure"),
                ReportCell(str(days)),
                ReportCell(share(interrupted, days)),
            ),
        )
    )
    return ReportTable("Given against planned, all patients", ("", "Given", "Of", "Share"), tuple(lines))


def behind_exposure(found: list[Exposure]) -> dict[str, Callable[[], RowsBehind]]:
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
            tuple(RowBehind(one.patient.number, _cells(one)) for one in found),
            tuple((one.patient.number, f"Left out of grams: {one.why}") for one in found if one.why),
        )
    }


def _cells(one: Exposure) -> tuple[str, ...]:
    return (
        printed(one.given_g),
        printed(one.given_g_per_kg, 2),
        printed(one.planned_g_per_kg, 1),
        printed(one.intensity) if one.intensity is not None else DASH,
        f"{one.induction_days} of {one.induction_planned}",
        f"{one.cycles} of {one.cycles_planned}",
        str(one.infusion_days),
        str(one.interrupted),
    )
