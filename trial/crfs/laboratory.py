"""Laboratory: one sample a visit, one line a test, each held against the reference range of the site."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models

from ecrf.access.kept_words import as_read
from ecrf.casebook.data import PatientData
from ecrf.casebook.laboratory.ranges import LIMITS, Flag, RangeMatch, find, flag, in_force, units_of
from ecrf.casebook.laboratory.units import same_unit
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, ClockTime, Day, Line, YesNo
from ecrf.forms.partial_dates import earliest, latest
from ecrf.forms.registry import Section, crf
from ecrf.forms.reported_units import Reported, Sign
from trial.lab_tests import LAB_TESTS

TIMES_UPPER = 5
EVENT_DAYS = 14
"""An adverse event that begins so many days after the sample still explains a result (P)."""

HAEMOGLOBIN = "HGB"
HAEMOGLOBIN_FELL_G_DL = 2
LIMITS_IN_WORDS = (
    f"A result above {TIMES_UPPER} times the upper limit; haemoglobin that fell by {HAEMOGLOBIN_FELL_G_DL} g/dL or "
    "more; a significant result without an adverse event or history that lasted on the day of the sample or "
    f"began within {EVENT_DAYS} days after it."
)
G_PER_DL = {"g/dL": Decimal(1), "g/L": Decimal("0.1"), "mmol/L": Decimal("1.611")}
"""What one of the unit is in g/dL; mmol/L counts the monomer, Hb(Fe)."""


class RangeFlag(models.TextChoices):
    LOW = Flag.LOW, "Low"
    NORMAL = Flag.NORMAL, "Normal"
    HIGH = Flag.HIGH, "High"


class LimitsInWords(Line):
    """What the range of the site says: stored in English, read in the reader's language."""

    def words(self, value: Any) -> str:
        return as_read(self.text(value), *LIMITS)


@crf("laboratory", title="Laboratory", domain="LB")
class Laboratory(Crf):
    """The sample of one visit; its results stand in its lines, one a test."""

    collected_on = Day("Sample taken on", cdash="LBDAT")
    collected_at = ClockTime("Sample taken at", required=False, cdash="LBTIM")
    fasting = YesNo("Fasting?", required=False, cdash="LBFAST")
    laboratory = Line("Laboratory", required=False, hint="If not the site's own", cdash="LBNAM")
    comment = Line("Comment", identifying=True, required=False, cdash="COVAL")

    sections = (Section("Sample", "collected_on", "collected_at", "fasting", "laboratory", "comment"),)


@crf(
    "lab-result",
    title="Results",
    version=2,
    domain="LB",
    row_of="laboratory",
    row_names=tuple(test.label for test in LAB_TESTS),
    columns=("test", "value", "result_unit", "flag", "significant"),
    calculated_from=("laboratory.collected_on", "demographics.sex"),
)
class LabResult(Crf):
    """The result of one test, with the reference range that held at the site when the sample was taken."""

    test = Choice("Test", choices=[(test.code, test.label) for test in LAB_TESTS], rule="ROW v1")
    comparator = Sign("Sign", required=False, hint="Only if the report has one", cdash="LBSIGN_SUPPLB")
    value = Reported("Result", sign="comparator", cdash="LBORRES")
    unit = Line(
        "Other unit",
        required=False,
        max_length=40,
        hint="Only if it is not that of the site's range",
        cdash="LBORRESU",
    )
    result_unit = Line("Unit of the result", max_length=40, rule="UNIT v1")
    reference_low = Reported("Lower limit", rule="RANGE v1")
    reference_high = Reported("Upper limit", rule="RANGE v1")
    reference_range = LimitsInWords("Reference range", max_length=40, rule="RANGE v1")
    flag = Choice("Flag", choices=RangeFlag, rule="FLAG v1")
    significant = YesNo("Clinically significant?", asked_if=("flag", (Flag.LOW, Flag.HIGH)), cdash="LBCLSIG")
    comment = Line("Remark", identifying=True, required=False, cdash="COVAL")

    listed = ("value", "result_unit", "flag", "reference_range", "significant")
    uses_ranges: ClassVar[bool] = True
    sections = (
        Section("Result", "comparator", "value", "unit", "significant", "comment"),
        Section(
            "Calculated", "test", "result_unit", "reference_range", "reference_low", "reference_high", "flag"
        ),
    )
    styles = ("trial/css/laboratory.css",)
    on_paper = ("comparator", "value", "result_unit", "reference_range", "flag", "significant", "comment")

    def calculate(self, data: PatientData) -> None:
        self.test = LAB_TESTS[self.entry.number - 1].code if self.entry.number <= len(LAB_TESTS) else None
        found = self._found(data)
        self.result_unit = found.unit or None
        self.reference_low, self.reference_high = found.low, found.high
        self.reference_range = found.limits or None
        self.flag = flag(self.value, found, self.comparator)

    def _found(self, data: PatientData) -> RangeMatch:
        """The unit of the result and the limits that hold for it."""
        patient = data.one("demographics")
        sex = patient.sex if patient else None
        return find(data.ranges, test=self.test or "", day=_day(self, data), unit=self.unit, sex=sex)

    @property
    def has_range(self) -> bool:
        return self.reference_low is not None or self.reference_high is not None

    @property
    def waits_for_sex(self) -> bool:
        """Whether the site's ranges are for one sex each, and the patient's is not known."""
        return bool(self.result_unit) and not self.unit and not self.has_range

    @property
    def label(self) -> str:
        return dict(LabResult._meta.get_field("test").flatchoices).get(self.test, "")

    @property
    def words(self) -> str:
        """The result as the report gives it: <0.5 µg/mL."""
        if self.value is None:
            return ""
        number = LabResult._meta.get_field("value").text(self.value)
        return f"{self.comparator or ''}{number} {self.result_unit or ''}".strip()


def _day(row: LabResult, data: PatientData) -> date | None:
    """The day on which the sample was taken."""
    sample = data.parent("laboratory", row)
    return sample.collected_on if sample else None


@check(
    "LB-001",
    on="lab-result",
    text="The site has no range for {test:answer test} in {unit} on {day}; known: {known}.",
    items=("unit", "value"),
    reads=("laboratory.collected_on",),
)
def unit_unknown(row: LabResult, data: PatientData) -> Iterator[Question]:
    """The site's reference ranges do not know the unit."""
    day = _day(row, data)
    known = units_of(in_force(data.ranges, row.test or "", day))
    if row.value is None or not row.unit or not known or any(same_unit(row.unit, u) for u in known):
        return
    yield Question("unit", test=row.test, unit=row.unit, day=day, known=", ".join(known))


@check(
    "LB-002",
    on="lab-result",
    text={
        "several units": "{test:Answer test} {result} has no unit. Enter it, since the site has ranges in {known:and}.",
        "no range": "{test:Answer test} {result} has no unit. Enter it, since the site has no range on {day}.",
    },
    items=("unit", "value"),
    reads=("laboratory.collected_on",),
)
def unit_missing(row: LabResult, data: PatientData) -> Iterator[Question]:
    """A result has no unit: none was entered, and no range of the site gives one."""
    day = _day(row, data)
    if row.value is None or row.result_unit or day is None:
        return
    known = units_of(in_force(data.ranges, row.test or "", day))
    if known:
        yield Question("value", "several units", test=row.test, result=row.words, known=known)
    else:
        yield Question("value", "no range", test=row.test, result=row.words, day=day)


@check(
    "LB-003",
    on="lab-result",
    text="{test:Answer test} {result} is more than {times} times the upper limit, {upper}.",
    items=("value", "comparator", "unit", "reference_high"),
)
def far_above(row: LabResult, data: PatientData) -> Iterator[Question]:
    """A result is more than five times the upper limit of its range."""
    if row.value is None or not row.reference_high or row.comparator in ("<", "≤"):
        return
    limit = row.reference_high * TIMES_UPPER
    if row.value > limit or (row.value == limit and row.comparator == ">"):
        upper = LabResult._meta.get_field("reference_high").text(row.reference_high)
        yield Question("value", test=row.test, result=row.words, times=TIMES_UPPER, upper=upper)


@check("LB-004", on="lab-result", text="{test:Answer test} {result} is negative.", items=("value",))
def negative(row: LabResult, data: PatientData) -> Iterator[Question]:
    """A result is negative."""
    if row.value is not None and row.value < 0:
        yield Question("value", test=row.test, result=row.words)


@check(
    "LB-005",
    on="lab-result",
    text="{test:Answer test} {result} is clinically significant, and no adverse event or medical history covers {day} "
    "to {after:days} after.",
    items=("significant",),
    reads=("laboratory.collected_on", "adverse-event", "medical-history"),
)
def significant_without_event(row: LabResult, data: PatientData) -> Iterator[Question]:
    """A result is clinically significant, and no adverse event or medical history explains it."""
    day = _day(row, data)
    if not row.significant or day is None:
        return
    events = [*data.rows("adverse-event"), *data.rows("medical-history")]
    if not any(may_explain(event, day) for event in events):
        yield Question("significant", test=row.test, result=row.words, day=day, after=EVENT_DAYS)


def may_explain(event: Any, day: date) -> bool:
    """Whether an event or a history may have lasted on the day, or may have begun within two weeks after it.

    Where a date is not known, or not wholly, the doubt speaks for the event.
    """
    began = event.started_on is None or earliest(event.started_on) <= day + timedelta(days=EVENT_DAYS)
    return began and (event.ended_on is None or latest(event.ended_on) >= day)


@check(
    "LB-006",
    on="lab-result",
    text="Haemoglobin fell from {before} to {now} since {visit:visit}.",
    items=("value", "unit", "result_unit"),
    reads=("lab-result",),
    same_name=True,
)
def haemoglobin_fell(row: LabResult, data: PatientData) -> Iterator[Question]:
    """Haemoglobin fell by 2 g/dL or more since the last value."""
    now = _g_per_dl(row) if row.test == HAEMOGLOBIN else None
    if now is None:
        return
    earlier = [r for r in data.earlier("lab-result", row) if r.test == HAEMOGLOBIN and r.value is not None]
    before = _g_per_dl(earlier[-1]) if earlier else None
    if before is not None and before - now >= HAEMOGLOBIN_FELL_G_DL:
        yield Question("value", before=earlier[-1].words, now=row.words, visit=earlier[-1].entry.visit)


def _g_per_dl(row: LabResult) -> Decimal | None:
    """A haemoglobin in g/dL; None in a unit that we cannot convert."""
    factor = next((f for unit, f in G_PER_DL.items() if same_unit(unit, row.result_unit or "")), None)
    return row.value * factor if row.value is not None and factor else None
