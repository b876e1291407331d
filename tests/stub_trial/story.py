"""The stub's story: the weight at the visits, the doses with their lots, and the next visit."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import visit_label
from ecrf.casebook.schedule.due import ScheduleStatus
from ecrf.casebook.story import Assessment, Dose, Series, Source, Story, StoryPoint, Window
from ecrf.forms.protocol import protocol
from tests.stub_trial.crfs.dose import StubDose
from tests.stub_trial.crfs.vital_signs import StubVitalSigns

WEIGHT = Series("weight_kg", "Weight", "kg", "Weight, kg", Decimal(10), 0, 300)


def story(data: PatientData, schedule_status: ScheduleStatus, today: date) -> Story | None:
    """None before the baseline visit has its date."""
    data.load(*protocol().story_reads)
    baseline = data.visit_days.get(protocol().baseline)
    if baseline is None:
        return None
    found = [
        *_assessments(data, baseline),
        *_doses(data, baseline),
        *_next(schedule_status, baseline),
    ]
    ticks = tuple(plan.day - 1 for plan in protocol().visits if plan.day is not None)
    return Story((WEIGHT,), tuple(sorted(found, key=lambda moment: moment.day)), ticks)


def _source(row: StubVitalSigns | StubDose) -> Source:
    return Source(visit_code=row.entry.visit.code, visit_id=row.entry.visit_id)


def _assessments(data: PatientData, baseline: date) -> Iterator[Assessment]:
    before = None
    given = [row.given_on for row in data.rows("dose") if row.given_on]
    for row in sorted(data.rows("vital-signs"), key=lambda one: str(data.visit_days[one.entry.visit.code])):
        on = data.visit_days[row.entry.visit.code]
        if on is None or row.weight_kg is None:
            continue
        change = row.weight_kg - before if before is not None else None
        since = (on - max(given)).days if given and max(given) < on else None
        words = "before the first dose" if since is None else f"{since} days after the last dose"
        point = StoryPoint(WEIGHT, row.weight_kg, change)
        title = visit_label(row.entry.visit)
        yield Assessment((on - baseline).days, str(on), title, words, _source(row), (point,), since)
        before = row.weight_kg


def _doses(data: PatientData, baseline: date) -> Iterator[Dose]:
    for row in data.rows("dose"):
        if row.given_on:
            lots = tuple(lot.lot_number for lot in data.children("dose-lot", row) if lot.lot_number)
            title, words = f"Dose, {row.given_g} g", f"lot {', '.join(lots)}"
            day, source = (row.given_on - baseline).days, _source(row)
            yield Dose(day, str(row.given_on), title, words, source, row.given_g, "g", lots)


def _next(schedule_status: ScheduleStatus, baseline: date) -> Iterator[Window]:
    due = schedule_status.next
    if due and due.due_on and due.opens_on and due.closes_on:
        opens, on, closes = ((day - baseline).days for day in (due.opens_on, due.due_on, due.closes_on))
        yield Window(on, str(due.due_on), f"{due.plan.label} due", opens=opens, closes=closes)
