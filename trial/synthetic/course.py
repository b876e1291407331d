"""The year between baseline and end, for one invented patient: dates, grades, grips, weight and vital signs.

Pure functions of the tables. A stage counts the visits from week 1 (0) on; screening stands at stage 0 too.
"""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from trial.crfs.mrc_strength import MUSCLES
from trial.dosing import INDUCTION_DAYS
from trial.outcomes import GRIP_TRIALS, SIDES
from trial.schedule import PROTOCOL, WEEKS
from trial.synthetic.exceptions import (
    GRADES_MOVED,
    MISSED,
    UNSCHEDULED,
    VISIT_SHIFTS,
    WEARS_OFF,
    WEIGHTS_MOVED,
)
from trial.synthetic.patients import COMPLETED, PatientStory, noise

CODES = tuple(f"W{week:02}" for week in WEEKS)
RECOVERY = (0, 18, 32, 43, 52, 60, 66, 72, 77, 81, 85, 88, 90, 92, 94, 96, 98, 100)
"""How much of the grip's change has happened by each stage, per cent."""

JITTER = (0, 0, 0, 0, 1, 1, 2, 3, -4)
"""Days around the nominal day, which is a Monday, so that no visit or second dose day falls on a weekend."""

WORN_OFF_PERCENT = 6
"""How much weaker the grip is for every muscle that is."""

LIMBS = {"arm": tuple(MUSCLES)[:5], "leg": tuple(MUSCLES)[5:]}

Grades = dict[str, int]


def other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


def codes(story: PatientStory) -> tuple[str, ...]:
    """The patient's visits in order, the missed ones among them."""
    weekly = CODES[: CODES.index(story.last) + 1]
    return ("SCR", *weekly) if story.ending == COMPLETED else ("SCR", *weekly, "ET")


def visits(story: PatientStory) -> tuple[str, ...]:
    """All visits as they came, the unscheduled ones where they took place."""
    extra = [(code, after) for (who, code), (after, *_) in UNSCHEDULED.items() if who == story.name]
    return tuple(
        found for code in codes(story) for found in (code, *(uns for uns, after in extra if after == code))
    )


def forms(story: PatientStory, code: str) -> tuple[str, ...]:
    """The forms of a visit: those planned, or those chosen at an unscheduled one; of a missed one its own alone."""
    if (story.name, code) in MISSED:
        return ("visit",)
    if extra := UNSCHEDULED.get((story.name, code)):
        return ("visit", *extra[2])
    plan = PROTOCOL.plan(code)
    return plan.forms if plan else ()


def stage(story: PatientStory, code: str) -> int:
    if extra := UNSCHEDULED.get((story.name, code)):
        return stage(story, extra[0])
    return 0 if code == "SCR" else len(codes(story)) - 2 if code == "ET" else CODES.index(code)


def day(story: PatientStory, code: str) -> date:
    """When the visit took place."""
    if code == "SCR":
        return story.baseline_on - timedelta(days=11 + noise(story.name, "screening", below=3))
    if code == "ET":
        return day(story, story.last) + timedelta(days=16)
    if extra := UNSCHEDULED.get((story.name, code)):
        return day(story, extra[0]) + timedelta(days=extra[1])
    return story.baseline_on + timedelta(days=nominal_day(code) - 1 + _shift(story, code))


def nominal_day(code: str) -> int:
    """Of a visit of the schedule, day 1 being the baseline; 1 too where the schedule names no day."""
    plan = PROTOCOL.plan(code)
    return (plan.day if plan else None) or 1


def _shift(story: PatientStory, code: str) -> int:
    if code == PROTOCOL.baseline or story.is_practice:
        return 0
    by_chance = JITTER[noise(story.name, code, "day", below=len(JITTER))]
    return VISIT_SHIFTS.get((story.name, code), by_chance)


def dose_days(story: PatientStory, code: str) -> list[date]:
    """The infusion days of a visit: five of induction, one or two of a maintenance cycle, none without a dose."""
    if "infusion" not in forms(story, code):
        return []
    count = INDUCTION_DAYS if code == PROTOCOL.baseline else story.days_per_dose
    return [day(story, code) + timedelta(days=n) for n in range(count)]


def read_grades(text: str) -> Grades:
    """`44433 55545 55544 55555` to {item: grade}; right arm, right leg, left arm, left leg."""
    found = text.replace(" ", "")
    items = [f"{side}_{muscle}" for side in SIDES for muscle in MUSCLES]
    return {item: int(grade) for item, grade in zip(items, found, strict=True)}


def grades(story: PatientStory, code: str) -> Grades:
    """The twenty grades of a visit. At screening one of them differs from the baseline."""
    found = dict(_grade_path(story)[stage(story, code)])
    if code == "SCR":
        weak = [item for item, grade in found.items() if 2 <= grade <= 4]
        item = weak[noise(story.name, "screening grade", below=len(weak))]
        found[item] += noise(story.name, "screening way", below=2) or -1
    for item in _worn(story, code):
        found[item] -= 1
    return found | {
        item: grade for (who, when, item), grade in GRADES_MOVED.items() if (who, when) == (story.name, code)
    }


def _worn(story: PatientStory, code: str) -> list[str]:
    """The muscles that were weaker before a visit's infusion because the last one had worn off."""
    many = WEARS_OFF.get((story.name, code), 0)
    path, at = _grade_path(story), stage(story, code)
    near = path[at - 1 : at + 2]
    steady = [item for item in path[0] if many and len({g[item] for g in near}) == 1 and near[0][item] >= 3]
    return sorted(steady, key=lambda item: noise(story.name, item, "worn", below=10**6))[:many]


@cache
def _grade_path(story: PatientStory) -> tuple[Grades, ...]:
    start, end = (read_grades(text) for text in story.grades)
    last = len(codes(story)) - 2
    path: list[Grades] = [{} for _ in range(last + 1)]
    for item, first in start.items():
        for at, grade in enumerate(_steps(story, item, first, end[item], last)):
            path[at][item] = grade
    _add_good_months(story, path)
    _add_bad_days(story, path)
    return tuple(path)


def _steps(story: PatientStory, item: str, first: int, final: int, last: int) -> list[int]:
    """One muscle's grades by stage: gains in the first half, losses in the second, one grade at a time."""
    gains = final > first
    possible = range(1, max(last * 6 // 10, 2)) if gains else range(last // 2 + 1, last)
    order = sorted(possible, key=lambda at: noise(story.name, item, at, below=10**6))
    moves = order[: abs(final - first)]
    return [first + (1 if gains else -1) * sum(move <= at for move in moves) for at in range(last + 1)]


def _add_good_months(story: PatientStory, path: list[Grades]) -> None:
    """Those who end little better than they began were better for some months between."""
    if sum(path[-1].values()) - sum(path[0].values()) > 3 or len(path) < len(CODES):
        return
    steady = [item for item in path[0] if 1 <= path[0][item] <= 4 and len({g[item] for g in path}) == 1]
    steady.sort(key=lambda item: noise(story.name, item, "good", below=10**6))
    for rank, item in enumerate(steady[:3]):
        for at in range(3 + rank, 11 + 2 * rank):
            path[at][item] += 1


def _add_bad_days(story: PatientStory, path: list[Grades]) -> None:
    """At a few visits one muscle is one grade weaker, never so much that the gain over baseline is lost."""
    if any(who == story.name for who, _code in WEARS_OFF):
        return  # what happens to these is told by when an infusion wears off
    floor = sum(path[0].values()) + 1
    for at in range(3, len(path) - 1):
        near = path[at - 1 : at + 2]
        steady = [item for item in path[0] if len({g[item] for g in near}) == 1 and 2 <= near[0][item] <= 4]
        if steady and sum(path[at].values()) > floor and noise(story.name, at, "bad day", below=3) == 0:
            path[at][steady[noise(story.name, at, "muscle", below=len(steady))]] -= 1


def grips(story: PatientStory, code: str) -> dict[str, Decimal]:
    """Three trials of each hand, kPa."""
    hands = zip((story.affected, other(story.affected)), story.grips, strict=True)
    return {
        f"{side}_{n}": Decimal(tenths) / 10
        for side, (first, final) in hands
        for n, tenths in enumerate(_trials(story, code, side, _best(story, code, side, first, final)), 1)
    }


def _best(story: PatientStory, code: str, side: str, first: int, final: int) -> int:
    at, last = stage(story, code), len(codes(story)) - 2
    if at in (0, last) and code != "SCR":
        return final if at else first
    level = first + (final - first) * RECOVERY[at * 17 // last] // 100
    worn = WORN_OFF_PERCENT * WEARS_OFF.get((story.name, code), 0)
    return level + level * (noise(story.name, code, side, "grip", below=9) - 4 - worn) // 100


def _trials(story: PatientStory, code: str, side: str, best: int) -> list[int]:
    """The best trial stands anywhere among the three; the others are 2 to 11 % below it."""
    place = noise(story.name, code, side, "best", below=GRIP_TRIALS)
    lower = [best * (98 - noise(story.name, code, side, n, below=10)) // 100 for n in range(GRIP_TRIALS)]
    return [best if n == place else lower[n] for n in range(GRIP_TRIALS)]


def weight(story: PatientStory, code: str) -> Decimal:
    """kg, to one decimal, within 0.6 kg of the weight at baseline but for the planned exceptions."""
    if code == PROTOCOL.baseline:
        return story.weight_kg
    by_chance = Decimal(noise(story.name, code, "weight", below=13) - 6) / 10
    return story.weight_kg + WEIGHTS_MOVED.get((story.name, code), by_chance)


def vital_signs(story: PatientStory, *moment: object) -> dict[str, str]:
    """Blood pressure, pulse, temperature, respiration and SpO2 at one moment."""

    def around(what: str, low: int, spread: int) -> int:
        own = noise(story.name, what, below=spread)
        return low + own + noise(story.name, *moment, what, below=9)

    return {
        "systolic": str(around("systolic", 106, 22)),
        "diastolic": str(around("diastolic", 62, 14)),
        "pulse": str(around("pulse", 58, 14)),
        "temperature": f"36.{noise(story.name, *moment, 'temperature', below=8)}",
        "respiration": str(13 + noise(story.name, *moment, "respiration", below=5)),
        "spo2": str(96 + noise(story.name, *moment, "spo2", below=4)),
    }
