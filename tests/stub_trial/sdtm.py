"""The stub's SDTM: patients, visits' weights and events, and no more."""

from collections.abc import Iterator

from ecrf.exports.sdtm.completing import result_values
from ecrf.exports.sdtm.domains import Domain, ResultTest, Row, Tabulation, Terminology, VariableType
from ecrf.exports.sdtm.records import PatientRecords
from ecrf.exports.sdtm.timing import iso
from ecrf.exports.sdtm.variables import (
    DOMAIN,
    IDENTIFIERS,
    STUDYID,
    USUBJID,
    last_before_exposure,
    moment,
    result,
    sequence,
    since,
    text,
    when_measured,
    whole,
)

DM = Domain(
    "DM",
    "Patients",
    "SPECIAL PURPOSE",
    "One record per subject",
    ("STUDYID", "USUBJID"),
    (
        STUDYID,
        DOMAIN,
        USUBJID,
        moment("RFSTDTC", "Subject Reference Start Date/Time"),
        moment("RFXSTDTC", "Date/Time of First Study Treatment"),
    ),
)
SE = Domain(
    "SE",
    "Subject Elements",
    "SPECIAL PURPOSE",
    "One record per element",
    ("STUDYID", "USUBJID", "SESTDTC"),
    (*IDENTIFIERS, sequence("SE"), text("EPOCH", "Epoch"), moment("SESTDTC", "Start Date/Time of Element")),
)
EX = Domain(
    "EX",
    "Exposure",
    "INTERVENTIONS",
    "One record per dose",
    ("STUDYID", "USUBJID", "EXSTDTC", "EXSEQ"),
    (*IDENTIFIERS, sequence("EX"), text("EXTRT", "Name of Treatment"), *since("EX", "Treatment")),
)
AE = Domain(
    "AE",
    "Adverse Events",
    "EVENTS",
    "One record per adverse event",
    ("STUDYID", "USUBJID", "AETERM", "AESTDTC", "AESEQ"),
    (
        *IDENTIFIERS,
        sequence("AE"),
        text("AETERM", "Reported Term for the Adverse Event"),
        text("AESER", "Serious Event"),
        whole("AEONES", "Always one"),
        *since("AE", "Adverse Event"),
    ),
    supplement={"AESTORY": "What happened"},
)
VS = Domain(
    "VS",
    "Vital Signs",
    "FINDINGS",
    "One record per test per visit",
    ("STUDYID", "USUBJID", "VSTESTCD", "VISITNUM", "VSSEQ"),
    (
        *IDENTIFIERS,
        sequence("VS"),
        *result("VS", "Vital Signs Test Short Name", "Vital Signs Test Name"),
        last_before_exposure("VS"),
        *when_measured("VS"),
    ),
    tests=(ResultTest("WEIGHT", "Weight", VariableType.FLOAT, "kg"),),
)


def of_patient(patient: PatientRecords) -> Iterator[Row]:
    doses = [iso(row["given_on"]) for row in patient.rows("dose") if row["given_on"]]
    first, consent = min(doses, default=""), patient.one("consent")
    yield Row("DM", {"RFSTDTC": first, "RFXSTDTC": first})
    for epoch, start in (("SCREENING", iso(consent["signed_on"]) if consent else ""), ("TREATMENT", first)):
        if start:
            yield Row("SE", {"EPOCH": epoch, "SESTDTC": start})
    for row in patient.rows("dose"):
        name = ("dose", f"{row.visit}.{row.number}")
        comments = [row["note"]] if row["note"] else []
        yield row.row(EX, {"EXTRT": "DRUG"}, visit="", name=name, comments=comments)
    for row in patient.rows("adverse-event"):
        links = [("dose", row["after_dose"])] if row["after_dose"] else []
        yield row.row(AE, {"AEONES": 1}, supplement={"AESTORY": row["story"]}, links=links)
    for row in patient.rows("vital-signs"):
        if row["weight_kg"] is not None or row.reason("weight_kg"):
            found = result_values("VS", value=row["weight_kg"], unit="kg", reason=row.reason("weight_kg"))
            topic = {"VSTESTCD": "WEIGHT", "VSTEST": "Weight", "VSDTC": patient.day(row)}
            yield Row("VS", {**topic, **found}, visit=row.visit, is_before_dose=True)


SDTM = Tabulation(
    study="STUB",
    title="A trial that nobody runs",
    standard=Terminology("3.4", "2.0", "2024-03-29"),
    domains=(DM, SE, EX, AE, VS),
    lists=(),
    of_trial=lambda _study: (),
    of_patient=of_patient,
    decisions=("Nobody decides.",),
)
