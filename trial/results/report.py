"""The report of this trial's outcomes: what stands in it, in which order."""

from ecrf.outcomes.report import Report, ReportScope
from trial.results.data import load
from trial.results.efficacy import behind_visits, major_section, responder_section, visits_section
from trial.results.exposure import behind_exposure, exposure_section, exposures
from trial.results.flow import behind_flow, flow_section
from trial.results.measures import MEASURES, MeasuredVisits, visits_with_outcomes
from trial.results.safety import behind_deviations, behind_events, deviations_section, events_section
from trial.results.sites import sites_section


def report(scope: ReportScope) -> Report:
    """Everything of the study, or of one site; the table of the sites stands in the study's alone."""
    data = load(scope)
    plans, given = visits_with_outcomes(), exposures(data)
    measured = [MeasuredVisits(measure, data, plans) for measure in MEASURES]
    sections = [
        flow_section(data),
        major_section(measured),
        *(visits_section(one) for one in measured),
        responder_section(measured),
        exposure_section(given),
        events_section(data),
        deviations_section(data),
    ]
    if scope.site is None:
        sections.append(sites_section(data, measured))
    behind = behind_flow(data) | behind_exposure(given) | behind_events(data) | behind_deviations(data)
    for one in measured:
        behind |= behind_visits(one)
    return Report(tuple(sections), behind)
