"""Edit checks of dates against the birth, the consent, the visit and the end of the study."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import ANY, Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Day, PartialDay
from ecrf.forms.partial_dates import surely_before
from ecrf.forms.registry import by_model
from trial.checks.across_forms import consented_on
from trial.crfs.consent import Consent
from trial.crfs.end_of_study import AllowedAfter, EndOfStudy, Reason
from trial.crfs.grip_strength import GripStrength
from trial.crfs.incat import Incat
from trial.crfs.infusion import Infusion
from trial.crfs.laboratory import Laboratory
from trial.crfs.mrc_strength import MrcStrength
from trial.crfs.nerve_conduction import NerveConduction
from trial.crfs.protocol_deviation import DeviationCategory, ProtocolDeviation
from trial.crfs.visit import Occurrence, is_in_window
from trial.crfs.vital_signs import VitalSigns
from trial.endings import REPORTED

STUDY_BEGAN = date(2024, 1, 1)
"""Before this day nobody can have consented (P)."""

DAYS_CONSENT_TO_SCREENING = 30
DAYS_FROM_VISIT = 7
"""How far the date of a sample, a study or an infusion may lie from its visit's: five induction days fit (P)."""

FAR_FROM_VISIT = "{day} is {days:days} from the visit, {visited_on}."

MAY_FOLLOW = REPORTED | {"infusion.infused_on"}
"""Dates that may lie after the end: what the site learned and reported later; the infusion has a check of its own."""

MAY_FOLLOW_DEATH = MAY_FOLLOW | {"sae-follow-up.followed_on"}
"""After a death, more may become known of what led to it."""


def _dates(row: Crf) -> Iterator[tuple[str, Any, Any]]:
    """The dates of the form that are filled in: name, item, value."""
    for name, item in by_model(type(row)).entered.items():
        if isinstance(item, Day | PartialDay) and (value := getattr(row, name)):
            yield name, item, value


@check(
    "DATE-002",
    on=ANY,
    text={
        "death": "{value} is after the death of the patient, {died}.",
        "withdrawal": "{value} is after the withdrawal of consent, {withdrawn_on}.",
        "end": "{value} is after the end of study, {ended_on}.",
    },
    kinds=("day", "partial-day"),
    reads=("end-of-study.reason", "end-of-study.ended_on", "end-of-study.allowed_after"),
)
def after_the_end(row: Crf, data: PatientData) -> Iterator[Question]:
    """A date lies after the patient's death or withdrawal of consent; or a visit, or the last dose, after another end.

    After a withdrawal new ones are refused: what is asked about stood before the withdrawal was recorded.
    """
    end, key = data.one("end-of-study"), by_model(type(row)).key
    if not (end and end.ended_on):
        return
    may_follow = MAY_FOLLOW_DEATH if end.reason == Reason.DEATH else MAY_FOLLOW
    for name, item, value in _dates(row):
        if item.future or f"{key}.{name}" in may_follow or not surely_before(end.ended_on, value):
            continue
        if end.reason == Reason.DEATH:
            yield Question(name, "death", value=value, died=end.ended_on)
        elif end.reason == Reason.WITHDRAWAL_BY_SUBJECT and key != "end-of-study":
            if not _is_allowed(end, row):
                yield Question(name, "withdrawal", value=value, withdrawn_on=end.ended_on)
        elif row.entry.visit or key == "end-of-study":
            yield Question(name, "end", value=value, ended_on=end.ended_on)


def _is_allowed(end: EndOfStudy, row: Crf) -> bool:
    """Whether the patient who withdrew consent allows that such a form is filled in later."""
    if row.entry.visit_id is None and end.allowed_after == AllowedAfter.RECORDS:
        return True
    return end.allowed_after == AllowedAfter.CONTACT


@check(
    "DATE-003",
    on=ANY,
    text={
        "born": "{value} is before the birth, {born}.",
        "age": "{value} is before the birth: the patient was {years} years old at consent.",
    },
    kinds=("day", "partial-day"),
    reads=("demographics.born_on", "demographics.age_years", "consent.signed_on"),
)
def before_birth(row: Crf, data: PatientData) -> Iterator[Question]:
    """A date of the past lies before the birth.

    Dates of the study are held against the consent, and the consent against the birth (DM-001).
    """
    patient, consent = data.one("demographics"), consented_on(data)
    if patient is None:
        return
    born, years = patient.born_on, patient.age_years
    if not born and years is not None and consent and consent.year - years - 1 >= date.min.year:
        # The day before the birthday on which the patient would have turned one year older.
        born = date(consent.year - years - 1, consent.month, min(consent.day, 28)).isoformat()
    for name, item, value in _dates(row) if born else ():
        if not item.history or item.future or not surely_before(value, born):
            continue
        if patient.born_on:
            yield Question(name, "born", value=value, born=born)
        else:
            yield Question(name, "age", value=value, years=years)


@check(
    "CONS-001",
    on="consent",
    text="Signed {days:days} before {visit:visit}, {visited_on}; up to {most} are usual.",
    items=("signed_on",),
    reads=("visit.visited_on",),
)
def long_before_screening(row: Consent, data: PatientData) -> Iterator[Question]:
    """The consent was signed more than 30 days before the visit at which it is recorded."""
    visit = next(iter(data.at("visit", row.entry.visit.code)), None) if row.entry.visit else None
    if not (row.signed_on and visit and visit.visited_on):
        return
    days = (visit.visited_on - row.signed_on).days
    if days > DAYS_CONSENT_TO_SCREENING:
        yield Question(
            "signed_on",
            days=days,
            visit=row.entry.visit,
            visited_on=visit.visited_on,
            most=DAYS_CONSENT_TO_SCREENING,
        )


@check(
    "CONS-002",
    on="consent",
    text="{signed_on} is before the study began, {began}.",
    items=("signed_on",),
)
def before_the_study(row: Consent, data: PatientData) -> Iterator[Question]:
    """The consent was signed before the study began."""
    if row.signed_on and row.signed_on < STUDY_BEGAN:
        yield Question("signed_on", signed_on=row.signed_on, began=STUDY_BEGAN)


def far_from_visit(row: Any, item: str, data: PatientData) -> Iterator[Question]:
    """Asks about a date more than a week from that of its visit."""
    day = getattr(row, item)
    visit = next(iter(data.at("visit", row.entry.visit.code)), None) if row.entry.visit else None
    if day and visit and visit.visited_on:
        days = abs((day - visit.visited_on).days)
        if days > DAYS_FROM_VISIT:
            yield Question(item, day=day, days=days, visited_on=visit.visited_on)


@check("LB-008", on="laboratory", text=FAR_FROM_VISIT, items=("collected_on",), reads=("visit.visited_on",))
def sample_far_from_visit(row: Laboratory, data: PatientData) -> Iterator[Question]:
    """The sample was taken more than a week before or after its visit."""
    yield from far_from_visit(row, "collected_on", data)


@check(
    "NC-004", on="nerve-conduction", text=FAR_FROM_VISIT, items=("tested_on",), reads=("visit.visited_on",)
)
def study_far_from_visit(row: NerveConduction, data: PatientData) -> Iterator[Question]:
    """The nerve conduction study was done more than a week before or after its visit."""
    yield from far_from_visit(row, "tested_on", data)


@check("INF-014", on="infusion", text=FAR_FROM_VISIT, items=("infused_on",), reads=("visit.visited_on",))
def infusion_far_from_visit(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The infusion was given more than a week before or after its visit."""
    yield from far_from_visit(row, "infused_on", data)


@check("VS-006", on="vital-signs", text=FAR_FROM_VISIT, items=("assessed_on",), reads=("visit.visited_on",))
def vitals_far_from_visit(row: VitalSigns, data: PatientData) -> Iterator[Question]:
    """The vital signs were measured more than a week before or after the visit."""
    yield from far_from_visit(row, "assessed_on", data)


@check("MRC-009", on="mrc-strength", text=FAR_FROM_VISIT, items=("assessed_on",), reads=("visit.visited_on",))
def mrc_far_from_visit(row: MrcStrength, data: PatientData) -> Iterator[Question]:
    """The MRC grades were assessed more than a week before or after the visit."""
    yield from far_from_visit(row, "assessed_on", data)


@check(
    "GRIP-005", on="grip-strength", text=FAR_FROM_VISIT, items=("assessed_on",), reads=("visit.visited_on",)
)
def grip_far_from_visit(row: GripStrength, data: PatientData) -> Iterator[Question]:
    """The grip strength was measured more than a week before or after the visit."""
    yield from far_from_visit(row, "assessed_on", data)


@check("INCAT-003", on="incat", text=FAR_FROM_VISIT, items=("assessed_on",), reads=("visit.visited_on",))
def incat_far_from_visit(row: Incat, data: PatientData) -> Iterator[Question]:
    """The INCAT grades were assessed more than a week before or after the visit."""
    yield from far_from_visit(row, "assessed_on", data)


@check(
    "DV-001",
    on="protocol-deviation",
    text=FAR_FROM_VISIT,
    items=("occurred_on", "visit_link", "category"),
    reads=("visit.visited_on",),
)
def deviation_far_from_visit(row: ProtocolDeviation, data: PatientData) -> Iterator[Question]:
    """The deviation happened more than a week from the visit it names, and is not about when the visit took place."""
    visit = data.linked(row, "visit_link")
    about_the_day = row.category in (DeviationCategory.VISIT_WINDOW, DeviationCategory.MISSED_VISIT)
    if about_the_day or not (row.occurred_on and visit and visit.visited_on):
        return
    days = abs((row.occurred_on - visit.visited_on).days)
    if days > DAYS_FROM_VISIT:
        yield Question("occurred_on", day=row.occurred_on, days=days, visited_on=visit.visited_on)


@check(
    "DV-004",
    on="protocol-deviation",
    text="{visit:visit}, {visited_on}, lies in its window.",
    items=("category", "visit_link"),
    reads=("visit.visited_on",),
)
def window_kept(row: ProtocolDeviation, data: PatientData) -> Iterator[Question]:
    """The deviation is about the window of a visit that lies in it."""
    visit = data.linked(row, "visit_link") if row.category == DeviationCategory.VISIT_WINDOW else None
    if visit and is_in_window(visit, data):
        yield Question("category", visit=visit.entry.visit, visited_on=visit.visited_on)


@check(
    "DV-005",
    on="protocol-deviation",
    text="{visit:visit} is recorded as done.",
    items=("category", "visit_link"),
    reads=("visit.occurrence",),
)
def missed_visit_done(row: ProtocolDeviation, data: PatientData) -> Iterator[Question]:
    """The deviation is about a missed visit, which was done."""
    visit = data.linked(row, "visit_link") if row.category == DeviationCategory.MISSED_VISIT else None
    if visit and visit.occurrence == Occurrence.DONE:
        yield Question("category", visit=visit.entry.visit)


@check(
    "DV-007",
    on="protocol-deviation",
    text="A prohibited medication, and no medication is recorded for {occurred_on}.",
    items=("category", "occurred_on"),
    reads=("concomitant-medication",),
)
def prohibited_medication_missing(row: ProtocolDeviation, data: PatientData) -> Iterator[Question]:
    """The deviation is a prohibited medication, and no medication may have been taken on that day."""
    if row.category != DeviationCategory.PROHIBITED_MEDICATION or not row.occurred_on:
        return
    for taken in data.rows("concomitant-medication"):
        begins_later = taken.started_on and surely_before(row.occurred_on, taken.started_on)
        ended_before = taken.ended_on and surely_before(taken.ended_on, row.occurred_on)
        if not begins_later and not ended_before:
            return
    yield Question("occurred_on", occurred_on=row.occurred_on)
