"""What the outcomes need to know of each patient: numbers in columns, and which events and deviations there are.

One statement reads it, of as many patients as are new. PostgreSQL gathers: a line a visit, a term or a category, not a
line a value. Only what counts is read: no practice site, nothing that is struck out.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecrf.outcomes.facts import PatientFacts
from ecrf.outcomes.reading import IN_SCOPE, ReportStatement
from trial.crfs.adverse_event import Action, Relation, Severity
from trial.crfs.end_of_study import Reason
from trial.crfs.protocol_deviation import DeviationSeverity
from trial.outcomes import SIDES

Values = NDArray[np.float64]
"""A number for each patient, in the order of the patients; not a number (NaN) where there is none."""

KINDS: dict[str, tuple[str, str]] = {
    "all": ("Any adverse event", "true"),
    "mild": ("Mild", f"r.severity = '{Severity.MILD}'"),
    "moderate": ("Moderate", f"r.severity = '{Severity.MODERATE}'"),
    "severe": ("Severe", f"r.severity = '{Severity.SEVERE}'"),
    "no-severity": ("Severity not recorded", "coalesce(r.severity, '') = ''"),
    "related": ("Related to the trial drug", f"r.relation = '{Relation.RELATED}'"),
    "not-related": ("Not related", f"r.relation = '{Relation.NOT_RELATED}'"),
    "no-relation": ("Relation not recorded", "coalesce(r.relation, '') = ''"),
    "serious": ("Serious", "r.serious"),
    "serious-related": ("Serious and related", f"r.serious AND r.relation = '{Relation.RELATED}'"),
    "drug-withdrawn": ("Drug withdrawn for it", f"r.action = '{Action.DRUG_WITHDRAWN}'"),
    "ongoing": ("Ongoing", "r.ongoing"),
}
"""Of adverse events, {key: (words, which of them, as a condition on their rows)}"""
BITS = {key: 1 << place for place, key in enumerate(KINDS)}
KINDS_OF_A_ROW = " + ".join(
    f"(({which}) IS TRUE)::int * {BITS[key]}" for key, (_words, which) in KINDS.items()
)

OF_PATIENTS = "e.struck_at IS NULL AND (%(patients)s::bigint[] IS NULL OR e.patient_id = ANY(%(patients)s))"
"""A condition on the entry `e`: it counts, and is of one of the patients that were given, or of any."""

PATIENTS = f"""
    SELECT 'patient', '', '', json_agg(json_build_array(
        p.id, p.number, s.code, f.hand, f.eligible, f.reason, f.ended_on, f.baseline_on) ORDER BY p.number)::text,
        NULL, NULL
    FROM casebook_patient p
    JOIN access_site s ON s.id = p.site_id
    LEFT JOIN (
        SELECT e.patient_id, max(d.more_affected_hand) AS hand, bool_or(el.eligible) AS eligible,
            max(en.reason) AS reason, max(en.ended_on) AS ended_on, max(r.visited_on) AS baseline_on
        FROM casebook_entry e
        LEFT JOIN trial_demographics d ON d.entry_id = e.id
        LEFT JOIN trial_eligibility el ON el.entry_id = e.id
        LEFT JOIN trial_endofstudy en ON en.entry_id = e.id
        LEFT JOIN trial_visitrecord r ON r.entry_id = e.id
        WHERE {OF_PATIENTS} AND (
            e.crf IN ('demographics', 'eligibility', 'end-of-study')
            OR e.crf = 'visit' AND e.visit_id IN (SELECT v.id FROM casebook_visit v WHERE v.code = %(baseline)s)
        )
        GROUP BY e.patient_id
    ) f ON f.patient_id = p.id
    WHERE {IN_SCOPE} AND (%(patients)s::bigint[] IS NULL OR p.id = ANY(%(patients)s))
"""  # noqa: S608


def _lines(kind: str, crf: str, table: str, key: str, *columns: str) -> str:
    """A line a key: the patients, and as many columns of numbers, each as one text."""
    listed = [f"string_agg(coalesce(({column})::text, 'nan'), ',')" for column in columns]
    return f"""
        SELECT '{kind}', {key}, string_agg(e.patient_id::text, ','), {", ".join([*listed, "NULL", "NULL"][:3])}
        FROM casebook_entry e
        JOIN {table} r ON r.entry_id = e.id
        LEFT JOIN casebook_visit v ON v.id = e.visit_id
        WHERE e.crf = '{crf}' AND {OF_PATIENTS}
        GROUP BY {key}
    """  # noqa: S608


STATEMENT = ReportStatement(
    " UNION ALL ".join(
        (
            PATIENTS,
            _lines("strength", "mrc-strength", "trial_mrcstrength", "v.code", "r.sum_score"),
            _lines("grip", "grip-strength", "trial_gripstrength", "v.code", "r.right_best", "r.left_best"),
            _lines(
                *("dose", "infusion", "trial_infusion", "v.code"),
                *("r.given_g", "r.dosing_weight_kg", "r.interrupted::int"),
            ),
            _lines(
                *("event", "adverse-event", "trial_adverseevent", "coalesce(r.term, '')"),
                *("e.number", "e.id", KINDS_OF_A_ROW),
            ),
            _lines(
                *("deviation", "protocol-deviation", "trial_protocoldeviation", "coalesce(r.category, '')"),
                *("e.number", "e.id", f"((r.severity = '{DeviationSeverity.MAJOR}') IS TRUE)::int"),
            ),
        )
    ),
    (
        *("access_site", "casebook_patient", "casebook_visit", "casebook_entry"),
        *("trial_demographics", "trial_eligibility", "trial_endofstudy", "trial_visitrecord"),
        *("trial_mrcstrength", "trial_gripstrength", "trial_infusion"),
        *("trial_adverseevent", "trial_protocoldeviation"),
    ),
)


class PatientEvent(NamedTuple):
    """One adverse event: in which words, where in the patient's log, and of which kinds (a bit each)."""

    term: str
    number: int
    entry: int
    kinds: int


class PatientDeviation(NamedTuple):
    """One protocol deviation; "" for a category that is not recorded."""

    category: str
    number: int
    entry: int
    is_major: int


@dataclass(frozen=True, eq=False)
class StudyPatient:
    """One patient of a study site. `is_treated`: was given a dose above 0 g. `numbers`: a place for each column."""

    pk: int
    number: str
    site: str
    more_affected: str | None
    eligible: bool | None
    end_reason: str | None
    ended_on: date | None
    baseline_on: date | None
    is_treated: bool
    numbers: Values
    events: tuple[PatientEvent, ...]
    deviations: tuple[PatientDeviation, ...]

    @property
    def is_enrolled(self) -> bool:
        """Who is eligible in the investigator's decision and no screen failure; or treated, whatever the decision (P)."""
        return self.is_treated or (self.eligible is True and self.end_reason != Reason.SCREEN_FAILURE)

    @property
    def has_completed(self) -> bool:
        return self.is_enrolled and self.end_reason == Reason.COMPLETED

    @property
    def has_withdrawn(self) -> bool:
        return self.is_enrolled and bool(self.end_reason) and self.end_reason != Reason.COMPLETED


BY_VISIT = ("strength", "grip", "days")
"""Sum of the grades, none where one is missing; the best trial of the more affected hand, kPa (P); days with a dose."""
OF_ALL_VISITS = ("grams", "grams_per_kg", "infusion_days", "interrupted")
"""Of the infusions of a patient; grams are NaN where a dose or its weight is missing."""
DAYS = ("ended_on", "baseline_on")
"""Dates as numbers of days."""


@cache
def columns_of(codes: tuple[str, ...]) -> dict[tuple[str, str], int]:
    """{(what, visit code or ""): its place among a patient's numbers}"""
    named = [(name, code) for name in BY_VISIT for code in codes] + [
        (name, "") for name in (*OF_ALL_VISITS, *DAYS)
    ]
    return {name: place for place, name in enumerate(named)}


class _Gathered:
    """The numbers of some patients while their lines are read."""

    def __init__(self, patients: list[list[Any]], codes: tuple[str, ...]) -> None:
        self.columns = columns_of(codes)
        self._ids = np.array([pk for pk, *_rest in patients], dtype=np.int64)
        self._sorted = np.argsort(self._ids)
        self.hands = np.array([hand or "" for _pk, _number, _site, hand, *_rest in patients], dtype=str)
        self.numbers = np.full((len(patients), len(self.columns)), np.nan)
        for (name, _code), place in self.columns.items():
            if name == "days" or name in OF_ALL_VISITS:
                self.numbers[:, place] = 0
        for place, name in enumerate(DAYS, -len(DAYS)):
            self.numbers[:, self.columns[name, ""]] = [_ordinal(patient[place]) for patient in patients]
        self.events: list[list[PatientEvent]] = [[] for _ in patients]
        self.deviations: list[list[PatientDeviation]] = [[] for _ in patients]

    def add(self, kind: str, key: str, ids: str, *texts: str | None) -> None:
        """One line of the statement; it may name patients who are not among them."""
        places, is_known = self._places(ids)
        cells = [_numbers(text)[is_known] for text in texts if text is not None]
        column = self.columns.get((kind, key))
        if kind == "strength" and column is not None:
            self.numbers[places, column] = cells[0]
        elif kind == "grip" and column is not None:
            sides = [self.hands[places] == side for side in SIDES]
            self.numbers[places, column] = np.select(sides, cells, np.nan)
        elif kind == "dose":
            self._add_doses(key, places, *cells)
        elif kind in ("event", "deviation"):
            for place, *numbers in zip(
                places.tolist(), *(cell.astype(int).tolist() for cell in cells), strict=True
            ):
                if kind == "event":
                    self.events[place].append(PatientEvent(key, *numbers))
                else:
                    self.deviations[place].append(PatientDeviation(key, *numbers))

    def _add_doses(
        self, code: str, places: NDArray[np.int64], given_g: Values, weight_kg: Values, interrupted: Values
    ) -> None:
        """A dose of 0 g needs no weight; what is not recorded makes the sum unknown."""
        is_dose = given_g > 0
        per_kg = np.where(given_g == 0, 0, given_g / np.where(weight_kg > 0, weight_kg, np.nan))
        added = {
            ("grams", ""): np.where(np.isnan(per_kg), np.nan, given_g),
            ("grams_per_kg", ""): per_kg,
            ("infusion_days", ""): is_dose,
            ("interrupted", ""): is_dose & (interrupted == 1),
            ("days", code): is_dose,
        }
        for name, values in added.items():
            if name in self.columns:
                weights = np.asarray(values, dtype=np.float64)
                self.numbers[:, self.columns[name]] += np.bincount(places, weights, len(self._ids))

    def _places(self, ids: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where the patients stand who are among them, and which of the line's they are."""
        given = np.fromstring(ids, dtype=np.int64, sep=",")
        at = self._sorted[np.searchsorted(self._ids, given, sorter=self._sorted).clip(max=len(self._ids) - 1)]
        is_known = self._ids[at] == given
        return at[is_known], is_known


def _numbers(text: str) -> Values:
    return np.fromstring(text, dtype=np.float64, sep=",")


def patients_of(
    lines: list[tuple[Any, ...]], *, baseline: str, codes: tuple[str, ...]
) -> dict[int, StudyPatient]:
    """{id: patient}, in the order of the numbers, of the statement's lines."""
    patients = next(json.loads(text or "[]") for kind, _key, _ids, text, *_rest in lines if kind == "patient")
    if not patients:
        return {}
    gathered = _Gathered(patients, codes)
    for kind, *line in lines:
        if kind != "patient":
            gathered.add(kind, *line)
    is_treated = gathered.numbers[:, gathered.columns["infusion_days", ""]] > 0
    return {
        pk: StudyPatient(
            *(pk, number, site, hand, eligible, reason, *map(_day, days), is_treated_one),
            # A copy, so that one patient who stays does not keep the numbers of all.
            *(
                numbers.copy(),
                tuple(sorted(events, key=_in_the_log)),
                tuple(sorted(deviations, key=_in_the_log)),
            ),
        )
        for (
            pk,
            number,
            site,
            hand,
            eligible,
            reason,
            *days,
        ), is_treated_one, numbers, events, deviations in zip(
            patients, is_treated.tolist(), gathered.numbers, gathered.events, gathered.deviations, strict=True
        )
    }


def _ordinal(text: str | None) -> float:
    return date.fromisoformat(text).toordinal() if text else np.nan


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _in_the_log(line: PatientEvent | PatientDeviation) -> int:
    return line.number


FACTS = PatientFacts(STATEMENT, patients_of)
