"""Dose: a form of which a visit may have several, each with rows of its own."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Day, Line, Measure, PartialDay
from ecrf.forms.registry import Section, crf


@crf("dose", title="Dose", domain="EX", repeat="dose", columns=("given_on", "given_g"))
class StubDose(Crf):
    """One day on which the drug was given."""

    given_on = Day("Given on", cdash="EXSTDAT")
    given_g = Measure("Given", low="0", high="200", unit="g", cdash="EXDOSE")

    sections = (Section("Dose", "given_on", "given_g"),)


@crf("dose-lot", title="Lot", domain="EX", row_of="dose", repeat="lot")
class StubLot(Crf):
    """One lot from which the dose was taken."""

    lot_number = Line("Lot", max_length=40, cdash="EXLOT")
    expires_on = PartialDay("Expires", future=True, required=False, cdash="EXPDAT_SUPPEX")

    sections = (Section("Lot", "lot_number", "expires_on"),)


@check(
    "DOSE-001",
    on="dose",
    text="The dose of {day} was given before the day of the visit.",
    items=("given_on",),
    reads=("visit",),
)
def before_the_visit(row: StubDose, data: PatientData) -> Iterator[Question]:
    """The dose was given before the day of its visit."""
    visits = data.at("visit", row.entry.visit.code) if row.entry.visit else []
    if row.given_on and any(visit.visited_on and row.given_on < visit.visited_on for visit in visits):
        yield Question("given_on", day=row.given_on)
