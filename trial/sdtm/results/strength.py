"""Strength: each muscle group's MRC grade and each grip trial, with the sums, best and means as derived rows (MK)."""

from collections.abc import Iterator
from typing import Any

from ecrf.exports.sdtm.completing import result_values
from ecrf.exports.sdtm.domains import Domain, Origin, ResultTest, Row, VariableType
from ecrf.exports.sdtm.records import FormRow, PatientRecords
from ecrf.exports.sdtm.timing import iso
from ecrf.exports.sdtm.variables import (
    IDENTIFIERS,
    derived_flag,
    last_before_exposure,
    result,
    sequence,
    text,
    when_measured,
    whole,
)
from trial.crfs.mrc_strength import MUSCLES
from trial.outcomes import GRIP_TRIALS, SIDES
from trial.sdtm import doses

ASSIGNED = Origin.ASSIGNED
WHOLE, FLOAT = VariableType.INTEGER, VariableType.FLOAT
KPA = "kPa"
MRC, GRIP = "MRC MUSCLE STRENGTH", "GRIP STRENGTH"

MOVEMENTS = {
    "shoulder_abduction": ("MMTABDT", "SHOULDER ABDUCTOR MUSCLES"),
    "elbow_flexion": ("MMTFLX", "ELBOW FLEXOR MUSCLES"),
    "elbow_extension": ("MMTEXT", "ELBOW EXTENSOR MUSCLES"),
    "wrist_extension": ("MMTEXT", "WRIST JOINT EXTENSOR MUSCLES"),
    "finger_abduction": ("MMTABDT", "FIRST DORSAL INTEROSSEOUS MUSCLE OF THE HAND"),
    "hip_flexion": ("MMTFLX", "HIP FLEXOR MUSCLES"),
    "knee_extension": ("MMTEXT", "KNEE EXTENSOR MUSCLES"),
    "knee_flexion": ("MMTFLX", "KNEE FLEXOR MUSCLES"),
    "ankle_dorsiflexion": ("MMTDORS", "ANKLE DORSIFLEXOR MUSCLES"),
    "ankle_plantar_flexion": ("MMTPF", "PLANTAR FLEXOR MUSCLES"),
}
"""{muscle group: (test, by the movement; location)}. The terms know no muscle group for the abduction of the fingers:
the first dorsal interosseous stands for it (P)."""

GRADES = "MRCGRADE"
MMTSUM, MMTCOUNT = "MMTSUM", "MMTCOUNT"
GRIP_TRIAL, GRIP_BEST, GRIP_MEAN = "GRIPSTR", "GRIPBEST", "GRIPMEAN"

MK = Domain(
    "MK",
    "Musculoskeletal System Findings",
    "FINDINGS",
    "One record per assessment per location, side and repetition per visit per subject",
    ("STUDYID", "USUBJID", "MKCAT", "VISITNUM", "MKDTC", "MKTESTCD", "MKLOC", "MKLAT", "MKREPNUM", "MKSEQ"),
    (
        *IDENTIFIERS,
        text("SPDEVID", "Sponsor Device Identifier", "Identifier"),
        sequence("MK"),
        *result("MK", "Short Name of Musculoskeletal Test", "Name of Musculoskeletal Test",
                "Musculoskeletal Test"),
        text("MKLOC", "Location Used for Measurement", codes="LOC", origin=ASSIGNED),
        text("MKLAT", "Laterality", "Variable Qualifier", codes="LAT", origin=ASSIGNED),
        text("MKMETHOD", "Method of Test or Examination", codes="METHOD", origin=ASSIGNED),
        last_before_exposure("MK"),
        derived_flag("MK"),
        text("MKEVAL", "Evaluator", codes="EVAL", origin=ASSIGNED),
        text("MKEVALID", "Evaluator Identifier", "Variable Qualifier",
             comment="The site's own code of the assessor."),
        whole("MKREPNUM", "Repetition Number", origin=ASSIGNED),
        *when_measured("MK"),
        text("MKTPT", "Planned Time Point Name", "Timing"),
        whole("MKTPTNUM", "Planned Time Point Number", "Timing", origin=ASSIGNED),
        text("MKTPTREF", "Time Point Reference", "Timing", origin=ASSIGNED),
    ),
    tests=(
        ResultTest("MMTABDT", "MRC MMT Score, Abduction", WHOLE, codes=GRADES),
        ResultTest("MMTDORS", "MRC MMT Score, Dorsiflexion", WHOLE, codes=GRADES),
        ResultTest("MMTEXT", "MRC MMT Score, Extension", WHOLE, codes=GRADES),
        ResultTest("MMTFLX", "MRC MMT Score, Flexion", WHOLE, codes=GRADES),
        ResultTest("MMTPF", "MRC MMT Score, Plantar Flex", WHOLE, codes=GRADES),
        ResultTest(MMTSUM, "MRC MMT Score, Sum", WHOLE, own=True,
                   method="The sum of the 20 grades of the assessment; none unless all 20 are there."),
        ResultTest(MMTCOUNT, "MRC MMT Score, Number of Grades", WHOLE, own=True,
                   method="How many of the 20 grades of the assessment are there."),
        ResultTest(GRIP_TRIAL, "Grip Strength", FLOAT, KPA),
        ResultTest(GRIP_BEST, "Grip Strength, Best", FLOAT, KPA, own=True,
                   method="The highest of a hand's trials that were done."),
        ResultTest(GRIP_MEAN, "Grip Strength, Mean", FLOAT, KPA, own=True,
                   method="The mean of a hand's trials that were done, to one decimal, a half upwards."),
    ),
)  # fmt: skip
NAMES = {test.code: test.name for test in MK.tests}
TIME_POINTS = {"yes": ("BEFORE INFUSION", 1), "no": ("AFTER START OF INFUSION", 2)}


def rows(patient: PatientRecords, baseline: str) -> Iterator[Row]:
    for form in patient.rows("mrc-strength"):
        yield from _grades(patient, form, baseline)
    for form in patient.rows("grip-strength"):
        yield from _grips(patient, form, baseline)


def _grades(patient: PatientRecords, form: FormRow, baseline: str) -> Iterator[Row]:
    shared = {
        "MKCAT": MRC,
        "MKEVAL": "RATER" if form["assessor"] else "",
        "MKEVALID": form["assessor"] or "",
        "MKDTC": iso(patient.day(form, "assessed_on"), form["assessed_at"]),
    }
    before = {"yes": True, "no": False}.get(
        form["before_dose"], doses.is_before_dose(patient, form, baseline)
    )
    if form["before_dose"] in TIME_POINTS and patient_is_dosed(patient, form):
        name, place = TIME_POINTS[form["before_dose"]]
        shared |= {"MKTPT": name, "MKTPTNUM": place, "MKTPTREF": "INFUSION"}
    for muscle in MUSCLES:
        test, location = MOVEMENTS[muscle]
        for side in SIDES:
            where = {"MKLOC": location, "MKLAT": side.upper()}
            yield from _measured(form, f"{side}_{muscle}", test, {**shared, **where}, "", before)
    for item, test in (("sum_score", MMTSUM), ("graded", MMTCOUNT)):
        yield from _derived(form, item, test, shared, "", before)


def patient_is_dosed(patient: PatientRecords, form: FormRow) -> bool:
    """Whether an infusion belongs to the visit, so that "before the infusion" means something."""
    return any(row.visit == form.visit for row in patient.rows("infusion"))


def _grips(patient: PatientRecords, form: FormRow, baseline: str) -> Iterator[Row]:
    shared = {
        "SPDEVID": form["device"] or "",
        "MKCAT": GRIP,
        "MKLOC": "HAND",
        "MKMETHOD": "DYNAMOMETRY",
        "MKEVAL": "RATER" if form["assessor"] else "",
        "MKEVALID": form["assessor"] or "",
        "MKDTC": patient.day(form, "assessed_on"),
    }
    before = doses.is_before_dose(patient, form, baseline)
    for side in SIDES:
        here = {**shared, "MKLAT": side.upper()}
        for trial in range(1, GRIP_TRIALS + 1):
            values = {**here, "MKREPNUM": trial}
            yield from _measured(form, f"{side}_{trial}", GRIP_TRIAL, values, KPA, before, is_baseline=False)
        yield from _derived(form, f"{side}_best", GRIP_BEST, here, KPA, before)
        yield from _derived(form, f"{side}_mean", GRIP_MEAN, here, KPA, before)


def _measured(
    form: FormRow, item: str, test: str, values: dict[str, Any], unit: str, before: bool | None, **more: Any
) -> Iterator[Row]:
    if form[item] is None and not form.reason(item):
        return
    found = result_values("MK", value=form[item], unit=unit, reason=form.reason(item))
    topic = {"MKTESTCD": test, "MKTEST": NAMES[test]}
    yield Row("MK", {**values, **topic, **found}, visit=form.visit, is_before_dose=before, **more)


def _derived(
    form: FormRow, item: str, test: str, values: dict[str, Any], unit: str, before: bool | None
) -> Iterator[Row]:
    """What the form calculated: no result was collected."""
    if form[item] is None:
        return
    found = result_values("MK", value=form[item], unit=unit)
    found |= {"MKORRES": "", "MKORRESU": "", "MKDRVFL": "Y"}
    topic = {"MKTESTCD": test, "MKTEST": NAMES[test]}
    own = {name: value for name, value in values.items() if name not in ("MKEVAL", "MKEVALID")}
    yield Row("MK", {**own, **topic, **found}, visit=form.visit, is_before_dose=before)


def annotations() -> dict[str, str]:
    """Where grades, trials and what is derived from them go: {"form.item": as the annotated CRF says it}."""
    grades = {
        f"mrc-strength.{side}_{muscle}": (
            f"MK.MKORRES where MKTESTCD = {test}, MKLOC = {location}, MKLAT = {side.upper()}"
        )
        for muscle, (test, location) in MOVEMENTS.items()
        for side in SIDES
    }
    trials = {
        f"grip-strength.{side}_{number}": (
            f"MK.MKORRES where MKTESTCD = {GRIP_TRIAL}, MKLAT = {side.upper()}, MKREPNUM = {number}"
        )
        for side in SIDES
        for number in range(1, GRIP_TRIALS + 1)
    }
    derived = {
        f"grip-strength.{side}_{what}": f"MK.MKSTRESN where MKTESTCD = {code}, MKLAT = {side.upper()}, MKDRVFL = Y"
        for side in SIDES
        for what, code in (("best", GRIP_BEST), ("mean", GRIP_MEAN))
    }
    return {**grades, **trials, **derived}
