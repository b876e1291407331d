"""Visit: whether it took place, when, or why not."""

from collections.abc import Iterator

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import visit_label
from ecrf.checks.registry import ANY, Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Day, Line
from ecrf.forms.registry import Section, by_model, crf


class Occurrence(models.TextChoices):
    DONE = "done", "Done"
    MISSED = "missed", "Missed"


class Contact(models.TextChoices):
    ON_SITE = "on-site", "At the site"
    HOME = "home", "At the patient's home"
    PHONE = "phone", "By telephone or video"


@crf("visit", title="Visit", domain="SV")
class StubVisit(Crf):
    """Whether the visit took place, when and how, or why it was missed."""

    occurrence = Choice("The visit was", choices=Occurrence, cdash="SVOCCUR")
    visited_on = Day("Date of visit", asked_if=("occurrence", "done"), cdash="SVSTDAT")
    contact = Choice("Took place", choices=Contact, asked_if=("occurrence", "done"), cdash="SVCNTMOD")
    missed_reason = Line("Why it was missed", asked_if=("occurrence", "missed"), cdash="SVREASOC")

    sections = (Section("Visit", "occurrence", "visited_on", "contact", "missed_reason"),)


@check(
    "VISIT-001", on="visit", text="{label} has the same date, {day}.", items=("visited_on",), reads=("visit",)
)
def two_on_one_day(row: StubVisit, data: PatientData) -> Iterator[Question]:
    """Two visits of one patient have the same date."""
    for other in data.rows("visit"):
        if row.visited_on and other.entry_id != row.entry_id and other.visited_on == row.visited_on:
            yield Question("visited_on", label=visit_label(other.entry.visit), day=row.visited_on)
            return


@check(
    "VISIT-002",
    on=ANY,
    text="{visit:visit} was missed, but “{form:form}” has values.",
    reads=("visit.occurrence",),
)
def values_of_a_missed_visit(row: Crf, data: PatientData) -> Iterator[Question]:
    """The visit was missed, and another of its forms has values."""
    definition, visit = by_model(type(row)), row.entry.visit
    item = next((name for name in definition.entered if getattr(row, name) is not None), None)
    if visit is None or item is None or definition.key == "visit":
        return
    if any(other.occurrence == Occurrence.MISSED for other in data.at("visit", visit.code)):
        yield Question(item, visit=visit, form=definition.key)
