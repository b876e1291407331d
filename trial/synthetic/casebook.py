"""One invented patient's casebook, as a site would type it: page by page, in the order of the visits."""

from collections.abc import Callable, Iterable, Iterator

from trial.schedule import ENROLMENT
from trial.synthetic import (
    assessments,
    course,
    deviations,
    enrolment,
    exceptions,
    infusions,
    laboratory,
    medication,
    nerves,
    safety,
)
from trial.synthetic.filled import Filled, FilledPage
from trial.synthetic.patients import PatientStory
from trial.synthetic.plain import plain

FORMS: dict[str, Callable[[PatientStory, str], Iterable[Filled]]] = {
    "consent": enrolment.enrolment,  # brings demographics, eligibility and MMN history with it
    "visit": lambda story, code: [assessments.visit(story, code)],
    "vital-signs": lambda story, code: [assessments.vital_signs(story, code)],
    "mrc-strength": lambda story, code: [assessments.mrc_strength(story, code)],
    "grip-strength": lambda story, code: [assessments.grip_strength(story, code)],
    "incat": lambda story, code: [assessments.incat(story, code)],
    "laboratory": laboratory.laboratory,
    "nerve-conduction": nerves.nerve_conduction,
    "infusion": infusions.infusions,
}
"""Who fills which form of a visit, in the order of entry."""


def pages(story: PatientStory, before: str = "") -> list[FilledPage]:
    """The patient's whole casebook, or its visits up to the one `before` which the story stops.

    The past is entered after screening, the logs and the end of study come last.
    """
    codes = course.visits(story)
    if before:
        codes = codes[: codes.index(before)]
    visits = [FilledPage(code, list(visit_forms(story, code))) for code in codes]
    past = FilledPage("", [*enrolment.medical_history(story), *enrolment.prior_treatments(story)])
    logs = FilledPage(
        "", [exceptions.as_typed(story.name, form) for form in _logs(story, codes, bool(before))]
    )
    return [*visits[:1], past, *visits[1:], logs]


def visit_forms(story: PatientStory, code: str) -> Iterator[Filled]:
    """The forms of one visit."""
    wanted = course.forms(story, code)
    for key, fill in FORMS.items():
        if key in wanted:
            yield from (exceptions.as_typed(story.name, form) for form in fill(story, code))
    for key in wanted:
        if key not in (*FORMS, *ENROLMENT):
            yield plain(key, code, course.day(story, code).isoformat())


def _logs(story: PatientStory, codes: tuple[str, ...], goes_on: bool) -> Iterator[Filled]:
    found = safety.events_of(story, codes)
    yield from safety.adverse_events(story, found)
    yield from safety.serious_adverse_events(story, found)
    yield from medication.concomitant_medication(story, found, codes)
    yield from deviations.protocol_deviations(story, codes)
    if not goes_on:
        yield safety.end_of_study(story, found)
