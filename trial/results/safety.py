"""Adverse events: counted by patients and by events, by term, severity, relation and seriousness."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256

import numpy as np
from django.utils.translation import gettext, pgettext
from numpy.typing import NDArray

from ecrf.forms.words import said
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
from trial.results.facts import BITS, kinds_of_events
from trial.results.listing import LISTED_AT_MOST, listed
from trial.results.summaries import DASH, share

NOT_RECORDED = "not recorded"
"""An event without a term; `_not_recorded` is what people read."""


def _not_recorded() -> str:
    return pgettext("the term of an event", "not recorded")


def _definitions() -> tuple[tuple[str, str], ...]:
    return (
        (
            pgettext("outcomes", "Population"),
            gettext("Treated: at least one infusion with a dose above 0 g; n is their number."),
        ),
        (
            pgettext("outcomes: adverse", "Event"),
            gettext(
                "Each line of the adverse event log that is not struck out, whenever the event began. A patient with"
                " several events counts once among the patients of a line."
            ),
        ),
        (
            pgettext("outcomes: of an event", "Term"),
            gettext(
                "As the site wrote it; capitals and spaces make no difference. The terms are not coded in this version."
            ),
        ),
        (
            gettext("Severity, relation"),
            gettext("As the investigator judged each event. Severity is not seriousness."),
        ),
    )


def _columns() -> tuple[str, ...]:
    return (
        pgettext("outcomes: of an event", "Term"),
        pgettext("outcomes: of an event", "Began"),
        pgettext("outcomes: of an event", "Ended"),
        pgettext("outcomes: of an event", "Severity"),
        pgettext("outcomes: of an event", "Serious"),
        pgettext("outcomes: of an event", "Relation"),
        pgettext("outcomes: of an event", "Action with the drug"),
        pgettext("outcomes: of an event", "Outcome"),
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

    term: str
    count: EventCount

    @property
    def words(self) -> str:
        return _not_recorded() if self.term == NOT_RECORDED else self.term

    @property
    def key(self) -> str:
        """Stays the same for a term, in whatever letters it is written, and in every language."""
        return f"term-{sha256(_folded(self.term).encode()).hexdigest()[:12]}"


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
        found.sort(key=lambda one: (-one.count.patients, -one.count.events, one.term.casefold()))
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
    kinds = ((key, words, events.all.of_kind(key)) for key, words in kinds_of_events().items())
    shown = [one for one in kinds if one[2].events or not one[0].startswith("no-")]
    overview = ReportTable(
        gettext("Patients and events"),
        ("", pgettext("outcomes", "Patients"), _of_n(), pgettext("outcomes", "Events")),
        tuple(ReportRow(words, _counts(count, n, f"events-{key}")) for key, words, count in shown),
        note=gettext("n = %(number)d treated patients.") % {"number": n},
    )
    tables = (overview, _by_term(events, n), _serious(events))
    return ReportSection("events", pgettext("outcomes", "Adverse events"), _definitions(), tables)


def _of_n() -> str:
    return pgettext("outcomes: column, per cent of the patients", "% of n")


def _by_term(events: StudyEvents, n: int) -> ReportTable:
    note = gettext("n = %(number)d treated patients. Mild to Serious count events.")
    if len(events.terms) > LISTED_AT_MOST:
        note = gettext(
            "n = %(number)d treated patients. Mild to Serious count events. The first %(shown)d of %(terms)d terms; the"
            " others stand in the rows behind it."
        )
    columns = (
        pgettext("outcomes: of an event", "Term"),
        pgettext("outcomes", "Patients"),
        _of_n(),
        pgettext("outcomes", "Events"),
        pgettext("outcomes: events", "Mild"),
        pgettext("outcomes: events", "Moderate"),
        pgettext("outcomes: events", "Severe"),
        pgettext("outcomes: events", "Related"),
        pgettext("outcomes: events", "Serious"),
    )
    return ReportTable(
        gettext("By term"),
        columns,
        tuple(ReportRow(one.words, _by_kind(one, n)) for one in [*events.terms.values()][:LISTED_AT_MOST]),
        note=note % {"number": n, "shown": LISTED_AT_MOST, "terms": len(events.terms)},
        empty=gettext("No adverse event is recorded."),
        rows_behind="events-all",
    )


def _serious(events: StudyEvents) -> ReportTable:
    serious = events.all.of_kind("serious")
    lines = events.lines(serious, LISTED_AT_MOST)
    columns = (pgettext("outcomes", "Patient"), *_columns())
    return listed(gettext("Each serious event"), columns, lines, serious.events, "events-serious")


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
        term or _not_recorded(),
        started_on or DASH,
        ended_on or (pgettext("an event", "ongoing") if ongoing else DASH),
        said(Severity(severity).label) if severity else DASH,
        DASH if serious is None else pgettext("answer", "Yes") if serious else pgettext("answer", "No"),
        said(Relation(relation).label) if relation else DASH,
        said(Action(action).label) if action else DASH,
        said(Outcome(outcome).label) if outcome else DASH,
    )


def behind_events(events: StudyEvents) -> dict[str, Callable[[], RowsBehind]]:
    """The events of each line of the tables."""
    rows = {
        f"events-{key}": _event_rows(events, words, partial(PatientsEvents.of_kind, key=key))
        for key, words in kinds_of_events().items()
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
            gettext("Adverse events: %(which)s") % {"which": words},
            _definitions(),
            _columns(),
            tuple(RowBehind(number, cells) for number, cells in events.lines(which(events))),
            tuple(
                (number, gettext("%(event)s: never treated") % {"event": cells[0]})
                for number, cells in events.lines(which(events.others))
            ),
        )

    return made
