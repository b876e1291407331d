"""After the withdrawal of consent nothing new is taken: what is dated later is refused, whichever way it comes.

What was collected until that day stays and can be corrected. Taking a value out, or saying why there is none, adds
nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of
from ecrf.casebook.record.hooks import HOOKS, Writing
from ecrf.casebook.schedule.status import visit_due, was_missed
from ecrf.forms.crf import Crf
from ecrf.forms.items import Day, PartialDay
from ecrf.forms.partial_dates import surely_before
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition, by_model


@dataclass(frozen=True)
class Withdrawal:
    """The last day of which data are taken, and what the patient allows from then on, as answered."""

    on: date
    allowed: str

    @property
    def words(self) -> str:
        return f"the withdrawal of consent, {self.on}"


@HOOKS.needed
def form_of_the_end(key: str, changed: list[str]) -> set[str]:
    """It says whether consent was withdrawn."""
    trial = protocol()
    return {trial.end_form} if trial.consent_withdrawn and key != trial.end_form else set()


def withdrawal_of(data: PatientData) -> Withdrawal | None:
    """None where consent was not withdrawn, or on a day that is not known."""
    trial = protocol()
    rule, row = trial.consent_withdrawn, data.one(trial.end_form) if trial.consent_withdrawn else None
    if rule is None or row is None or getattr(row, trial.end_reason_item) != rule.reason:
        return None
    on = getattr(row, trial.end_date_item)
    return Withdrawal(on, getattr(row, rule.allowing) or "") if on else None


@HOOKS.before_write
def refuse_later_data(writing: Writing) -> dict[str, str]:
    """{item: why it is refused}; the form that says so is never refused itself."""
    trial, row, definition = protocol(), writing.row, writing.place.definition
    rule = trial.consent_withdrawn
    if rule is None or definition.key == trial.end_form:
        return {}
    withdrawal = withdrawal_of(writing.data)
    given = [name for name in writing.changed if getattr(row, name) is not None]
    if withdrawal is None or not given or withdrawal.allowed in rule.visits_with:
        return {}
    if writing.place.visit is None and withdrawal.allowed in rule.logs_with:
        return {}
    wrong = f" If that day is wrong, correct “{CRFS[trial.end_form].title}” first."
    refused = {}
    if why := _why_not_here(writing, withdrawal):
        # The date that puts the row there can be corrected: it is held against the withdrawal by itself.
        own = _own_day(definition)
        refused = {name: why + wrong for name in given if name != own}
    for name, day in later_days(row, withdrawal.on):
        if name in given:
            refused[name] = f"{day} is after {withdrawal.words}: no new data are taken.{wrong}"
    return refused


def later_days(row: Crf, on: date) -> Iterator[tuple[str, Any]]:
    """The days of the row that are surely after `on`, by their items; not those of a report, nor what may lie ahead."""
    definition, rule = by_model(type(row)), protocol().consent_withdrawn
    reports = rule.reports if rule else frozenset()
    for name, item in definition.entered.items():
        is_own = isinstance(item, Day | PartialDay) and not item.future
        if not is_own or f"{definition.key}.{name}" in reports:
            continue
        value = getattr(row, name)
        if value and surely_before(on, value):
            yield name, value


def _own_day(definition: CrfDefinition) -> str:
    """The item that says of which day such a row is: in a log, its first date; "" if it has none, or its visit says."""
    trial, key = protocol(), definition.row_of or definition.key
    if key == trial.visit_form:
        return trial.visit_date_item
    if key not in trial.logs:
        return ""
    rule = trial.consent_withdrawn
    reports = rule.reports if rule else frozenset()
    days = (name for name, item in definition.entered.items() if isinstance(item, Day | PartialDay))
    return next((name for name in days if f"{definition.key}.{name}" not in reports), "")


def _why_not_here(writing: Writing, withdrawal: Withdrawal) -> str:
    """Why nothing may be added to this form any more; "" if it may."""
    if writing.place.visit is not None:
        return _why_not_at_visit(writing, withdrawal)
    own = _own_day(writing.place.definition)
    if own and own in dict(later_days(writing.row, withdrawal.on)):
        return f"This is of {getattr(writing.row, own)}, after {withdrawal.words}: no new data are taken."
    return ""


def _why_not_at_visit(writing: Writing, withdrawal: Withdrawal) -> str:
    trial, data, visit = protocol(), writing.data, writing.place.visit
    assert visit is not None
    label, is_visit_form = label_of(visit.code), writing.place.definition.key == trial.visit_form
    rows = [writing.row] if is_visit_form else data.at(trial.visit_form, visit.code)
    row = next(iter(rows), None)
    day = getattr(row, trial.visit_date_item) if row else None
    if day:
        return (
            f"{label} was on {day}, after {withdrawal.words}: nothing is added."
            if day > withdrawal.on
            else ""
        )
    if is_visit_form and was_missed(row):
        return ""  # so it is closed
    due = visit_due(writing.place.patient, visit.code, data)
    if due and due.opens_on and due.opens_on > withdrawal.on:
        return f"{label} is due from {due.opens_on}, after {withdrawal.words}: nothing is taken there."
    if is_visit_form or (row and trial.visit_date_item in row.missing_reasons):
        return ""
    return f"Enter the date of {label} first: what is later than {withdrawal.words}, is not taken."
