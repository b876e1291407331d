"""The two major outcomes: strength and grip at each visit, their changes from baseline, and who responded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import isnan

import numpy as np
from django.utils.translation import gettext, pgettext

from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.outcomes.gathering import Values
from trial.crfs.visit import Occurrence
from trial.outcomes import GRIP_REVIEW_KPA, MRC_REVIEW, SIDES
from trial.results.data import NOT_ENTERED, StudyData, VisitForms
from trial.results.facts import StudyPatient
from trial.results.summaries import PairedChange, Summary, changes, given_of, paired, summarise

GRADES = 20


@dataclass(frozen=True)
class OutcomeMeasure:
    """One of the two outcomes: the column of its values, with how many decimals, and why a patient may have none."""

    key: str
    name: str
    short_name: str
    unit: str
    definition: str
    threshold: Decimal
    high: int
    places: int
    column: str
    no_value: Callable[[StudyPatient, VisitForms], str]


def _no_strength(patient: StudyPatient, visit: VisitForms) -> str:
    if visit.graded is None:
        return gettext("The form was not entered")
    counts = {"given": visit.graded, "grades": GRADES}
    return gettext("%(given)d of %(grades)d grades given: no sum") % counts


def _no_grip(patient: StudyPatient, visit: VisitForms) -> str:
    if not visit.has_grip:
        return gettext("The form was not entered")
    if patient.more_affected not in SIDES:
        return gettext("Which hand is more affected is not recorded")
    if patient.more_affected == "right":
        return gettext("No trial of the more affected hand, the right one")
    return gettext("No trial of the more affected hand, the left one")


def measures() -> tuple[OutcomeMeasure, ...]:
    """Both, in the reader's language."""
    return (
        OutcomeMeasure(
            "mrc",
            pgettext("outcomes", "MRC sum score"),
            pgettext("outcomes", "MRC sum"),
            pgettext("outcomes: unit", "of 100"),
            gettext(
                "Sum of the 20 MRC grades, 0 to 100, where all 20 are given; a missing grade is never counted as 0. The"
                " list of muscle groups is our assumption, not the publication's."
            ),
            MRC_REVIEW,
            100,
            0,
            "strength",
            _no_strength,
        ),
        OutcomeMeasure(
            "grip",
            pgettext("outcomes", "Grip strength"),
            pgettext("outcomes", "Grip"),
            "kPa",
            gettext(
                "Best trial of the hand named the more affected one at screening, kPa; 0 is a result. Which hand and"
                " which trial is our assumption, not the publication's."
            ),
            GRIP_REVIEW_KPA,
            200,
            1,
            "grip",
            _no_grip,
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
    """One measure of everybody enrolled: an array of values for each visit, in the order of the patients."""

    measure: OutcomeMeasure
    data: StudyData
    plans: Sequence[VisitPlan]

    @cached_property
    def values(self) -> dict[str, Values]:
        """{visit code: the values of those enrolled}"""
        is_enrolled = self.data.is_enrolled
        return {
            plan.code: self.data.numbers(self.measure.column, plan.code)[is_enrolled] for plan in self.plans
        }

    @cached_property
    def summaries(self) -> dict[str, Summary]:
        return {code: summarise(found) for code, found in self.values.items()}

    @cached_property
    def changed(self) -> dict[str, Values]:
        """{visit code: the changes from baseline}, none where one of the two values is missing."""
        before = self.values[protocol().baseline]
        later = {code: found for code, found in self.values.items() if code != protocol().baseline}
        return {code: changes(before, found) for code, found in later.items()}

    @cached_property
    def changes(self) -> dict[str, PairedChange]:
        return {code: paired(found) for code, found in self.changed.items()}

    def by_patient(self, values: Values) -> Iterator[tuple[StudyPatient, float]]:
        """Of those who have a value."""
        for patient, value in zip(self.data.enrolled, values.tolist(), strict=True):
            if not isnan(value):
                yield patient, value

    def without_value(self, code: str) -> Iterator[tuple[str, str]]:
        """(patient number, why there is no value at the visit) of everybody enrolled."""
        for patient, missing in zip(self.data.enrolled, np.isnan(self.values[code]), strict=True):
            if missing:
                yield patient.number, self.why_none(patient, code)

    def without_change(self, code: str) -> Iterator[tuple[str, str]]:
        """The same for the change from baseline, which needs both values."""
        visits = (
            (gettext("Baseline: %(why)s"), protocol().baseline),
            (gettext("This visit: %(why)s"), code),
        )
        missing = np.isnan([self.values[at] for _words, at in visits]).T
        for patient, are_missing in zip(self.data.enrolled, missing, strict=True):
            why = [
                words % {"why": _in_a_sentence(self.why_none(patient, at))}
                for (words, at), is_missing in zip(visits, are_missing, strict=True)
                if is_missing
            ]
            if why:
                yield patient.number, "; ".join(why)

    def why_none(self, patient: StudyPatient, code: str) -> str:
        """Why the patient has no value at a visit; a form that was entered says more than the visit's own."""
        visit = self.data.at_visit(code).get(patient.number, NOT_ENTERED)
        if visit.occurrence == Occurrence.MISSED:
            why = visit.missed_reason or pgettext("why a visit was missed", "no reason given")
            return gettext("The visit was missed: %(why)s") % {"why": why}
        if not visit.is_entered and not visit.visited_on:
            if patient.end_reason:
                if not patient.ended_on:
                    return gettext("Left the study on an unknown day, before this visit")
                return gettext("Left the study on %(day)s, before this visit") % {"day": patient.ended_on}
            return gettext("The visit has not taken place yet")
        return self.measure.no_value(patient, visit)


@dataclass(frozen=True)
class Responders:
    """Of those with both values: who rose at all, and who moved by the review threshold or more."""

    changed: Values
    threshold: Decimal

    @property
    def n(self) -> int:
        return int(given_of(self.changed).size)

    @property
    def rose(self) -> int:
        return int((self.changed > 0).sum())

    @property
    def improved(self) -> int:
        return int((self.changed >= float(self.threshold)).sum())

    @property
    def worsened(self) -> int:
        return int((self.changed <= -float(self.threshold)).sum())

    @property
    def between(self) -> int:
        return self.n - self.improved - self.worsened

    def verdict(self, change: float) -> str:
        """What the threshold makes of one change."""
        if change >= self.threshold:
            return pgettext("a change", "improved")
        if -change >= self.threshold:
            return pgettext("a change", "worsened")
        return pgettext("a change", "between")
