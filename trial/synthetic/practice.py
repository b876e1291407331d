"""The practice site's patients: six lives around today, so that no list of the site's pages is empty."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from trial.synthetic import assessments, casebook, course, laboratory
from trial.synthetic.filled import Filled, FilledPage, Values
from trial.synthetic.patients import STORIES, PatientStory

SITE = "90"
BEGUN_MUSCLES = 13
BEGUN_RESULTS = 5
WEIGHT_JUMP_KG = Decimal("7.5")

ASSESSED_BY = time(9)
"""Every time of day on the begun visit's forms is earlier. Before that hour the visit was begun yesterday: times
that are still to come would be asked about."""


@dataclass(frozen=True)
class Life:
    """One practice patient: complete up to the visit `next`, which is due `days` from today."""

    name: str
    like: str
    next: str
    days: int
    begun: bool = False


LIVES = (
    Life("P1", "S07", next="W28", days=2),
    Life("P2", "S03", next="W13", days=-9),
    Life("P3", "S10", next="W10", days=0, begun=True),
    Life("P4", "S12", next="W01", days=9),
    Life("P5", "S01", next="W19", days=10),
    Life("P6", "S13", next="SCR", days=0),
)
"""In turn: due soon, overdue, begun, in screening, with an adverse event that goes on, just added."""


def casebooks(now: datetime) -> Iterator[tuple[PatientStory, list[FilledPage], FilledPage | None]]:
    """Each practice patient with the complete visits and the one just begun. `now`: on the site's own clock."""
    today = now.date()
    begun_on = today if now.time() >= ASSESSED_BY else today - timedelta(days=1)
    for life in LIVES:
        story = _story(life, begun_on if life.begun else today)
        if life.next == "SCR":
            yield story, [], None
        else:
            yield (
                story,
                casebook.pages(story, before=life.next),
                _begun(story, life.next) if life.begun else None,
            )


def _story(life: Life, today: date) -> PatientStory:
    like = next(story for story in STORIES if story.name == life.like)
    baseline_on = today + timedelta(days=life.days + 1 - course.nominal_day(life.next))
    return replace(like, name=life.name, site=SITE, baseline_on=baseline_on)


def _begun(story: PatientStory, code: str) -> FilledPage:
    """A visit as it stands in the middle of the work: gaps, and a weight that a check asks about."""
    weight: Values = {
        "weight_kg": str(course.weight(story, code) + WEIGHT_JUMP_KG),
        "systolic": "124",
        "diastolic": "76",
    }
    strength = assessments.mrc_strength(story, code)
    graded = dict(list(strength.values.items())[: 3 + BEGUN_MUSCLES])
    grip = assessments.grip_strength(story, code)
    one_hand = {item: value for item, value in grip.values.items() if not item.startswith("left")}
    sample = list(laboratory.laboratory(story, code))
    return FilledPage(
        code,
        [
            assessments.visit(story, code),
            Filled(code, "vital-signs", weight),
            replace(strength, values=graded),
            replace(grip, values=one_hand),
            *sample[: 1 + BEGUN_RESULTS],
        ],
    )
