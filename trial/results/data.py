"""What the outcomes are calculated from: the patients of a scope, and their numbers as arrays.

The rows behind a number are read when somebody asks for them.
"""

from datetime import date
from functools import cached_property
from math import isnan
from typing import Any, NamedTuple

import numpy as np
from django.utils.translation import gettext
from numpy.typing import NDArray

from ecrf.forms.protocol import protocol
from ecrf.outcomes.facts import facts_of
from ecrf.outcomes.gathering import Keys, Places, Values
from ecrf.outcomes.reading import ReportStatement, read
from ecrf.outcomes.report import ReportScope
from trial.crfs.end_of_study import Reason
from trial.results.facts import FACTS, StudyPatient, columns_of, together

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
    WHERE v.code = %(code)s AND v.struck_at IS NULL
        AND (%(patients)s::bigint[] IS NULL OR v.patient_id = ANY(%(patients)s))
    """,
    ("casebook_visit", "casebook_entry", "trial_visitrecord", "trial_mrcstrength", "trial_gripstrength"),
)
NOT_KNOWN = ReportStatement(
    """
    SELECT e.patient_id, v.code, e.number, r.given_g IS NULL
    FROM casebook_entry e
    JOIN trial_infusion r ON r.entry_id = e.id
    JOIN casebook_visit v ON v.id = e.visit_id
    WHERE e.crf = 'infusion' AND e.struck_at IS NULL AND e.patient_id = ANY(%(patients)s)
        AND (r.given_g IS NULL OR r.given_g > 0 AND coalesce(r.dosing_weight_kg, 0) = 0)
    """,
    ("casebook_entry", "casebook_visit", "trial_infusion"),
)


def not_known_words(code: str, number: int, is_dose: bool) -> str:
    """What `NOT_KNOWN` tells of one infusion."""
    infusion = {"visit": code, "number": number}
    if is_dose:
        return gettext("%(visit)s, infusion %(number)d: dose given not recorded") % infusion
    return gettext("%(visit)s, infusion %(number)d: dosing weight not recorded") % infusion


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
    """The patients of a scope and their numbers, in the order of the patients' numbers."""

    def __init__(self, scope: ReportScope) -> None:
        self.scope = scope
        codes = tuple(plan.code for plan in protocol().visits)
        self.facts = together(facts_of(scope, FACTS, baseline=protocol().baseline, codes=codes))
        self.count = len(self.facts.named)
        self._columns = columns_of(codes)
        self._numbers = self.facts.numbers.reshape(self.count, len(self._columns)).T.copy()

    def numbers(self, what: str, code: str = "") -> Values:
        """One of the columns, of the patients as a whole or at a visit (see `trial/results/facts.py`)."""
        found: Values = self._numbers[self._columns[what, code]]
        return found

    def read(
        self, statement: ReportStatement, patients: list[int] | None = None, **given: Any
    ) -> list[tuple[Any, ...]]:
        """Of some patients, or of all: then lines of others may be among them, unless the scope is one site."""
        if patients is None and self.scope.site:
            patients = [pk for pk, _number, _site in self.facts.named]
        return read(self.scope, statement, patients=patients, **given)

    @cached_property
    def patients(self) -> list[StudyPatient]:
        """Everybody, one by one: for the rows behind a number, which are read when somebody asks for them."""
        facts = self.facts
        columns = (facts.hands, facts.eligible, facts.reasons, self.is_treated, self.is_enrolled)
        ended_on = self.numbers("ended_on").tolist()
        return [
            StudyPatient(
                *(pk, number, site, hand, None if eligible is None else eligible == "true", reason),
                None if isnan(day) else date.fromordinal(int(day)),
                *(is_treated, is_enrolled),
            )
            for (pk, number, site), day, hand, eligible, reason, is_treated, is_enrolled in zip(
                facts.named, ended_on, *(column.tolist() for column in columns), strict=True
            )
        ]

    def at(self, places: Places) -> list[StudyPatient]:
        """Some of them."""
        return [self.patients[place] for place in places.tolist()]

    @cached_property
    def by_id(self) -> dict[int, StudyPatient]:
        return {patient.pk: patient for patient in self.patients}

    @cached_property
    def enrolled(self) -> list[StudyPatient]:
        return self.at(np.flatnonzero(self.is_enrolled))

    @cached_property
    def treated(self) -> list[StudyPatient]:
        return self.at(np.flatnonzero(self.is_treated))

    @cached_property
    def sites(self) -> Keys:
        """The code of each patient's site."""
        return np.array([site for _pk, _number, site in self.facts.named], dtype=object)

    @cached_property
    def is_treated(self) -> NDArray[np.bool_]:
        """By a dose above 0 g."""
        return self.numbers("infusion_days") > 0

    @cached_property
    def is_enrolled(self) -> NDArray[np.bool_]:
        """Who is eligible in the investigator's decision and no screen failure; or treated, decision or not (P)."""
        is_failure = _is(self.facts.reasons, Reason.SCREEN_FAILURE)
        return self.is_treated | (_is(self.facts.eligible, "true") & ~is_failure)

    @cached_property
    def has_left(self) -> NDArray[np.bool_]:
        return np.array([reason is not None for reason in self.facts.reasons.tolist()], dtype=bool)

    @cached_property
    def has_completed(self) -> NDArray[np.bool_]:
        return self.is_enrolled & _is(self.facts.reasons, Reason.COMPLETED)

    @cached_property
    def has_withdrawn(self) -> NDArray[np.bool_]:
        return self.is_enrolled & self.has_left & ~self.has_completed

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


def _is(texts: Keys, text: str) -> NDArray[np.bool_]:
    """Which of them are this one."""
    return np.array([one == text for one in texts.tolist()], dtype=bool)
