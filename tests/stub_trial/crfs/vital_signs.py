"""Vital signs: numbers with limits, one that is calculated, and a check across visits."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import visit_label
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import ClockTime, Measure, WholeNumber, YesNo
from ecrf.forms.registry import Section, crf

LIKELY_PULSE = (40, 150)
WEIGHT_MOVED_PERCENT = 10


@crf("vital-signs", title="Vital signs", domain="VS")
class StubVitalSigns(Crf):
    """Weight, blood pressure and pulse of the visit."""

    weight_kg = Measure("Weight", low="0.1", high="300", unit="kg", cdash="WEIGHT_VSORRES")
    measured_at = ClockTime("Measured at", required=False, cdash="VSTIM")
    rested = YesNo("After five minutes of rest?", required=False, cdash="REST_VSORRES")
    systolic = WholeNumber("Systolic", low=0, unit="mmHg", cdash="SYSBP_VSORRES")
    diastolic = WholeNumber("Diastolic", low=0, unit="mmHg", cdash="DIABP_VSORRES")
    pulse = WholeNumber("Pulse", low=0, unit="/min", cdash="PULSE_VSORRES")
    pressure = WholeNumber("Pulse pressure", unit="mmHg", rule="PRESSURE v1")

    sections = (
        Section("Weight", "weight_kg"),
        Section("Vital signs", "measured_at", "rested", "systolic", "diastolic", "pulse", "pressure"),
    )

    def calculate(self, data: PatientData) -> None:
        known = self.systolic is not None and self.diastolic is not None
        self.pressure = self.systolic - self.diastolic if known else None


@check(
    "VS-001",
    on="vital-signs",
    text="Systolic {systolic} must be above diastolic {diastolic} mmHg.",
    items=("systolic", "diastolic"),
    hard=True,
)
def systolic_not_above_diastolic(row: StubVitalSigns, data: PatientData) -> Iterator[Question]:
    """The systolic pressure is not above the diastolic."""
    if None not in (row.systolic, row.diastolic) and row.systolic <= row.diastolic:
        yield Question("systolic", systolic=row.systolic, diastolic=row.diastolic)


@check("VS-002", on="vital-signs", text="Pulse is {now} /min; {low} to {high} is usual.", items=("pulse",))
def pulse_outside_usual(row: StubVitalSigns, data: PatientData) -> Iterator[Question]:
    """The pulse lies outside its usual range."""
    low, high = LIKELY_PULSE
    if row.pulse is not None and not low <= row.pulse <= high:
        yield Question("pulse", now=row.pulse, low=low, high=high)


@check(
    "VS-004",
    on="vital-signs",
    text="Weight went from {before} to {now} kg since {since}.",
    items=("weight_kg",),
    reads=("vital-signs",),
)
def weight_moved(row: StubVitalSigns, data: PatientData) -> Iterator[Question]:
    """The weight changed by more than 10 % since the last visit."""
    now, last = row.weight_kg, data.last("vital-signs", row, "weight_kg")
    if (
        now is None
        or last is None
        or abs(now - last.weight_kg) * 100 <= last.weight_kg * WEIGHT_MOVED_PERCENT
    ):
        return
    yield Question("weight_kg", before=last.weight_kg, now=now, since=visit_label(last.entry.visit))
