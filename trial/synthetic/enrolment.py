"""What is entered once at screening: consent, demographics, eligibility, MMN history; and what came before."""

from collections.abc import Iterator
from datetime import date, timedelta

from ecrf.casebook.record.values import Missing
from trial.crfs.demographics import Sex
from trial.crfs.eligibility import CRITERIA, INCLUSION, OF_WOMEN
from trial.outcomes import SIDES
from trial.schedule import PROTOCOL
from trial.synthetic import course, past
from trial.synthetic.filled import Filled, Values, yes
from trial.synthetic.patients import PatientStory, noise

NEW_FORM_ON = date(2025, 1, 14)
VERSIONS = ("2.0 (synthetic)", "2.1 (synthetic)")

USUAL = (
    "progressive_weakness",
    "no_sensory_loss",
    "arms_predominate",
    "reflexes_reduced",
    "cranial_nerves_spared",
    "cramps_fasciculations",
    "responded_to_treatment",
    "sensory_conduction_normal",
)
NEVER = ("upper_motor_neuron_signs", "marked_bulbar", "marked_sensory_loss", "diffuse_symmetric_weakness")


def enrolment(story: PatientStory, code: str) -> Iterator[Filled]:
    """The forms of the screening visit that are there once."""
    yield from _consent(story, code)
    yield Filled(
        code,
        "demographics",
        {
            "born_on": story.born_on,
            "sex": story.sex,
            "dominant_hand": story.dominant,
            "more_affected_hand": story.affected,
            "height_cm": str(story.height_cm),
        },
    )
    criteria: Values = {
        name: yes(name in INCLUSION) for name in CRITERIA if name != OF_WOMEN or story.sex == Sex.FEMALE
    }
    yield Filled(code, "eligibility", {**criteria, "eligible": "yes"})
    yield _mmn_history(story, code)


def _consent(story: PatientStory, code: str) -> Iterator[Filled]:
    """The first consent, and the one to the new form at the next visit after it came."""
    signed_on = course.day(story, code)
    old, new = VERSIONS
    version = old if signed_on < NEW_FORM_ON else new
    yield Filled(code, "consent", {"signed_on": signed_on.isoformat(), "form_version": version})
    later = [day for day in (course.day(story, c) for c in course.visits(story)) if day >= NEW_FORM_ON]
    if version == old and later and not story.is_practice:
        again: Values = {"signed_on": later[0].isoformat(), "form_version": new}
        yield Filled(code, "re-consent", again, 1, 1)


def is_probable(story: PatientStory) -> bool:
    """Whether the history's conduction block, and so the diagnosis, is probable and not definite."""
    return noise(story.name, "category", below=4) == 0


def _mmn_history(story: PatientStory, code: str) -> Filled:
    grades = course.grades(story, PROTOCOL.baseline)
    limbs = {
        f"{side}_{limb}": yes(any(grades[f"{side}_{muscle}"] < 5 for muscle in muscles))
        for limb, muscles in course.LIMBS.items()
        for side in SIDES
    }
    category = "probable" if is_probable(story) else "definite"
    values: Values = {
        "onset_on": story.onset_on,
        "diagnosed_on": story.diagnosed_on,
        "conduction_block": category,
        "anti_gm1": story.anti_gm1,
        "category": category,
    }
    answers: Values = {**dict.fromkeys(USUAL, "yes"), **dict.fromkeys(NEVER, "no")}
    return Filled(code, "mmn-history", {**values, **limbs, **answers})


def medical_history(story: PatientStory) -> list[Filled]:
    """The conditions of the patient, those of the past and those that go on."""
    return [
        Filled("", "medical-history", _condition(condition), number, struck=condition.struck)
        for number, condition in enumerate(past.conditions(story), 1)
    ]


def _condition(condition: past.Condition) -> Values:
    over: Values = {"ended_on": condition.ended_on} if condition.ended_on else {}
    begun: Values = {"term": condition.term, "started_on": condition.started_on}
    return {**begun, "ongoing": yes(not over), **over}


def prior_treatments(story: PatientStory) -> list[Filled]:
    """The immunoglobulin that everybody had before, and what was tried long ago."""
    weeks, days, dose, response = past.BEFORE[story.like]
    rows: list[Values] = [
        {
            "product": past.BRAND,
            "dose": dose,
            "last_given_on": (story.baseline_on - timedelta(days=days)).isoformat(),
            "interval_weeks": str(weeks),
            "response": response,
        }
    ]
    for tried in past.TRIED.get(story.like, ()):
        given = dict(zip(("product", "dose", "last_given_on", "response"), tried, strict=True))
        once = Missing("not-applicable", "One course")
        rows.append({**given, "interval_weeks": once})
    return [Filled("", "prior-treatment", values, n) for n, values in enumerate(rows, 1)]
