"""What the outcomes need to know of each patient: numbers in columns, and which events and deviations there are.

One statement reads it, of as many patients as are new. Only what counts is read: no practice site, nothing that is
struck out.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from django.utils.translation import pgettext
from numpy.typing import NDArray

from ecrf.forms.registry import CRFS
from ecrf.outcomes.facts import PatientFacts
from ecrf.outcomes.gathering import OF_PATIENTS, VISITS, GatheredLines, Keys, Places, Values, lines_of_a_form
from ecrf.outcomes.reading import IN_SCOPE, ReportStatement
from trial.crfs.adverse_event import Action, Relation, Severity
from trial.crfs.end_of_study import Reason
from trial.crfs.protocol_deviation import DeviationSeverity
from trial.outcomes import SIDES

KINDS: dict[str, str] = {
    "all": "true",
    "mild": f"r.severity = '{Severity.MILD}'",
    "moderate": f"r.severity = '{Severity.MODERATE}'",
    "severe": f"r.severity = '{Severity.SEVERE}'",
    "no-severity": "coalesce(r.severity, '') = ''",
    "related": f"r.relation = '{Relation.RELATED}'",
    "not-related": f"r.relation = '{Relation.NOT_RELATED}'",
    "no-relation": "coalesce(r.relation, '') = ''",
    "serious": "r.serious",
    "serious-related": f"r.serious AND r.relation = '{Relation.RELATED}'",
    "drug-withdrawn": f"r.action = '{Action.DRUG_WITHDRAWN}'",
    "ongoing": "r.ongoing",
}
"""Of adverse events, {key: which of them, as a condition on their rows}"""
BITS = {key: 1 << place for place, key in enumerate(KINDS)}
KINDS_OF_A_ROW = " + ".join(f"(({which}) IS TRUE)::int * {BITS[key]}" for key, which in KINDS.items())

PATIENTS = f"""
    SELECT 'patient', '', NULL,
        json_agg(json_build_array(p.id, p.number, s.code) ORDER BY p.number)::text, NULL, NULL
    FROM casebook_patient p JOIN access_site s ON s.id = p.site_id
    WHERE {IN_SCOPE} AND p.struck_at IS NULL AND (%(patients)s::bigint[] IS NULL OR p.id = ANY(%(patients)s))
"""  # noqa: S608
AT_BASELINE = f"""
    e.visit_id IN (SELECT v.id FROM casebook_visit v WHERE v.code = %(baseline)s AND {OF_PATIENTS.format("v")})
"""  # noqa: S608
TABLES = {
    crf: CRFS[crf].model._meta.db_table
    for crf in (
        *(
            "demographics",
            "eligibility",
            "end-of-study",
            "visit",
            "mrc-strength",
            "grip-strength",
            "infusion",
        ),
        *("adverse-event", "protocol-deviation"),
    )
}
"""Of the forms that the outcomes are calculated from."""


def _lines(kind: str, crf: str, *columns: str, **how: str) -> str:
    return lines_of_a_form(kind, crf, TABLES[crf], *columns, **how)


def _day(column: str) -> str:
    """A date as the number that `date.toordinal` gives."""
    return f"{column} - DATE '0001-01-01' + 1"


STATEMENT = ReportStatement(
    " UNION ALL ".join(
        (
            PATIENTS,
            VISITS,
            _lines("hand", "demographics", key="r.more_affected_hand"),
            _lines("eligible", "eligibility", key="r.eligible"),
            _lines("end", "end-of-study", _day("r.ended_on"), key="r.reason"),
            _lines("baseline", "visit", _day("r.visited_on"), where=AT_BASELINE),
            _lines("strength", "mrc-strength", "r.sum_score", of="visit_id"),
            _lines("grip", "grip-strength", "r.right_best", "r.left_best", of="visit_id"),
            _lines(
                "dose", "infusion", "r.given_g", "r.dosing_weight_kg", "r.interrupted::int", of="visit_id"
            ),
            _lines("event", "adverse-event", "e.number", "e.id", KINDS_OF_A_ROW, key="r.term"),
            _lines(
                *("deviation", "protocol-deviation", "e.number", "e.id"),
                f"((r.severity = '{DeviationSeverity.MAJOR}') IS TRUE)::int",
                key="r.category",
            ),
        )
    ),
    ("access_site", "casebook_patient", "casebook_visit", "casebook_entry", *TABLES.values()),
)


def kinds_of_events() -> dict[str, str]:
    """{key: what these adverse events are called}"""
    return {
        "all": pgettext("outcomes: events", "Any adverse event"),
        "mild": pgettext("outcomes: events", "Mild"),
        "moderate": pgettext("outcomes: events", "Moderate"),
        "severe": pgettext("outcomes: events", "Severe"),
        "no-severity": pgettext("outcomes: events", "Severity not recorded"),
        "related": pgettext("outcomes: events", "Related to the trial drug"),
        "not-related": pgettext("outcomes: events", "Not related"),
        "no-relation": pgettext("outcomes: events", "Relation not recorded"),
        "serious": pgettext("outcomes: events", "Serious"),
        "serious-related": pgettext("outcomes: events", "Serious and related"),
        "drug-withdrawn": pgettext("outcomes: events", "Drug withdrawn for it"),
        "ongoing": pgettext("outcomes: events", "Ongoing"),
    }


@dataclass(frozen=True, eq=False)
class StudyFacts:
    """Some patients in their order, in columns: a thousand of them are a few arrays and not thousands of objects.

    `named`: (id, number, site) of each; `hands`, `eligible`, `reasons`: texts as stored, or None; `numbers`: a row
    each, see `columns_of`. `events` and `deviations`: a row for each line of the logs, (patient's place, number in the
    log, entry, and the kinds of the event, a bit each, or whether the deviation is major), with its term or category.
    """

    named: list[tuple[int, str, str]]
    hands: Keys
    eligible: Keys
    reasons: Keys
    numbers: Values
    terms: Keys
    events: NDArray[np.int64]
    categories: Keys
    deviations: NDArray[np.int64]

    def at(self, places: Places) -> "StudyFacts":
        """Those patients, in that order."""
        new_place = np.full(len(self.named), -1)
        new_place[places] = np.arange(len(places))
        terms, events = _moved(new_place, self.terms, self.events)
        categories, deviations = _moved(new_place, self.categories, self.deviations)
        return StudyFacts(
            named=[self.named[place] for place in places.tolist()],
            hands=self.hands[places],
            eligible=self.eligible[places],
            reasons=self.reasons[places],
            numbers=self.numbers[places],
            terms=terms,
            events=events,
            categories=categories,
            deviations=deviations,
        )


def _moved(new_place: Places, keys: Keys, rows: NDArray[np.int64]) -> tuple[Keys, NDArray[np.int64]]:
    """The lines of logs for patients who stand elsewhere now; those of who is not there (-1) are gone."""
    places = new_place[rows[:, 0]]
    order = np.argsort(places, kind="stable")[int((places < 0).sum()) :]
    return keys[order], np.column_stack([places[order], rows[order, 1:]])


class PatientPlace(NamedTuple):
    """What is kept of one patient: where he or she stands in the facts that were read together."""

    facts: StudyFacts
    place: int


def together(patients: Sequence[PatientPlace]) -> StudyFacts:
    """The facts of these patients, whenever each was read, in this order."""
    places: dict[StudyFacts, list[int]] = {}
    order: dict[StudyFacts, list[int]] = {}
    for at, (facts, place) in enumerate(patients):
        places.setdefault(facts, []).append(place)
        order.setdefault(facts, []).append(at)
    if len(places) == 1:
        [(facts, those)] = places.items()
        is_all = those == list(range(len(facts.named)))
        return facts if is_all else facts.at(np.array(those, dtype=np.int64))
    joined = _joined([facts.at(np.array(those, dtype=np.int64)) for facts, those in places.items()])
    return joined.at(np.argsort(np.array([at for those in order.values() for at in those], dtype=np.int64)))


def _joined(parts: Sequence[StudyFacts]) -> StudyFacts:
    """One behind the other."""
    before = np.cumsum([0, *(len(part.named) for part in parts)])

    def logs(rows: str) -> NDArray[np.int64]:
        empty = np.empty((0, 4), dtype=np.int64)
        shifted = (
            getattr(part, rows) + np.array([at, 0, 0, 0]) for part, at in zip(parts, before, strict=False)
        )
        return np.concatenate([empty, *shifted])

    def column(name: str, empty: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([empty, *(getattr(part, name) for part in parts)])

    texts = np.empty(0, dtype=object)
    width = parts[0].numbers.shape[1] if parts else 0
    return StudyFacts(
        named=[one for part in parts for one in part.named],
        hands=column("hands", texts),
        eligible=column("eligible", texts),
        reasons=column("reasons", texts),
        numbers=column("numbers", np.empty((0, width))),
        terms=column("terms", texts),
        events=logs("events"),
        categories=column("categories", texts),
        deviations=logs("deviations"),
    )


@dataclass(frozen=True)
class StudyPatient:
    """One patient of a study site, for the rows behind a number. `is_treated`: by a dose above 0 g."""

    pk: int
    number: str
    site: str
    more_affected: str | None
    eligible: bool | None
    end_reason: str | None
    ended_on: date | None
    is_treated: bool
    is_enrolled: bool

    @property
    def has_completed(self) -> bool:
        return self.is_enrolled and self.end_reason == Reason.COMPLETED

    @property
    def has_withdrawn(self) -> bool:
        return self.is_enrolled and bool(self.end_reason) and self.end_reason != Reason.COMPLETED


BY_VISIT = ("strength", "grip", "days")
"""Sum of the grades, none where one is missing; the best trial of the more affected hand, kPa (P); days with a dose."""
IN_ALL = ("grams", "grams_per_kg", "infusion_days", "interrupted", "ended_on", "baseline_on")
"""Of all infusions, grams are NaN where a dose or its weight is missing; dates are numbers of days."""


@cache
def columns_of(codes: tuple[str, ...]) -> dict[tuple[str, str], int]:
    """{(what, visit code or ""): its place among a patient's numbers}"""
    named = [(name, code) for name in BY_VISIT for code in codes] + [(name, "") for name in IN_ALL]
    return {name: place for place, name in enumerate(named)}


def patients_of(
    lines: list[tuple[Any, ...]], *, codes: tuple[str, ...], **_given: object
) -> dict[int, PatientPlace]:
    """{id: patient}, in the order of the numbers, of the statement's lines."""
    named: list[tuple[int, str, str]] = next(
        json.loads(line[3] or "[]") for line in lines if line[0] == "patient"
    )
    gathered = GatheredLines(lines, [pk for pk, _number, _site in named], codes)
    hands = gathered.keys("hand")
    facts = StudyFacts(
        *(named, hands, gathered.keys("eligible"), gathered.keys("end"), _numbers(gathered, hands, codes)),
        *(*gathered.logs("event"), *gathered.logs("deviation")),
    )
    return {pk: PatientPlace(facts, place) for place, (pk, _number, _site) in enumerate(named)}


def _numbers(gathered: GatheredLines, hands: Keys, codes: tuple[str, ...]) -> Values:
    """A row a patient, with a column for each of `columns_of`."""
    count = gathered.patients
    strength, grip = np.full(
        (2, count, len(codes) + 1), np.nan
    )  # the last is of visits without a place there
    patients, visits, [sums, *_rest] = gathered.at_visits("strength")
    strength[patients, visits] = sums
    patients, visits, [right, left, *_rest] = gathered.at_visits("grip")
    sides = hands[patients]
    grip[patients, visits] = np.select([sides == side for side in SIDES], [right, left], np.nan)

    patients, visits, [given_g, weight_kg, interrupted] = gathered.at_visits("dose")
    is_dose = given_g > 0
    # A dose of 0 g needs no weight; what is not recorded makes the sum unknown.
    per_kg = np.where(given_g == 0, 0, given_g / np.where(weight_kg > 0, weight_kg, np.nan))
    grams = np.where(np.isnan(per_kg), np.nan, given_g)

    def added(values: Values | NDArray[np.bool_], places: Places = patients, of: int = count) -> Values:
        return np.bincount(places, values.astype(np.float64), of).astype(np.float64)

    days = added(is_dose, patients * (len(codes) + 1) + visits % (len(codes) + 1), strength.size)
    by_visit = [one[:, :-1] for one in (strength, grip, days.reshape(strength.shape))]
    in_all = [added(one) for one in (grams, per_kg, is_dose, is_dose & (interrupted == 1))]
    return np.column_stack([*by_visit, *in_all, gathered.values("end"), gathered.values("baseline")])


FACTS = PatientFacts(STATEMENT, patients_of)
