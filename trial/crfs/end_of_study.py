"""End of study: completed or withdrawn, when, why, and the last dose."""

from django.db import models

from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Day, Line, Link, YesNo
from ecrf.forms.registry import Section, crf


class Reason(models.TextChoices):
    COMPLETED = "COMPLETED", "Completed"
    ADVERSE_EVENT = "ADVERSE EVENT", "Adverse event"
    PHYSICIAN_DECISION = "PHYSICIAN DECISION", "Physician decision"
    WITHDRAWAL_BY_SUBJECT = "WITHDRAWAL BY SUBJECT", "Withdrawal by patient"
    LACK_OF_EFFICACY = "LACK OF EFFICACY", "Lack of efficacy"
    LOST_TO_FOLLOW_UP = "LOST TO FOLLOW-UP", "Lost to follow-up"
    PROTOCOL_DEVIATION = "PROTOCOL DEVIATION", "Protocol deviation"
    DEATH = "DEATH", "Death"
    SCREEN_FAILURE = "SCREEN FAILURE", "Screen failure"
    PREGNANCY = "PREGNANCY", "Pregnancy"


class AllowedAfter(models.TextChoices):
    """P: what a patient who withdraws consent can be asked, as the guidance of the FDA (2008) tells it apart. Data
    collected until then stay in any case."""

    NOTHING = "NOTHING", "No further data"
    RECORDS = "RECORDS", "Follow-up from medical records only"
    CONTACT = "CONTACT", "Follow-up from records and by contact with the patient"


WITHDRAWN = ("reason", Reason.WITHDRAWAL_BY_SUBJECT)
MAY_BE_DOSED = ("reason", tuple(reason for reason in Reason.values if reason != Reason.SCREEN_FAILURE))
"""A screen failure was given no dose."""


@crf("end-of-study", title="End of study", version=3, domain="DS")
class EndOfStudy(Crf):
    """Completed or withdrawn, when and why; after a withdrawal, what the patient still allows."""

    reason = Choice("The patient's participation ended with", choices=Reason, cdash="DSDECOD")
    ended_on = Day("Date of end of study", cdash="DSSTDAT")
    last_dose_on = Day(
        "Last dose on",
        hint="Not applicable if no dose was given",
        asked_if=MAY_BE_DOSED,
        cdash="EXENDAT",
    )
    adverse_event = Link(
        "Adverse event that led to it",
        to="adverse-event",
        asked_if=("reason", "ADVERSE EVENT"),
        cdash="AESPID",
    )

    allowed_after = Choice(
        "What the patient allows from now on",
        choices=AllowedAfter,
        hint="Ask the patient. Until this is answered, nothing is taken",
        asked_if=WITHDRAWN,
        cdash="DSALLOW_SUPPDS",
    )
    use_limited = YesNo(
        "Does the patient limit the use of what was collected until then?",
        hint="It stays in the trial's results; later research or stored samples may be limited",
        asked_if=WITHDRAWN,
        cdash="DSUSELIM_SUPPDS",
    )
    use_limits = Line(
        "What is limited", identifying=True, asked_if=("use_limited", "yes"), cdash="DSUSELTX_SUPPDS"
    )

    sections = (
        Section("End of study", "reason", "ended_on", "last_dose_on", "adverse_event"),
        Section(
            "After the withdrawal of consent",
            "allowed_after",
            "use_limited",
            "use_limits",
            help="What was collected until the withdrawal stays and is analysed.",
        ),
    )
