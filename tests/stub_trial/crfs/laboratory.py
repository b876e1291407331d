"""Laboratory: a form with a fixed set of rows, each held against the site's reference ranges."""

from collections.abc import Iterator
from typing import ClassVar

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.casebook.laboratory.ranges import Flag, find, flag
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Day, Line, YesNo
from ecrf.forms.protocol import LabTest
from ecrf.forms.registry import Section, crf
from ecrf.forms.reported_units import Reported

LAB_TESTS = (
    LabTest("HGB", "Haemoglobin", ("g/dL", "g/L", "mmol/L"), by_sex=True),
    LabTest("WBC", "White cells", ("×10³/µL", "×10⁹/L", "/µL")),
    LabTest("AST", "AST", ("U/L", "µkat/L")),
)
FELL = 2


class RangeFlag(models.TextChoices):
    LOW = Flag.LOW, "Low"
    NORMAL = Flag.NORMAL, "Normal"
    HIGH = Flag.HIGH, "High"


@crf("laboratory", title="Laboratory", domain="LB")
class StubLaboratory(Crf):
    """The sample of one visit."""

    collected_on = Day("Sample taken on", cdash="LBDAT")

    sections = (Section("Sample", "collected_on"),)


@crf(
    "lab-result",
    title="Results",
    domain="LB",
    row_of="laboratory",
    row_names=tuple(test.label for test in LAB_TESTS),
    columns=("test", "value", "flag"),
    calculated_from=("laboratory.collected_on",),
)
class StubLabResult(Crf):
    """The result of one test."""

    test = Choice("Test", choices=[(test.code, test.label) for test in LAB_TESTS], rule="ROW v1")
    value = Reported("Result", cdash="LBORRES")
    unit = Line("Unit", required=False, max_length=40, cdash="LBORRESU")
    significant = YesNo("Clinically significant?", asked_if=("flag", (Flag.LOW, Flag.HIGH)), cdash="LBCLSIG")
    flag = Choice("Flag", choices=RangeFlag, rule="FLAG v1")

    uses_ranges: ClassVar[bool] = True
    sections = (Section("Result", "value", "unit", "significant"), Section("Calculated", "test", "flag"))

    def calculate(self, data: PatientData) -> None:
        self.test = LAB_TESTS[self.entry.number - 1].code
        sample = data.parent("laboratory", self)
        day = sample.collected_on if sample else None
        self.flag = flag(self.value, find(data.ranges, test=self.test, day=day, unit=self.unit, sex=None))


@check(
    "LAB-001",
    on="lab-result",
    text="{test:Answer test} fell from {before} to {now} since {visit:visit}.",
    items=("value",),
    reads=("lab-result",),
    same_name=True,
)
def result_fell(row: StubLabResult, data: PatientData) -> Iterator[Question]:
    """A result fell by 2 or more since the last visit that has one."""
    last = data.last("lab-result", row, "value")
    if row.value is not None and last is not None and last.value - row.value >= FELL:
        value = StubLabResult._meta.get_field("value")
        before, now = value.text(last.value), value.text(row.value)
        yield Question("value", test=row.test, before=before, now=now, visit=last.entry.visit)
