"""Laboratory results, as reported and in one unit a test (LB), and the antibody of the diagnosis (IS)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ecrf.exports.sdtm.completing import result_values
from ecrf.exports.sdtm.domains import Domain, Origin, ResultTest, Row, VariableType
from ecrf.exports.sdtm.records import FormRow, PatientRecords
from ecrf.exports.sdtm.texts import number_text
from ecrf.exports.sdtm.variables import (
    EXPECTED,
    IDENTIFIERS,
    Variable,
    last_before_exposure,
    number,
    result,
    sequence,
    text,
    when_measured,
)
from trial.sdtm import doses

ASSIGNED, DERIVED = Origin.ASSIGNED, Origin.DERIVED
FLOAT = VariableType.FLOAT
STANDARD_PLACES = Decimal("0.0001")
IN_STANDARD = "The limit in the standard unit of its test."

UNITS = {
    "×10³/µL": "10^3/uL",
    "×10⁹/L": "10^9/L",
    "×10⁴/µL": "10^4/uL",
    "/µL": "/uL",
    "µkat/L": "ukat/L",
    "µmol/L": "umol/L",
    "µg/mL": "ug/mL",
    "‰": "/10^3 RBC",
}
"""The units of the forms that the terms write otherwise; all others are alike."""


@dataclass(frozen=True)
class LabTerm:
    """A test by its term: category, specimen, and how much one of each unit is in the standard one."""

    code: str
    name: str
    category: str
    specimen: str
    standard: str
    factors: dict[str, str]


ENZYME = {"U/L": "1", "ukat/L": "60"}
PROTEIN = {"g/L": "1", "mg/dL": "0.01", "g/dL": "10"}
CHEMISTRY, HAEMATOLOGY, COAGULATION = "CHEMISTRY", "HEMATOLOGY", "COAGULATION"

TERMS = (
    LabTerm("HGB", "Hemoglobin", HAEMATOLOGY, "BLOOD", "g/dL", {"g/dL": "1", "g/L": "0.1", "mmol/L": "1.611"}),
    LabTerm("WBC", "Leukocytes", HAEMATOLOGY, "BLOOD", "10^9/L", {"10^9/L": "1", "10^3/uL": "1", "/uL": "0.001"}),
    LabTerm("PLAT", "Platelets", HAEMATOLOGY, "BLOOD", "10^9/L", {"10^9/L": "1", "10^3/uL": "1", "10^4/uL": "10"}),
    LabTerm("AST", "Aspartate Aminotransferase", CHEMISTRY, "SERUM", "U/L", ENZYME),
    LabTerm("ALT", "Alanine Aminotransferase", CHEMISTRY, "SERUM", "U/L", ENZYME),
    LabTerm("ALP", "Alkaline Phosphatase", CHEMISTRY, "SERUM", "U/L", ENZYME),
    LabTerm("GGT", "Gamma Glutamyl Transferase", CHEMISTRY, "SERUM", "U/L", ENZYME),
    LabTerm("BILI", "Bilirubin", CHEMISTRY, "SERUM", "mg/dL", {"mg/dL": "1", "umol/L": "0.05847"}),
    LabTerm("LDH", "Lactate Dehydrogenase", CHEMISTRY, "SERUM", "U/L", ENZYME),
    LabTerm("CREAT", "Creatinine", CHEMISTRY, "SERUM", "mg/dL", {"mg/dL": "1", "umol/L": "0.01131"}),
    LabTerm("UREAN", "Urea Nitrogen", CHEMISTRY, "SERUM", "mg/dL", {"mg/dL": "1", "mmol/L": "2.801"}),
    LabTerm("IGG", "Immunoglobulin G", CHEMISTRY, "SERUM", "g/L", PROTEIN),
    LabTerm("IGA", "Immunoglobulin A", CHEMISTRY, "SERUM", "g/L", PROTEIN),
    LabTerm("HAPTOG", "Haptoglobin", CHEMISTRY, "SERUM", "g/L", PROTEIN),
    LabTerm("RETI", "Reticulocytes", HAEMATOLOGY, "BLOOD", "10^9/L",
            {"10^9/L": "1", "10^4/uL": "10", "10^3/uL": "1"}),
    LabTerm("RETIRBC", "Reticulocytes/Erythrocytes", HAEMATOLOGY, "BLOOD", "%", {"%": "1", "/10^3 RBC": "0.1"}),
    LabTerm("DDIMER", "D-Dimer", COAGULATION, "PLASMA", "mg/L", {"mg/L": "1", "ug/mL": "1", "ng/mL": "0.001"}),
)  # fmt: skip
"""Standard units are those usual in Japan (P). The specimen is not asked on the form (P)."""
BY_CODE = {term.code: term for term in TERMS}
PROTEIN_RAISED = "PROTHI"


def _limits(letters: str, words: str, origin: Origin, **more: Any) -> tuple[Variable, ...]:
    kind = number if letters == "ST" else text
    return tuple(
        kind(f"LB{letters}NR{end}", f"Reference Range {limit} Limit{words}", "Variable Qualifier", origin=origin,
             presence=EXPECTED, **more)
        for end, limit in (("LO", "Lower"), ("HI", "Upper"))
    )  # fmt: skip


LB = Domain(
    "LB",
    "Laboratory Test Results",
    "FINDINGS",
    "One record per lab test per visit per subject",
    ("STUDYID", "USUBJID", "LBTESTCD", "LBSPEC", "VISITNUM", "LBDTC", "LBSEQ"),
    (
        *IDENTIFIERS,
        sequence("LB"),
        *result("LB", "Lab Test or Examination Short Name", "Lab Test or Examination Name", "Lab Test"),
        *_limits("OR", " in Orig Unit", ASSIGNED, comment="The site's range that held on the day of the sample."),
        *_limits("ST", "-Std Units", DERIVED, method=IN_STANDARD),
        text("LBSTNRC", "Reference Range for Char Rslt-Std Units", "Variable Qualifier", origin=ASSIGNED,
             comment="Of a result with a sign before it."),
        text("LBNRIND", "Reference Range Indicator", "Variable Qualifier", codes="NRIND", origin=DERIVED,
             presence=EXPECTED, method="The result against the range; a value on a limit is normal."),
        text("LBNAM", "Vendor Name", presence=EXPECTED, comment="Only if it is not the site's own laboratory."),
        text("LBSPEC", "Specimen Type", codes="SPECTYPE", origin=ASSIGNED),
        last_before_exposure("LB"),
        text("LBFAST", "Fasting Status", codes="NY"),
        text("LBCLSIG", "Clinically Significant, Collected", codes="NY"),
        *when_measured("LB", "Specimen Collection"),
    ),
    tests=(
        *(ResultTest(term.code, term.name, FLOAT, term.standard) for term in TERMS),
        ResultTest(PROTEIN_RAISED, "Protein Above Normal", codes="NY", own=True),
    ),
)  # fmt: skip
IS = Domain(
    "IS",
    "Immunogenicity Specimen Assessments",
    "FINDINGS",
    "One record per test per visit per subject",
    ("STUDYID", "USUBJID", "ISTESTCD", "ISBDAGNT", "VISITNUM", "ISSEQ"),
    (
        *IDENTIFIERS,
        sequence("IS"),
        *result("IS", "Immunogenicity Test/Exam Short Name", "Immunogenicity Test or Examination Name",
                "Immunogenicity Test"),
        text("ISBDAGNT", "Binding Agent", "Variable Qualifier", codes="ISBDAGT", origin=ASSIGNED),
        text("ISSPEC", "Specimen Type", codes="SPECTYPE", origin=ASSIGNED),
        last_before_exposure("IS"),
        *when_measured("IS", "Specimen Collection"),
    ),
    tests=(ResultTest("ATIGMAB", "IgM Autoantibody"),),
)  # fmt: skip


def rows(patient: PatientRecords, baseline: str) -> Iterator[Row]:
    for sample in patient.rows("laboratory"):
        yield from _sample(patient, sample, baseline)
    history = patient.one("mmn-history")
    if history:
        yield from _of_history(patient, history)


def _sample(patient: PatientRecords, sample: FormRow, baseline: str) -> Iterator[Row]:
    comments = [sample["comment"]] if sample["comment"] else []
    for line in patient.children("lab-result", sample):
        reason = line.reason("value")
        if not line["test"] or (line["value"] is None and not reason):
            continue
        values = {**_result(line, reason), "LBFAST": sample.term("fasting"), "LBNAM": sample["laboratory"],
                  "LBDTC": sample.moment("collected_on", "collected_at")}  # fmt: skip
        own = [line["comment"]] if line["comment"] else []
        before = doses.is_before_dose(patient, sample, baseline)
        # What was said of the whole sample stands with its first result.
        yield Row("LB", values, visit=sample.visit, comments=[*comments, *own], is_before_dose=before)
        comments = []


def _result(line: FormRow, reason: str) -> dict[str, Any]:
    unit = UNITS.get(line["result_unit"] or "", line["result_unit"] or "")
    code = line["test"]
    if code == "RETI" and unit in ("%", "/10^3 RBC"):
        code = "RETIRBC"
    term = BY_CODE[code]
    topic = {"LBTESTCD": code, "LBTEST": term.name, "LBCAT": term.category, "LBSPEC": term.specimen}
    if line["value"] is None:
        return topic | result_values("LB", value=None, reason=reason)
    sign = {"≤": "<=", "≥": ">="}.get(line["comparator"] or "", line["comparator"] or "")
    standard = _standard(term, line["value"], unit)
    found = result_values(
        "LB",
        value=f"{sign}{number_text(line['value'])}",
        unit=unit,
        standard=None if standard is None else f"{sign}{number_text(standard)}",
        standard_unit=unit if standard is None else term.standard,
    )
    # Numbers are limits of a number; beside "<10" the range is a text.
    limits = _limits_of(line, term, unit)
    found |= {"LBSTNRC": _in_words(limits)} if sign else limits
    return topic | found | {"LBNRIND": line.term("flag"), "LBCLSIG": line.term("significant")}


def _in_words(limits: dict[str, Any]) -> str:
    low, high = (limits.get(name) for name in ("LBSTNRLO", "LBSTNRHI"))
    if low is None or high is None:
        return (
            f">={number_text(low)}"
            if low is not None
            else f"<={number_text(high)}"
            if high is not None
            else ""
        )
    return f"{number_text(low)}-{number_text(high)}"


def _limits_of(line: FormRow, term: LabTerm, unit: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for end, item in (("LO", "reference_low"), ("HI", "reference_high")):
        limit = line[item]
        if limit is not None:
            standard = _standard(term, limit, unit)
            found[f"LBORNR{end}"] = number_text(limit)
            found[f"LBSTNR{end}"] = limit if standard is None else standard
    return found


def _standard(term: LabTerm, value: Decimal, unit: str) -> Decimal | None:
    """In the standard unit; None in a unit that nobody has told how to convert."""
    factor = term.factors.get(unit)
    if factor is None:
        return None
    return value if factor == "1" else (value * Decimal(factor)).quantize(STANDARD_PLACES, ROUND_HALF_UP)


def _of_history(patient: PatientRecords, history: FormRow) -> Iterator[Row]:
    on = patient.day(history)
    for item, domain, code, name, more in (
        ("anti_gm1", "IS", "ATIGMAB", "IgM Autoantibody", {"ISBDAGNT": "GANGLIOSIDE GM1", "ISSPEC": "SERUM"}),
        ("csf_protein_raised", "LB", PROTEIN_RAISED, "Protein Above Normal",
         {"LBCAT": CHEMISTRY, "LBSPEC": "CEREBROSPINAL FLUID"}),
    ):  # fmt: skip
        reason = history.reason(item)
        if history[item] is None and not reason:
            continue
        topic = {f"{domain}TESTCD": code, f"{domain}TEST": name, f"{domain}DTC": on}
        found = result_values(domain, value=history.term(item), reason=reason)
        yield Row(domain, {**topic, **more, **found}, visit=history.visit)
