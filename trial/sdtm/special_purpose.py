"""Who the patients are, which visits took place, and which elements they went through: DM, SV, SE."""

from collections.abc import Iterator
from datetime import date

from ecrf.exports.sdtm.domains import Domain, Origin, Row
from ecrf.exports.sdtm.records import FormRow, PatientRecords
from ecrf.exports.sdtm.timing import iso
from ecrf.exports.sdtm.variables import (
    DOMAIN,
    EPOCH,
    EXPECTED,
    IDENTIFIERS,
    REQUIRED,
    STUDYID,
    USUBJID,
    VISIT,
    VISITDY,
    VISITNUM,
    moment,
    sequence,
    study_day,
    text,
    whole,
)
from ecrf.forms.partial_dates import earliest
from trial.crfs.visit import Contact, Occurrence
from trial.sdtm import doses
from trial.sdtm.facts import ARM, ARMCD, COUNTRY, ELEMENTS, INDUCTION, MAINTENANCE, SCREENING

DERIVED, ASSIGNED = Origin.DERIVED, Origin.ASSIGNED
MID_MONTH, MID_YEAR = 15, 7

AGE_METHOD = (
    "Whole years from birth to informed consent. Of a birth date without a day the 15th, without a month the 1st of "
    "July is taken (P). Where the site has no birth date, the age it entered."
)
DM = Domain(
    "DM",
    "Demographics",
    "SPECIAL PURPOSE",
    "One record per subject",
    ("STUDYID", "USUBJID"),
    (
        STUDYID,
        DOMAIN,
        USUBJID,
        text("SUBJID", "Subject Identifier for the Study", "Topic", origin=ASSIGNED, presence=REQUIRED),
        moment("RFSTDTC", "Subject Reference Start Date/Time", origin=DERIVED, presence=EXPECTED,
               method="Start of the first infusion of the trial drug."),
        moment("RFENDTC", "Subject Reference End Date/Time", origin=DERIVED, presence=EXPECTED,
               method="End of the patient's participation; none without a dose."),
        moment("RFXSTDTC", "Date/Time of First Study Treatment", origin=DERIVED, presence=EXPECTED,
               method="The earliest EX.EXSTDTC."),
        moment("RFXENDTC", "Date/Time of Last Study Treatment", origin=DERIVED, presence=EXPECTED,
               method="The latest EX.EXENDTC."),
        moment("RFICDTC", "Date/Time of Informed Consent", presence=EXPECTED),
        moment("RFPENDTC", "Date/Time of End of Participation", presence=EXPECTED, origin=DERIVED,
               method="The end of the study, or of the last event or medication that was followed beyond it."),
        moment("DTHDTC", "Date/Time of Death", presence=EXPECTED, origin=DERIVED,
               method="The end of the study by death, or the end of the fatal adverse event."),
        text("DTHFL", "Subject Death Flag", codes="NY", presence=EXPECTED, origin=DERIVED,
             method="Y where the end of study, an outcome or a seriousness criterion says so."),
        text("SITEID", "Study Site Identifier", origin=ASSIGNED, presence=REQUIRED),
        moment("BRTHDTC", "Date/Time of Birth"),
        whole("AGE", "Age", origin=DERIVED, presence=EXPECTED, method=AGE_METHOD),
        text("AGEU", "Age Units", "Variable Qualifier", codes="AGEU", origin=ASSIGNED, presence=EXPECTED),
        text("SEX", "Sex", codes="SEX", presence=REQUIRED),
        text("RACE", "Race", presence=EXPECTED, comment="Not asked on any form.", codes="RACE"),
        text("ARMCD", "Planned Arm Code", codes="ARMCD", origin=DERIVED, presence=EXPECTED,
             method="IVIG for a patient found eligible; none otherwise."),
        text("ARM", "Description of Planned Arm", "Synonym Qualifier", codes="ARM", origin=DERIVED, presence=EXPECTED,
             method="The name of ARMCD."),
        text("ACTARMCD", "Actual Arm Code", codes="ARMCD", origin=DERIVED, presence=EXPECTED,
             method="IVIG for a patient who was given a dose."),
        text("ACTARM", "Description of Actual Arm", "Synonym Qualifier", codes="ARM", origin=DERIVED,
             presence=EXPECTED, method="The name of ACTARMCD."),
        text("ARMNRS", "Reason Arm and/or Actual Arm is Null", codes="ARMNRS", origin=DERIVED, presence=EXPECTED,
             method="SCREEN FAILURE by the end of study; ASSIGNED, NOT TREATED without a dose; else NOT ASSIGNED."),
        text("ACTARMUD", "Description of Unplanned Actual Arm", presence=EXPECTED, origin=DERIVED,
             method="Never used: the trial has one arm."),
        text("COUNTRY", "Country", codes="ISO3166", origin=ASSIGNED, presence=REQUIRED,
             comment="Taken to be Japan for all sites (P)."),
    ),
    repeating=False,
)  # fmt: skip

SV = Domain(
    "SV",
    "Subject Visits",
    "SPECIAL PURPOSE",
    "One record per actual or planned visit per subject",
    ("STUDYID", "USUBJID", "VISITNUM"),
    (
        *IDENTIFIERS,
        VISITNUM,
        VISIT,
        text("SVPRESP", "Pre-specified", codes="NY", origin=ASSIGNED, comment="Y for a visit of the schedule."),
        text("SVOCCUR", "Occurrence", codes="NY", comment="Y: done; N: missed. Of a visit of the schedule only."),
        text("SVREASOC", "Reason for Occur Value"),
        text("SVCNTMOD", "Contact Mode", codes="CNTMODE",
             comment="Where it took place stands in SUPPSV: at the site and at home are both in person."),
        VISITDY,
        moment("SVSTDTC", "Start Date/Time of Observation", presence=EXPECTED),
        moment("SVENDTC", "End Date/Time of Observation", presence=EXPECTED, origin=DERIVED,
               method="The date of the visit, or of the last infusion that belongs to it."),
        study_day("SVSTDY", "Study Day of Start of Observation"),
        study_day("SVENDY", "Study Day of End of Observation"),
        text("SVUPDES", "Description of Unplanned Visit", "Synonym Qualifier", origin=ASSIGNED),
    ),
    supplement={"SVPLACE": "Where the visit took place"},
)  # fmt: skip

SE = Domain(
    "SE",
    "Subject Elements",
    "SPECIAL PURPOSE",
    "One record per actual Element per subject",
    ("STUDYID", "USUBJID", "SESTDTC", "TAETORD", "SESEQ"),
    (
        *IDENTIFIERS,
        sequence("SE"),
        text("ETCD", "Element Code", "Topic", codes="ETCD", origin=DERIVED, presence=REQUIRED,
             method="The elements of TA that the patient began, by consent and infusions."),
        text("ELEMENT", "Description of Element", "Synonym Qualifier", codes="ELEMENT", origin=DERIVED,
             method="The name of ETCD."),
        whole("TAETORD", "Planned Order of Element within Arm", "Timing", origin=DERIVED,
              method="The place of the element in TA."),
        EPOCH,
        moment("SESTDTC", "Start Date/Time of Element", presence=REQUIRED, origin=DERIVED,
               method="The consent, the first infusion, or the first maintenance infusion."),
        moment("SEENDTC", "End Date/Time of Element", presence=EXPECTED, origin=DERIVED,
               method="The start of the next element, or the end of the participation."),
        study_day("SESTDY", "Study Day of Start of Element"),
        study_day("SEENDY", "Study Day of End of Element"),
    ),
)  # fmt: skip

CONTACT_MODE = {
    Contact.ON_SITE: "IN PERSON",
    Contact.HOME: "IN PERSON",
    Contact.PHONE: "TELEPHONE CALL",
}


def rows(patient: PatientRecords) -> Iterator[Row]:
    yield _subject(patient)
    yield from _visits(patient)
    yield from _elements(patient)


def _subject(patient: PatientRecords) -> Row:
    demographics, consent = patient.one("demographics"), patient.one("consent")
    end = patient.one("end-of-study")
    first, consented = doses.first_start(patient), iso(consent["signed_on"]) if consent else ""
    ended, died = doses.end_of_participation(patient), _death(patient)
    eligible = patient.one("eligibility")
    is_assigned = bool(first) or bool(eligible and eligible["eligible"] == "yes")
    reason = "" if first else "ASSIGNED, NOT TREATED" if is_assigned else "NOT ASSIGNED"
    if not first and end and end["reason"] == "SCREEN FAILURE":
        is_assigned, reason = False, "SCREEN FAILURE"
    age = _age(demographics, consented) if demographics else None
    values = {
        "SUBJID": patient.number,
        "SITEID": patient.site,
        "RFSTDTC": first,
        "RFENDTC": ended if first else "",
        "RFXSTDTC": first,
        "RFXENDTC": doses.last_end(patient),
        "RFICDTC": consented,
        "RFPENDTC": doses.end_of_follow_up(patient),
        "DTHDTC": died,
        "DTHFL": "Y" if died is not None else "",
        "BRTHDTC": iso(demographics["born_on"]) if demographics else "",
        "AGE": age,
        "AGEU": "YEARS" if age is not None else "",
        "SEX": demographics["sex"] if demographics and demographics["sex"] else "U",
        "ARMCD": ARMCD if is_assigned else "",
        "ARM": ARM if is_assigned else "",
        "ACTARMCD": ARMCD if first else "",
        "ACTARM": ARM if first else "",
        "ARMNRS": reason,
        "COUNTRY": COUNTRY,
    }
    return Row("DM", values)


def _age(demographics: FormRow, consented: str) -> int | None:
    born: str | None = demographics["born_on"]
    if not born or not consented:
        return demographics["age_years"]
    birth = earliest(born)
    if len(born) == len("2026"):
        birth = date(birth.year, MID_YEAR, 1)
    elif len(born) == len("2026-11"):
        birth = birth.replace(day=MID_MONTH)
    on = date.fromisoformat(consented)
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _death(patient: PatientRecords) -> str | None:
    """When the patient died, "" if that is not known; None for who did not."""
    end = patient.one("end-of-study")
    if end and end["reason"] == "DEATH":
        return iso(end["ended_on"])
    fatal = [row for row in patient.rows("adverse-event") if row["outcome"] == "FATAL"]
    if fatal:
        return iso(fatal[0]["ended_on"])
    return "" if any(row["death"] == "yes" for row in patient.rows("serious-adverse-event")) else None


def _visits(patient: PatientRecords) -> Iterator[Row]:
    planned = {code for code, _label, _day in patient.plans}
    for row in patient.rows("visit"):
        if row["occurrence"] is None:
            continue
        is_planned = row.visit in planned
        infusions = [one for one in patient.rows("infusion") if one.visit == row.visit]
        infused = [str(day) for one in infusions if (day := doses.last_day(one))]
        began = iso(row["visited_on"])
        values = {
            "SVPRESP": "Y" if is_planned else "",
            "SVOCCUR": ("Y" if row["occurrence"] == Occurrence.DONE else "N") if is_planned else "",
            "SVCNTMOD": CONTACT_MODE.get(row["contact"], ""),
            "SVENDTC": max([began, *infused]) if began else "",
            "SVUPDES": "" if is_planned else row.places["visit_label"],
        }
        yield row.row(SV, values, supplement={"SVPLACE": row.term("contact")})


def _elements(patient: PatientRecords) -> Iterator[Row]:
    consent = patient.one("consent")
    starts = {
        SCREENING: iso(consent["signed_on"]) if consent else "",
        INDUCTION: doses.first_start(patient),
        MAINTENANCE: doses.first_maintenance(patient),
    }
    begun = [element for element in ELEMENTS if starts[element]]
    for place, element in enumerate(begun):
        following = [starts[one] for one in begun[place + 1 :]]
        values = {
            "ETCD": element.code,
            "ELEMENT": element.name,
            "TAETORD": ELEMENTS.index(element) + 1,
            "EPOCH": element.epoch,
            "SESTDTC": starts[element],
            "SEENDTC": following[0] if following else doses.end_of_participation(patient),
        }
        yield Row("SE", values)
