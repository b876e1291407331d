"""Protocol deviations: those that the sites recorded, each with the visit that it belongs to."""

from dataclasses import dataclass
from datetime import date, timedelta

from trial.crfs.protocol_deviation import DeviationCategory
from trial.synthetic import course
from trial.synthetic.filled import Filled, Values
from trial.synthetic.patients import PatientStory

REPORTED_AFTER_DAYS = 3


@dataclass(frozen=True)
class Deviation:
    """One deviation of a patient at a visit."""

    who: str
    visit: str
    category: DeviationCategory
    what: str
    action: str
    severity: str = "minor"


DEVIATIONS = (
    Deviation("S03", "W31", DeviationCategory.VISIT_WINDOW,
              "Visit 8 days after its nominal day: the patient travelled.",
              "Window explained again"),
    Deviation("S05", "W37", DeviationCategory.MISSED_VISIT, "Visit and dose left out: in hospital for a hernia repair.",
              "Next dose given at week 40", "major"),
    Deviation("S11", "W22", DeviationCategory.DOSE, "35 g given and not the planned dose: stopped for chills.",
              "Slower rate from the next infusion on"),
    Deviation("S11", "W52", DeviationCategory.VISIT_WINDOW, "Last visit 9 days after its nominal day: snow, no trains.",
              "None possible"),
    Deviation("S12", "W10", DeviationCategory.PROCEDURE, "Strength assessed after the infusion had begun.",
              "Order of the visit put on the wall"),
)  # fmt: skip


def protocol_deviations(story: PatientStory, codes: tuple[str, ...]) -> list[Filled]:
    found = [one for one in DEVIATIONS if one.who == story.name and one.visit in codes]
    return [Filled("", "protocol-deviation", _values(story, one), n) for n, one in enumerate(found, 1)]


def _values(story: PatientStory, one: Deviation) -> Values:
    on = course.day(story, one.visit)
    return {
        "what": one.what,
        "occurred_on": on.isoformat(),
        "category": one.category.value,
        "severity": one.severity,
        "visit_link": f"{one.visit}.1",
        "action": one.action,
        "reported_on": _reported(on).isoformat(),
    }


def _reported(on: date) -> date:
    return on + timedelta(days=REPORTED_AFTER_DAYS)
