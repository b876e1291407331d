"""The terms this trial uses, list by list.

Written down from CDISC's controlled terminology (SDTM CT 2024-03-29), which NCI EVS publishes freely. A term marked
`own` is the sponsor's addition to an extensible list (P).
"""

from ecrf.exports.sdtm.domains import CodedTerm, ForeignList, TermList, lists_of_tests
from trial.crfs.adverse_event import Action, Outcome, Relation, Severity
from trial.crfs.concomitant_medication import Frequency, Route
from trial.crfs.end_of_study import Reason
from trial.crfs.nerve_conduction import Nerve
from trial.crfs.protocol_deviation import DeviationCategory, DeviationSeverity
from trial.sdtm import design, interventions
from trial.sdtm.facts import ARM, ARMCD, DOSE_FORM, ELEMENTS, ROUTE
from trial.sdtm.results import disability, laboratory, nerves, signs, strength


def _terms(*values: str, own: tuple[str, ...] = ()) -> tuple[CodedTerm, ...]:
    return tuple(CodedTerm(value, own=value in own) for value in dict.fromkeys((*values, *own)))


TEST_LISTS = (
    *lists_of_tests(strength.MK, "C127269", "C127270"),
    *lists_of_tests(signs.VS, "C66741", "C67153"),
    *lists_of_tests(signs.SC, "C74559", "C103330"),
    *lists_of_tests(laboratory.LB, "C65047", "C67154"),
    *lists_of_tests(laboratory.IS, "C120525", "C120526"),
    *lists_of_tests(nerves.NV, "C116104", "C116103"),
    *lists_of_tests(disability.QS),
)
GRADE_WORDS = (
    "no contraction",
    "flicker or trace",
    "active movement with gravity eliminated",
    "active movement against gravity",
    "active movement against gravity and resistance",
    "normal power",
)

LISTS: tuple[TermList | ForeignList, ...] = (
    *TEST_LISTS,
    TermList("NY", "No Yes Response", (CodedTerm("N", "No"), CodedTerm("Y", "Yes")), "C66742"),
    TermList("ND", "Not Done", _terms("NOT DONE"), "C66789"),
    TermList("SEX", "Sex", (CodedTerm("F", "Female"), CodedTerm("M", "Male"), CodedTerm("U", "Unknown")), "C66731"),
    TermList("RACE", "Race", _terms("ASIAN", "NOT REPORTED"), "C74457"),
    TermList("AGEU", "Age Unit", _terms("YEARS"), "C66781"),
    TermList("ARMNRS", "Arm Null Reason", _terms("SCREEN FAILURE", "ASSIGNED, NOT TREATED", "NOT ASSIGNED"), "C142179"),
    TermList("EPOCH", "Epoch", _terms(*(element.epoch for element in ELEMENTS)), "C99079"),
    TermList("CNTMODE", "Mode of Subject Contact", _terms("IN PERSON", "TELEPHONE CALL"), "C171445"),
    TermList("BRDGMOOD", "BRIDG Activity Mood", _terms("PERFORMED"), "C125923"),
    TermList("FRM", "Pharmaceutical Dosage Form", _terms(DOSE_FORM), "C66726"),
    TermList("FREQ", "Frequency", _terms(*interventions.WEEKLY.values(), *Frequency.values[:-1],
                                         own=("OTHER",)), "C71113"),
    TermList("ROUTE", "Route of Administration", _terms(ROUTE, *Route.values[:-1], own=("OTHER",)), "C66729"),
    TermList("AESEV", "Severity/Intensity Scale for Adverse Events", _terms(*Severity.values), "C66769"),
    TermList("ACN", "Action Taken with Study Treatment", _terms(*Action.values), "C66767"),
    TermList("OUT", "Outcome of Event", _terms(*Outcome.values), "C66768"),
    TermList("AEREL", "Relation to the trial drug (P)", _terms(*Relation.values)),
    TermList("STENRF", "Relation to Reference Period", _terms("BEFORE", "ONGOING"), "C66728"),
    TermList("MHEDTTYP", "Medical History Event Date Type", _terms("SYMPTOM ONSET", "DIAGNOSIS"), "C124301"),
    TermList("DSDECOD", "Completion/Reason for Non-Completion, Protocol Milestone",
             _terms("INFORMED CONSENT OBTAINED", "ELIGIBILITY CRITERIA MET", "ELIGIBILITY CRITERIA NOT MET",
                    *Reason.values), "C66727"),
    TermList("DSCAT", "Category of Disposition Event", _terms("PROTOCOL MILESTONE", "DISPOSITION EVENT"), "C74558"),
    TermList("DSSCAT", "Subcategory for Disposition Event", _terms("STUDY PARTICIPATION"), "C170443"),
    TermList("IECAT", "Category of Inclusion/Exclusion", _terms("EXCLUSION", "INCLUSION"), "C66797"),
    TermList("LAT", "Laterality", _terms("LEFT", "RIGHT"), "C99073"),
    TermList("LOC", "Anatomical Location",
             _terms(*(place for _test, place in strength.MOVEMENTS.values()), "HAND", *nerves.SKIN_OF.values(),
                    "BRACHIAL PLEXUS", *Nerve.values), "C74456"),
    TermList("METHOD", "Method", _terms("DYNAMOMETRY"), "C85492"),
    TermList("EVAL", "Evaluator", _terms("RATER"), "C78735"),
    TermList("SPECTYPE", "Specimen Type", _terms("BLOOD", "SERUM", "PLASMA", "CEREBROSPINAL FLUID"), "C78734"),
    TermList("NRIND", "Reference Range Indicator", _terms("LOW", "NORMAL", "HIGH"), "C78736"),
    TermList("ISBDAGT", "Binding Agent for Immunogenicity Tests", _terms("GANGLIOSIDE GM1"), "C181169"),
    TermList("UNIT", "Unit", _terms(
        "kPa", "g", "g/kg", "mL", "kg", "cm", "mmHg", "beats/min", "breaths/min", "C", "%", "ms", "mV", "m/s",
        "g/dL", "g/L", "mmol/L", "10^3/uL", "10^4/uL", "10^9/L", "/uL", "U/L", "ukat/L", "mg/dL", "umol/L",
        "mg/L", "ug/mL", "ng/mL", "/10^3 RBC", own=("mV*ms",)), "C71620"),
    TermList("TSPARMCD", "Trial Summary Parameter Test Code",
             tuple(CodedTerm(code, name) for code, name in design.PARAMETERS.items()), "C66738"),
    TermList("TSPARM", "Trial Summary Parameter Test Name",
             _terms(*(name for _code, name, _value in design.SUMMARY)), "C67152"),
    TermList("ARMCD", "Arm codes", (CodedTerm(ARMCD, ARM),)),
    TermList("ARM", "Arms", _terms(ARM)),
    TermList("ETCD", "Element codes", tuple(CodedTerm(one.code, one.name) for one in ELEMENTS)),
    TermList("ELEMENT", "Elements", _terms(*(one.name for one in ELEMENTS))),
    TermList("MRCGRADE", "MRC grades", tuple(CodedTerm(str(n), words) for n, words in enumerate(GRADE_WORDS))),
    TermList("CMCAT", "Groups of medications",
             _terms("CONCOMITANT MEDICATION", "PREMEDICATION", "PRIOR MMN TREATMENT")),
    TermList("MHCAT", "Groups of history",
             _terms("PRIMARY DIAGNOSIS", "AFFECTED LIMBS", "EFNS/PNS 2010 CRITERIA", "GENERAL MEDICAL HISTORY")),
    TermList("DVDECOD", "Groups of deviations (P)", _terms(*(label.upper() for label in DeviationCategory.labels))),
    TermList("DVCAT", "Severity of deviations (P)", _terms(*(label.upper() for label in DeviationSeverity.labels))),
    ForeignList("ISO3166", "Countries", "ISO 3166-1 alpha-3", "2020"),
)  # fmt: skip
