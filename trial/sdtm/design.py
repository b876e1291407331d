"""The trial itself: its arm and elements (TA, TE), its visits (TV), and what sums it up (TS)."""

from collections.abc import Iterator

from ecrf.exports.sdtm.domains import Domain, Origin, Row, VariableType
from ecrf.exports.sdtm.records import StudyRecords
from ecrf.exports.sdtm.variables import (
    DOMAIN,
    EXPECTED,
    REQUIRED,
    STUDYID,
    VISITDY,
    Variable,
    sequence,
    text,
    whole,
)
from trial.dosing import INDUCTION_DAYS, INDUCTION_G_PER_KG, MAINTENANCE_G_PER_KG
from trial.sdtm.eligibility import criteria_rows
from trial.sdtm.facts import ARM, ARMCD, ELEMENTS, INDICATION, STANDARD, TREATMENT
from trial.sdtm.facts import STUDYID as STUDY

PROTOCOL, ASSIGNED = Origin.PROTOCOL, Origin.ASSIGNED
EPOCH = text("EPOCH", "Epoch", "Timing", codes="EPOCH", origin=PROTOCOL, presence=REQUIRED)
ELEMENT_CODE = text("ETCD", "Element Code", codes="ETCD", origin=PROTOCOL, presence=REQUIRED)
ELEMENT = text("ELEMENT", "Description of Element", "Synonym Qualifier", codes="ELEMENT", origin=PROTOCOL,
               presence=REQUIRED)  # fmt: skip

TA = Domain(
    "TA",
    "Trial Arms",
    "TRIAL DESIGN",
    "One record per planned Element per Arm",
    ("STUDYID", "ARMCD", "TAETORD"),
    (
        STUDYID,
        DOMAIN,
        text("ARMCD", "Planned Arm Code", "Topic", codes="ARMCD", origin=PROTOCOL, presence=REQUIRED),
        text("ARM", "Description of Planned Arm", "Synonym Qualifier", codes="ARM", origin=PROTOCOL,
             presence=REQUIRED),
        whole("TAETORD", "Planned Order of Element within Arm", "Timing", origin=PROTOCOL, presence=REQUIRED),
        ELEMENT_CODE,
        ELEMENT,
        text("TABRANCH", "Branch", "Rule", origin=PROTOCOL, presence=EXPECTED),
        text("TATRANS", "Transition Rule", "Rule", origin=PROTOCOL, presence=EXPECTED),
        EPOCH,
    ),
    is_reference=True,
)  # fmt: skip
TE = Domain(
    "TE",
    "Trial Elements",
    "TRIAL DESIGN",
    "One record per planned Element",
    ("STUDYID", "ETCD"),
    (
        STUDYID,
        DOMAIN,
        ELEMENT_CODE,
        ELEMENT,
        text("TESTRL", "Rule for Start of Element", "Rule", origin=PROTOCOL, presence=REQUIRED),
        text("TEENRL", "Rule for End of Element", "Rule", origin=PROTOCOL),
    ),
    is_reference=True,
)
TV = Domain(
    "TV",
    "Trial Visits",
    "TRIAL DESIGN",
    "One record per planned Visit per Arm",
    ("STUDYID", "ARMCD", "VISITNUM"),
    (
        STUDYID,
        DOMAIN,
        Variable("VISITNUM", "Visit Number", VariableType.FLOAT, ASSIGNED, "Topic", presence=REQUIRED),
        text("VISIT", "Visit Name", "Synonym Qualifier", origin=PROTOCOL),
        VISITDY,
        text("ARMCD", "Planned Arm Code", codes="ARMCD", origin=PROTOCOL, presence=EXPECTED),
        text("TVSTRL", "Visit Start Rule", "Rule", origin=PROTOCOL, presence=REQUIRED),
        text("TVENRL", "Visit End Rule", "Rule", origin=PROTOCOL),
    ),
    is_reference=True,
    comment="The weeks are those of the sibling trial NCT01824251; nominal days and windows are our default (P).",
)
TS = Domain(
    "TS",
    "Trial Summary",
    "TRIAL DESIGN",
    "One record per trial summary parameter value",
    ("STUDYID", "TSPARMCD", "TSSEQ"),
    (
        STUDYID,
        DOMAIN,
        sequence("TS"),
        text("TSPARMCD", "Trial Summary Parameter Short Name", "Topic", codes="TSPARMCD", origin=ASSIGNED,
             presence=REQUIRED),
        text("TSPARM", "Trial Summary Parameter", "Synonym Qualifier", codes="TSPARM", origin=ASSIGNED,
             presence=REQUIRED),
        text("TSVAL", "Parameter Value", "Result Qualifier", origin=PROTOCOL, presence=EXPECTED),
        text("TSVALNF", "Parameter Null Flavor", "Result Qualifier", origin=ASSIGNED),
        text("TSVALCD", "Parameter Value Code", "Result Qualifier", origin=ASSIGNED, presence=EXPECTED),
        text("TSVCDREF", "Name of the Reference Terminology", "Result Qualifier", origin=ASSIGNED,
             presence=EXPECTED),
        text("TSVCDVER", "Version of the Reference Terminology", "Result Qualifier", origin=ASSIGNED,
             presence=EXPECTED),
    ),
    is_reference=True,
    comment="From the publication (doi 10.1111/jns.12268) and the registry. AGEMIN follows the sibling trial "
    "NCT01824251; FCNTRY is our default (P); what neither tells has a null flavor. A code list names its term, not "
    "its code.",
)  # fmt: skip

UNKNOWN, NOT_APPLICABLE = "UNK", "NA"
SUMMARY = (
    ("ACTSUB", "Actual Number of Subjects", "13"),
    ("ADAPT", "Adaptive Design", "N"),
    ("ADDON", "Added on to Existing Treatments", "N"),
    ("AGEMAX", "Planned Maximum Age of Subjects", UNKNOWN),
    ("AGEMIN", "Planned Minimum Age of Subjects", "P20Y"),
    ("DOSE", "Dose per Administration", str(INDUCTION_G_PER_KG)),
    ("DOSE", "Dose per Administration", str(MAINTENANCE_G_PER_KG)),
    ("DOSFRQ", "Dosing Frequency", "EVERY 3 WEEKS"),
    ("DOSU", "Dose Units", "g/kg"),
    ("FCNTRY", "Planned Country of Investigational Sites", "JPN"),
    ("HLTSUBJI", "Healthy Subject Indicator", "N"),
    ("INDIC", "Trial Disease/Condition Indication", INDICATION),
    ("INTMODEL", "Intervention Model", "SINGLE GROUP"),
    ("INTTYPE", "Intervention Type", "BIOLOGIC"),
    ("LENGTH", "Trial Length", "P52W"),
    ("NARMS", "Planned Number of Arms", "1"),
    ("OBJPRIM", "Trial Primary Objective",
     "To assess muscle strength under maintenance immunoglobulin in multifocal motor neuropathy"),
    ("OUTMSPRI", "Primary Outcome Measure", "MRC sum score at week 52"),
    ("OUTMSPRI", "Primary Outcome Measure", "Hand-grip strength at week 52"),
    ("PLANSUB", "Planned Number of Subjects", UNKNOWN),
    ("RANDOM", "Trial is Randomized", "N"),
    ("REGID", "Registry Identifier", STUDY),
    ("ROUTE", "Route of Administration", "INTRAVENOUS"),
    ("SDTIGVER", "SDTM IG Version", STANDARD.ig_version),
    ("SDTMVER", "SDTM Version", STANDARD.model_version),
    ("SENDTC", "Study End Date", UNKNOWN),
    ("SEXPOP", "Sex of Participants", "BOTH"),
    ("SPONSOR", "Clinical Study Sponsor", UNKNOWN),
    ("SSTDTC", "Study Start Date", UNKNOWN),
    ("STOPRULE", "Study Stop Rules", UNKNOWN),
    ("STYPE", "Study Type", "INTERVENTIONAL"),
    ("TBLIND", "Trial Blinding Schema", "OPEN LABEL"),
    ("TCNTRL", "Control Type", "NONE"),
    ("TINDTP", "Trial Intent Type", "TREATMENT"),
    ("TITLE", "Trial Title", "Maintenance intravenous immunoglobulin in multifocal motor neuropathy"),
    ("TPHASE", "Trial Phase Classification", "PHASE III TRIAL"),
    ("TRT", "Investigational Therapy or Treatment", TREATMENT),
    ("TTYPE", "Trial Type", "EFFICACY"),
)  # fmt: skip
"""(code, name, value) of what the publication tells; a value that it does not tell is a null flavor."""
PARAMETERS = {code: name for code, name, _value in SUMMARY}
REFERENCES = {"REGID": "ClinicalTrials.gov", "FCNTRY": "ISO 3166-1 alpha-3"}
ISO_8601 = ("AGEMIN", "LENGTH")
FREE = ("ACTSUB", "DOSE", "INDIC", "NARMS", "OBJPRIM", "OUTMSPRI", "SDTIGVER", "SDTMVER", "TITLE", "TRT")
"""What has no reference terminology."""


def rows(study: StudyRecords) -> Iterator[Row]:
    yield from _arm()
    yield from _visits(study)
    yield from criteria_rows()
    yield from _summary()


def _arm() -> Iterator[Row]:
    for place, element in enumerate(ELEMENTS, 1):
        transition = "" if place == len(ELEMENTS) else f"Then {ELEMENTS[place].name}"
        values = {
            "ARMCD": ARMCD,
            "ARM": ARM,
            "TAETORD": place,
            "ETCD": element.code,
            "ELEMENT": element.name,
            "TATRANS": transition,
            "EPOCH": element.epoch,
        }
        yield Row("TA", values)
    for element in sorted(ELEMENTS, key=lambda one: one.code):
        values = {
            "ETCD": element.code,
            "ELEMENT": element.name,
            "TESTRL": element.begins,
            "TEENRL": element.ends,
        }
        yield Row("TE", values)


def _visits(study: StudyRecords) -> Iterator[Row]:
    for place, (code, label, day) in enumerate(study.plans(), 1):
        if code in study.unplanned:
            continue
        rule = f"Day {day}, {INDUCTION_DAYS} infusion days" if day == 1 else f"Day {day}, 7 days either side"
        if day is None:
            rule = (
                "Within 28 days before the first dose"
                if place == 1
                else "When the patient leaves the trial early"
            )
        values = {"VISITNUM": place, "VISIT": label.upper(), "VISITDY": day, "TVSTRL": rule}
        yield Row("TV", values)


def _summary() -> Iterator[Row]:
    numbers: dict[str, int] = {}
    for code, name, value in SUMMARY:
        numbers[code] = numbers.get(code, 0) + 1
        values: dict[str, object] = {"TSSEQ": numbers[code], "TSPARMCD": code, "TSPARM": name}
        if value in (UNKNOWN, NOT_APPLICABLE):
            values["TSVALNF"] = value
        else:
            values["TSVAL"] = value
            values |= _reference(code, value)
        yield Row("TS", values)


def _reference(code: str, value: str) -> dict[str, str]:
    if code in FREE:
        return {}
    if code in ISO_8601:
        return {"TSVCDREF": "ISO 8601"}
    if code in REFERENCES:
        return {"TSVCDREF": REFERENCES[code], "TSVALCD": value}
    return {"TSVCDREF": "CDISC CT", "TSVCDVER": STANDARD.ct_version}
