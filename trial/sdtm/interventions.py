"""What the patients were given: the trial drug as given (EC) and as the protocol counts it (EX), and all else (CM)."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from ecrf.exports.sdtm.domains import Domain, Origin, Row
from ecrf.exports.sdtm.records import FormRow, PatientRecords
from ecrf.exports.sdtm.timing import iso
from ecrf.exports.sdtm.variables import (
    EXPECTED,
    IDENTIFIERS,
    REQUIRED,
    VISIT_VARIABLES,
    Variable,
    moment,
    number,
    ongoing,
    sequence,
    since,
    sponsor_id,
    text,
)
from trial.sdtm import doses
from trial.sdtm.facts import DOSE_FORM, INDICATION, ROUTE, TREATMENT

ASSIGNED, DERIVED = Origin.ASSIGNED, Origin.DERIVED
DOSE_PLACES = Decimal("0.001")
WEEKLY = {1: "1 TIME PER WEEK", **{n: f"EVERY {n} WEEKS" for n in (2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 16)}}
"""Intervals that the list of frequencies has a term for; the number itself stands in SUPPCM."""


def _treatment(domain: str) -> tuple[Variable, ...]:
    return (
        text(f"{domain}DOSFRM", "Dose Form", codes="FRM", origin=ASSIGNED, presence=EXPECTED),
        text(f"{domain}DOSFRQ", "Dosing Frequency per Interval", codes="FREQ", origin=ASSIGNED),
        text(f"{domain}ROUTE", "Route of Administration", codes="ROUTE", origin=ASSIGNED, presence=EXPECTED),
    )


EC = Domain(
    "EC",
    "Exposure as Collected",
    "INTERVENTIONS",
    "One record per infusion day per subject",
    ("STUDYID", "USUBJID", "ECTRT", "ECSTDTC", "ECSEQ"),
    (
        *IDENTIFIERS,
        sequence("EC"),
        text(
            "ECLNKID", "Link ID", "Identifier", origin=ASSIGNED, comment="The visit and the infusion at it."
        ),
        text("ECTRT", "Name of Treatment", "Topic", origin=ASSIGNED, presence=REQUIRED),
        text("ECMOOD", "Mood", codes="BRDGMOOD", origin=ASSIGNED),
        text("ECPRESP", "Pre-Specified", codes="NY", origin=ASSIGNED),
        text(
            "ECOCCUR", "Occurrence", codes="NY", origin=DERIVED, method="N where no dose was given, else Y."
        ),
        text("ECREASOC", "Reason for Occur Value"),
        number("ECDOSE", "Dose", presence=EXPECTED),
        text("ECDOSU", "Dose Units", "Variable Qualifier", codes="UNIT", origin=ASSIGNED, presence=EXPECTED),
        *_treatment("EC"),
        text("ECLOT", "Lot Number", comment="MULTIPLE where there were several lots: each stands in SUPPEC."),
        number("ECVAMT", "Amount Administered/Volume"),
        text("ECVAMTU", "Volume Units", "Variable Qualifier", codes="UNIT", origin=ASSIGNED),
        *VISIT_VARIABLES,
        *since("EC", "Treatment"),
    ),
    supplement={
        "ECFLRT": "Rate steps (mL/h)",
        "ECITRPYN": "Interrupted?",
        "ECPLDOSE": "Planned dose (g)",
        "ECPLVOL": "Planned volume (mL)",
        "ECPHASE": "Phase",
        "ECCYCLE": "Maintenance cycle",
        **{f"ECLOT{n}": f"Lot number {n}" for n in range(1, 10)},
        **{f"ECLOTEX{n}": f"Expiry of lot {n}" for n in range(1, 10)},
        **{f"ECLOTAM{n}": f"From lot {n} (g)" for n in range(1, 10)},
    },
    calculated=frozenset({"ECPLDOSE", "ECPLVOL", "ECPHASE", "ECCYCLE"}),
    collected_as="EX",
)
EX = Domain(
    "EX",
    "Exposure",
    "INTERVENTIONS",
    "One record per constant dosing interval per subject",
    ("STUDYID", "USUBJID", "EXTRT", "EXSTDTC", "EXSEQ"),
    (
        *IDENTIFIERS,
        sequence("EX"),
        text("EXLNKID", "Link ID", "Identifier", origin=ASSIGNED, comment="ECLNKID of the infusion as collected."),
        text("EXTRT", "Name of Treatment", "Topic", origin=ASSIGNED, presence=REQUIRED),
        number("EXDOSE", "Dose", origin=DERIVED, presence=EXPECTED,
               method="ECDOSE divided by the dosing weight, to three decimals; in g where there is no weight."),
        text("EXDOSU", "Dose Units", "Variable Qualifier", codes="UNIT", origin=ASSIGNED, presence=EXPECTED),
        *_treatment("EX"),
        *VISIT_VARIABLES,
        *since("EX", "Treatment"),
    ),
    comment="Derived from EC: one row for each infusion that was given.",
)  # fmt: skip

CM = Domain(
    "CM",
    "Concomitant/Prior Medications",
    "INTERVENTIONS",
    "One record per recorded medication occurrence per subject",
    ("STUDYID", "USUBJID", "CMCAT", "CMTRT", "CMSTDTC", "CMSEQ"),
    (
        *IDENTIFIERS,
        sequence("CM"),
        sponsor_id("CM"),
        text("CMTRT", "Reported Name of Drug, Med, or Therapy", "Topic", presence=REQUIRED),
        text("CMCAT", "Category for Medication", "Grouping Qualifier", codes="CMCAT", origin=ASSIGNED),
        text("CMPRESP", "CM Pre-specified", "Variable Qualifier", codes="NY", origin=ASSIGNED),
        text("CMOCCUR", "CM Occurrence", codes="NY"),
        text("CMINDC", "Indication"),
        text("CMDOSTXT", "Dose Description"),
        text("CMDOSFRQ", "Dosing Frequency per Interval", codes="FREQ"),
        text("CMROUTE", "Route of Administration", codes="ROUTE"),
        *since("CM", "Medication"),
        text(
            "CMSTRTPT",
            "Start Relative to Reference Time Point",
            "Timing",
            codes="STENRF",
            origin=ASSIGNED,
            comment="BEFORE: a prior treatment of the disease, whose beginning is not asked.",
        ),
        moment("CMSTTPT", "Start Reference Time Point", origin=ASSIGNED, comment="The informed consent."),
        *ongoing("CM"),
    ),
    supplement={"CMINTVWK": "Interval (weeks)"},
)


def rows(patient: PatientRecords) -> Iterator[Row]:
    for infusion in patient.rows("infusion"):
        yield _as_collected(patient, infusion)
        if doses.is_given(infusion):
            yield _as_planned(infusion)
        yield from _premedication(infusion)
    yield from _concomitant(patient)
    yield from _prior(patient)


def _link(infusion: FormRow) -> str:
    return f"{infusion.visit}.{infusion.number}"


def _as_collected(patient: PatientRecords, infusion: FormRow) -> Row:
    given = doses.is_given(infusion)
    lots = patient.children("infusion-lot", infusion)
    numbers = [lot["lot_number"] for lot in lots if lot["lot_number"]]
    supplement = {
        "ECFLRT": infusion["rate_steps"],
        "ECITRPYN": infusion.term("interrupted"),
        "ECPLDOSE": infusion["planned_dose_g"],
        "ECPLVOL": infusion["planned_volume_ml"],
        "ECPHASE": infusion.term("phase"),
        "ECCYCLE": infusion["cycle"],
    }
    for place, lot in enumerate(lots, 1):
        # One lot's number is ECLOT itself; its expiry and grams have no variable of their own.
        supplement |= {f"ECLOT{place}": lot["lot_number"] if len(numbers) > 1 else None}
        supplement |= {f"ECLOTEX{place}": lot["expires_on"], f"ECLOTAM{place}": lot["grams"]}
    values = {
        "ECLNKID": _link(infusion),
        "ECTRT": TREATMENT,
        "ECMOOD": "PERFORMED",
        "ECPRESP": "Y",
        "ECOCCUR": "Y" if given else "N",
        "ECREASOC": "" if given else infusion.reason("given_g"),
        "ECDOSE": infusion["given_g"] if given else None,
        "ECDOSU": "g" if given else "",
        "ECDOSFRM": DOSE_FORM,
        "ECDOSFRQ": "ONCE",
        "ECROUTE": ROUTE,
        "ECLOT": "MULTIPLE" if len(numbers) > 1 else next(iter(numbers), ""),
        "ECVAMTU": "mL" if infusion["given_ml"] is not None else "",
        "ECSTDTC": doses.start(infusion),
        "ECENDTC": doses.end(infusion) if given else "",
    }
    return infusion.row(EC, values, supplement=supplement, name=("infusion", _link(infusion)))


def _as_planned(infusion: FormRow) -> Row:
    grams, weight = Decimal(infusion["given_g"]), infusion["dosing_weight_kg"]
    per_kg = (grams / Decimal(weight)).quantize(DOSE_PLACES, ROUND_HALF_UP) if weight else None
    values = {
        "EXLNKID": _link(infusion),
        "EXTRT": TREATMENT,
        "EXDOSE": per_kg if per_kg is not None else grams,
        "EXDOSU": "g/kg" if per_kg is not None else "g",
        "EXDOSFRM": DOSE_FORM,
        "EXDOSFRQ": "ONCE",
        "EXROUTE": ROUTE,
        "EXSTDTC": doses.start(infusion),
        "EXENDTC": doses.end(infusion),
    }
    return Row("EX", values, visit=infusion.visit)


def _premedication(infusion: FormRow) -> Iterator[Row]:
    if infusion["premedicated"] is None:
        return
    values = {
        "CMTRT": infusion["premedication"] or "PREMEDICATION",
        "CMCAT": "PREMEDICATION",
        "CMPRESP": "Y",
        "CMOCCUR": infusion.term("premedicated"),
        "CMSTDTC": iso(infusion["infused_on"]),
        "CMENDTC": iso(infusion["infused_on"]),
    }
    yield Row("CM", values)


def _concomitant(patient: PatientRecords) -> Iterator[Row]:
    for row in patient.rows("concomitant-medication"):
        values = {"CMSPID": str(row.number), "CMCAT": "CONCOMITANT MEDICATION"}
        if row["ongoing"] == "yes":
            values |= {"CMENRTPT": "ONGOING", "CMENTPT": doses.reference_end(patient)}
        links = [(form, row[item]) for form, item in (("adverse-event", "adverse_event"),
                                                      ("medical-history", "medical_history")) if row[item]]  # fmt: skip
        yield row.row(CM, values, visit="", links=links)


def _prior(patient: PatientRecords) -> Iterator[Row]:
    consent = patient.one("consent")
    for row in patient.rows("prior-treatment"):
        weeks = row["interval_weeks"]
        values = {
            "CMSPID": str(row.number),
            "CMCAT": "PRIOR MMN TREATMENT",
            "CMINDC": INDICATION,
            "CMSTRTPT": "BEFORE",
            "CMSTTPT": iso(consent["signed_on"]) if consent else "",
            "CMDOSFRQ": WEEKLY.get(int(weeks), "") if weeks and weeks == int(weeks) else "",
        }
        yield row.row(CM, values, visit="", supplement={"CMINTVWK": weeks})
