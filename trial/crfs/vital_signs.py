"""Vital signs and weight, once at every visit."""

from collections.abc import Iterator
from typing import Any

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Measure, WholeNumber
from ecrf.forms.registry import Section, crf
from trial.crfs.visit import another_day

SIGNS = ("systolic", "diastolic", "pulse", "temperature", "respiration", "spo2")

LIKELY: dict[str, tuple[int, int | None]] = {
    "systolic": (70, 220),
    "diastolic": (40, 130),
    "pulse": (40, 150),
    "temperature": (34, 41),
    "respiration": (8, 40),
    "spo2": (85, None),
}
LIKELY_KG = (30, 150)
LIKELY_BMI = (13, 50)
"""kg/m²."""

HIGHEST_MMHG, HIGHEST_PULSE, HIGHEST_RESPIRATION = 400, 500, 200
POSSIBLE_C = ("10", "50")
"""Beyond these no living person was measured: a misplaced decimal point (365 °C), or the wrong field. Well beyond all
that is unlikely, which is asked about: what stands in a source can be entered."""

WEIGHT_MOVED_PERCENT = 10


def weight(label: str, **options: Any) -> Measure:
    """A body weight: above 0, up to 300 kg."""
    return Measure(label, low="0.1", high="300", unit="kg", **options)


def systolic() -> WholeNumber:
    return WholeNumber("Systolic", low=0, high=HIGHEST_MMHG, unit="mmHg", cdash="SYSBP_VSORRES")


def diastolic() -> WholeNumber:
    return WholeNumber("Diastolic", low=0, high=HIGHEST_MMHG, unit="mmHg", cdash="DIABP_VSORRES")


def pulse() -> WholeNumber:
    return WholeNumber("Pulse", low=0, high=HIGHEST_PULSE, unit="/min", cdash="PULSE_VSORRES")


def temperature() -> Measure:
    low, high = POSSIBLE_C
    return Measure("Temperature", low=low, high=high, unit="°C", cdash="TEMP_VSORRES")


def respiration() -> WholeNumber:
    return WholeNumber("Respiration", low=0, high=HIGHEST_RESPIRATION, unit="/min", cdash="RESP_VSORRES")


def spo2() -> WholeNumber:
    return WholeNumber("SpO₂", low=0, high=100, unit="%", cdash="OXYSAT_VSORRES")


@crf("vital-signs", title="Vital signs and weight", version=3, domain="VS")
class VitalSigns(Crf):
    """Weight and vital signs of the visit; those around an infusion stand with the infusion."""

    weight_kg = weight("Weight", cdash="WEIGHT_VSORRES")
    assessed_on = another_day("VSDAT")
    systolic = systolic()
    diastolic = diastolic()
    pulse = pulse()
    temperature = temperature()
    respiration = respiration()
    spo2 = spo2()

    sections = (Section("Weight", "weight_kg", "assessed_on"), Section("Vital signs", *SIGNS))


UNLIKELY_SIGN = {
    "between": "{sign:item} is {value} {unit}; {low} to {high} is usual.",
    "at least": "{sign:item} is {value} {unit}; {low} or more is usual.",
}
NOT_ABOVE_DIASTOLIC = "Systolic {systolic} must be above diastolic {diastolic} mmHg."
UNLIKELY_WEIGHT = "{value} kg lies outside {low} to {high} kg."
WEIGHT_MOVED = {
    "rose": "Weight rose from {before} to {now} kg since {visit:visit}.",
    "fell": "Weight fell from {before} to {now} kg since {visit:visit}.",
}


def unlikely_signs(row: Crf) -> Iterator[Question]:
    """The vital signs of a row that lie outside the likely range."""
    for name, (low, high) in LIKELY.items():
        value = getattr(row, name)
        if value is None or (value >= low and (high is None or value <= high)):
            continue
        item: Any = row._meta.get_field(name)
        if high is None:
            yield Question(name, "at least", sign=name, value=value, unit=item.unit, low=low)
        else:
            yield Question(name, "between", sign=name, value=value, unit=item.unit, low=low, high=high)


def not_above_diastolic(row: Any) -> Iterator[Question]:
    """The systolic pressure, if it is not above the diastolic."""
    if row.systolic is not None and row.diastolic is not None and row.systolic <= row.diastolic:
        yield Question("systolic", systolic=row.systolic, diastolic=row.diastolic)


def unlikely_weight(row: Crf, item: str) -> Iterator[Question]:
    """A weight outside the likely range."""
    value = getattr(row, item)
    low, high = LIKELY_KG
    if value is not None and not low <= value <= high:
        yield Question(item, value=value, low=low, high=high)


def moved_weight(row: Crf, item: str, key: str, data: PatientData) -> Iterator[Question]:
    """A weight that moved by more than the limit since the last visit that has one."""
    now, last = getattr(row, item), data.last(key, row, item)
    if now is None or last is None:
        return
    before = getattr(last, item)
    if abs(now - before) * 100 <= before * WEIGHT_MOVED_PERCENT:
        return
    way = "rose" if now > before else "fell"
    yield Question(item, way, before=before, now=now, visit=last.entry.visit)


@check("VS-001", on="vital-signs", text=NOT_ABOVE_DIASTOLIC, items=("systolic", "diastolic"), hard=True)
def systolic_not_above_diastolic(row: VitalSigns, data: PatientData) -> Iterator[Question]:
    """The systolic pressure is not above the diastolic."""
    yield from not_above_diastolic(row)


@check("VS-002", on="vital-signs", text=UNLIKELY_SIGN, items=SIGNS)
def sign_outside_usual(row: VitalSigns, data: PatientData) -> Iterator[Question]:
    """A vital sign lies outside its usual range."""
    yield from unlikely_signs(row)


@check("VS-003", on="vital-signs", text=UNLIKELY_WEIGHT, items=("weight_kg",))
def weight_outside_usual(row: VitalSigns, data: PatientData) -> Iterator[Question]:
    """The weight is below 30 or above 150 kg."""
    yield from unlikely_weight(row, "weight_kg")


@check("VS-004", on="vital-signs", text=WEIGHT_MOVED, items=("weight_kg",), reads=("vital-signs",))
def weight_moved(row: VitalSigns, data: PatientData) -> Iterator[Question]:
    """The weight changed by more than 10 % since the last visit."""
    yield from moved_weight(row, "weight_kg", "vital-signs", data)
