"""The report of this trial's outcomes: what stands in it, in which order."""

from ecrf.outcomes.report import Report, ReportScope
from trial.results.data import StudyData
from trial.results.deviations import behind_deviations, deviations_section
from trial.results.efficacy import behind_visits, major_section, responder_section, visits_section
from trial.results.exposure import behind_exposure, exposure_of, exposure_section
from trial.results.flow import Participants
from trial.results.measures import MeasuredVisits, measures, visits_with_outcomes
from trial.results.safety import StudyEvents, behind_events, events_section
from trial.results.sites import sites_section


def report(scope: ReportScope) -> Report:
    """Everything of the study, or of one site; the table of the sites stands in the study's alone."""
    data = StudyData(scope)
    given, events = exposure_of(data), StudyEvents(data)
    plans, participants = visits_with_outcomes(), Participants(data)
    measured = [MeasuredVisits(measure, data, plans) for measure in measures()]
    sections = [
        participants.section(),
        major_section(measured),
        *(visits_section(one) for one in measured),
        responder_section(measured),
        exposure_section(given),
        events_section(events),
        deviations_section(data),
    ]
    if scope.site is None:
        sections.append(sites_section(data, measured))
    behind = (
        participants.behind() | behind_exposure(data, given) | behind_events(events) | behind_deviations(data)
    )
    for one in measured:
        behind |= behind_visits(one)
    return Report(tuple(sections), behind)
