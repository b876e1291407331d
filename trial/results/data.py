"""The rows that the outcomes are calculated from: of every patient at once, in a fixed number of statements.

Only what counts is read: no practice site, nothing that is struck out.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from ecrf.access.models import Site
from ecrf.casebook.stored_rows import lines_of
from ecrf.forms.protocol import protocol
from ecrf.outcomes.report import ReportScope
from trial.crfs.end_of_study import Reason
from trial.outcomes import SIDES

PATIENTS = """
    SELECT p.id, p.number, s.code, d.more_affected_hand, el.eligible, en.reason, en.ended_on
    FROM casebook_patient p
    JOIN access_site s ON s.id = p.site_id
    LEFT JOIN (casebook_entry de JOIN trial_demographics d ON d.entry_id = de.id)
        ON de.patient_id = p.id AND de.struck_at IS NULL
    LEFT JOIN (casebook_entry ee JOIN trial_eligibility el ON el.entry_id = ee.id)
        ON ee.patient_id = p.id AND ee.struck_at IS NULL
    LEFT JOIN (casebook_entry oe JOIN trial_endofstudy en ON en.entry_id = oe.id)
        ON oe.patient_id = p.id AND oe.struck_at IS NULL
    WHERE NOT s.is_practice AND (%(site)s IS NULL OR s.id = %(site)s)
    ORDER BY p.number
"""
OF_A_FORM = """
    SELECT e.patient_id, {columns}
    FROM {table} r
    JOIN casebook_entry e ON e.id = r.entry_id
    JOIN casebook_patient p ON p.id = e.patient_id
    JOIN access_site s ON s.id = p.site_id
    {joins}
    WHERE e.struck_at IS NULL AND NOT s.is_practice AND (%(site)s IS NULL OR s.id = %(site)s)
"""
IN_ORDER = "ORDER BY p.number, e.number"
AT_A_VISIT = "JOIN casebook_visit v ON v.id = e.visit_id"

VISITS = OF_A_FORM.format(
    table="trial_visitrecord",
    columns="v.code, r.occurrence, r.visited_on, r.missed_reason",
    joins=AT_A_VISIT,
)
STRENGTHS = OF_A_FORM.format(
    table="trial_mrcstrength", columns="v.code, r.sum_score, r.graded", joins=AT_A_VISIT
)
GRIPS = OF_A_FORM.format(
    table="trial_gripstrength", columns="v.code, r.right_best, r.left_best", joins=AT_A_VISIT
)
INFUSIONS = OF_A_FORM.format(
    table="trial_infusion",
    columns="v.code, e.number, r.infused_on, r.phase, r.cycle, r.given_g, r.dosing_weight_kg, r.interrupted",
    joins=AT_A_VISIT,
)
EVENTS = (
    OF_A_FORM.format(
        table="trial_adverseevent",
        columns="e.number, r.term, r.started_on, r.ended_on, r.ongoing, r.severity, r.serious, r.relation,"
        " r.action, r.outcome",
        joins="",
    )
    + IN_ORDER
)
DEVIATIONS = (
    OF_A_FORM.format(
        table="trial_protocoldeviation",
        columns="e.number, r.what, r.occurred_on, r.category, r.severity, r.action",
        joins="",
    )
    + IN_ORDER
)


class StudyVisit(NamedTuple):
    """What a visit's form says of it."""

    occurrence: str | None
    visited_on: date | None
    missed_reason: str | None


class GivenDose(NamedTuple):
    """One infusion day."""

    code: str
    number: int
    infused_on: date | None
    phase: str | None
    cycle: int | None
    given_g: Decimal | None
    weight_kg: Decimal | None
    interrupted: bool | None


@dataclass(frozen=True)
class RecordedEvent:
    """One line of the adverse event log."""

    patient: "StudyPatient"
    number: int
    term: str | None
    started_on: str | None
    ended_on: str | None
    ongoing: bool | None
    severity: str | None
    serious: bool | None
    relation: str | None
    action: str | None
    outcome: str | None


@dataclass(frozen=True)
class RecordedDeviation:
    """One line of the log of protocol deviations."""

    patient: "StudyPatient"
    number: int
    what: str | None
    occurred_on: date | None
    category: str | None
    severity: str | None
    action: str | None


@dataclass(eq=False)
class StudyPatient:
    """One patient of a study site, with what the outcomes are calculated from."""

    number: str
    site: str
    more_affected: str | None
    eligible: bool | None
    end_reason: str | None
    ended_on: date | None
    visits: dict[str, StudyVisit] = field(default_factory=dict)
    strengths: dict[str, tuple[int | None, int]] = field(default_factory=dict)
    """{visit code: (sum of the grades, how many grades)}"""
    grips: dict[str, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)
    """{visit code: best trial of the right and of the left hand, kPa}"""
    doses: list[GivenDose] = field(default_factory=list)

    @cached_property
    def is_treated(self) -> bool:
        return any(dose.given_g for dose in self.doses)

    @cached_property
    def is_enrolled(self) -> bool:
        """Eligible in the investigator's decision and no screen failure; or treated, whatever the decision (P)."""
        return self.is_treated or (self.eligible is True and self.end_reason != Reason.SCREEN_FAILURE)

    @property
    def has_completed(self) -> bool:
        return self.is_enrolled and self.end_reason == Reason.COMPLETED

    @property
    def has_withdrawn(self) -> bool:
        return self.is_enrolled and bool(self.end_reason) and self.end_reason != Reason.COMPLETED

    def strength(self, code: str) -> int | None:
        """The MRC sum at a visit; none where a grade is missing."""
        return self.strengths[code][0] if code in self.strengths else None

    def grip(self, code: str) -> Decimal | None:
        """The best trial of the more affected hand at a visit, kPa (P)."""
        if code not in self.grips or self.more_affected not in SIDES:
            return None
        return self.grips[code][SIDES.index(self.more_affected)]

    @property
    def baseline_on(self) -> date | None:
        visit = self.visits.get(protocol().baseline)
        return visit.visited_on if visit else None

    def is_due(self, day: int, closes: int, today: date) -> bool:
        """Whether a visit of this nominal day fell due before the patient left (on a day that is known); of who is on
        study, whether its window has closed."""
        if self.baseline_on is None:
            return False
        nominal = self.baseline_on + timedelta(days=day - 1)
        if self.end_reason:
            return self.ended_on is not None and nominal <= self.ended_on
        return nominal + timedelta(days=closes) < today


@dataclass(frozen=True)
class StudyData:
    """Everything of a scope, as of a moment."""

    at: datetime
    site: Site | None
    patients: list[StudyPatient]
    events: list[RecordedEvent]
    deviations: list[RecordedDeviation]

    @cached_property
    def enrolled(self) -> list[StudyPatient]:
        return [patient for patient in self.patients if patient.is_enrolled]

    @cached_property
    def treated(self) -> list[StudyPatient]:
        return [patient for patient in self.patients if patient.is_treated]


def load(scope: ReportScope) -> StudyData:
    """Seven statements, whatever the number of patients, visits and rows. A patient who is added between two of them is
    not in it yet."""
    given = {"site": scope.site.pk if scope.site else None}
    by_id = {pk: StudyPatient(*rest) for pk, *rest in lines_of(PATIENTS, given)}

    def lines(statement: str) -> list[tuple[Any, ...]]:
        return [line for line in lines_of(statement, given) if line[0] in by_id]

    for pk, code, *visit in lines(VISITS):
        by_id[pk].visits[code] = StudyVisit._make(visit)
    for pk, code, sum_score, graded in lines(STRENGTHS):
        by_id[pk].strengths[code] = (sum_score, graded or 0)
    for pk, code, right, left in lines(GRIPS):
        by_id[pk].grips[code] = (right, left)
    for pk, *dose in lines(INFUSIONS):
        by_id[pk].doses.append(GivenDose._make(dose))
    events = [RecordedEvent(by_id[pk], *event) for pk, *event in lines(EVENTS)]
    deviations = [RecordedDeviation(by_id[pk], *deviation) for pk, *deviation in lines(DEVIATIONS)]
    return StudyData(scope.at, scope.site, list(by_id.values()), events, deviations)
