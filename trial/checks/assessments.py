"""Edit checks between the assessments of one visit, and of what can only be done where the patient is."""

from collections.abc import Iterator
from decimal import Decimal

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import ANY, Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.registry import by_model
from trial.checks.enrolment import LIMBS
from trial.crfs.demographics import LIKELY_CM
from trial.crfs.grip_strength import TRIALS, GripStrength
from trial.crfs.incat import Incat
from trial.crfs.laboratory import LabResult
from trial.crfs.nerve_conduction import NerveConduction
from trial.crfs.visit import SCREENING, Contact
from trial.crfs.vital_signs import LIKELY_BMI, LIKELY_KG, VitalSigns
from trial.outcomes import ONE_DECIMAL, SIDES

WORST_DISABILITY = 5
GOOD_GRADE, POOR_GRADE = 4, 2
"""MRC grades of limbs that are not without useful movement, and of a muscle of which nobody has no complaint (P)."""

IGA = "IGA"
IGA_DEFICIENT_G_PER_L = Decimal("0.07")
"""Below it immunoglobulin A is all but absent (P)."""

G_PER_L = {"g/L": Decimal(1), "mg/dL": Decimal("0.01")}

FACE_TO_FACE = (
    "vital-signs",
    "mrc-strength",
    "grip-strength",
    "nerve-conduction",
    "laboratory",
    "infusion",
)
"""Forms of what cannot be done by telephone."""


@check(
    "VS-005",
    on="vital-signs",
    text="{weight} kg at {height} cm is a body mass index of {bmi}; {low} to {high} is usual.",
    items=("weight_kg",),
    reads=("demographics.height_cm",),
)
def body_mass_index_unusual(row: VitalSigns, data: PatientData) -> Iterator[Question]:
    """Weight and height together give a body mass index below 13 or above 50, and neither is unlikely by itself."""
    patient = data.one("demographics")
    height, weight = patient.height_cm if patient else None, row.weight_kg
    if height is None or weight is None:
        return
    likely = LIKELY_CM[0] <= height <= LIKELY_CM[1] and LIKELY_KG[0] <= weight <= LIKELY_KG[1]
    bmi, (low, high) = weight * 10_000 / (height * height), LIKELY_BMI
    if likely and not low <= bmi <= high:
        yield Question(
            "weight_kg", weight=weight, height=height, bmi=bmi.quantize(ONE_DECIMAL), low=low, high=high
        )


@check(
    "INCAT-002",
    on="incat",
    text={
        "worst": "{limb:item} is {grade}, but every MRC grade of these limbs is {lowest} or more.",
        "none": "{limb:item} is 0, but {muscle:item mrc-strength} has MRC grade {mrc}.",
    },
    items=("arm", "leg"),
    reads=("mrc-strength",),
)
def disability_against_strength(row: Incat, data: PatientData) -> Iterator[Question]:
    """No useful movement of limbs that are strong, or no complaint of limbs with a very weak muscle."""
    for strength in data.at("mrc-strength", row.entry.visit.code) if row.entry.visit else ():
        for limb, items in LIMBS.items():
            grade, grades = getattr(row, limb), {item: getattr(strength, item) for item in items}
            given = [mrc for mrc in grades.values() if mrc is not None]
            if grade == WORST_DISABILITY and len(given) == len(items) and min(given) >= GOOD_GRADE:
                yield Question(limb, "worst", limb=limb, grade=grade, lowest=min(given))
            if grade == 0 and given and min(given) <= POOR_GRADE:
                muscle = next(item for item, mrc in grades.items() if mrc == min(given))
                yield Question(limb, "none", limb=limb, muscle=muscle, mrc=min(given))


@check(
    "GRIP-004",
    on="grip-strength",
    text="The {hand:answer demographics.more_affected_hand} hand is the more affected one, but measures {affected} "
    "kPa; the other {other} kPa.",
    items=TRIALS,
    reads=("demographics.more_affected_hand",),
)
def more_affected_hand_stronger(row: GripStrength, data: PatientData) -> Iterator[Question]:
    """At screening the hand that was named the more affected one is the stronger."""
    patient = data.one("demographics")
    hand = patient.more_affected_hand if patient else None
    if hand is None or row.entry.visit is None or row.entry.visit.code != SCREENING:
        return
    affected = getattr(row, f"{hand}_best")
    other = getattr(row, f"{SIDES[1 - SIDES.index(hand)]}_best")
    if affected is not None and other is not None and affected > other:
        yield Question(f"{hand}_1", hand=hand, affected=affected, other=other)


@check(
    "NC-005",
    on="nerve-conduction",
    text="No segment is recorded.",
    items=("tested_on",),
    reads=("nerve-segment",),
    late=True,
)
def study_without_segment(row: NerveConduction, data: PatientData) -> Iterator[Question]:
    """A nerve conduction study was completed without any segment."""
    if row.tested_on and not data.children("nerve-segment", row):
        yield Question("tested_on")


@check(
    "LB-009",
    on="lab-result",
    text="IgA is {result}; the eligibility form says there is no IgA deficiency.",
    items=("value", "comparator", "unit", "result_unit"),
    reads=("eligibility.has_iga_deficiency",),
)
def iga_deficiency_denied(row: LabResult, data: PatientData) -> Iterator[Question]:
    """Immunoglobulin A is all but absent, and by the eligibility form there is no deficiency."""
    criteria = data.one("eligibility") if row.test == IGA else None
    factor = G_PER_L.get(row.result_unit or "")
    if not (criteria and criteria.has_iga_deficiency is False and factor and row.value is not None):
        return
    if row.value * factor < IGA_DEFICIENT_G_PER_L and row.comparator not in (">", "≥"):
        yield Question("value", result=row.words)


@check(
    "VISIT-007",
    on=ANY,
    text="{visit:visit} took place by telephone or video, but “{form:form}” has values.",
    reads=("visit.contact",),
)
def measured_by_telephone(row: Crf, data: PatientData) -> Iterator[Question]:
    """The visit took place by telephone or video, and something was measured, taken or given at it."""
    definition, visit = by_model(type(row)), row.entry.visit
    if visit is None or definition.key not in FACE_TO_FACE:
        return
    first = next((name for name in definition.entered if getattr(row, name) is not None), None)
    if first is None or not any(v.contact == Contact.PHONE for v in data.at("visit", visit.code)):
        return
    for name in definition.entered:
        question = Question(name, visit=visit, form=definition.key)
        yield question.once(definition.key, only_if_there=name != first)
