"""Adverse events: counted by patients and by events, by term, severity, relation and seriousness."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecrf.outcomes.reading import ReportStatement
from ecrf.outcomes.report import (
    ReportCell,
    ReportRow,
    ReportSection,
    ReportTable,
    RowBehind,
    RowsBehind,
)
from trial.crfs.adverse_event import Action, Outcome, Relation, Severity
from trial.results.data import StudyData
from trial.results.listing import LISTED_AT_MOST, listed
from trial.results.summaries import DASH, share

NOT_RECORDED = "not recorded"

EVENT_DEFINITIONS = (
    ("Population", "Treated: at least one infusion with a dose above 0 g; n is their number."),
    (
        "Event",
        "Each line of the adverse event log that is not struck out, whenever the event began. A patient with several"
        " events counts once among the patients of a line.",
    ),
    (
        "Term",
        "As the site wrote it; capitals and spaces make no difference. The terms are not coded in this version.",
    ),
    ("Severity, relation", "As the investigator judged each event. Severity is not seriousness."),
)
EVENT_COLUMNS = (
    "Term",
    "Began",
    "Ended",
    "Severity",
    "Serious",
    "Relation",
    "Action with the drug",
    "Outcome",
)


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
"""{key: (words, which events, as a condition on their rows)}"""
BITS = {key: 1 << place for place, key in enumerate(KINDS)}

READS = ("casebook_patient", "casebook_entry", "trial_adverseevent")
EVENTS = """
    FROM trial_adverseevent r
    JOIN casebook_entry e ON e.id = r.entry_id
    JOIN casebook_patient p ON p.id = e.patient_id
    WHERE e.crf = 'adverse-event' AND e.struck_at IS NULL AND e.patient_id = ANY(%(patients)s)
"""
IS_OF = " + ".join(f"(({which}) IS TRUE)::int * {BITS[key]}" for key, (_words, which) in KINDS.items())
BY_SPELLING = ReportStatement(
    f"""
    SELECT coalesce(r.term, ''), string_agg(e.patient_id::text, ','), string_agg(({IS_OF})::text, ','),
        min(concat(p.number, ' ', lpad(e.number::text, 6, '0')) COLLATE "C") AS first
    {EVENTS} GROUP BY 1 ORDER BY first
    """,
    READS,
)


def _lines(which: str) -> ReportStatement:
    """The events for which this holds, as lines of a list."""
    columns = (
        "r.term, r.started_on, r.ended_on, r.ongoing, r.severity, r.serious, r.relation, r.action, r.outcome"
    )
    order = "ORDER BY p.number, e.number LIMIT %(at_most)s"
    return ReportStatement(f"SELECT p.number, {columns} {EVENTS} AND ({which}) {order}", READS)


OF_A_KIND = {key: _lines(which) for key, (_words, which) in KINDS.items()}
OF_A_TERM = _lines("coalesce(r.term, '') = ANY(%(spellings)s)")


@dataclass(frozen=True)
class EventCount:
    """Some of the events: of which patients, and of which kinds (a bit each)."""

    patient_of: NDArray[np.int64]
    kinds: NDArray[np.int64]

    def of_kind(self, key: str) -> "EventCount":
        chosen = self.kinds & BITS[key] > 0
        return EventCount(self.patient_of[chosen], self.kinds[chosen])

    @property
    def events(self) -> int:
        return len(self.kinds)

    @property
    def patients(self) -> int:
        return len(np.unique(self.patient_of))


@dataclass(frozen=True)
class EventTerm:
    """One term in all its spellings; the first that was written stands for it."""

    spellings: tuple[str, ...]
    count: EventCount

    @property
    def words(self) -> str:
        return self.spellings[0] or NOT_RECORDED

    @property
    def key(self) -> str:
        """Stays the same for a term, in whatever letters it is written."""
        return f"term-{sha256(_folded(self.words).encode()).hexdigest()[:12]}"


def _folded(term: str) -> str:
    return " ".join(term.split()).casefold()


class StudyEvents:
    """The events that count: of patients who were given the drug."""

    def __init__(self, data: StudyData) -> None:
        self.data = data
        self.treated = data.ids_of(lambda patient: patient.is_treated)

    @cached_property
    def terms(self) -> list[EventTerm]:
        """The term of most patients first, whatever its capitals and spaces."""
        spelt: dict[str, list[tuple[str, str, str]]] = {}
        for term, patients, kinds, _first in self.data.read(BY_SPELLING, patients=self.treated):
            spelt.setdefault(_folded(term or NOT_RECORDED), []).append((term, patients, kinds))
        found = [_term(spellings) for spellings in spelt.values()]
        return sorted(found, key=lambda one: (-one.count.patients, -one.count.events, one.words.casefold()))

    @cached_property
    def all(self) -> EventCount:
        parts = [one.count for one in self.terms]
        nothing = np.array([], dtype=np.int64)
        return EventCount(
            np.concatenate([nothing, *(part.patient_of for part in parts)]),
            np.concatenate([nothing, *(part.kinds for part in parts)]),
        )

    def lines(
        self, statement: ReportStatement, at_most: int | None = None, **given: Any
    ) -> list[tuple[str, tuple[str, ...]]]:
        """(patient, the event in words)"""
        patients = given.pop("patients", self.treated)
        found = self.data.read(statement, patients=patients, at_most=at_most, **given)
        return [(number, _words(*event)) for number, *event in found]


def _term(spellings: list[tuple[str, str, str]]) -> EventTerm:
    words, patients, kinds = zip(*spellings, strict=True)
    arrays = (np.fromstring(",".join(texts), dtype=np.int64, sep=",") for texts in (patients, kinds))
    return EventTerm(words, EventCount(*arrays))


def events_section(events: StudyEvents) -> ReportSection:
    """Events by severity, relation and seriousness; by term; and the serious ones, listed."""
    n = len(events.treated)
    kinds = ((key, words, events.all.of_kind(key)) for key, (words, _which) in KINDS.items())
    shown = [one for one in kinds if one[2].events or not one[0].startswith("no-")]
    overview = ReportTable(
        "Patients and events",
        ("", "Patients", "% of n", "Events"),
        tuple(ReportRow(words, _counts(count, n, f"events-{key}")) for key, words, count in shown),
        note=f"n = {n} treated patients.",
    )
    return ReportSection(
        "events", "Adverse events", EVENT_DEFINITIONS, (overview, _by_term(events, n), _serious(events))
    )


def _by_term(events: StudyEvents, n: int) -> ReportTable:
    cut = f" The first {LISTED_AT_MOST} of {len(events.terms)} terms; the others stand in the rows behind it."
    return ReportTable(
        "By term",
        ("Term", "Patients", "% of n", "Events", "Mild", "Moderate", "Severe", "Related", "Serious"),
        tuple(ReportRow(one.words, _by_kind(one, n)) for one in events.terms[:LISTED_AT_MOST]),
        note=f"n = {n} treated patients. Mild to Serious count events."
        + (cut if len(events.terms) > LISTED_AT_MOST else ""),
        empty="No adverse event is recorded.",
        rows_behind="events-all",
    )


def _serious(events: StudyEvents) -> ReportTable:
    lines = events.lines(OF_A_KIND["serious"], LISTED_AT_MOST)
    count = events.all.of_kind("serious").events
    return listed("Each serious event", ("Patient", *EVENT_COLUMNS), lines, count, "events-serious")


def _counts(count: EventCount, n: int, key: str) -> tuple[ReportCell, ...]:
    patients = ReportCell(str(count.patients), key)
    return patients, ReportCell(share(count.patients, n)), ReportCell(str(count.events), key)


def _by_kind(one: EventTerm, n: int) -> tuple[ReportCell, ...]:
    split = ("mild", "moderate", "severe", "related", "serious")
    numbers = [one.count.of_kind(key).events for key in split]
    return *_counts(one.count, n, one.key), *(ReportCell(str(number or DASH)) for number in numbers)


def _words(
    term: str | None,
    started_on: str | None,
    ended_on: str | None,
    ongoing: bool | None,
    severity: str | None,
    serious: bool | None,
    relation: str | None,
    action: str | None,
    outcome: str | None,
) -> tuple[str, ...]:
    """The event in the order of its columns."""
    return (
        term or NOT_RECORDED,
        started_on or DASH,
        ended_on or ("ongoing" if ongoing else DASH),
        Severity(severity).label if severity else DASH,
        {True: "Yes", False: "No", None: DASH}[serious],
        Relation(relation).label if relation else DASH,
        Action(action).label if action else DASH,
        Outcome(outcome).label if outcome else DASH,
    )


def behind_events(events: StudyEvents) -> dict[str, Callable[[], RowsBehind]]:
    """The events of each line of the tables."""
    rows = {
        f"events-{key}": _event_rows(events, words, OF_A_KIND[key]) for key, (words, _which) in KINDS.items()
    }
    return rows | {
        one.key: _event_rows(events, one.words, OF_A_TERM, spellings=list(one.spellings))
        for one in events.terms
    }


def _event_rows(
    events: StudyEvents, words: str, statement: ReportStatement, **given: Any
) -> Callable[[], RowsBehind]:
    def made() -> RowsBehind:
        untreated = events.data.ids_of(lambda patient: not patient.is_treated)
        left_out = events.lines(statement, patients=untreated, **given)
        return RowsBehind(
            f"Adverse events: {words}",
            EVENT_DEFINITIONS,
            EVENT_COLUMNS,
            tuple(RowBehind(number, cells) for number, cells in events.lines(statement, **given)),
            tuple((number, f"{cells[0]}: never treated") for number, cells in left_out),
        )

    return made
