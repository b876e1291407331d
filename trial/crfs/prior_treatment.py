"""Prior MMN treatment: what the patient was given for MMN before the trial, and how it helped."""

from django.db import models

from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Line, Measure, PartialDay
from ecrf.forms.registry import Section, crf


class Response(models.TextChoices):
    """P: the publication does not say how an earlier response was graded."""

    IMPROVED = "improved", "Improved"
    STABLE = "stable", "Stable"
    WORSENED = "worsened", "Worsened"
    NOT_ASSESSABLE = "not-assessable", "Not assessable"


@crf(
    "prior-treatment",
    title="Prior MMN treatment",
    domain="CM",
    repeat="treatment",
    columns=("product", "dose", "last_given_on", "interval_weeks", "response"),
)
class PriorTreatment(Crf):
    """One treatment of MMN before the trial drug."""

    product = Line("Product", hint="As the source names it", cdash="CMTRT")
    dose = Line("Dose", hint="As in the source, with its unit: 1 g/kg", cdash="CMDSTXT")
    last_given_on = PartialDay("Last given on", history=True, cdash="CMENDAT")
    interval_weeks = Measure("Interval", low="0", unit="weeks", hint="na if given once", cdash="CMDOSFRQ")
    response = Choice("Response", choices=Response, cdash="CMRESP_SUPPCM")

    sections = (Section("Treatment", "product", "dose", "last_given_on", "interval_weeks", "response"),)
