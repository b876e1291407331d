"""What a trial says of itself, as data: its visits, windows, the forms of each, and its assumptions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from ecrf.forms.words import spoken

CASEBOOK = "casebook"
"""Stands in addresses where a visit's code would: for forms that belong to no visit."""

MOST_NUMBERS = 100
"""More than the numbers of visits that repeat: they have two digits."""


@spoken("label")
@dataclass(frozen=True)
class VisitPlan:
    """One visit of the schedule.

    `day` counts from the baseline visit (day 1); None for a visit without a nominal day. The window goes from
    `opens` to `closes` days around it. `forms` are CRF keys in the order of the page; `expected` says how many
    of a repeating form are expected where that is more than one. `optional` forms may be added at the visit. A visit
    `on_demand` is opened when it is needed; where it `repeats`, its code is followed by a number: UNS-1, UNS-2.
    """

    code: str
    label: str
    forms: tuple[str, ...]
    day: int | None = None
    opens: int = 0
    closes: int = 0
    expected: dict[str, int] = field(default_factory=dict)
    on_demand: bool = False
    repeats: bool = False
    optional: tuple[str, ...] = ()

    def expected_of(self, crf: str) -> int:
        return self.expected.get(crf, 1)

    def may_hold(self, crf: str) -> bool:
        """Whether the form can stand at the visit, planned or added."""
        return crf in self.forms or crf in self.optional

    def numbered(self, number: int) -> "VisitPlan":
        """The plan of one of several such visits."""
        return replace(self, code=f"{self.code}-{number}", label=f"{self.label} {number}")


@spoken("name", "value", "why")
@dataclass(frozen=True)
class Assumption:
    """A value we chose because the publication does not tell it: never to be shown as the protocol's."""

    name: str
    value: str
    why: str


@spoken("label")
@dataclass(frozen=True)
class LabTest:
    """One laboratory test: its code (as CDISC LBTESTCD) and the units laboratories usually report it in.

    `by_sex` where laboratories usually have a range for each sex.
    """

    code: str
    label: str
    units: tuple[str, ...]
    by_sex: bool = False


@dataclass(frozen=True)
class SeriousClock:
    """The items of the serious log for the day and the time of day at which the site became aware and for the day of
    the report, and within what time that is due."""

    aware_on: str
    aware_at: str
    reported_on: str
    within: timedelta


THE_DAY = "{day}"
"""In the values with which an ending begins a form: the day on which the patient left."""


@spoken("words")
@dataclass(frozen=True)
class EndingForm:
    """A form that an ending asks for, besides the form of the end: `words` call it on the pages.

    In a log, one row is wanted in which the items `known_by` hold these `values`; where there is none, the ending
    begins one, with all the values as they would be typed, and with `links` (item, CRF key) to the rows of other logs
    that it begins. At the `visit` with this code nothing is begun: the form is filled in there.
    """

    crf: str
    words: str
    values: Mapping[str, str]
    known_by: tuple[str, ...]
    visit: str = ""
    links: tuple[tuple[str, str], ...] = ()


@spoken("label", "day", "help", "event")
@dataclass(frozen=True)
class Ending:
    """One way in which a patient leaves, as the site records it in one act: `reason` is what the end form then says.

    `day` asks for the day, `help` says in a sentence when this is the way. `asks` are further items of the end form
    that the page asks for, `forms` what must be filled in besides. `event` asks whether what the forms in logs are
    about is recorded already. `during`: the states (of `PatientState`) of a patient who can leave this way.
    """

    key: str
    label: str
    reason: str
    day: str
    help: str
    asks: tuple[str, ...] = ()
    forms: tuple[EndingForm, ...] = ()
    event: str = ""
    during: tuple[str, ...] = ("screening", "on study")


@dataclass(frozen=True)
class ConsentWithdrawn:
    """After which end no new data are taken: `reason` is that of the end form, `allowing` its item that says what the
    patient still allows. With an answer of `logs_with`, rows of logs may be of a later day; with one of `visits_with`,
    visits too. `reports` are the days ("form.item") on which the site learned or reported something: they may follow.
    """

    reason: str
    allowing: str
    logs_with: tuple[str, ...] = ()
    visits_with: tuple[str, ...] = ()
    reports: frozenset[str] = frozenset()


@spoken("lines")
@dataclass(frozen=True)
class TrialHelp:
    """What a trial adds to Help: `lines` by the key of a topic (see `ecrf/help/topics`), and `chapters` of its own,
    which are files of Markdown in `folder`/<language>, by their names without the ending."""

    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folder: Path | None = None
    chapters: tuple[str, ...] = ()


@spoken("title")
@dataclass(frozen=True, eq=False)
class Protocol:
    """One trial. `visit_form` and its items say where a visit's date and occurrence are entered.

    `days_to_baseline`: how long after the first visit the baseline visit stays due, and the first one after the patient
    was added. `safety_logs` are those that the safety role reads too. `story` is the dotted path of the function that
    tells a patient's story (see `story.py`) from the forms of `story_reads`, `sparkline` the form and the item whose
    values the lists draw in small. `outcomes` is the dotted path of the function that makes the report of the results
    (see `ecrf/outcomes/report.py`).
    `critical` names what monitors verify at every patient: "form" or "form.item"; `verified_share` how many per cent of
    all other forms are drawn for it, unless a site's own share says otherwise. `serious_log` and `deviation_log` are
    the logs of which monitors are told what is new; `serious_clock` says how soon a serious event is reported.
    `end_states`: {end reason: what lists call the patient then, a value of `PatientState`}; any other is "ended early".
    `endings` are the ways of leaving that a patient's page offers; `consent_withdrawn` the one after which nothing new
    is taken.
    `sdtm` is the dotted path of the `Tabulation` that says how
    the trial's data become SDTM, `listings` that of its `TrialListings`: its own columns and listings.
    `help` is what Help says of the trial's own forms, visits and endings.
    """

    title: str
    short_title: str
    visits: tuple[VisitPlan, ...]
    baseline: str
    days_to_baseline: int
    patient_forms: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    safety_logs: tuple[str, ...] = ()
    visit_form: str = "visit"
    visit_date_item: str = "visited_on"
    visit_occurrence_item: str = "occurrence"
    visit_missed: str = "missed"
    end_form: str = "end-of-study"
    end_date_item: str = "ended_on"
    end_reason_item: str = "reason"
    completed_reason: str = "COMPLETED"
    end_states: Mapping[str, str] = field(default_factory=dict)
    endings: tuple[Ending, ...] = ()
    consent_withdrawn: ConsentWithdrawn | None = None
    lab_tests: tuple[LabTest, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    story: str = ""
    story_reads: tuple[str, ...] = ()
    outcomes: str = ""
    sparkline: tuple[str, str] | None = None
    critical: tuple[str, ...] = ()
    verified_share: int = 100
    serious_log: str = ""
    serious_clock: SeriousClock | None = None
    deviation_log: str = ""
    sdtm: str = ""
    listings: str = ""
    help: TrialHelp = field(default_factory=TrialHelp)

    def plan(self, code: str) -> VisitPlan | None:
        """The plan of the visit with this code; None if there is no such visit."""
        found = _plans(self).get(code)
        return found if found and not found.repeats else self._numbered_plan(code)

    def _numbered_plan(self, code: str) -> VisitPlan | None:
        found = re.fullmatch(r"(.+)-([1-9][0-9]?)", code)
        plan = _plans(self).get(found[1]) if found else None
        return plan.numbered(int(found[2])) if found and plan and plan.repeats else None

    def order(self, code: str) -> int:
        """Where the visit stands in the schedule; one that repeats, behind all others."""
        places = _places(self)
        return places.get(code, len(places))

    def rank(self, code: str, days: Mapping[str, date | None]) -> tuple[int, int]:
        """The order of visits as they took place: one that repeats stands by its date, the others by the schedule.

        `days`: the date of each visit that has one.
        """
        plan = self.plan(code)
        if plan is None or not plan.repeats:
            return self.order(code), 0
        number, on = int(code.rpartition("-")[2]), days.get(code)
        if on is None:
            return len(_places(self)), number
        before = [self.order(c) for c, day in days.items() if c in _places(self) and day and day <= on]
        return max(before, default=-1), on.toordinal() * MOST_NUMBERS + number

    def scheduled_crfs(self) -> list[str]:
        """Every CRF key of the schedule, once, in the order of first appearance; rows come with their parents."""
        at_visits = [key for plan in self.visits for key in (*plan.forms, *plan.optional)]
        return list(dict.fromkeys([*at_visits, *self.patient_forms, *self.logs]))


@cache
def protocol() -> Protocol:
    """The trial that this installation carries: what `settings.PROTOCOL` names."""
    found: Protocol = import_string(settings.PROTOCOL)
    return found


@cache
def _plans(trial: Protocol) -> dict[str, VisitPlan]:
    return {plan.code: plan for plan in trial.visits}


@cache
def _places(trial: Protocol) -> dict[str, int]:
    """{visit code: its place in the schedule}, of the visits that take place once."""
    return {plan.code: place for place, plan in enumerate(p for p in trial.visits if not p.repeats)}
