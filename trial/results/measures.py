"""The two major outcomes: strength and grip at each visit, their changes from baseline, and who responded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from ecrf.forms.protocol import VisitPlan, protocol
from trial.crfs.visit import Occurrence
from trial.outcomes import GRIP_REVIEW_KPA, MRC_REVIEW, SIDES
from trial.results.data import StudyData, StudyPatient
from trial.results.summaries import Number, PairedChange, Summary, changes, paired, summarise

GRADES = 20

MRC_VALUE = (
    "Sum of the 20 MRC grades, 0 to 100, where all 20 are given; a missing grade is never counted as 0. The list of"
    " muscle groups is our assumption, not the publication's."
)
GRIP_VALUE = (
    "Best trial of the hand named the more affected one at screening, kPa; 0 is a result. Which hand and which trial is"
    " our assumption, not the publication's."
)


@dataclass(frozen=True)
class OutcomeMeasure:
    """One of the two outcomes: how its analysis value is found at a visit, and why there may be none."""

    key: str
    name: str
    short_name: str
    unit: str
    definition: str
    threshold: Decimal
    high: int
    value: Callable[[StudyPatient, str], Number | None]
    no_value: Callable[[StudyPatient, str], str]


def _no_strength(patient: StudyPatient, code: str) -> str:
    if code not in patient.strengths:
        return "The form was not entered"
    return f"{patient.strengths[code][1]} of {GRADES} grades given: no sum"


def _no_grip(patient: StudyPatient, code: str) -> str:
    if code not in patient.grips:
        return "The form was not entered"
    if patient.more_affected not in SIDES:
        return "Which hand is more affected is not recorded"
    return f"No trial of the more affected hand, the {patient.more_affected} one"


MEASURES = (
    OutcomeMeasure(
        "mrc",
        "MRC sum score",
        "MRC sum",
        "of 100",
        MRC_VALUE,
        MRC_REVIEW,
        100,
        StudyPatient.strength,
        _no_strength,
    ),
    OutcomeMeasure(
        "grip", "Grip strength", "Grip", "kPa", GRIP_VALUE, GRIP_REVIEW_KPA, 200, StudyPatient.grip, _no_grip
    ),
)


def _in_a_sentence(words: str) -> str:
    return words[:1].lower() + words[1:]


def visits_with_outcomes() -> list[VisitPlan]:
    """The visits of the schedule at which strength and grip are assessed, from the baseline on."""
    return [plan for plan in protocol().visits if plan.day is not None and "mrc-strength" in plan.forms]


def week(plan: VisitPlan) -> int:
    """The study week of a visit that has a nominal day."""
    return 1 + ((plan.day or 1) - 1) // 7


@dataclass(frozen=True)
class MeasuredVisits:
    """One measure of everybody enrolled: the values of each visit, by patient number."""

    measure: OutcomeMeasure
    data: StudyData
    plans: Sequence[VisitPlan]

    @cached_property
    def values(self) -> dict[str, dict[str, Number]]:
        """{visit code: {patient number: value}}"""
        found: dict[str, dict[str, Number]] = {plan.code: {} for plan in self.plans}
        for patient in self.data.enrolled:
            for code, at_visit in found.items():
                value = self.measure.value(patient, code)
                if value is not None:
                    at_visit[patient.number] = value
        return found

    @cached_property
    def summaries(self) -> dict[str, Summary]:
        return {code: summarise(found.values()) for code, found in self.values.items()}

    @cached_property
    def changed(self) -> dict[str, dict[str, float]]:
        """{visit code: {patient number: change from baseline}} of those who have both values."""
        before = self.values[protocol().baseline]
        later = {code: found for code, found in self.values.items() if code != protocol().baseline}
        return {code: changes(before, found) for code, found in later.items()}

    @cached_property
    def changes(self) -> dict[str, PairedChange]:
        return {code: paired(found.values()) for code, found in self.changed.items()}

    def without_value(self, code: str) -> Iterator[tuple[str, str]]:
        """(patient number, why there is no value at the visit) of everybody enrolled."""
        for patient in self.data.enrolled:
            if patient.number not in self.values[code]:
                yield patient.number, self.why_none(patient, code)

    def without_change(self, code: str) -> Iterator[tuple[str, str]]:
        """The same for the change from baseline, which needs both values."""
        for patient in self.data.enrolled:
            missing = [
                f"{words}: {_in_a_sentence(self.why_none(patient, at))}"
                for words, at in (("Baseline", protocol().baseline), ("This visit", code))
                if patient.number not in self.values[at]
            ]
            if missing:
                yield patient.number, "; ".join(missing)

    def why_none(self, patient: StudyPatient, code: str) -> str:
        """Why the patient has no value at a visit; a form that was entered says more than the visit's own."""
        visit = patient.visits.get(code)
        entered = code in patient.strengths or code in patient.grips
        if visit and visit.occurrence == Occurrence.MISSED:
            return f"The visit was missed: {visit.missed_reason or 'no reason given'}"
        if not entered and not (visit and visit.visited_on):
            if patient.end_reason:
                return f"Left the study on {patient.ended_on or 'an unknown day'}, before this visit"
            return "The visit has not taken place yet"
        return self.measure.no_value(patient, code)


@dataclass(frozen=True)
class Responders:
    """Of those with both values: who rose at all, and who moved by the review threshold or more."""

    changed: dict[str, float]
    threshold: Decimal

    @property
    def n(self) -> int:
        return len(self.changed)

    @property
    def rose(self) -> int:
        return sum(change > 0 for change in self.changed.values())

    @property
    def improved(self) -> int:
        return sum(change >= self.threshold for change in self.changed.values())

    @property
    def worsened(self) -> int:
        return sum(-change >= self.threshold for change in self.changed.values())

    @property
    def between(self) -> int:
        return self.n - self.improved - self.worsened

    def verdict(self, change: float) -> str:
        """What the threshold makes of one change."""
        if change >= self.threshold:
            return "improved"
        return "worsened" if -change >= self.threshold else "between"
