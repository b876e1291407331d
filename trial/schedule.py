"""The schedule: which visits, when, with which forms. The protocol's table (sections 2 and 4), as data."""

from ecrf.forms.protocol import Protocol, SeriousClock, VisitPlan
from trial.assumptions import ASSUMPTIONS
from trial.crfs.serious_adverse_event import REPORT_WITHIN
from trial.crfs.visit import DAYS_TO_BASELINE
from trial.dosing import INDUCTION_DAYS
from trial.endings import CONSENT_WITHDRAWN, ENDINGS
from trial.help import HELP
from trial.lab_tests import LAB_TESTS
from trial.verification_plan import CRITICAL, VERIFIED_SHARE

WINDOW = 7
"""Days either side of the nominal day (O)."""

WEEKS = range(1, 53, 3)
LAST_WEEK = 52
LAST_VISIT = f"W{LAST_WEEK}"

ENROLMENT = ("consent", "demographics", "eligibility", "mmn-history")
ASSESSMENTS = ("visit", "vital-signs", "mrc-strength", "grip-strength", "incat", "laboratory")
NERVE_CONDUCTION_WEEKS = (1, 4, 28, LAST_WEEK)


def _week(week: int) -> VisitPlan:
    """Week 1 is the baseline with the induction days, week 52 the end without a dose."""
    nerves = ("nerve-conduction",) if week in NERVE_CONDUCTION_WEEKS else ()
    doses = () if week == LAST_WEEK else ("infusion",)
    return VisitPlan(
        f"W{week:02}",
        {1: "Week 1 (baseline)", LAST_WEEK: "Week 52 (end)"}.get(week, f"Week {week}"),
        (*ASSESSMENTS, *nerves, *doses),
        day=1 + 7 * (week - 1),
        opens=-WINDOW,
        closes=WINDOW,
        expected={"infusion": INDUCTION_DAYS} if week == 1 else {},
    )


PROTOCOL = Protocol(
    title="Maintenance intravenous immunoglobulin in multifocal motor neuropathy",
    short_title="IVIg in MMN",
    visits=(
        VisitPlan("SCR", "Screening", ("visit", *ENROLMENT, *ASSESSMENTS[1:], "nerve-conduction")),
        *(_week(week) for week in WEEKS),
        VisitPlan("ET", "Early termination", (*ASSESSMENTS, "nerve-conduction"), on_demand=True),
        VisitPlan(
            "UNS",
            "Unscheduled visit",
            ("visit",),
            on_demand=True,
            repeats=True,
            optional=(*ASSESSMENTS[1:], "nerve-conduction", "infusion"),
        ),
    ),
    baseline="W01",
    days_to_baseline=DAYS_TO_BASELINE,
    patient_forms=("end-of-study",),
    logs=(
        "adverse-event",
        "serious-adverse-event",
        "concomitant-medication",
        "medical-history",
        "prior-treatment",
        "protocol-deviation",
    ),
    safety_logs=("adverse-event", "serious-adverse-event", "concomitant-medication", "medical-history"),
    lab_tests=LAB_TESTS,
    assumptions=ASSUMPTIONS,
    story="trial.story.story",
    story_reads=(
        "visit",
        "mrc-strength",
        "grip-strength",
        "infusion",
        "infusion-lot",
        "adverse-event",
        "end-of-study",
    ),
    outcomes="trial.results.report.report",
    sparkline=("mrc-strength", "sum_score"),
    critical=CRITICAL,
    verified_share=VERIFIED_SHARE,
    serious_log="serious-adverse-event",
    serious_clock=SeriousClock("became_aware_on", "became_aware_at", "reported_on", within=REPORT_WITHIN),
    end_states={
        "SCREEN FAILURE": "screen failure",
        "WITHDRAWAL BY SUBJECT": "withdrew",
        "DEATH": "died",
    },
    endings=ENDINGS,
    consent_withdrawn=CONSENT_WITHDRAWN,
    deviation_log="protocol-deviation",
    sdtm="trial.sdtm.mapping.SDTM",
    listings="trial.listings.LISTINGS",
    help=HELP,
)
