"""What happened to the patients: adverse events, history, disposition and deviations (AE, MH, DS, DV)."""

from collections.abc import Iterator

from ecrf.exports.sdtm.domains import Domain, Origin, Row
from ecrf.exports.sdtm.records import FormRow, PatientRecords
from ecrf.exports.sdtm.timing import iso
from ecrf.exports.sdtm.variables import (
    EPOCH,
    EXPECTED,
    IDENTIFIERS,
    REQUIRED,
    moment,
    ongoing,
    sequence,
    since,
    sponsor_id,
    study_day,
    text,
    whole,
)
from trial.crfs.mmn_history import AGAINST, CORE, LIMBS, SUPPORTIVE
from trial.sdtm import doses
from trial.sdtm.facts import INDICATION

ASSIGNED, DERIVED = Origin.ASSIGNED, Origin.DERIVED
CRITERIA = ("AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESMIE")
NOT_CODED = "Not coded: the package holds no dictionary."
UNCODED = "UNCODED"
MOST_FOLLOW_UPS = 9

AE = Domain(
    "AE",
    "Adverse Events",
    "EVENTS",
    "One record per adverse event per subject",
    ("STUDYID", "USUBJID", "AETERM", "AESTDTC", "AESEQ"),
    (
        *IDENTIFIERS,
        sequence("AE"),
        sponsor_id("AE"),
        text("AETERM", "Reported Term for the Adverse Event", "Topic", presence=REQUIRED),
        *(
            variable
            for level, name in (("LLT", "Lowest Level Term"), ("DECOD", "Dictionary-Derived Term"),
                                ("HLT", "High Level Term"), ("HLGT", "High Level Group Term"))
            for variable in (
                text(f"AE{level}", name, "Variable Qualifier" if level != "DECOD" else "Synonym Qualifier",
                     origin=ASSIGNED, presence=REQUIRED if level == "DECOD" else EXPECTED, comment=NOT_CODED),
                whole(f"AE{'PT' if level == 'DECOD' else level}CD",
                      f"{'Preferred Term' if level == 'DECOD' else name} Code", "Variable Qualifier",
                      origin=ASSIGNED, presence=EXPECTED, comment=NOT_CODED),
            )
        ),
        text("AEBODSYS", "Body System or Organ Class", origin=ASSIGNED, presence=EXPECTED, comment=NOT_CODED),
        whole("AEBDSYCD", "Body System or Organ Class Code", "Variable Qualifier", origin=ASSIGNED,
              presence=EXPECTED, comment=NOT_CODED),
        text("AESOC", "Primary System Organ Class", "Variable Qualifier", origin=ASSIGNED, presence=EXPECTED,
             comment=NOT_CODED),
        whole("AESOCCD", "Primary System Organ Class Code", "Variable Qualifier", origin=ASSIGNED,
              presence=EXPECTED, comment=NOT_CODED),
        text("AESEV", "Severity/Intensity", codes="AESEV"),
        text("AESER", "Serious Event", codes="NY", presence=EXPECTED),
        text("AEACN", "Action Taken with Study Treatment", codes="ACN", presence=EXPECTED),
        text("AEREL", "Causality", codes="AEREL", presence=EXPECTED),
        text("AEOUT", "Outcome of Adverse Event", codes="OUT"),
        text("AESCONG", "Congenital Anomaly or Birth Defect", codes="NY"),
        text("AESDISAB", "Persist or Signif Disability/Incapacity", codes="NY"),
        text("AESDTH", "Results in Death", codes="NY"),
        text("AESHOSP", "Requires or Prolongs Hospitalization", codes="NY"),
        text("AESLIFE", "Is Life Threatening", codes="NY"),
        text("AESMIE", "Other Medically Important Serious Event", codes="NY"),
        text("AECONTRT", "Concomitant or Additional Trtmnt Given", codes="NY"),
        *since("AE", "Adverse Event"),
        *ongoing("AE"),
    ),
    supplement={
        **{f"AEFUDT{n}": f"Follow-up {n}: date" for n in range(1, MOST_FOLLOW_UPS + 1)},
        **{f"AENEWS{n}": f"Follow-up {n}: what is new" for n in range(1, MOST_FOLLOW_UPS + 1)},
        **{f"AEFUOUT{n}": f"Follow-up {n}: outcome so far" for n in range(1, MOST_FOLLOW_UPS + 1)},
    },
)  # fmt: skip

MH = Domain(
    "MH",
    "Medical History",
    "EVENTS",
    "One record per medical history event per subject",
    ("STUDYID", "USUBJID", "MHCAT", "MHTERM", "MHEVDTYP", "MHSEQ"),
    (
        *IDENTIFIERS,
        sequence("MH"),
        sponsor_id("MH"),
        text("MHTERM", "Reported Term for the Medical History", "Topic", presence=REQUIRED),
        text("MHEVDTYP", "Medical History Event Date Type", "Variable Qualifier", codes="MHEDTTYP", origin=ASSIGNED),
        text("MHCAT", "Category for Medical History", "Grouping Qualifier", codes="MHCAT", origin=ASSIGNED),
        text("MHPRESP", "Medical History Event Pre-Specified", "Variable Qualifier", codes="NY", origin=ASSIGNED),
        text("MHOCCUR", "Medical History Occurrence", codes="NY"),
        text("MHSTAT", "Completion Status", codes="ND", origin=DERIVED,
             method="NOT DONE where the site entered a reason instead of an answer."),
        text("MHREASND", "Reason Medical History Not Collected"),
        EPOCH,
        moment("MHDTC", "Date/Time of History Collection", origin=DERIVED, method="The date of the visit."),
        moment("MHSTDTC", "Start Date/Time of Medical History Event"),
        moment("MHENDTC", "End Date/Time of Medical History Event"),
        study_day("MHDY", "Study Day of History Collection"),
        study_day("MHSTDY", "Study Day of Start of Observation"),
        study_day("MHENDY", "Study Day of End of Observation"),
        *ongoing("MH"),
    ),
    comment="The history of multifocal motor neuropathy is pre-specified; its category is the investigator's.",
)  # fmt: skip

DS = Domain(
    "DS",
    "Disposition",
    "EVENTS",
    "One record per disposition status or protocol milestone per subject",
    ("STUDYID", "USUBJID", "DSSTDTC", "DSCAT", "DSDECOD", "DSSEQ"),
    (
        *IDENTIFIERS,
        sequence("DS"),
        text("DSTERM", "Reported Term for the Disposition Event", "Topic", origin=ASSIGNED, presence=REQUIRED),
        text("DSDECOD", "Standardized Disposition Term", "Synonym Qualifier", codes="DSDECOD", presence=REQUIRED),
        text("DSCAT", "Category for Disposition Event", "Grouping Qualifier", codes="DSCAT", origin=ASSIGNED,
             presence=EXPECTED),
        text("DSSCAT", "Subcategory for Disposition Event", "Grouping Qualifier", codes="DSSCAT", origin=ASSIGNED),
        EPOCH,
        moment("DSSTDTC", "Start Date/Time of Disposition Event", presence=EXPECTED),
        study_day("DSSTDY", "Study Day of Start of Disposition Event", EXPECTED),
    ),
    supplement={"LASTDOSE": "Last dose on, as the site reported"},
)  # fmt: skip

DV = Domain(
    "DV",
    "Protocol Deviations",
    "EVENTS",
    "One record per protocol deviation per subject",
    ("STUDYID", "USUBJID", "DVSTDTC", "DVDECOD", "DVSEQ"),
    (
        *IDENTIFIERS,
        sequence("DV"),
        sponsor_id("DV"),
        text("DVTERM", "Protocol Deviation Term", "Topic", presence=REQUIRED,
             comment="Longer texts go on in SUPPDV."),
        text("DVDECOD", "Protocol Deviation Coded Term", "Synonym Qualifier", codes="DVDECOD"),
        text("DVCAT", "Category for Protocol Deviation", "Grouping Qualifier", codes="DVCAT"),
        EPOCH,
        moment("DVSTDTC", "Start Date/Time of Deviation"),
        study_day("DVSTDY", "Study Day of Start of Deviation"),
    ),
    supplement={"DVACNOTH": "Action taken", "DVVISIT": "Visit"},
)  # fmt: skip


def rows(patient: PatientRecords) -> Iterator[Row]:
    yield from _adverse_events(patient)
    yield from _history(patient)
    yield from _disposition(patient)
    yield from _deviations(patient)


def _adverse_events(patient: PatientRecords) -> Iterator[Row]:
    serious = {row["adverse_event"]: row for row in patient.rows("serious-adverse-event")}
    for row in patient.rows("adverse-event"):
        values: dict[str, object] = {"AESPID": str(row.number), "AEDECOD": UNCODED}
        supplement: dict[str, object] = {}
        if row["ongoing"] == "yes":
            values |= {"AEENRTPT": "ONGOING", "AEENTPT": doses.reference_end(patient)}
        if report := serious.get(str(row.number)):
            reported = report.row(AE, {})
            values |= {name: reported.values[name] for name in CRITERIA if name in reported.values}
            supplement |= reported.supplement | _follow_ups(patient, report)
        links = [("infusion", row["related_infusion"])] if row["related_infusion"] else []
        name = ("adverse-event", str(row.number))
        yield row.row(AE, values, visit="", supplement=supplement, name=name, links=links)


def _follow_ups(patient: PatientRecords, report: FormRow) -> dict[str, object]:
    found: dict[str, object] = {}
    for place, row in enumerate(patient.children("sae-follow-up", report), 1):
        found |= {
            f"AEFUDT{place}": iso(row["followed_on"]),
            f"AENEWS{place}": row["news"],
            f"AEFUOUT{place}": row["outcome"],
        }
    return found


def _history(patient: PatientRecords) -> Iterator[Row]:
    for row in patient.rows("medical-history"):
        values = {"MHSPID": str(row.number), "MHCAT": "GENERAL MEDICAL HISTORY"}
        if row["ongoing"] == "yes":
            values |= {"MHENRTPT": "ONGOING", "MHENTPT": doses.reference_end(patient)}
        comments = [row["comment"]] if row["comment"] else []
        name = ("medical-history", str(row.number))
        yield row.row(MH, values, visit="", comments=comments, name=name)
    disease = patient.one("mmn-history")
    if disease:
        yield from _disease(patient, disease)


def _disease(patient: PatientRecords, row: FormRow) -> Iterator[Row]:
    asked = {"MHDTC": patient.day(row)}
    for item, kind in (("onset_on", "SYMPTOM ONSET"), ("diagnosed_on", "DIAGNOSIS")):
        values = {
            "MHTERM": INDICATION,
            "MHCAT": "PRIMARY DIAGNOSIS",
            "MHEVDTYP": kind,
            "MHSTDTC": iso(row[item]),
        }
        category = {"MHDXCAT": row.term("category")} if kind == "DIAGNOSIS" else {}
        yield Row("MH", {**asked, **values}, supplement=category)
    groups = {"AFFECTED LIMBS": LIMBS, "EFNS/PNS 2010 CRITERIA": (*CORE, *SUPPORTIVE, *AGAINST)}
    for group, items in groups.items():
        for item in items:
            answer, reason = row.term(item), row.reason(item)
            if not answer and not reason:
                continue
            values = {
                "MHTERM": row.columns[item].label.upper(),
                "MHCAT": group,
                "MHPRESP": "Y",
                "MHOCCUR": answer,
            }
            undone = {"MHSTAT": "NOT DONE", "MHREASND": reason} if not answer else {}
            yield Row("MH", {**asked, **values, **undone})


def _disposition(patient: PatientRecords) -> Iterator[Row]:
    milestone = {"DSDECOD": "INFORMED CONSENT OBTAINED", "DSCAT": "PROTOCOL MILESTONE"}
    for form, term in (
        ("consent", "INFORMED CONSENT OBTAINED"),
        ("re-consent", "INFORMED CONSENT OBTAINED AGAIN"),
    ):
        for row in patient.rows(form):
            if row["signed_on"]:
                yield row.row(DS, {"DSTERM": term, **milestone}, visit="")
    eligibility = patient.one("eligibility")
    if eligibility and eligibility["eligible"]:
        term = f"ELIGIBILITY CRITERIA {'MET' if eligibility['eligible'] == 'yes' else 'NOT MET'}"
        milestone = {"DSTERM": term, "DSDECOD": term, "DSCAT": "PROTOCOL MILESTONE"}
        yield Row("DS", {**milestone, "DSSTDTC": patient.day(eligibility)})
    end = patient.one("end-of-study")
    if end and end["reason"]:
        values = {
            "DSTERM": end["reason"],
            "DSCAT": "DISPOSITION EVENT",
            "DSSCAT": "STUDY PARTICIPATION",
        }
        links = [("adverse-event", end["adverse_event"])] if end["adverse_event"] else []
        yield end.row(DS, values, visit="", supplement={"LASTDOSE": iso(end["last_dose_on"])}, links=links)


def _deviations(patient: PatientRecords) -> Iterator[Row]:
    for row in patient.rows("protocol-deviation"):
        supplement = {"DVACNOTH": row["action"], "DVVISIT": row["visit_link"]}
        yield row.row(DV, {"DVSPID": str(row.number)}, visit="", supplement=supplement)
