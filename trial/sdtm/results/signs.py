"""Vital signs at visits and around infusions, weight and height (VS), and the patient's hands (SC)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ecrf.exports.sdtm.completing import result_values
from ecrf.exports.sdtm.domains import Domain, Origin, ResultTest, Row, VariableType
from ecrf.exports.sdtm.records import FormRow, PatientRecords
from ecrf.exports.sdtm.timing import iso
from ecrf.exports.sdtm.variables import (
    IDENTIFIERS,
    last_before_exposure,
    moment,
    result,
    sequence,
    text,
    when_measured,
    whole,
)
from trial.crfs.infusion import TimePoint
from trial.sdtm import doses

ASSIGNED = Origin.ASSIGNED
WHOLE, FLOAT = VariableType.INTEGER, VariableType.FLOAT
AT_VISIT, AT_INFUSION, FOR_DOSE = "VISIT", "INFUSION", "DOSING WEIGHT"
TIME_POINTS = {
    TimePoint.BEFORE: ("BEFORE INFUSION", 1),
    TimePoint.DURING: ("DURING INFUSION", 2),
    TimePoint.AFTER: ("AFTER INFUSION", 3),
}

VS = Domain(
    "VS",
    "Vital Signs",
    "FINDINGS",
    "One record per vital sign measurement per time point per visit per subject",
    ("STUDYID", "USUBJID", "VSTESTCD", "VISITNUM", "VSCAT", "VSDTC", "VSTPTNUM", "VSSEQ"),
    (
        *IDENTIFIERS,
        sequence("VS"),
        *result("VS", "Vital Signs Test Short Name", "Vital Signs Test Name", "Vital Signs"),
        last_before_exposure("VS"),
        *when_measured("VS", "Measurements", "Vital Signs"),
        text("VSTPT", "Planned Time Point Name", "Timing"),
        whole("VSTPTNUM", "Planned Time Point Number", "Timing", origin=ASSIGNED),
        text("VSTPTREF", "Time Point Reference", "Timing", origin=ASSIGNED),
        moment("VSRFTDTC", "Date/Time of Reference Time Point", origin=Origin.DERIVED,
               method="The start of the infusion."),
    ),
    tests=(
        ResultTest("SYSBP", "Systolic Blood Pressure", WHOLE, "mmHg"),
        ResultTest("DIABP", "Diastolic Blood Pressure", WHOLE, "mmHg"),
        ResultTest("PULSE", "Pulse Rate", WHOLE, "beats/min"),
        ResultTest("TEMP", "Temperature", FLOAT, "C"),
        ResultTest("RESP", "Respiratory Rate", WHOLE, "breaths/min"),
        ResultTest("OXYSAT", "Oxygen Saturation", WHOLE, "%"),
        ResultTest("WEIGHT", "Weight", FLOAT, "kg"),
        ResultTest("HEIGHT", "Height", FLOAT, "cm"),
    ),
)  # fmt: skip
SC = Domain(
    "SC",
    "Subject Characteristics",
    "FINDINGS",
    "One record per characteristic per visit per subject",
    ("STUDYID", "USUBJID", "SCTESTCD", "VISITNUM", "SCSEQ"),
    (
        *IDENTIFIERS,
        sequence("SC"),
        *result(
            "SC", "Subject Characteristic Short Name", "Subject Characteristic", "Subject Characteristic"
        ),
        *when_measured("SC", "Collection", "Examination"),
    ),
    tests=(
        ResultTest("HANDDOM", "Dominant Hand"),
        ResultTest("HANDAFF", "More Affected Hand", own=True),
    ),
)
TESTS = {test.code: test for domain in (VS, SC) for test in domain.tests}


def rows(patient: PatientRecords, baseline: str) -> Iterator[Row]:
    for form in patient.rows("vital-signs"):
        values = {"VSCAT": AT_VISIT, "VSDTC": patient.day(form, "assessed_on")}
        yield from _results("VS", form, values, form.visit, doses.is_before_dose(patient, form, baseline))
    demographics = patient.one("demographics")
    if demographics:
        on = patient.day(demographics)
        yield from _results("VS", demographics, {"VSCAT": AT_VISIT, "VSDTC": on}, demographics.visit, None)
        yield from _results("SC", demographics, {"SCDTC": on}, demographics.visit, None)
    for infusion in patient.rows("infusion"):
        values = {"VSCAT": FOR_DOSE, "VSDTC": iso(infusion["infused_on"])}
        yield from _results(
            "VS", infusion, values, infusion.visit, doses.is_before_dose(patient, infusion, baseline)
        )
        for form in patient.children("infusion-vitals", infusion):
            yield from _around_infusion(infusion, form)


def _around_infusion(infusion: FormRow, form: FormRow) -> Iterator[Row]:
    name, place = TIME_POINTS.get(form["time_point"], ("", None))
    values = {
        "VSCAT": AT_INFUSION,
        "VSDTC": iso(_day(infusion, form), form["measured_at"]),
        "VSTPT": name,
        "VSTPTNUM": place,
        "VSTPTREF": "START OF INFUSION" if name else "",
        "VSRFTDTC": doses.start(infusion) if name else "",
    }
    is_before = form["time_point"] == TimePoint.BEFORE
    yield from _results("VS", form, values, infusion.visit, is_before)


def _day(infusion: FormRow, form: FormRow) -> Any:
    """After midnight of an infusion that ran into the next day, it is the next day."""
    day, at, began = infusion["infused_on"], form["measured_at"], infusion["started_at"]
    runs_over = infusion["ended_next_day"] == "yes" and form["time_point"] != TimePoint.BEFORE
    return day + timedelta(days=1) if day and runs_over and at and began and at < began else day


def _results(
    domain: str, form: FormRow, values: dict[str, Any], visit: str, before: bool | None
) -> Iterator[Row]:
    for item, code in form.tests(f"{domain}ORRES"):
        if code not in TESTS or (form[item] is None and not form.reason(item)):
            continue
        test = TESTS[code]
        found = result_values(domain, value=form.term(item), unit=test.unit, reason=form.reason(item))
        topic = {f"{domain}TESTCD": code, f"{domain}TEST": test.name}
        yield Row(domain, {**values, **topic, **found}, visit=visit, is_before_dose=before)
