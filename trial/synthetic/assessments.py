"""What is assessed at every visit: the visit itself, vital signs, strength, grip and INCAT disability."""

from datetime import time

from trial.outcomes import SIDES
from trial.schedule import PROTOCOL
from trial.synthetic import course, exceptions
from trial.synthetic.filled import Filled, Values, yes
from trial.synthetic.patients import PatientStory, noise

INCAT_FROM = {"arm": (1, 5, 12, 20), "leg": (3, 9, 18, 30)}
"""How many MRC grades below normal the two limbs have together where disability 1, 2, 3 and 4 begin."""


def visit(story: PatientStory, code: str) -> Filled:
    if why := exceptions.MISSED.get((story.name, code)):
        return Filled(code, "visit", {"occurrence": "missed", "missed_reason": why})
    day = course.day(story, code).isoformat()
    return Filled(code, "visit", {"occurrence": "done", "visited_on": day, "contact": "on-site"})


def vital_signs(story: PatientStory, code: str) -> Filled:
    signs = course.vital_signs(story, code)
    return Filled(code, "vital-signs", {"weight_kg": str(course.weight(story, code)), **signs})


def mrc_strength(story: PatientStory, code: str) -> Filled:
    before = (story.name, code) not in exceptions.AFTER_DOSE
    at = time(8, 35 + noise(story.name, code, "assessed", below=20)) if before else time(13, 10)
    grades = {item: str(grade) for item, grade in course.grades(story, code).items()}
    head: Values = {"assessor": assessor(story, code), "assessed_at": f"{at:%H:%M}"}
    if has_dose(code):
        head["before_dose"] = yes(before)
    return Filled(code, "mrc-strength", {**head, **grades})


def has_dose(code: str) -> bool:
    """Whether a dose belongs to the visit."""
    plan = PROTOCOL.plan(code)
    return plan is not None and "infusion" in plan.forms


def grip_strength(story: PatientStory, code: str) -> Filled:
    head: Values = {"device": f"SYN-VIG-{story.site}", "assessor": assessor(story, code)}
    trials = course.grips(story, code).items()
    return Filled(code, "grip-strength", {**head, **{item: str(kpa) for item, kpa in trials}})


def incat(story: PatientStory, code: str) -> Filled:
    """Disability follows strength: the weaker the limbs, the higher the grade."""
    grades = course.grades(story, code)
    values: Values = {"assessor": assessor(story, code)}
    for limb, begins in INCAT_FROM.items():
        lost = sum(5 - grades[f"{side}_{muscle}"] for side in SIDES for muscle in course.LIMBS[limb])
        values[limb] = str(sum(lost >= first for first in begins))
    return Filled(code, "incat", values)


def assessor(story: PatientStory, code: str) -> str:
    """The same at every visit, but for the planned exceptions."""
    usual = f"A{1 + noise(story.name, 'assessor', below=2)}"
    return exceptions.ASSESSORS.get((story.name, code), usual)
