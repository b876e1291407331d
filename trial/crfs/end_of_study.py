"""End of study: completed or withdrawn, when, why, and the last dose."""

from django.db import models

from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Day, Link
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


@crf("end-of-study", title="End of study", domain="DS")
class EndOfStudy(Crf):
    """Completed or withdrawn, when and why."""

    reason = Choice("The patient's participation ended with", choices=Reason, cdash="DSDECOD")
    ended_on = Day("Date of end of study", cdash="DSSTDAT")
    last_dose_on = Day("Last dose on", hint="Not applicable if no dose was given", cdash="EXENDAT")
    adverse_event = Link(
        "Adverse event that led to it",
        to="adverse-event",
        asked_if=("reason", "ADVERSE EVENT"),
        cdash="AESPID",
    )

    sections = (Section("End of study", "reason", "ended_on", "last_dose_on", "adverse_event"),)
