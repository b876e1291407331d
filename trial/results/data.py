"""What the outcomes are calculated from: of every patient at once, in a fixed number of statements.

PostgreSQL gathers the values: a line a visit, a patient or a term, not a line a value. Only what counts is read: no
practice site, nothing that is struck out. The rows behind a number are read when somebody asks for them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecrf.forms.protocol import protocol
from ecrf.outcomes.reading import IN_SCOPE, ReportStatement, read
from ecrf.outcomes.report import ReportScope
from trial.crfs.end_of_study import Reason
from trial.outcomes import SIDES

Values = NDArray[np.float64]
"""A number for each patient, in the order of the patients; not a number (NaN) where there is none."""

PATIENTS = ReportStatement(
    f"""
    SELECT p.id, p.number, s.code, f.hand, f.eligible, f.reason, f.ended_on, f.baseline_on
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
        WHERE e.struck_at IS NULL AND (
            e.crf IN ('demographics', 'eligibility', 'end-of-study')
            OR e.crf = 'visit' AND e.visit_id IN (SELECT v.id FROM casebook_visit v WHERE v.code = %(baseline)s)
        )
        GROUP BY e.patient_id
    ) f ON f.patient_id = p.id
    WHERE {IN_SCOPE}
    ORDER BY p.number
    """,  # noqa: S608
    (
        *("access_site", "casebook_patient", "casebook_visit", "casebook_entry"),
        *("trial_demographics", "trial_eligibility", "trial_endofstudy", "trial_visitrecord"),
    ),
)
OF_PATIENTS = "e.struck_at IS NULL AND (%(patients)s::bigint[] IS NULL OR e.patient_id = ANY(%(patients)s))"
"""A condition on the entry `e`: it counts, and is of one of the patients that were given, or of any."""


def _by_visit(crf: str, table: str, *columns: str) -> ReportStatement:
    """A line a visit: its code, the patients and as many columns of values, each as one text."""
    listed = ", ".join(f"string_agg(coalesce(r.{name}::text, 'nan'), ',')" for name in columns)
    sql = f"""
        SELECT v.code, string_agg(e.patient_id::text, ','), {listed}
        FROM casebook_entry e
        JOIN {table} r ON r.entry_id = e.id
        JOIN casebook_visit v ON v.id = e.visit_id
        WHERE e.crf = '{crf}' AND {OF_PATIENTS}
        GROUP BY v.code
    """  # noqa: S608
    return ReportStatement(sql, ("casebook_entry", "casebook_visit", table))


STRENGTHS = _by_visit("mrc-strength", "trial_mrcstrength", "sum_score")
GRIPS = _by_visit("grip-strength", "trial_gripstrength", "right_best", "left_best")
OF_ONE_VISIT = ReportStatement(
    """
    SELECT v.patient_id, r.occurrence, r.visited_on, r.missed_reason,
        CASE WHEN m.entry_id IS NOT NULL THEN coalesce(m.graded, 0) END, g.entry_id IS NOT NULL
    FROM casebook_visit v
    LEFT JOIN (casebook_entry re JOIN trial_visitrecord r ON r.entry_id = re.id)
        ON re.visit_id = v.id AND re.struck_at IS NULL
    LEFT JOIN (casebook_entry me JOIN trial_mrcstrength m ON m.entry_id = me.id)
        ON me.visit_id = v.id AND me.struck_at IS NULL
    LEFT JOIN (casebook_entry ge JOIN trial_gripstrength g ON g.entry_id = ge.id)
        ON ge.visit_id = v.id AND ge.struck_at IS NULL
    WHERE v.code = %(code)s AND (%(patients)s::bigint[] IS NULL OR v.patient_id = ANY(%(patients)s))
    """,
    ("casebook_visit", "casebook_entry", "trial_visitrecord", "trial_mrcstrength", "trial_gripstrength"),
)


DOSES = _by_visit("infusion", "trial_infusion", "given_g", "dosing_weight_kg", "interrupted::int")
NOT_KNOWN = ReportStatement(
    """
    SELECT e.patient_id, concat(v.code, ', infusion ', e.number, CASE
        WHEN r.given_g IS NULL THEN ': dose given not recorded' ELSE ': dosing weight not recorded' END)
    FROM casebook_entry e
    JOIN trial_infusion r ON r.entry_id = e.id
    JOIN casebook_visit v ON v.id = e.visit_id
    WHERE e.crf = 'infusion' AND e.struck_at IS NULL AND e.patient_id = ANY(%(patients)s)
        AND (r.given_g IS NULL OR r.given_g > 0 AND coalesce(r.dosing_weight_kg, 0) = 0)
    """,
    ("casebook_entry", "casebook_visit", "trial_infusion"),
)


class VisitDoses(NamedTuple):
    """The infusions of one visit: whose they are (a place in the order of the patients), grams, weight, interrupted."""

    places: NDArray[np.int64]
    given_g: Values
    weight_kg: Values
    interrupted: Values


@dataclass(eq=False)
class StudyPatient:
    """One patient of a study site. `is_treated`: was given a dose above 0 g."""

    number: str
    site: str
    more_affected: str | None
    eligible: bool | None
    end_reason: str | None
    ended_on: date | None
    baseline_on: date | None
    is_treated: bool = False
    is_enrolled: bool = False

    def decide(self) -> None:
        """Enrolled is who is eligible in the investigator's decision and no screen failure; or treated, whatever the
        decision (P)."""
        is_eligible = self.eligible is True and self.end_reason != Reason.SCREEN_FAILURE
        self.is_enrolled = self.is_treated or is_eligible

    @property
    def has_completed(self) -> bool:
        return self.is_enrolled and self.end_reason == Reason.COMPLETED

    @property
    def has_withdrawn(self) -> bool:
        return self.is_enrolled and bool(self.end_reason) and self.end_reason != Reason.COMPLETED


class VisitForms(NamedTuple):
    """What the forms of one visit say of it. `graded`: how many grades are given, None without the form."""

    occurrence: str | None
    visited_on: date | None
    missed_reason: str | None
    graded: int | None
    has_grip: bool | None

    @property
    def is_entered(self) -> bool:
        """Whether one of the two outcomes was."""
        return self.graded is not None or bool(self.has_grip)


NOT_ENTERED = VisitForms(None, None, None, None, False)


class StudyData:
    """The patients of a scope and their values, in the order of their numbers."""

    def __init__(self, scope: ReportScope) -> None:
        self.scope = scope
        lines = read(scope, PATIENTS, baseline=protocol().baseline)
        self.by_id = {pk: StudyPatient(*rest) for pk, *rest in lines}
        self.patients = list(self.by_id.values())
        self._ids = np.array(list(self.by_id), dtype=np.int64)
        self._sorted = np.argsort(self._ids)
        self.doses = {code: self._doses(*columns) for code, *columns in self.read(DOSES)}
        for doses in self.doses.values():
            for place in set(doses.places[doses.given_g > 0].tolist()):
                self.patients[place].is_treated = True
        for patient in self.patients:
            patient.decide()

    def read(
        self, statement: ReportStatement, patients: list[int] | None = None, **given: Any
    ) -> list[tuple[Any, ...]]:
        """Of some patients, or of all: then lines of others may be among them, unless the scope is one site."""
        if patients is None and self.scope.site:
            patients = list(self.by_id)
        return read(self.scope, statement, patients=patients, **given)

    def in_order(self, ids: str, *columns: str) -> list[Values]:
        """The numbers of some patients (`17,4,…`), in the order of all of them."""
        places, is_known = self._places(ids)
        found = [np.full(len(self._ids), np.nan) for _ in columns]
        for column, numbers in zip(found, columns, strict=True):
            column[places] = _numbers(numbers)[is_known]
        return found

    def _places(self, ids: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where in the order the patients stand who are part of the scope, and which of them all are."""
        given = np.fromstring(ids, dtype=np.int64, sep=",")
        if not self.patients:
            return given[:0], np.zeros(len(given), dtype=bool)
        at = self._sorted[np.searchsorted(self._ids, given, sorter=self._sorted).clip(max=len(self._ids) - 1)]
        is_known = self._ids[at] == given
        return at[is_known], is_known

    def _doses(self, ids: str, *columns: str) -> VisitDoses:
        places, is_known = self._places(ids)
        return VisitDoses(places, *(_numbers(column)[is_known] for column in columns))

    def ids_of(self, which: Callable[[StudyPatient], bool]) -> list[int]:
        return [pk for pk, patient in self.by_id.items() if which(patient)]

    @cached_property
    def enrolled(self) -> list[StudyPatient]:
        return [patient for patient in self.patients if patient.is_enrolled]

    @cached_property
    def treated(self) -> list[StudyPatient]:
        return [patient for patient in self.patients if patient.is_treated]

    @cached_property
    def is_enrolled(self) -> NDArray[np.bool_]:
        return np.array([patient.is_enrolled for patient in self.patients], dtype=bool)

    @cached_property
    def baseline_days(self) -> Values:
        return _days(patient.baseline_on for patient in self.patients)

    @cached_property
    def end_days(self) -> Values:
        return _days(patient.ended_on for patient in self.patients)

    @cached_property
    def has_left(self) -> NDArray[np.bool_]:
        return np.array([bool(patient.end_reason) for patient in self.patients], dtype=bool)

    @cached_property
    def strengths(self) -> dict[str, Values]:
        """{visit code: sum of the grades}; none where a grade is missing."""
        return {code: self.in_order(ids, sums)[0] for code, ids, sums in self.read(STRENGTHS)}

    @cached_property
    def grips(self) -> dict[str, Values]:
        """{visit code: the best trial of the more affected hand, kPa} (P)."""
        hands = np.array([patient.more_affected or "" for patient in self.patients], dtype=str)
        found = {}
        for code, ids, *bests in self.read(GRIPS):
            right, left = self.in_order(ids, *bests)
            found[code] = np.select([hands == SIDES[0], hands == SIDES[1]], [right, left], np.nan)
        return found

    def at_visit(self, code: str) -> dict[str, VisitForms]:
        """{patient number: what the visit's forms say}, for the rows behind a number."""
        if code not in self._at_visits:
            lines = self.read(OF_ONE_VISIT, code=code)
            self._at_visits[code] = {
                self.by_id[pk].number: VisitForms(*visit) for pk, *visit in lines if pk in self.by_id
            }
        return self._at_visits[code]

    @cached_property
    def _at_visits(self) -> dict[str, dict[str, VisitForms]]:
        return {}


def _numbers(text: str) -> Values:
    return np.fromstring(text, dtype=np.float64, sep=",")


def _days(dates: Iterable[date | None]) -> Values:
    """Dates as numbers of days."""
    return np.array([np.nan if day is None else day.toordinal() for day in dates], dtype=np.float64)
