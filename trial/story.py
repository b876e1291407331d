"""The story of one patient of this trial: strength and grip over the weeks, between the infusions and the events."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

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

MEASURES = (
    ("mrc-strength", "sum_score", MRC_REVIEW, 100),
    ("grip-strength", "right_best", GRIP_REVIEW_KPA, 200),
    ("grip-strength", "left_best", GRIP_REVIEW_KPA, 200),
)
"""Form, item, review threshold, end of the scale."""


def _words_of_measures() -> tuple[tuple[str, str, str], ...]:
    """Name, unit and panel of each."""
    grip = gettext("Grip strength, best of three, kPa")
    strength = gettext("MRC sum score, 0 to 100")
    return (
        (pgettext("story", "MRC sum"), pgettext("story: unit", "of 100"), strength),
        (pgettext("story", "Grip right"), "kPa", grip),
        (pgettext("story", "Grip left"), "kPa", grip),
    )


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
    return Story(series, tuple(moments), ticks, pgettext("what is given: so many … days", "infusion"))


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
            Series(item, *words, threshold, 0, high, self._value(crf, protocol().baseline, item))
            for words, (crf, item, threshold, high) in zip(_words_of_measures(), MEASURES, strict=True)
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
            title = gettext("Infusion, dose not entered")
            if row.given_g is not None:
                title = gettext("Infusion, %(grams)s g") % {"grams": row.given_g}
            named = pgettext("of an infusion", "no lot entered")
            if lots:
                words = ngettext("lot %(lots)s", "lots %(lots)s", len(lots))
                named = words % {"lots": pgettext("between the names of a list", ", ").join(lots)}
            yield Dose(
                self.day(row.infused_on),
                str(row.infused_on),
                title,
                _dose_words(_label(code), named, row.entry.number, days),
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
        entry = row.entry
        return Event(
            self.day(earliest(row.started_on)),
            row.started_on,
            row.term or gettext("Adverse event %(number)d") % {"number": entry.number},
            _event_words(row),
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
                why = row.missed_reason or pgettext("story", "no reason entered")
                title = gettext("%(visit)s missed") % {"visit": _label(code)}
                yield Missed(self.day(on), str(on), title, why, self._source(code))

    def next(self) -> Iterator[Window]:
        """The next visit, if it has a day."""
        due: VisitDue | None = self.schedule_status.next
        if due and due.due_on and due.opens_on and due.closes_on:
            overdue = due.state == VisitState.OVERDUE
            words = gettext("window %(opens)s to %(closes)s")
            if overdue:
                words = gettext("window %(opens)s to %(closes)s, overdue")
            yield Window(
                self.day(due.due_on),
                str(due.due_on),
                gettext("%(visit)s due") % {"visit": due.plan.label},
                words % {"opens": due.opens_on, "closes": due.closes_on},
                opens=self.day(due.opens_on),
                closes=self.day(due.closes_on),
                overdue=overdue,
            )

    def end(self) -> Iterator[End]:
        """The end of study, once it has a date."""
        row, on = self.data.one("end-of-study"), self._left_on()
        if row and on:
            why = row.get_reason_display().lower() if row.reason else pgettext("story", "no reason entered")
            yield End(
                self.day(on),
                str(on),
                pgettext("story", "End of study"),
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
        return gettext("before the first infusion")
    if days == 0:
        return gettext("on the day of an infusion, after it began")
    words = ngettext("%(days)d day after the last infusion", "%(days)d days after the last infusion", days)
    return words % {"days": days}


def _dose_words(visit: str, lots: str, number: int, days: int) -> str:
    """`number`: which of the infusion days of its visit."""
    named = {"visit": visit, "lots": lots, "number": number, "days": days}
    if days > 1:
        return gettext("%(visit)s, day %(number)d of %(days)d; %(lots)s") % named
    return pgettext("an infusion", "%(visit)s; %(lots)s") % named


def _event_words(row: Any) -> str:
    """Severity, seriousness, and from when to when."""
    severity = pgettext("story", "severity not entered")
    if row.severity:
        severity = row.get_severity_display().lower()
    serious = pgettext("story", "seriousness not entered")
    if row.serious is not None:
        serious = pgettext("an event", "serious") if row.serious else pgettext("an event", "not serious")
    named = {"severity": severity, "serious": serious, "start": row.started_on, "end": row.ended_on}
    if row.ended_on:
        return gettext("%(severity)s, %(serious)s, from %(start)s to %(end)s") % named
    if row.ongoing:
        return gettext("%(severity)s, %(serious)s, from %(start)s ongoing") % named
    return gettext("%(severity)s, %(serious)s, from %(start)s no end entered") % named
