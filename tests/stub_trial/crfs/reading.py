"""Reading: six numbers of an instrument, with what is calculated from them and compared with the last visit."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import visit_label
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Line, Measure
from ecrf.forms.registry import Section, crf

VALUES = tuple(f"value_{number}" for number in range(1, 7))
HIGHEST_LIKELY = 160
MOVED = 30


def _value(number: int) -> Measure:
    return Measure(f"Value {number}", low="0", high="200", unit="kg", cdash=f"READ{number}_MKORRES")


@crf("reading", title="Reading", domain="MK")
class StubReading(Crf):
    """Six values and the highest of them."""

    device = Line("Device", max_length=60, hint="Serial or inventory number", cdash="SPDEVID")
    assessor = Line("Assessor", max_length=60, hint="A code, not a name", cdash="MKEVALID")
    value_1 = _value(1)
    value_2 = _value(2)
    value_3 = _value(3)
    value_4 = _value(4)
    value_5 = _value(5)
    value_6 = _value(6)
    highest = Measure("Highest", unit="kg", rule="HIGHEST v1")

    sections = (
        Section("Assessment", "device", "assessor"),
        Section("Values", *VALUES, help="One decimal; nd if it was not done."),
        Section("Calculated", "highest"),
    )

    def calculate(self, data: PatientData) -> None:
        given = [getattr(self, name) for name in VALUES]
        self.highest = max((value for value in given if value is not None), default=None)


@check("READ-001", on="reading", text="{value} kg is more than {highest} kg.", items=VALUES)
def unlikely_high(row: StubReading, data: PatientData) -> Iterator[Question]:
    """A value above 160 kg."""
    for item in VALUES:
        value = getattr(row, item)
        if value is not None and value > HIGHEST_LIKELY:
            yield Question(item, value=value, highest=HIGHEST_LIKELY)


@check(
    "READ-003",
    on="reading",
    text="It went from {before} to {now} kg since {since}.",
    items=VALUES,
    reads=("reading",),
)
def highest_moved(row: StubReading, data: PatientData) -> Iterator[Question]:
    """The highest value moved by 30 kg or more since the last visit that has one."""
    last = data.last("reading", row, "highest")
    if row.highest is not None and last is not None and abs(row.highest - last.highest) >= MOVED:
        since = visit_label(last.entry.visit)
        yield Question("highest", before=last.highest, now=row.highest, since=since)
