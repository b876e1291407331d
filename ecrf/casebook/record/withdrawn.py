"""After the withdrawal of consent nothing new is taken: what is dated later is refused, whichever way it comes.

What was collected until that day stays and can be corrected. Taking a value out, or saying why there is none, adds
nothing.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Visit
from ecrf.casebook.record.hooks import HOOKS, Writing
from ecrf.casebook.record.values import is_blank
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

    def allows(self, *, at_visit: bool) -> bool:
        """Whether values of a later day are taken all the same, at a visit or elsewhere."""
        rule = protocol().consent_withdrawn
        assert rule is not None
        return self.allowed in (rule.visits_with if at_visit else (*rule.visits_with, *rule.logs_with))


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
    row, place = writing.row, writing.place
    if protocol().consent_withdrawn is None or place.definition.key == protocol().end_form:
        return {}
    withdrawal = withdrawal_of(writing.data)
    given = [name for name in writing.changed if getattr(row, name) is not None]
    if withdrawal is None or not given or withdrawal.allows(at_visit=place.visit is not None):
        return {}
    own, refused = _own_day(place.definition), {}
    if why := _why_not_here(writing, withdrawal):
        refused = dict.fromkeys(given, why)
    elif why := _of_a_later_day(row, withdrawal):
        # The date that puts the row there can be corrected: it is held against the withdrawal by itself.
        refused = {name: why for name in given if name != own}
    for name, day in later_days(row, withdrawal.on):
        if name in given:
            words = gettext("%(day)s is after the withdrawal of consent, %(on)s: no new data are taken.")
            refused[name] = words % {"day": day, "on": withdrawal.on}
    return {name: f"{why} {_wrong()}" for name, why in refused.items()}


def why_not_again(data: PatientData, entries: Collection[int]) -> str:
    """Why these entries, which were struck out and stand again, may not: what is of a later day would be data again;
    "" if they may. Asked once they stand, inside the act."""
    withdrawal = withdrawal_of(data)
    if withdrawal is None:
        return ""
    data.load(*CRFS)
    for key in CRFS:
        for row in data.rows(key):
            visit = row.entry.visit
            is_one = row.entry_id in entries or row.entry.parent_id in entries
            if not is_one or key == protocol().end_form or withdrawal.allows(at_visit=visit is not None):
                continue
            if is_blank(row):
                continue
            why = _of_later_visit(data, visit, withdrawal) if visit else ""
            if why := why or _of_a_later_day(row, withdrawal):
                return f"{why} {_wrong()}"
    return ""


def _wrong() -> str:
    words = gettext("If that day is wrong, correct “%(form)s” first.")
    return words % {"form": CRFS[protocol().end_form].title}


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
    """The item that says of which day such a row is: of a visit its date, else the first date that is neither of a
    report nor may lie ahead; "" if it has none, or what it belongs to says."""
    trial, rule = protocol(), protocol().consent_withdrawn
    if definition.key == trial.visit_form:
        return trial.visit_date_item
    reports = rule.reports if rule else frozenset()
    days = ((n, i) for n, i in definition.entered.items() if isinstance(i, Day | PartialDay) and not i.future)
    return next((name for name, _item in days if f"{definition.key}.{name}" not in reports), "")


def _of_a_later_day(row: Crf, withdrawal: Withdrawal) -> str:
    """Why nothing may be added to what is itself of a later day; "" if it is not, or does not say."""
    definition, visit = by_model(type(row)), row.entry.visit
    own = _own_day(definition)
    if not own or own not in dict(later_days(row, withdrawal.on)):
        return ""
    if visit and definition.key == protocol().visit_form:
        return _was_later(visit, getattr(row, own), withdrawal)
    words = gettext("This is of %(day)s, after the withdrawal of consent, %(on)s: no new data are taken.")
    return words % {"day": getattr(row, own), "on": withdrawal.on}


def _was_later(visit: Visit, day: date, withdrawal: Withdrawal) -> str:
    words = gettext("%(visit)s was on %(day)s, after the withdrawal of consent, %(on)s: nothing is added.")
    return words % {"visit": label_of(visit.code), "day": day, "on": withdrawal.on}


def _why_not_here(writing: Writing, withdrawal: Withdrawal) -> str:
    """Why nothing may be added where the row stands, at its visit or in the form whose row it is; "" if it may."""
    place = writing.place
    if place.visit is not None and place.definition.key == protocol().visit_form:
        return _why_not_dated(writing, place.visit, withdrawal)
    if place.visit is not None and (why := _why_not_at_visit(writing.data, place.visit, withdrawal)):
        return why
    above = writing.data.row_of_parent(place)
    return _of_a_later_day(above, withdrawal) if above else ""


def _why_not_dated(writing: Writing, visit: Visit, withdrawal: Withdrawal) -> str:
    """Of the visit's own form: nothing but that it was missed, where it has no date and is due later. A later date is
    held against the withdrawal by itself, and what stands beside it with it."""
    if getattr(writing.row, protocol().visit_date_item) or was_missed(writing.row):
        return ""
    return _of_later_window(writing.data, visit, withdrawal)


def _why_not_at_visit(data: PatientData, visit: Visit, withdrawal: Withdrawal) -> str:
    """Of any other form of a visit."""
    if why := _of_later_visit(data, visit, withdrawal):
        return why
    trial = protocol()
    row = next(iter(data.at(trial.visit_form, visit.code)), None)
    if row and (getattr(row, trial.visit_date_item) or trial.visit_date_item in row.missing_reasons):
        return ""
    words = gettext(
        "Enter the date of %(visit)s first: what is later than the withdrawal of consent, %(on)s, is not taken."
    )
    return words % {"visit": label_of(visit.code), "on": withdrawal.on}


def _of_later_visit(data: PatientData, visit: Visit, withdrawal: Withdrawal) -> str:
    """Why nothing is taken at a visit that was later or, without a date, is due later; "" if it is neither."""
    if day := data.visit_days.get(visit.code):
        return _was_later(visit, day, withdrawal) if day > withdrawal.on else ""
    return _of_later_window(data, visit, withdrawal)


def _of_later_window(data: PatientData, visit: Visit, withdrawal: Withdrawal) -> str:
    due = visit_due(data.patient, visit.code, data)
    if due and due.opens_on and due.opens_on > withdrawal.on:
        words = gettext(
            "%(visit)s is due from %(day)s, after the withdrawal of consent, %(on)s: nothing is taken there."
        )
        return words % {"visit": label_of(visit.code), "day": due.opens_on, "on": withdrawal.on}
    return ""
