"""Medical history: what the patient had before the consent, and what goes on."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Line, PartialDay, Prose, YesNo
from ecrf.forms.partial_dates import surely_before
from ecrf.forms.registry import Section, crf


@crf(
    "medical-history",
    title="Medical history",
    domain="MH",
    repeat="condition",
    columns=("term", "started_on", "ongoing", "ended_on"),
)
class MedicalHistory(Crf):
    """One illness or operation of the past, or one that the patient still has."""

    term = Line("Condition", hint="One condition, in the words of the source", cdash="MHTERM")
    started_on = PartialDay("Began on", history=True, hint="The year alone is enough", cdash="MHSTDAT")
    ongoing = YesNo("Ongoing?", cdash="MHONGO")
    ended_on = PartialDay("Ended on", history=True, asked_if=("ongoing", "no"), cdash="MHENDAT")
    comment = Prose("Comment", required=False, cdash="COVAL")

    sections = (Section("Condition", "term", "started_on", "ongoing", "ended_on", "comment"),)


@check(
    "MH-001",
    on="medical-history",
    text="The end {end} is before the beginning {start}.",
    items=("started_on", "ended_on"),
    hard=True,
)
def end_before_start(row: MedicalHistory, data: PatientData) -> Iterator[Question]:
    """The condition surely ended before it began."""
    if row.started_on and row.ended_on and surely_before(row.ended_on, row.started_on):
        yield Question("ended_on", start=row.started_on, end=row.ended_on)


@check(
    "MH-003",
    on="medical-history",
    text="The condition is ongoing, but it ended on {ended_on}.",
    items=("ongoing", "ended_on"),
)
def ongoing_with_end(row: MedicalHistory, data: PatientData) -> Iterator[Question]:
    """The condition is ongoing and has an end."""
    if row.ongoing and row.ended_on:
        yield Question("ongoing", ended_on=row.ended_on)
