"""The story of one patient of this trial: strength and grip over the weeks, between the infusions and the events."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ecrf.casebook.data import PatientData
from ecrf.casebook.schedule.due import ScheduleStatus, VisitDue, VisitState
from ecrf.casebook.story import (
    Assessment,
    Dose,
    End,
    Event,
    Missed,
    Moment,
    Series,
    Source,
    Story,
    StoryPoint,
    Window,
)
from ecrf.forms.partial_dates import earliest, latest
from ecrf.forms.protocol import protocol
from trial.crfs.visit import Occurrence
from trial.outcomes import GRIP_REVIEW_KPA, MRC_REVIEW

TREATMENT = "infusion"
GRIP = "Grip strength, best of three, kPa"

MEASURES = (
    ("mrc-strength", "sum_score", "MRC sum", "of 100", "MRC sum score, 0 to 100", MRC_REVIEW, 100),
    ("grip-strength", "right_best", "Grip right", "kPa", GRIP, GRIP_REVIEW_KPA, 200),
    ("grip-strength", "left_best", "Grip left", "kPa", GRIP, GRIP_REVIEW_KPA, 200),
)
"""Form, item, name, unit, panel, review threshold, end of the scale."""


def story(data: PatientData, schedule_status: ScheduleStatus, today: date) -> Story | None:
    """The story as of `today`; None before the baseline visit has its date, or without a value and a dose."""
    data.load(*protocol().story_reads)
    baseline_on = data.visit_days.get(protocol().baseline)
    if baseline_on is None:
        return None
    reader = StoryReader(data, schedule_status, baseline_on, today)
    series = reader.series()
    measured = [*reader.assessments(series), *reader.doses()]
    if not measured:
        return None
    others = [*reader.events(), *reader.missed(), *reader.next(), *reader.end()]
    moments = sorted([*measured, *others], key=lambda moment: (moment.day, ORDER.index(type(moment))))
    ticks = tuple(plan.day - 1 for plan in protocol().visits if plan.day is not None)
    return Story(series, tuple(moments), ticks, TREATMENT)


ORDER: list[type[Moment]] = [Assessment, Dose, Missed, Event, Window, End]
"""Of the moments of one day: strength is assessed before the dose."""


class StoryReader:
    """Reads one patient's data as moments, counted in days from the baseline visit."""

    def __init__(
        self, data: PatientData, schedule_status: ScheduleStatus, baseline_on: date, today: date
    ) -> None:
        self.data, self.schedule_status = data, schedule_status
        self.baseline_on, self.today = baseline_on, today

    def day(self, on: date) -> int:
        return (on - self.baseline_on).days

    def series(self) -> tuple[Series, ...]:
        """The measures, each with the patient's own baseline value."""
        return tuple(
            Series(item, name, unit, panel, threshold, 0, high, self._value(crf, protocol().baseline, item))
            for crf, item, name, unit, panel, threshold, high in MEASURES
        )

    def _value(self, crf: str, code: str, item: str) -> Decimal | None:
        row = next(iter(self.data.at(crf, code)), None)
        value = getattr(row, item, None)
        return None if value is None else Decimal(value)

    def assessments(self, series: tuple[Series, ...]) -> Iterator[Assessment]:
        """The visits with a value, in the order of their dates, each compared with the last one that has it."""
        last: dict[str, Decimal] = {}
        days = sorted((on, code) for code, on in self.data.visit_days.items() if on)
        for on, code in days:
            points = []
            for measure, (crf, item, *_) in zip(series, MEASURES, strict=True):
                value = self._value(crf, code, item)
                if value is not None:
                    change = value - last[item] if item in last else None
                    points.append(StoryPoint(measure, value, change))
                    last[item] = value
            if points:
                source = self._source(code)
                since = self._since_dose(on, code)
                detail = _since_words(since)
                yield Assessment(self.day(on), str(on), _label(code), detail, source, tuple(points), since)

    def _since_dose(self, on: date, code: str) -> int | None:
        """Days from the last infusion before the assessment; that day's own counts if it had begun."""
        rows = self.data.at("mrc-strength", code)
        after = any(row.before_dose is False for row in rows)
        given = [row.infused_on for row in self.data.rows("infusion") if row.infused_on]
        before = [day for day in given if day < on or (after and day == on)]
        return (on - max(before)).days if before else None

    def doses(self) -> Iterator[Dose]:
        """One moment an infusion day that has a date."""
        for row in self.data.rows("infusion"):
            if not row.infused_on:
                continue
            code = row.entry.visit.code
            days = len(self.data.at("infusion", code))
            lots = [r.lot_number for r in self.data.children("infusion-lot", row) if r.lot_number]
            given = f"{row.given_g} g" if row.given_g is not None else "dose not entered"
            part = f", day {row.entry.number} of {days}" if days > 1 else ""
            named = f"{'lots' if len(lots) > 1 else 'lot'} {', '.join(lots)}" if lots else "no lot entered"
            yield Dose(
                self.day(row.infused_on),
                str(row.infused_on),
                f"Infusion, {given}",
                f"{_label(code)}{part}; {named}",
                self._source(code),
                row.given_g,
                "g",
                tuple(lots),
            )

    def events(self) -> Iterator[Event]:
        """The adverse events of which the beginning is known, at least its year."""
        for row in self.data.rows("adverse-event"):
            if row.started_on:
                yield self._event(row)

    def _event(self, row: Any) -> Event:
        is_open = not row.ended_on
        known_to = max(self._left_on() or self.today, earliest(row.started_on))
        ended = (earliest(row.ended_on), latest(row.ended_on)) if row.ended_on else (known_to, known_to)
        until = f"to {row.ended_on}" if row.ended_on else "ongoing" if row.ongoing else "no end entered"
        severity = row.get_severity_display().lower() if row.severity else "severity not entered"
        serious = {True: "serious", False: "not serious"}.get(row.serious, "seriousness not entered")
        entry = row.entry
        return Event(
            self.day(earliest(row.started_on)),
            row.started_on,
            row.term or f"Adverse event {entry.number}",
            f"{severity}, {serious}, from {row.started_on} {until}",
            Source(crf="adverse-event", number=entry.number, entry_id=entry.pk),
            until=self.day(ended[1]),
            sure_from=self.day(latest(row.started_on)),
            sure_to=self.day(ended[0]),
            is_open=is_open,
            severity=row.severity or "",
            serious=bool(row.serious),
        )

    def missed(self) -> Iterator[Missed]:
        """The missed visits, on the day they were due."""
        due_on = {due.plan.code: due.due_on for due in self.schedule_status.visits}
        for row in self.data.rows("visit"):
            code = row.entry.visit.code
            on = due_on.get(code)
            if row.occurrence == Occurrence.MISSED and on:
                why = row.missed_reason or "no reason entered"
                yield Missed(self.day(on), str(on), f"{_label(code)} missed", why, self._source(code))

    def next(self) -> Iterator[Window]:
        """The next visit, if it has a day."""
        due: VisitDue | None = self.schedule_status.next
        if due and due.due_on and due.opens_on and due.closes_on:
            overdue = due.state == VisitState.OVERDUE
            window = f"window {due.opens_on} to {due.closes_on}"
            yield Window(
                self.day(due.due_on),
                str(due.due_on),
                f"{due.plan.label} due",
                f"{window}, overdue" if overdue else window,
                opens=self.day(due.opens_on),
                closes=self.day(due.closes_on),
                overdue=overdue,
            )

    def end(self) -> Iterator[End]:
        """The end of study, once it has a date."""
        row, on = self.data.one("end-of-study"), self._left_on()
        if row and on:
            why = row.get_reason_display().lower() if row.reason else "no reason entered"
            yield End(
                self.day(on),
                str(on),
                "End of study",
                why,
                Source(crf="end-of-study", number=1, entry_id=row.entry_id),
            )

    def _left_on(self) -> date | None:
        row = self.data.one("end-of-study")
        return row.ended_on if row else None

    def _source(self, code: str) -> Source:
        row = next(iter(self.data.at("visit", code)), None)
        return Source(visit_code=code, visit_id=row.entry.visit_id if row else None)


def _label(code: str) -> str:
    plan = protocol().plan(code)
    return plan.label if plan else code


def _since_words(days: int | None) -> str:
    if days is None:
        return "before the first infusion"
    if days == 0:
        return "on the day of an infusion, after it began"
    return f"{days} day{'' if days == 1 else 's'} after the last infusion"
