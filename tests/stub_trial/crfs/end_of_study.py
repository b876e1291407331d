"""End of study: completed or not, and when."""

from django.db import models

from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Day
from ecrf.forms.registry import Section, crf


class Reason(models.TextChoices):
    COMPLETED = "COMPLETED", "Completed"
    WITHDRAWAL_BY_SUBJECT = "WITHDRAWAL BY SUBJECT", "Withdrawal by patient"
    DEATH = "DEATH", "Death"
    SCREEN_FAILURE = "SCREEN FAILURE", "Screen failure"


class Allowed(models.TextChoices):
    NOTHING = "nothing", "Nothing"
    RECORDS = "records", "Records"
    CONTACT = "contact", "Records and visits"


@crf("end-of-study", title="End of study", domain="DS")
class StubEnd(Crf):
    """How and when the patient left the study."""

    reason = Choice("The patient's participation ended with", choices=Reason, cdash="DSDECOD")
    ended_on = Day("Date of end of study", cdash="DSSTDAT")

    allowed = Choice(
        "What the patient allows from then on",
        choices=Allowed,
        asked_if=("reason", Reason.WITHDRAWAL_BY_SUBJECT),
        cdash="DSALLOW_SUPPDS",
    )

    sections = (Section("End of study", "reason", "ended_on", "allowed"),)
