"""Dose: a form of which a visit may have several, each with rows of two kinds."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Day, Line, Measure, PartialDay, Prose, WholeNumber
from ecrf.forms.registry import Section, crf


@crf("dose", title="Dose", domain="EX", repeat="dose day", columns=("given_on", "given_g"))
class StubDose(Crf):
    """One day on which the drug was given."""

    given_on = Day("Date of dose", carried=True, cdash="EXSTDAT")
    weight_kg = Measure("Weight", low="0.1", high="300", unit="kg", cdash="WEIGHT_VSORRES")
    given_g = Measure("Given", low="0", high="200", unit="g", cdash="EXDOSE")
    given_ml = Measure("Volume", low="0", high="5000", unit="mL", cdash="EXVAMT")
    note = Prose("Remarks", required=False, cdash="COVAL")

    sections = (Section("Dose", "given_on", "weight_kg", "given_g", "given_ml", "note"),)


@crf("dose-lot", title="Lot", domain="EX", row_of="dose", repeat="lot")
class StubLot(Crf):
    """One lot from which the dose was taken."""

    lot_number = Line("Lot number", max_length=40, carried=True, cdash="EXLOT")
    expires_on = PartialDay("Expires on", future=True, carried=True, cdash="EXPDAT_SUPPEX")

    sections = (Section("Lot", "lot_number", "expires_on"),)


@crf("dose-signs", title="Reading around the dose", domain="VS", row_of="dose", repeat="reading")
class StubDoseSigns(Crf):
    """The vital signs at one time around the dose."""

    pulse = WholeNumber("Pulse", low=0, unit="/min", cdash="PULSE_VSORRES")
    systolic = WholeNumber("Systolic", low=0, unit="mmHg", cdash="SYSBP_VSORRES")

    sections = (Section("Signs", "pulse", "systolic"),)


@check(
    "DOSE-001",
    on="dose",
    text="The dose of {day} was given before the day of the visit.",
    items=("given_on",),
    reads=("visit.visited_on",),
)
def before_the_visit(row: StubDose, data: PatientData) -> Iterator[Question]:
    """The dose was given before the day of its visit."""
    visits = data.at("visit", row.entry.visit.code) if row.entry.visit else []
    if row.given_on and any(visit.visited_on and row.given_on < visit.visited_on for visit in visits):
        yield Question("given_on", day=row.given_on)


@check("DOSE-002", on="dose-signs", text="Pulse is {now} /min; {low} to {high} is usual.", items=("pulse",))
def unlikely_pulse(row: StubDoseSigns, data: PatientData) -> Iterator[Question]:
    """The pulse around a dose lies outside its usual range."""
    low, high = 40, 150
    if row.pulse is not None and not low <= row.pulse <= high:
        yield Question("pulse", now=row.pulse, low=low, high=high)


@check(
    "DOSE-003",
    on="dose-signs",
    text="Systolic is {now} mmHg on {day}, and no adverse event began that day.",
    items=("systolic",),
    reads=("dose.given_on", "adverse-event.started_on"),
)
def low_pressure_without_event(row: StubDoseSigns, data: PatientData) -> Iterator[Question]:
    """The systolic pressure around a dose is below 90 mmHg, and no adverse event began on that day."""
    dose = data.parent("dose", row)
    if row.systolic is None or row.systolic >= 90 or dose is None or dose.given_on is None:
        return
    if all(event.started_on != str(dose.given_on) for event in data.rows("adverse-event")):
        yield Question("systolic", now=row.systolic, day=dose.given_on)
