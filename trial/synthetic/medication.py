"""Concomitant medication: what was taken all along, before infusions, and for adverse events."""

from collections.abc import Iterator
from datetime import date, timedelta

from trial.crfs.concomitant_medication import Frequency
from trial.synthetic import course, past
from trial.synthetic.events import SyntheticEvent
from trial.synthetic.exceptions import GIVEN_EARLY, STRUCK_MEDICATION
from trial.synthetic.filled import Filled, Values, yes
from trial.synthetic.infusions import is_premedicated
from trial.synthetic.past import Drug
from trial.synthetic.patients import PatientStory
from trial.synthetic.safety import began_on

GIVEN = {
    "Paracetamol 500 mg": Drug("Paracetamol", "500 mg", "ORAL", "PRN"),
    "Loxoprofen 60 mg": Drug("Loxoprofen", "60 mg", "ORAL", "TID"),
    "Topical corticosteroid": Drug("Betamethasone ointment 0.12 %", "Thin layer", "TOPICAL", "BID"),
    "Elective repair": Drug("Cefazolin", "1 g", "INTRAVENOUS", "ONCE"),
    "Nitrate, benidipine": Drug("Benidipine", "4 mg", "ORAL", "BID"),
    "Tube feeding, swallowing rehabilitation": Drug("Tube feed", "1200 kcal", "OTHER", "TID"),
    "Folic acid 5 mg": Drug("Folic acid", "5 mg", "ORAL", "QD"),
}
"""The medication behind the treatment that an adverse event names."""

GOES_ON = {"Benidipine"}
PREMEDICATION = Drug("Paracetamol", "500 mg", "ORAL", "Once before each infusion")


def concomitant_medication(
    story: PatientStory, found: list[SyntheticEvent], codes: tuple[str, ...]
) -> list[Filled]:
    """Every medication of the patient, numbered."""
    rows = [*_all_along(story), *_before_infusions(story, codes), *_for_events(story, found)]
    return [
        Filled("", "concomitant-medication", values, n, None, *STRUCK_MEDICATION.get((story.name, n), ()))
        for n, values in enumerate(rows, 1)
    ]


def _all_along(story: PatientStory) -> Iterator[Values]:
    for number, condition in enumerate(past.conditions(story), 1):
        if condition.drug:
            yield {
                **_drug(condition.drug),
                "given_for": "medical-history",
                "medical_history": str(number),
                "indication": condition.term,
                "started_on": condition.drug.started_on,
                "ongoing": "yes",
            }


def _before_infusions(story: PatientStory, codes: tuple[str, ...]) -> Iterator[Values]:
    days = [day for code in codes for day in course.dose_days(story, code)]
    if not (is_premedicated(story) and days):
        return
    is_over = codes[-1] in ("W52", "ET")
    yield {
        **_drug(PREMEDICATION),
        "given_for": "prevention",
        "indication": "Against headache after the infusion",
        **_when(days[0], days[-1] if is_over else None),
    }


def _for_events(story: PatientStory, found: list[SyntheticEvent]) -> Iterator[Values]:
    for number, event in enumerate(found, 1):
        drug = GIVEN.get(event.treatment)
        if drug is None or event.struck:
            continue
        began = began_on(story, event)
        is_over = event.lasted is not None and drug.name not in GOES_ON
        yield {
            **_drug(drug),
            "given_for": "adverse-event",
            "adverse_event": str(number),
            "indication": event.term,
            **_when(
                began - timedelta(days=GIVEN_EARLY.get((story.name, number), 0)),
                began + timedelta(days=event.lasted or 0) if is_over else None,
            ),
        }


def _drug(drug: Drug) -> Values:
    values: Values = {"name": drug.name, "dose": drug.dose, "route": drug.route, "frequency": drug.frequency}
    if drug.frequency not in Frequency.values:
        values |= {"frequency": "OTHER", "frequency_other": drug.frequency}
    return values


def _when(first: date, last: date | None) -> Values:
    when: Values = {"started_on": first.isoformat(), "ongoing": yes(last is None)}
    return {**when, "ended_on": last.isoformat()} if last else when
