"""Edit checks of the logs: two rows that say the same of the same days."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.partial_dates import earliest, latest
from trial.crfs.adverse_event import AdverseEvent
from trial.crfs.concomitant_medication import ConcomitantMedication
from trial.crfs.medical_history import MedicalHistory
from trial.crfs.prior_treatment import PriorTreatment
from trial.crfs.protocol_deviation import ProtocolDeviation

LASTS = ("started_on", "ended_on", "ongoing")
"""From when to when the row of a log is."""


def _on_the_same_days(one: Any, other: Any) -> bool:
    """Whether both began on the same day, or one surely began while the other lasted; a doubt is no."""
    if not (one.started_on and other.started_on):
        return False
    if one.started_on == other.started_on:
        at, other_at = getattr(one, "started_at", None), getattr(other, "started_at", None)
        return at == other_at or None in (at, other_at)
    return _lasts_beyond(one, other.started_on) and _lasts_beyond(other, one.started_on)


def _lasts_beyond(row: Any, start: str) -> bool:
    """Whether the row surely ends after the latest day that a start can mean."""
    return latest(start) < (date.max if row.ongoing else earliest(row.ended_on or row.started_on))


def _before(row: Any, rows: list[Any]) -> list[Any]:
    return [other for other in rows if other.entry.number < row.entry.number]


@check(
    "AE-012",
    on="adverse-event",
    text="Adverse event {number} has the same term, and the days are the same or overlap.",
    items=("term", "started_at", *LASTS),
    reads=("adverse-event",),
)
def event_twice(row: AdverseEvent, data: PatientData) -> Iterator[Question]:
    """An earlier row has the same term for the same days."""
    for other in _before(row, data.alike("adverse-event", row, "term")):
        if _on_the_same_days(row, other):
            yield Question("term", number=other.entry.number)
            return


@check(
    "CM-005",
    on="concomitant-medication",
    text="Medication {number} is the same, and the days are the same or overlap.",
    items=("name", "dose", "route", "frequency", *LASTS),
    reads=("concomitant-medication",),
)
def medication_twice(row: ConcomitantMedication, data: PatientData) -> Iterator[Question]:
    """An earlier row has the same medication, dose, route and frequency for the same days."""
    same = data.alike("concomitant-medication", row, "name", "dose", "route", "frequency")
    for other in _before(row, same):
        if _on_the_same_days(row, other):
            yield Question("name", number=other.entry.number)
            return


@check(
    "MH-004",
    on="medical-history",
    text="Condition {number} is the same, and the days are the same or overlap.",
    items=("term", *LASTS),
    reads=("medical-history",),
)
def condition_twice(row: MedicalHistory, data: PatientData) -> Iterator[Question]:
    """An earlier row has the same condition for the same days."""
    for other in _before(row, data.alike("medical-history", row, "term")):
        if _on_the_same_days(row, other):
            yield Question("term", number=other.entry.number)
            return


@check(
    "PT-003",
    on="prior-treatment",
    text="Treatment {number} has the same product and the same date.",
    items=("product", "last_given_on"),
    reads=("prior-treatment",),
)
def treatment_twice(row: PriorTreatment, data: PatientData) -> Iterator[Question]:
    """An earlier row has the same product, last given on the same day."""
    for other in _before(row, data.alike("prior-treatment", row, "product", "last_given_on"))[:1]:
        yield Question("product", number=other.entry.number)


@check(
    "DV-003",
    on="protocol-deviation",
    text="Protocol deviation {number} says the same of the same day.",
    items=("what", "occurred_on"),
    reads=("protocol-deviation",),
)
def deviation_twice(row: ProtocolDeviation, data: PatientData) -> Iterator[Question]:
    """An earlier row says the same of the same day."""
    for other in _before(row, data.alike("protocol-deviation", row, "what", "occurred_on"))[:1]:
        yield Question("what", number=other.entry.number)
