"""The stub's schedule: a screening, a baseline and a visit every three weeks, with what is opened on demand."""

from ecrf.forms.protocol import (
    THE_DAY,
    Assumption,
    ConsentWithdrawn,
    Ending,
    EndingForm,
    Protocol,
    TrialHelp,
    VisitPlan,
)
from tests.stub_trial.crfs.laboratory import LAB_TESTS

FORMS = ("visit", "vital-signs", "scale", "reading")


def _week(week: int) -> VisitPlan:
    forms = (*FORMS, "dose")
    return VisitPlan(
        f"W{week:02}",
        f"Week {week}",
        forms,
        day=1 + 7 * (week - 1),
        opens=-7,
        closes=7,
        optional=("laboratory",),
    )


ENDINGS = (
    Ending(
        key="screen-failure",
        label="Screen failure",
        reason="SCREEN FAILURE",
        day="Day on which screening ended",
        help="The patient cannot take part.",
        forms=(EndingForm("consent", "The consent", {"sex": "F"}, known_by=("sex",), visit="SCR"),),
        during=("screening",),
    ),
    Ending(
        key="withdrawal",
        label="Withdrawal of consent",
        reason="WITHDRAWAL BY SUBJECT",
        day="Day of the withdrawal",
        help="The patient no longer takes part.",
        asks=("allowed",),
    ),
    Ending(
        key="death",
        label="Death",
        reason="DEATH",
        day="Day of death",
        help="The patient died.",
        event="What the patient died of",
        forms=(
            EndingForm(
                "adverse-event",
                "The event",
                {
                    "serious": "yes",
                    "outcome": "NOT RECOVERED/NOT RESOLVED",
                    "ended_on": THE_DAY,
                    "ongoing": "no",
                },
                known_by=("serious", "outcome"),
            ),
            EndingForm("report", "Its report", {}, known_by=(), links=(("adverse_event", "adverse-event"),)),
        ),
    ),
)

PROTOCOL = Protocol(
    title="A trial that nobody runs",
    short_title="Stub",
    visits=(
        VisitPlan("SCR", "Screening", (*FORMS, "consent", "laboratory")),
        VisitPlan(
            "W01",
            "Week 1 (baseline)",
            (*FORMS, "dose"),
            day=1,
            opens=-7,
            closes=7,
            expected={"dose": 5},
            optional=("laboratory",),
        ),
        *(_week(week) for week in range(4, 53, 3)),
        VisitPlan("ET", "Early termination", FORMS, on_demand=True),
        VisitPlan(
            "UNS",
            "Unscheduled visit",
            ("visit",),
            on_demand=True,
            repeats=True,
            optional=("vital-signs", "scale", "reading", "dose", "laboratory"),
        ),
    ),
    baseline="W01",
    days_to_baseline=28,
    patient_forms=("end-of-study",),
    logs=("adverse-event", "report"),
    safety_logs=("adverse-event", "report"),
    end_states={
        "WITHDRAWAL BY SUBJECT": "withdrew",
        "DEATH": "died",
        "SCREEN FAILURE": "screen failure",
    },
    endings=ENDINGS,
    consent_withdrawn=ConsentWithdrawn(
        reason="WITHDRAWAL BY SUBJECT",
        allowing="allowed",
        logs_with=("records", "contact"),
        visits_with=("contact",),
        reports=frozenset({"report.became_aware_on"}),
    ),
    lab_tests=LAB_TESTS,
    assumptions=(Assumption("Pulse", "40 to 150", "Nobody tells."),),
    story="tests.stub_trial.story.story",
    story_reads=("visit", "vital-signs", "dose", "dose-lot"),
    outcomes="tests.stub_trial.outcomes.report",
    sparkline=("vital-signs", "weight_kg"),
    critical=("visit.visited_on", "scale", "reading", "dose", "dose-lot", "adverse-event", "end-of-study"),
    verified_share=20,
    serious_log="adverse-event",
    sdtm="tests.stub_trial.sdtm.SDTM",
    help=TrialHelp(lines={"visit": ("The scale has **ten** steps.",)}),
)
