"""The INCAT disability scale: arms, legs and their total (QS)."""

from collections.abc import Iterator

from ecrf.exports.sdtm.completing import result_values
from ecrf.exports.sdtm.domains import Domain, ResultTest, Row, VariableType
from ecrf.exports.sdtm.records import PatientRecords
from ecrf.exports.sdtm.variables import (
    IDENTIFIERS,
    derived_flag,
    last_before_exposure,
    result,
    sequence,
    when_measured,
)
from trial.sdtm import doses

WHOLE = VariableType.INTEGER
QS = Domain(
    "QS",
    "Questionnaires",
    "FINDINGS",
    "One record per questionnaire per question per visit per subject",
    ("STUDYID", "USUBJID", "QSCAT", "VISITNUM", "QSDTC", "QSTESTCD", "QSSEQ"),
    (
        *IDENTIFIERS,
        sequence("QS"),
        *result("QS", "Question Short Name", "Question Name", "Question"),
        last_before_exposure("QS"),
        derived_flag("QS"),
        *when_measured("QS", "Finding"),
    ),
    tests=(
        ResultTest("INCATARM", "INCAT-Arm Disability", WHOLE, own=True),
        ResultTest("INCATLEG", "INCAT-Leg Disability", WHOLE, own=True),
        ResultTest("INCATTOT", "INCAT-Total", WHOLE, own=True,
                   method="Arm and leg disability together; none unless both are there."),
    ),
    supplement={"ASSESSOR": "Assessor: the site's own code"},
)  # fmt: skip
ITEMS = {"arm": QS.tests[0], "leg": QS.tests[1], "total": QS.tests[2]}


def rows(patient: PatientRecords, baseline: str) -> Iterator[Row]:
    for form in patient.rows("incat"):
        shared = {"QSCAT": "INCAT", "QSDTC": patient.day(form, "assessed_on")}
        for item, test in ITEMS.items():
            reason = "" if test.method else form.reason(item)
            if form[item] is None and not reason:
                continue
            values = {**shared, "QSTESTCD": test.code, "QSTEST": test.name}
            values |= result_values("QS", value=form[item], reason=reason)
            values |= {"QSORRES": "", "QSDRVFL": "Y"} if test.method else {}
            rater = {} if test.method else {"ASSESSOR": form["assessor"]}
            before = doses.is_before_dose(patient, form, baseline)
            yield Row("QS", values, visit=form.visit, supplement=rater, is_before_dose=before)
