"""Adverse events: counted by patients and by events, by term, severity, relation and seriousness."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256

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
from trial.results.facts import BITS, KINDS
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

LINES = ReportStatement(
    """
    SELECT p.number, r.term, r.started_on, r.ended_on, r.ongoing, r.severity, r.serious, r.relation, r.action, r.outcome
    FROM trial_adverseevent r
    JOIN casebook_entry e ON e.id = r.entry_id
    JOIN casebook_patient p ON p.id = e.patient_id
    WHERE e.id = ANY(%(entries)s) AND e.struck_at IS NULL
    ORDER BY p.number, e.number
    """,
    ("casebook_patient", "casebook_entry", "trial_adverseevent"),
)


@dataclass(frozen=True)
class EventCount:
    """Some of the events: of which patients, which entries they are, and of which kinds (a bit each)."""

    patient_of: NDArray[np.int64]
    entries: NDArray[np.int64]
    kinds: NDArray[np.int64]

    def of_kind(self, key: str) -> "EventCount":
        return self.at(self.kinds & BITS[key] > 0)

    def at(self, chosen: NDArray[np.bool_] | list[int]) -> "EventCount":
        return EventCount(self.patient_of[chosen], self.entries[chosen], self.kinds[chosen])

    @property
    def events(self) -> int:
        return len(self.kinds)

    @cached_property
    def patients(self) -> int:
        return len(np.unique(self.patient_of))


@dataclass(frozen=True)
class EventTerm:
    """One term in all its spellings; the first that was written stands for it."""

    words: str
    count: EventCount

    @property
    def key(self) -> str:
        """Stays the same for a term, in whatever letters it is written."""
        return f"term-{sha256(_folded(self.words).encode()).hexdigest()[:12]}"


def _folded(term: str) -> str:
    return " ".join(term.split()).casefold()


class PatientsEvents:
    """The events of some patients, in the order of the patients and of their logs."""

    def __init__(self, data: StudyData, which: NDArray[np.bool_]) -> None:
        self.patients = int(which.sum())
        events = data.facts.events
        is_theirs = which[events[:, 0]]
        self._terms = data.facts.terms[is_theirs].tolist()
        self.all = EventCount(*events[is_theirs][:, [0, 2, 3]].T)

    @cached_property
    def terms(self) -> dict[str, EventTerm]:
        """By their keys, the term of most patients first, whatever its capitals and spaces."""
        folded = {term: _folded(term or NOT_RECORDED) for term in set(self._terms)}
        places: dict[str, list[int]] = {}
        for place, term in enumerate(self._terms):
            places.setdefault(folded[term], []).append(place)
        found = [
            EventTerm(self._terms[some[0]] or NOT_RECORDED, self.all.at(some)) for some in places.values()
        ]
        found.sort(key=lambda one: (-one.count.patients, -one.count.events, one.words.casefold()))
        return {one.key: one for one in found}

    def of_kind(self, key: str) -> EventCount:
        return self.all.of_kind(key)

    def of_term(self, key: str) -> EventCount:
        return self.terms[key].count if key in self.terms else self.all.at([])


class StudyEvents(PatientsEvents):
    """The events that count: of patients who were given the drug."""

    def __init__(self, data: StudyData) -> None:
        super().__init__(data, data.is_treated)
        self.data = data

    @cached_property
    def others(self) -> PatientsEvents:
        """Those of patients who never were."""
        return PatientsEvents(self.data, ~self.data.is_treated)

    def lines(self, count: EventCount, at_most: int | None = None) -> list[tuple[str, tuple[str, ...]]]:
        """(patient, the event in words)"""
        found = self.data.read(LINES, entries=count.entries[:at_most].tolist())
        return [(number, _words(*event)) for number, *event in found]


def events_section(events: StudyEvents) -> ReportSection:
    """Events by severity, relation and seriousness; by term; and the serious ones, listed."""
    n = events.patients
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
        tuple(ReportRow(one.words, _by_kind(one, n)) for one in [*events.terms.values()][:LISTED_AT_MOST]),
        note=f"n = {n} treated patients. Mild to Serious count events."
        + (cut if len(events.terms) > LISTED_AT_MOST else ""),
        empty="No adverse event is recorded.",
        rows_behind="events-all",
    )


def _serious(events: StudyEvents) -> ReportTable:
    serious = events.all.of_kind("serious")
    lines = events.lines(serious, LISTED_AT_MOST)
    return listed("Each serious event", ("Patient", *EVENT_COLUMNS), lines, serious.events, "events-serious")


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
        f"events-{key}": _event_rows(events, words, partial(PatientsEvents.of_kind, key=key))
        for key, (words, _which) in KINDS.items()
    }
    return rows | {
        key: _event_rows(events, one.words, partial(PatientsEvents.of_term, key=key))
        for key, one in events.terms.items()
    }


def _event_rows(
    events: StudyEvents, words: str, which: Callable[[PatientsEvents], EventCount]
) -> Callable[[], RowsBehind]:
    def made() -> RowsBehind:
        return RowsBehind(
            f"Adverse events: {words}",
            EVENT_DEFINITIONS,
            EVENT_COLUMNS,
            tuple(RowBehind(number, cells) for number, cells in events.lines(which(events))),
            tuple(
                (number, f"{cells[0]}: never treated") for number, cells in events.lines(which(events.others))
            ),
        )

    return made
