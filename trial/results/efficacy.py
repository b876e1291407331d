"""The sections on strength and grip: the two major outcomes, each measure by visit, and the responders."""

from collections.abc import Callable
from math import ceil, floor

import numpy as np
from django.utils.translation import gettext, pgettext

from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.outcomes.report import (
    COURSES_AT_MOST,
    PatientCourse,
    ReportCell,
    ReportPlot,
    ReportRow,
    ReportSection,
    ReportTable,
    RowBehind,
    RowsBehind,
    VisitBand,
    VisitMean,
)
from trial.outcomes import GRIP_REVIEW_KPA, MRC_REVIEW
from trial.results.data import NOT_ENTERED
from trial.results.facts import StudyPatient
from trial.results.measures import MeasuredVisits, Responders, week
from trial.results.summaries import DASH, percentiles, printed, share, share_interval, signed
from trial.schedule import LAST_VISIT

Definition = tuple[str, str]


def _population() -> Definition:
    return pgettext("outcomes", "Population"), gettext(
        "Enrolled (see the participant flow), at each visit those who have the value there: n is their number."
    )


def _change() -> Definition:
    return pgettext("outcomes", "Change"), gettext(
        "Value at the visit less the value at baseline, week 1, of patients who have both. Its 95 % interval is that"
        " of the paired t test."
    )


def _statistics() -> Definition:
    return pgettext("outcomes", "Statistics"), gettext(
        "Mean, sample standard deviation (n − 1), median, lowest and highest; printed to one decimal, a half upwards."
    )


def _left_out() -> Definition:
    return pgettext("outcomes", "Not counted"), gettext(
        "Unscheduled visits and early termination, which have no week of their own; what is struck out; practice sites."
        " Nothing is carried forward, and nothing is estimated for a missing value."
    )


def _paired() -> Definition:
    return (
        pgettext("outcomes", "Population"),
        gettext("Enrolled, with the value both at baseline and at week 52: n."),
    )


def _response() -> Definition:
    thresholds = {"points": MRC_REVIEW, "kpa": GRIP_REVIEW_KPA}
    return (
        pgettext("outcomes", "Thresholds"),
        gettext(
            "A change of %(points)s points of the MRC sum or of %(kpa)s kPa, as other trials of this disease use them"
            " to flag a change for review. They are no endpoints of this trial."
        )
        % thresholds,
    )


def _share() -> Definition:
    return (
        pgettext("outcomes", "Interval"),
        gettext("Exact 95 % interval of the share (Clopper and Pearson)."),
    )


def _interval() -> str:
    return pgettext("outcomes: column", "95 % interval")


def _mean() -> str:
    return pgettext("outcomes", "Mean")


def major_section(measured: list[MeasuredVisits]) -> ReportSection:
    """Both outcomes at baseline and at the last visit, in one table."""
    return ReportSection(
        "major",
        gettext("Major outcomes at week 52"),
        (*_values_of(measured), _population(), _change(), _statistics()),
        (
            ReportTable(
                gettext("Baseline and week 52"),
                ("", *("n", gettext("Mean (SD)")) * 2, "n", _mean(), _interval()),
                tuple(_major_row(one) for one in measured),
                groups=(
                    ("", 1),
                    (gettext("Baseline, week 1"), 2),
                    (pgettext("outcomes", "Week 52"), 2),
                    (gettext("Change, paired"), 3),
                ),
            ),
        ),
    )


def _values_of(measured: list[MeasuredVisits]) -> tuple[tuple[str, str], ...]:
    words = gettext("%(measure)s, analysis value")
    return tuple((words % {"measure": one.measure.name}, one.measure.definition) for one in measured)


def _with_unit(one: MeasuredVisits) -> str:
    named = {"measure": one.measure.name, "unit": one.measure.unit}
    return pgettext("a measure and its unit", "%(measure)s, %(unit)s") % named


def _analysis_value(one: MeasuredVisits) -> Definition:
    return gettext("Analysis value"), one.measure.definition


def _major_row(one: MeasuredVisits) -> ReportRow:
    first, last = one.summaries[protocol().baseline], one.summaries[LAST_VISIT]
    change, key = one.changes[LAST_VISIT], one.measure.key
    return ReportRow(
        _with_unit(one),
        (
            ReportCell(str(first.n), f"{key}-{protocol().baseline}"),
            ReportCell(str(first)),
            ReportCell(str(last.n), f"{key}-{LAST_VISIT}"),
            ReportCell(str(last)),
            ReportCell(str(change.n), f"{key}-change-{LAST_VISIT}"),
            ReportCell(signed(change.mean)),
            ReportCell(change.interval),
        ),
    )


def visits_section(one: MeasuredVisits) -> ReportSection:
    """One measure at every visit: drawn, and as a table."""
    measure = one.measure
    table = ReportTable(
        gettext("%(measure)s by visit, %(unit)s") % {"measure": measure.name, "unit": measure.unit},
        (
            pgettext("outcomes", "Visit"),
            "n",
            _mean(),
            pgettext("outcomes: standard deviation", "SD"),
            pgettext("outcomes", "Median"),
            pgettext("outcomes: lowest to highest", "Range"),
            *("n", _mean(), _interval()),
        ),
        tuple(_visit_row(one, plan) for plan in one.plans),
        groups=(("", 1), (pgettext("outcomes", "Value"), 5), (gettext("Change from baseline, paired"), 3)),
    )
    return ReportSection(
        measure.key,
        gettext("%(measure)s by visit") % {"measure": measure.name},
        (_analysis_value(one), _population(), _change(), _statistics(), _left_out()),
        (_plot(one), table),
    )


def _visit_row(one: MeasuredVisits, plan: VisitPlan) -> ReportRow:
    code, key = plan.code, one.measure.key
    value = one.summaries[code]
    cells = [
        ReportCell(str(value.n), f"{key}-{code}"),
        *map(ReportCell, (printed(value.mean), printed(value.sd), printed(value.median), value.range)),
    ]
    if code == protocol().baseline:
        cells += [ReportCell(DASH)] * 3
    else:
        change = one.changes[code]
        cells.append(ReportCell(str(change.n), f"{key}-change-{code}"))
        cells += [ReportCell(signed(change.mean)), ReportCell(change.interval)]
    return ReportRow(plan.label, tuple(cells))


PERCENTILES = (5, 25, 50, 75, 95)


def _plot(one: MeasuredVisits) -> ReportPlot:
    """The scale holds every value and mean ± SD in steps of ten, within what the measure can be."""
    values = np.stack([one.values[plan.code] for plan in one.plans])
    has_course = ~np.isnan(values).all(axis=0)
    means = [
        VisitMean(week(plan), found.n, found.mean, found.sd)
        for plan in one.plans
        if (found := one.summaries[plan.code]).mean is not None
    ]
    ends = [end for found in one.summaries.values() if found.n for end in (found.low or 0, found.high or 0)]
    ends += [mean.mean + way * (mean.sd or 0) for mean in means for way in (-1, 1)]
    low, high = min(ends, default=0), max(ends, default=one.measure.high)
    patients = int(has_course.sum())
    are_many = patients > COURSES_AT_MOST
    return ReportPlot(
        one.measure.name,
        one.measure.unit,
        max(10 * floor(low / 10), 0),
        min(10 * ceil(max(high, low + 1) / 10), one.measure.high),
        tuple(week(plan) for plan in one.plans),
        patients,
        () if are_many else _courses(one),
        tuple(means),
        _bands(one) if are_many else (),
    )


def _courses(one: MeasuredVisits) -> tuple[PatientCourse, ...]:
    points: dict[StudyPatient, list[tuple[int, float]]] = {patient: [] for patient in one.data.enrolled}
    for plan in one.plans:
        for patient, value in one.by_patient(one.values[plan.code]):
            points[patient].append((week(plan), value))
    return tuple(
        PatientCourse(patient.number, tuple(found), patient.has_withdrawn)
        for patient, found in points.items()
        if found
    )


def _bands(one: MeasuredVisits) -> tuple[VisitBand, ...]:
    with_values = [plan for plan in one.plans if one.summaries[plan.code].n]
    return tuple(
        VisitBand(week(plan), tuple(percentiles(one.values[plan.code], PERCENTILES))) for plan in with_values
    )


def responder_section(measured: list[MeasuredVisits]) -> ReportSection:
    """Who moved by the thresholds, at week 52."""
    table = ReportTable(
        gettext("Week 52 against baseline"),
        (
            "",
            "n",
            gettext("Above baseline"),
            pgettext("outcomes", "Improved"),
            pgettext("outcomes: column, per cent of the patients", "% of n"),
            _interval(),
            pgettext("outcomes: neither improved nor worsened", "Between"),
            pgettext("outcomes", "Worsened"),
        ),
        tuple(_responder_row(one) for one in measured),
        note=gettext(
            "Improved: by +%(points)s points or +%(kpa)s kPa or more; worsened: by −%(points)s points or −%(kpa)s kPa"
            " or more; above baseline: by any amount."
        )
        % {"points": MRC_REVIEW, "kpa": GRIP_REVIEW_KPA},
    )
    definitions = (*_values_of(measured), _paired(), _response(), _share())
    title = gettext("Responders by the review thresholds")
    return ReportSection("responders", title, definitions, (table,))


def _responder_row(one: MeasuredVisits) -> ReportRow:
    found = Responders(one.changed[LAST_VISIT], one.measure.threshold)
    key = f"{one.measure.key}-change-{LAST_VISIT}"
    return ReportRow(
        _with_unit(one),
        (
            ReportCell(str(found.n), key),
            ReportCell(str(found.rose)),
            ReportCell(str(found.improved)),
            ReportCell(share(found.improved, found.n)),
            ReportCell(share_interval(found.improved, found.n)),
            ReportCell(str(found.between)),
            ReportCell(str(found.worsened)),
        ),
    )


def behind_visits(one: MeasuredVisits) -> dict[str, Callable[[], RowsBehind]]:
    """The values of each visit, and the changes."""
    key = one.measure.key
    values = {f"{key}-{plan.code}": _value_rows(one, plan) for plan in one.plans}
    later = [plan for plan in one.plans if plan.code != protocol().baseline]
    return values | {f"{key}-change-{plan.code}": _change_rows(one, plan) for plan in later}


def _value_rows(one: MeasuredVisits, plan: VisitPlan) -> Callable[[], RowsBehind]:
    measure, code = one.measure, plan.code

    def made() -> RowsBehind:
        visits, summary = one.data.at_visit(code), one.summaries[code]
        return RowsBehind(
            gettext("%(measure)s, %(visit)s: %(summary)s, n = %(number)d")
            % {"measure": measure.name, "visit": plan.label, "summary": summary, "number": summary.n},
            (_analysis_value(one), _population(), _statistics(), _left_out()),
            (gettext("Date of visit"), _with_unit(one)),
            tuple(
                RowBehind(
                    patient.number,
                    (
                        str(visits.get(patient.number, NOT_ENTERED).visited_on or DASH),
                        printed(value, measure.places),
                    ),
                    code,
                )
                for patient, value in one.by_patient(one.values[code])
            ),
            tuple(one.without_value(code)),
        )

    return made


def _change_rows(one: MeasuredVisits, plan: VisitPlan) -> Callable[[], RowsBehind]:
    measure, code = one.measure, plan.code

    def made() -> RowsBehind:
        sides = Responders(one.changed[code], measure.threshold)
        before, now = (dict(one.by_patient(one.values[at])) for at in (protocol().baseline, code))
        change = one.changes[code]
        named = {"measure": measure.name, "unit": measure.unit, "visit": plan.label, "number": change.n}
        of_all = {"change": signed(change.mean), "interval": change.interval}
        return RowsBehind(
            gettext(
                "%(measure)s, %(unit)s: change from baseline to %(visit)s, %(change)s (%(interval)s), n = %(number)d"
            )
            % (named | of_all),
            (_analysis_value(one), _change(), _response(), _left_out()),
            (
                pgettext("outcomes", "Baseline"),
                plan.label,
                pgettext("outcomes", "Change"),
                gettext("By ± %(threshold)s") % {"threshold": measure.threshold},
            ),
            tuple(
                RowBehind(
                    patient.number,
                    (
                        printed(before[patient], measure.places),
                        printed(now[patient], measure.places),
                        signed(moved),
                        sides.verdict(moved),
                    ),
                    code,
                )
                for patient, moved in one.by_patient(one.changed[code])
            ),
            tuple(one.without_change(code)),
        )

    return made
