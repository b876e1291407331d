"""Protocol deviation: what was not done as the protocol says, when, and what was done about it."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import CHECKS, Offer, Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Day, Line, Link, Prose
from ecrf.forms.registry import Section, crf


class DeviationCategory(models.TextChoices):
    """P: the publication does not group deviations."""

    VISIT_WINDOW = "visit-window", "Visit window"
    MISSED_VISIT = "missed-visit", "Missed visit"
    DOSE = "dose", "Dose"
    ELIGIBILITY = "eligibility", "Eligibility"
    CONSENT = "consent", "Consent"
    PROCEDURE = "procedure", "Procedure"
    PROHIBITED_MEDICATION = "prohibited-medication", "Prohibited medication"
    OTHER = "other", "Other"


class DeviationSeverity(models.TextChoices):
    """P: two grades; which is which is for the site and the sponsor to say."""

    MINOR = "minor", "Minor"
    MAJOR = "major", "Major"


@crf(
    "protocol-deviation",
    title="Protocol deviation",
    domain="DV",
    repeat="protocol deviation",
    columns=("occurred_on", "category", "severity", "visit_link"),
)
class ProtocolDeviation(Crf):
    """One departure from the protocol."""

    what = Prose("What happened", cdash="DVTERM")
    occurred_on = Day("Happened on", cdash="DVSTDAT")
    category = Choice("Category", choices=DeviationCategory, cdash="DVDECOD")
    severity = Choice("Severity", choices=DeviationSeverity, cdash="DVCAT")
    visit_link = Link("Visit", to="visit", required=False, hint="If it belongs to one", cdash="VISIT")
    action = Line("Action taken", identifying=True, cdash="DVACNOTH")
    reported_on = Day("Reported on", required=False, hint="To the sponsor", cdash="DVRPTDAT_SUPPDV")

    listed = ("what", "occurred_on", "category", "severity", "action", "visit_link")
    sections = (
        Section("Deviation", "what", "occurred_on", "category", "severity", "visit_link"),
        Section("Action", "action", "reported_on"),
    )


READS = ("protocol-deviation.category", "protocol-deviation.visit_link")
"""What a check reads whose question a recorded deviation answers."""


def is_recorded(category: DeviationCategory, visit: Crf, data: PatientData) -> bool:
    """Whether a deviation of this category points at the visit."""
    linked = data.linking("protocol-deviation", "visit_link", visit)
    return any(row.category == category for row in linked)


def offered(check_id: str, category: DeviationCategory, *, on: str) -> Offer:
    """The offer to record what this check asks about as a deviation; `on` names the item with its date.

    The severity stays blank: the site decides.
    """

    def fill(row: Any, data: PatientData) -> dict[str, str]:
        asking = CHECKS[check_id]
        known = {
            "what": " ".join(asking.text_of(question) for question in asking.ask(row, data)),
            "occurred_on": str(getattr(row, on) or ""),
            "category": category.value,
            "visit_link": f"{row.entry.visit.code}.1" if row.entry.visit else "",
        }
        return {name: text for name, text in known.items() if text}

    return Offer(crf="protocol-deviation", label="Record a protocol deviation", fill=fill)


@check(
    "DV-002",
    on="protocol-deviation",
    text="Reported on {reported_on}, before it happened, {occurred_on}.",
    items=("occurred_on", "reported_on"),
)
def reported_before_it_happened(row: ProtocolDeviation, data: PatientData) -> Iterator[Question]:
    """The deviation was reported before it happened."""
    if row.occurred_on and row.reported_on and row.reported_on < row.occurred_on:
        yield Question("reported_on", reported_on=row.reported_on, occurred_on=row.occurred_on)
