"""Nerve conduction: each measure of each segment as a row, with the investigator's call of a block (NV)."""

from collections.abc import Iterator
from typing import Any

from ecrf.exports.sdtm.completing import result_values
from ecrf.exports.sdtm.domains import Domain, Origin, ResultTest, Row, VariableType
from ecrf.exports.sdtm.records import FormRow, PatientRecords
from ecrf.exports.sdtm.texts import number_text
from ecrf.exports.sdtm.variables import (
    IDENTIFIERS,
    derived_flag,
    last_before_exposure,
    result,
    sequence,
    text,
    when_measured,
)
from trial.sdtm import doses

ASSIGNED = Origin.ASSIGNED
FLOAT = VariableType.FLOAT
SKIN_OF = {"ARMTEMP": "ARM", "LEGTEMP": "LEG"}
"""The skin temperature of the study, by the limb: one test in SDTM, with the limb in NVLOC."""
SKIN = "SKINTEMP"
DERIVED = {"area_reduction_percent": "AREARED", "duration_increase_percent": "DURINC"}

NV = Domain(
    "NV",
    "Nervous System Findings",
    "FINDINGS",
    "One record per measure per nerve, side and segment per visit per subject",
    ("STUDYID", "USUBJID", "VISITNUM", "NVDTC", "NVTESTCD", "NVLOC", "NVLAT", "NVANTREG", "NVSEQ"),
    (
        *IDENTIFIERS,
        text("SPDEVID", "Sponsor Device Identifier", "Identifier"),
        sequence("NV"),
        text("NVGRPID", "Group ID", "Identifier", origin=ASSIGNED, comment="The segment's number in its study."),
        *result("NV", "Short Name of Nervous System Test", "Name of Nervous System Test", "Nervous System Test"),
        text("NVORNRLO", "Normal Range Lower Limit-Original Units", "Variable Qualifier"),
        text("NVLOC", "Location Used for the Measurement", codes="LOC"),
        text("NVLAT", "Laterality", "Variable Qualifier", codes="LAT"),
        text("NVANTREG", "Anatomical Region", "Variable Qualifier", comment="The segment of the nerve (P)."),
        last_before_exposure("NV"),
        derived_flag("NV"),
        text("NVEVAL", "Evaluator", codes="EVAL", origin=ASSIGNED),
        text("NVEVALID", "Evaluator Identifier", "Variable Qualifier", comment="The site's own code."),
        *when_measured("NV"),
    ),
    tests=(
        ResultTest("DLAT", "Distal Motor Latency", FLOAT, "ms", own=True),
        ResultTest("DAMP", "Distal CMAP Amplitude", FLOAT, "mV", own=True),
        ResultTest("DDUR", "Distal CMAP Duration", FLOAT, "ms", own=True),
        ResultTest("DAREA", "Distal CMAP Area", FLOAT, "mV*ms", own=True),
        ResultTest("PAMP", "Proximal CMAP Amplitude", FLOAT, "mV", own=True),
        ResultTest("PDUR", "Proximal CMAP Duration", FLOAT, "ms", own=True),
        ResultTest("PAREA", "Proximal CMAP Area", FLOAT, "mV*ms", own=True),
        ResultTest("CV", "Motor Conduction Velocity", FLOAT, "m/s", own=True),
        ResultTest(SKIN, "Skin Temperature", FLOAT, "C", own=True),
        ResultTest("AREARED", "CMAP Area Reduction", FLOAT, "%", own=True,
                   method="100 x (distal area - proximal area) / distal area, to one decimal."),
        ResultTest("DURINC", "CMAP Duration Increase", FLOAT, "%", own=True,
                   method="100 x (proximal duration - distal duration) / distal duration, to one decimal."),
        ResultTest("CONDBLK", "Motor Conduction Block", own=True),
        ResultTest("SENSCOND", "Sensory Conduction Normal", codes="NY", own=True),
        ResultTest("MRIPLEX", "MRI of Plexus Abnormal", codes="NY", own=True),
    ),
)  # fmt: skip
TESTS = {test.code: test for test in NV.tests}


def rows(patient: PatientRecords, baseline: str) -> Iterator[Row]:
    for study in patient.rows("nerve-conduction"):
        before = doses.is_before_dose(patient, study, baseline)
        shared = {
            "SPDEVID": study["device"] or "",
            "NVEVAL": "RATER" if study["examiner"] else "",
            "NVEVALID": study["examiner"] or "",
            "NVDTC": patient.day(study, "tested_on"),
        }
        for item, code in study.tests("NVORRES"):
            values = {**shared, "NVLOC": SKIN_OF.get(code, "")}
            yield from _result(study, item, SKIN if code in SKIN_OF else code, values, before)
        for segment in patient.children("nerve-segment", study):
            yield from _segment(segment, shared, before)
    history = patient.one("mmn-history")
    if history:
        for item, code in history.tests("NVORRES"):
            where = {"NVLOC": "BRACHIAL PLEXUS"} if code == "MRIPLEX" else {}
            yield from _result(history, item, code, {"NVDTC": patient.day(history), **where}, None)


def _segment(segment: FormRow, shared: dict[str, Any], before: bool | None) -> Iterator[Row]:
    where = {
        **shared,
        "NVGRPID": str(segment.number),
        "NVLOC": segment["nerve"] or "",
        "NVLAT": segment["side"] or "",
        "NVANTREG": segment.term("segment") or "",
    }
    for item, code in segment.tests("NVORRES"):
        limit = segment["lower_limit_mv"] if code == "DAMP" else None
        low = {"NVORNRLO": number_text(limit)} if limit is not None and segment[item] is not None else {}
        yield from _result(segment, item, code, {**where, **low}, before)
    for item, code in DERIVED.items():
        for row in _result(segment, item, code, where, before):
            row.values |= {"NVORRES": "", "NVORRESU": "", "NVDRVFL": "Y", "NVEVAL": "", "NVEVALID": ""}
            yield row


def _result(
    form: FormRow, item: str, code: str, values: dict[str, Any], before: bool | None
) -> Iterator[Row]:
    reason = "" if item in DERIVED else form.reason(item)
    if code not in TESTS or (form[item] is None and not reason):
        return
    test = TESTS[code]
    found = result_values("NV", value=form.term(item), unit=test.unit, reason=reason)
    topic = {"NVTESTCD": code, "NVTEST": test.name}
    yield Row("NV", {**values, **topic, **found}, visit=form.visit, is_before_dose=before)
