"""How much of the trial drug was given, against what the schedule plans."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext, pgettext
from numpy.typing import NDArray

from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.outcomes.gathering import Values
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
from trial.results.data import NOT_KNOWN, StudyData, not_known_words
from trial.results.summaries import printed, share, summarise


def _definitions() -> tuple[tuple[str, str], ...]:
    return (
        (
            pgettext("outcomes", "Population"),
            gettext("Treated: at least one infusion with a dose above 0 g."),
        ),
        (
            pgettext("outcomes: a dose", "Given"),
            gettext(
                "Grams of each infusion day divided by that day's dosing weight, added up; infusions at unscheduled"
                " visits too. Where a dose or a weight is missing, the patient is left out of what needs it."
            ),
        ),
        (
            pgettext("outcomes: a dose", "Planned"),
            gettext(
                "0.4 g/kg on each of 5 induction days and 1.0 g/kg a cycle (published), at each dosing visit whose"
                " nominal day came before the patient left (without a known day of leaving: up to the last dose), or of"
                " a patient on study whose window has closed; and at each at which a dose was given. What counts as"
                " planned after a withdrawal is our assumption."
            ),
        ),
        (
            gettext("Dose intensity"),
            gettext("Given g/kg as a percentage of planned g/kg of the same patient."),
        ),
        (
            pgettext("outcomes", "Statistics"),
            gettext("n, mean, sample standard deviation (n − 1), median, lowest and highest."),
        ),
    )


@dataclass(frozen=True)
class Exposure:
    """Of the treated patients, a number each in their order. Grams are NaN where a dose or its weight is missing."""

    given_g: Values
    given_g_per_kg: Values
    planned_g_per_kg: Values
    induction_days: Values
    induction_planned: Values
    cycles: Values
    cycles_planned: Values
    infusion_days: Values
    interrupted: Values

    @property
    def intensity(self) -> Values:
        """Given as a percentage of what was planned until the patient left, or until now."""
        planned = np.where(self.planned_g_per_kg > 0, self.planned_g_per_kg, np.nan)
        return 100 * self.given_g_per_kg / planned


def exposure_of(data: StudyData) -> Exposure:
    """What each treated patient was given, and what the schedule planned."""
    columns = (
        *(data.numbers("grams"), data.numbers("grams_per_kg")),
        *_schedule(data),
        *(data.numbers("infusion_days"), data.numbers("interrupted")),
    )
    return Exposure(*(column[data.is_treated] for column in columns))


def _schedule(data: StudyData) -> Iterator[Values]:
    """Planned g/kg, induction days given and planned, maintenance cycles given and planned.

    Planned are the dosing visits that fell due while a patient took part, or at which a dose was given anyway.
    """
    codes, zero = dosing_visits(), np.zeros(data.count)
    given, planned = dict.fromkeys(Phase, zero), dict.fromkeys(Phase, zero)
    for code in codes:
        plan, phase = protocol().plan(code), phase_of(code, codes)
        if plan and phase:
            days_here = data.numbers("days", code)
            given[phase] = given[phase] + (days_here if phase is Phase.INDUCTION else days_here > 0)
            planned[phase] = planned[phase] + (_is_due(data, plan) | (days_here > 0))
    induction_days = INDUCTION_DAYS * planned[Phase.INDUCTION]
    yield (
        float(g_per_kg(Phase.INDUCTION)) * induction_days
        + float(g_per_kg(Phase.MAINTENANCE)) * planned[Phase.MAINTENANCE]
    )
    yield from (given[Phase.INDUCTION], induction_days)
    yield from (given[Phase.MAINTENANCE], planned[Phase.MAINTENANCE])


def _is_due(data: StudyData, plan: VisitPlan) -> NDArray[np.bool_]:
    """Whether the visit's nominal day came before the patient left; of who is on study, whether its window has closed.

    A comparison with a day that is not known is False: nothing fell due.
    """
    nominal = data.numbers("baseline_on") + (plan.day or 1) - 1
    today = data.scope.at.date().toordinal()
    return np.where(data.has_left, nominal <= data.numbers("ended_on"), nominal + plan.closes < today)


def exposure_section(found: Exposure) -> ReportSection:
    """What was given, in one table; and how many days and cycles of those planned."""
    measured = (
        (gettext("Given, g"), found.given_g),
        (gettext("Given, g/kg"), found.given_g_per_kg),
        (gettext("Planned, g/kg"), found.planned_g_per_kg),
        (pgettext("outcomes: a column, in per cent", "Dose intensity, %"), found.intensity),
        (gettext("Induction days"), found.induction_days),
        (gettext("Maintenance cycles"), found.cycles),
        (gettext("Infusion days"), found.infusion_days),
    )
    columns = (
        gettext("Per patient"),
        "n",
        pgettext("outcomes", "Mean"),
        pgettext("outcomes: standard deviation", "SD"),
        pgettext("outcomes", "Median"),
        pgettext("outcomes: lowest to highest", "Range"),
    )
    lines = tuple(_line(*one) for one in measured)
    amounts = ReportTable(gettext("What each patient was given"), columns, lines)
    exposure = pgettext("outcomes", "Exposure")
    return ReportSection("exposure", exposure, _definitions(), (amounts, _totals(found)))


def _line(label: str, values: Values) -> ReportRow:
    summary = summarise(values)
    cells = (printed(summary.mean), printed(summary.sd), printed(summary.median), summary.range)
    return ReportRow(label, (ReportCell(str(summary.n), "exposure"), *map(ReportCell, cells)))


def _totals(found: Exposure) -> ReportTable:
    counts = (
        (gettext("Induction days"), found.induction_days, found.induction_planned),
        (gettext("Maintenance cycles"), found.cycles, found.cycles_planned),
        (
            gettext("Infusion days with an interruption, of all infusion days"),
            found.interrupted,
            found.infusion_days,
        ),
    )
    return ReportTable(
        gettext("Given against planned, all patients"),
        (
            "",
            pgettext("outcomes: a dose", "Given"),
            pgettext("outcomes: so many of all", "Of"),
            pgettext("outcomes: in per cent", "Share"),
        ),
        tuple(_total(label, int(given.sum()), int(of.sum())) for label, given, of in counts),
    )


def _total(label: str, given: int, of: int) -> ReportRow:
    cells = ReportCell(str(given), "exposure"), ReportCell(str(of)), ReportCell(share(given, of))
    return ReportRow(label, cells)


def behind_exposure(data: StudyData, found: Exposure) -> dict[str, Callable[[], RowsBehind]]:
    """One line a treated patient."""
    columns = (
        gettext("Given, g"),
        gettext("Given, g/kg"),
        gettext("Planned, g/kg"),
        pgettext("outcomes: a column, in per cent", "Dose intensity, %"),
        gettext("Induction days, of planned"),
        gettext("Cycles, of planned"),
        gettext("Infusion days"),
        pgettext("outcomes: infusion days", "Interrupted"),
    )
    return {
        "exposure": lambda: RowsBehind(
            gettext("Exposure of each patient"),
            _definitions(),
            columns,
            tuple(RowBehind(one.number, _cells(found, place)) for place, one in enumerate(data.treated)),
            tuple(
                (number, gettext("Left out of grams: %(why)s") % {"why": why})
                for number, why in _why_not_known(data)
            ),
        )
    }


def _why_not_known(data: StudyData) -> list[tuple[str, str]]:
    """(patient number, the doses and weights that are missing)"""
    missing: dict[str, list[str]] = {}
    for pk, *infusion in data.read(NOT_KNOWN, patients=[patient.pk for patient in data.treated]):
        missing.setdefault(data.by_id[pk].number, []).append(not_known_words(*infusion))
    return [(number, "; ".join(sorted(missing[number]))) for number in sorted(missing)]


def _cells(found: Exposure, place: int) -> tuple[str, ...]:
    """Of one patient."""
    return (
        printed(found.given_g[place]),
        printed(found.given_g_per_kg[place], 2),
        printed(found.planned_g_per_kg[place]),
        printed(found.intensity[place]),
        _of(found.induction_days[place], found.induction_planned[place]),
        _of(found.cycles[place], found.cycles_planned[place]),
        f"{found.infusion_days[place]:.0f}",
        f"{found.interrupted[place]:.0f}",
    )


def _of(given: float, planned: float) -> str:
    return pgettext("so many of all", "%(given)d of %(planned)d") % {"given": given, "planned": planned}
