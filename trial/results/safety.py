"""Adverse events: counted by patients and by events, by term, severity, relation and seriousness."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from ecrf.outcomes.report import (
    ReportCell,
    ReportRow,
    ReportSection,
    ReportTable,
    RowBehind,
    RowsBehind,
)
from trial.crfs.adverse_event import Action, Outcome, Relation, Severity
from trial.crfs.protocol_deviation import DeviationCategory, DeviationSeverity
from trial.results.data import RecordedDeviation, RecordedEvent, StudyData
from trial.results.summaries import DASH, share

NOT_RECORDED = "not recorded"
LISTED_AT_MOST = 25
"""Longer lists are cut on the page; all their lines stand behind their number."""

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
DEVIATION_DEFINITIONS = (
    ("Population", "Enrolled patients."),
    ("Deviation", "Each line of the log of protocol deviations that is not struck out."),
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


@dataclass(frozen=True)
class EventCount:
    """Some of the events: how many, and of how many patients."""

    events: tuple[RecordedEvent, ...]

    @property
    def patients(self) -> int:
        return len({event.patient.number for event in self.events})


Which = Callable[[RecordedEvent], bool]

KINDS: tuple[tuple[str, str, Which], ...] = (
    ("all", "Any adverse event", lambda event: True),
    ("mild", "Mild", lambda event: event.severity == Severity.MILD),
    ("moderate", "Moderate", lambda event: event.severity == Severity.MODERATE),
    ("severe", "Severe", lambda event: event.severity == Severity.SEVERE),
    ("no-severity", "Severity not recorded", lambda event: not event.severity),
    ("related", "Related to the trial drug", lambda event: event.relation == Relation.RELATED),
    ("not-related", "Not related", lambda event: event.relation == Relation.NOT_RELATED),
    ("no-relation", "Relation not recorded", lambda event: not event.relation),
    ("serious", "Serious", lambda event: event.serious is True),
    ("serious-related", "Serious and related", lambda e: e.serious is True and e.relation == Relation.RELATED),
    ("drug-withdrawn", "Drug withdrawn for it", lambda event: event.action == Action.DRUG_WITHDRAWN),
    ("ongoing", "Ongoing", lambda event: event.ongoing is True),
)  # fmt: skip
"""Key, words, and which events."""


def events_of_treated(data: StudyData) -> list[RecordedEvent]:
    """Those that count: of patients who were given the drug."""
    return [event for event in data.events if event.patient.is_treated]


def of_kind(events: Iterable[RecordedEvent], which: Which) -> EventCount:
    return EventCount(tuple(event for event in events if which(event)))


def by_term(events: Iterable[RecordedEvent]) -> list[tuple[str, EventCount]]:
    """By the term as it was written, whatever its capitals and spaces; the one of most patients first."""
    grouped: dict[str, list[RecordedEvent]] = defaultdict(list)
    for event in events:
        grouped[" ".join((event.term or NOT_RECORDED).split()).casefold()].append(event)
    counts = [(found[0].term or NOT_RECORDED, EventCount(tuple(found))) for found in grouped.values()]
    return sorted(counts, key=lambda pair: (-pair[1].patients, -len(pair[1].events), pair[0].casefold()))


def events_section(data: StudyData) -> ReportSection:
    """Events by severity, relation and seriousness; by term; and the serious ones, listed."""
    events, n = events_of_treated(data), len(data.treated)
    kinds = ((key, words, of_kind(events, which)) for key, words, which in KINDS)
    shown = [one for one in kinds if one[2].events or not one[0].startswith("no-")]
    overview = ReportTable(
        "Patients and events",
        ("", "Patients", "% of n", "Events"),
        tuple(ReportRow(words, _counts(count, n, f"events-{key}")) for key, words, count in shown),
        note=f"n = {n} treated patients.",
    )
    terms = ReportTable(
        "By term",
        ("Term", "Patients", "% of n", "Events", "Mild", "Moderate", "Severe", "Related", "Serious"),
        tuple(ReportRow(term, _by_kind(term, count, n)) for term, count in by_term(events)),
        note=f"n = {n} treated patients. Mild to Serious count events.",
        empty="No adverse event is recorded.",
    )
    serious = [(event.patient.number, _words(event)) for event in events if event.serious]
    listed = _listed("Each serious event", ("Patient", *EVENT_COLUMNS), serious, "events-serious")
    return ReportSection("events", "Adverse events", EVENT_DEFINITIONS, (overview, terms, listed))


def _counts(count: EventCount, n: int, key: str) -> tuple[ReportCell, ...]:
    patients = ReportCell(str(count.patients), key)
    return patients, ReportCell(share(count.patients, n)), ReportCell(str(len(count.events)), key)


def _by_kind(term: str, count: EventCount, n: int) -> tuple[ReportCell, ...]:
    split = ("mild", "moderate", "severe", "related", "serious")
    numbers = [sum(map(which, count.events)) for key, _words, which in KINDS if key in split]
    return *_counts(count, n, _term_key(term)), *(ReportCell(str(number or DASH)) for number in numbers)


def _term_key(term: str) -> str:
    """Stays the same for a term, in whatever letters it is written."""
    return f"term-{sha256(' '.join(term.split()).casefold().encode()).hexdigest()[:12]}"


def _listed(
    title: str, columns: tuple[str, ...], lines: list[tuple[str, tuple[str, ...]]], key: str
) -> ReportTable:
    rows = tuple(ReportRow(number, tuple(map(ReportCell, cells))) for number, cells in lines[:LISTED_AT_MOST])
    cut = f"The first {LISTED_AT_MOST} of {len(lines)}; the others stand in the rows behind it."
    note = cut if len(lines) > LISTED_AT_MOST else ""
    return ReportTable(title, columns, rows, note, is_text=True, empty="None.", rows_behind=key)


def _words(event: RecordedEvent) -> tuple[str, ...]:
    """The event in the order of its columns."""
    return (
        event.term or NOT_RECORDED,
        event.started_on or DASH,
        event.ended_on or ("ongoing" if event.ongoing else DASH),
        Severity(event.severity).label if event.severity else DASH,
        {True: "Yes", False: "No", None: DASH}[event.serious],
        Relation(event.relation).label if event.relation else DASH,
        Action(event.action).label if event.action else DASH,
        Outcome(event.outcome).label if event.outcome else DASH,
    )


def behind_events(data: StudyData) -> dict[str, Callable[[], RowsBehind]]:
    """The events of each line of the tables."""
    events = events_of_treated(data)
    counts = {f"events-{key}": (words, of_kind(events, which)) for key, words, which in KINDS}
    counts |= {_term_key(term): (term, count) for term, count in by_term(events)}
    return {key: _event_rows(words, count, data) for key, (words, count) in counts.items()}


def _event_rows(words: str, count: EventCount, data: StudyData) -> Callable[[], RowsBehind]:
    untreated = [event for event in data.events if not event.patient.is_treated]
    return lambda: RowsBehind(
        f"Adverse events: {words}",
        EVENT_DEFINITIONS,
        EVENT_COLUMNS,
        tuple(RowBehind(event.patient.number, _words(event)) for event in count.events),
        tuple((event.patient.number, f"{event.term or NOT_RECORDED}: never treated") for event in untreated),
    )


def deviations_of_enrolled(data: StudyData) -> list[RecordedDeviation]:
    return [one for one in data.deviations if one.patient.is_enrolled]


DEVIATION_COLUMNS = ("Happened on", "Category", "Severity", "What happened", "Action taken")


def deviations_section(data: StudyData) -> ReportSection:
    """Deviations by category, and listed."""
    found = deviations_of_enrolled(data)
    kinds = [*DeviationCategory, None]
    counts = [(kind, [one for one in found if (one.category or None) == kind]) for kind in kinds]
    overview = ReportTable(
        "Patients and deviations",
        ("", "Patients", "Deviations", "Major"),
        (
            ReportRow("Any protocol deviation", _deviation_counts(found)),
            *(
                ReportRow(DeviationCategory(kind).label if kind else "Category not recorded", _deviation_counts(some))
                for kind, some in counts
                if some
            ),
        ),
        note=f"n = {len(data.enrolled)} enrolled patients.",
    )  # fmt: skip
    lines = [(one.patient.number, _deviation_words(one)) for one in found]
    listed = _listed("Each deviation", ("Patient", *DEVIATION_COLUMNS), lines, "deviations")
    return ReportSection("deviations", "Protocol deviations", DEVIATION_DEFINITIONS, (overview, listed))


def _deviation_counts(some: list[RecordedDeviation]) -> tuple[ReportCell, ...]:
    patients = {one.patient.number for one in some}
    major = sum(one.severity == DeviationSeverity.MAJOR for one in some)
    return tuple(ReportCell(str(count), "deviations") for count in (len(patients), len(some), major))


def _deviation_words(one: RecordedDeviation) -> tuple[str, ...]:
    return (
        str(one.occurred_on or DASH),
        DeviationCategory(one.category).label if one.category else DASH,
        DeviationSeverity(one.severity).label if one.severity else DASH,
        one.what or DASH,
        one.action or DASH,
    )


def behind_deviations(data: StudyData) -> dict[str, Callable[[], RowsBehind]]:
    """Every deviation, in one list."""
    left = [one for one in data.deviations if not one.patient.is_enrolled]
    return {
        "deviations": lambda: RowsBehind(
            "Protocol deviations",
            DEVIATION_DEFINITIONS,
            DEVIATION_COLUMNS,
            tuple(RowBehind(d.patient.number, _deviation_words(d)) for d in deviations_of_enrolled(data)),
            tuple((one.patient.number, f"{one.what or DASH}: not enrolled") for one in left),
        )
    }
