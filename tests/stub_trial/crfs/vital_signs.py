"""Vital signs: numbers with limits, and a check across visits."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import ClockTime, Measure, WholeNumber, YesNo
from ecrf.forms.registry import Section, crf

LIKELY = {"systolic": (70, 220), "diastolic": (40, 130), "pulse": (40, 150), "temperature": (34, 41)}
LIKELY_KG = (30, 150)
WEIGHT_MOVED_PERCENT = 10


@crf("vital-signs", title="Vital signs and weight", domain="VS")
class StubVitalSigns(Crf):
    """Weight, blood pressure and pulse of the visit."""

    weight_kg = Measure("Weight", low="0.1", high="300", unit="kg", cdash="WEIGHT_VSORRES")
    measured_at = ClockTime("Measured at", required=False, cdash="VSTIM")
    rested = YesNo("After five minutes of rest?", required=False, cdash="REST_VSORRES")
    systolic = WholeNumber("Systolic", low=0, unit="mmHg", cdash="SYSBP_VSORRES")
    diastolic = WholeNumber("Diastolic", low=0, unit="mmHg", cdash="DIABP_VSORRES")
    pulse = WholeNumber("Pulse", low=0, unit="/min", cdash="PULSE_VSORRES")
    temperature = Measure("Temperature", low="0", unit="°C", cdash="TEMP_VSORRES")
    respiration = WholeNumber("Respiration", low=0, unit="/min", cdash="RESP_VSORRES")
    spo2 = WholeNumber("SpO₂", low=0, high=100, unit="%", cdash="OXYSAT_VSORRES")

    sections = (
        Section("Weight", "weight_kg"),
        Section("Vital signs", "measured_at", "rested", "systolic", "diastolic", "pulse", "temperature"),
        Section("Breathing", "respiration", "spo2"),
    )


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


@check(
    "VS-002",
    on="vital-signs",
    text={"between": "{sign:item} is {value} {unit}; {low} to {high} is usual."},
    items=tuple(LIKELY),
)
def sign_outside_usual(row: StubVitalSigns, data: PatientData) -> Iterator[Question]:
    """A vital sign lies outside its usual range."""
    for name, (low, high) in LIKELY.items():
        value = getattr(row, name)
        if value is not None and not low <= value <= high:
            unit = row._meta.get_field(name).unit
            yield Question(name, "between", sign=name, value=value, unit=unit, low=low, high=high)


@check("VS-003", on="vital-signs", text="{value} kg lies outside {low} to {high} kg.", items=("weight_kg",))
def weight_outside_usual(row: StubVitalSigns, data: PatientData) -> Iterator[Question]:
    """The weight is below 30 or above 150 kg."""
    low, high = LIKELY_KG
    if row.weight_kg is not None and not low <= row.weight_kg <= high:
        yield Question("weight_kg", value=row.weight_kg, low=low, high=high)


@check(
    "VS-004",
    on="vital-signs",
    text={
        "rose": "Weight rose from {before} to {now} kg since {visit:visit}.",
        "fell": "Weight fell from {before} to {now} kg since {visit:visit}.",
    },
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
    way = "rose" if now > last.weight_kg else "fell"
    yield Question("weight_kg", way, before=last.weight_kg, now=now, visit=last.entry.visit)
