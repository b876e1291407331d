"""The ways in which a patient leaves this trial: what each asks, and which forms it opens."""

from ecrf.forms.protocol import THE_DAY, ConsentWithdrawn, Ending, EndingForm
from trial.crfs.adverse_event import Outcome
from trial.crfs.end_of_study import AllowedAfter, Reason
from trial.crfs.visit import SCREENING

ENDINGS = (
    Ending(
        key="screen-failure",
        label="Screen failure",
        reason=Reason.SCREEN_FAILURE,
        day="Day on which it was decided",
        help="The patient gave consent, does not meet every criterion, and was given no dose.",
        forms=(
            EndingForm(
                "eligibility",
                "Eligibility: which criterion is not met, and the decision “No”",
                {"eligible": "no"},
                known_by=("eligible",),
                visit=SCREENING,
            ),
        ),
        during=("screening",),
    ),
    Ending(
        key="withdrawal",
        label="Withdrawal of consent",
        reason=Reason.WITHDRAWAL_BY_SUBJECT,
        day="Day on which consent was withdrawn",
        help="The patient no longer agrees to take part. What was collected until that day stays; ask what is allowed "
        "from then on.",
        asks=("allowed_after", "use_limited", "use_limits"),
    ),
    Ending(
        key="death",
        label="Death",
        reason=Reason.DEATH,
        day="Day of death",
        help="The patient died. The event that was fatal is recorded as an adverse event, and reported as serious "
        "within 24 hours.",
        event="The event that was fatal",
        forms=(
            EndingForm(
                "adverse-event",
                "The adverse event with a fatal outcome",
                {"outcome": Outcome.FATAL, "serious": "yes", "ongoing": "no", "ended_on": THE_DAY},
                known_by=("outcome",),
            ),
            EndingForm(
                "serious-adverse-event",
                "The serious adverse event with death as a criterion",
                {"death": "yes"},
                known_by=("death",),
                links=(("adverse_event", "adverse-event"),),
            ),
        ),
    ),
    Ending(
        key="completed",
        label="End of study completed",
        reason=Reason.COMPLETED,
        day="Day on which the study was completed",
        help="For a patient who had the last visit, in week 52.",
        during=("on study",),
    ),
)

REPORTED = frozenset(
    {
        "serious-adverse-event.became_aware_on",
        "serious-adverse-event.reported_on",
        "protocol-deviation.reported_on",
    }
)
"""Days on which the site learned of something or reported it: they may come after what they are about."""

CONSENT_WITHDRAWN = ConsentWithdrawn(
    reason=Reason.WITHDRAWAL_BY_SUBJECT,
    allowing="allowed_after",
    logs_with=(AllowedAfter.RECORDS, AllowedAfter.CONTACT),
    visits_with=(AllowedAfter.CONTACT,),
    reports=REPORTED,
)
"""P: after the withdrawal nothing new is taken but what the patient allows; what happened before it is still
reported."""
