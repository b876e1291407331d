"""Laboratory: the sites' reference ranges, and sixteen results a visit in the units of each site."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from ecrf.casebook.laboratory.ranges import find, flag
from ecrf.casebook.laboratory.services import NewRange
from trial.lab_tests import LAB_TESTS
from trial.synthetic import course, exceptions
from trial.synthetic.filled import Filled, Values, yes
from trial.synthetic.patients import PatientStory, noise
from trial.synthetic.results import REMARKS, RESULTS, SIGNIFICANT

Limits = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True)
class Usual:
    """A test in the unit of most sites: its limits for anybody or by sex ("M", "F"), decimals, and by how many
    per cent one patient's results go up and down."""

    unit: str
    limits: dict[str, Limits]
    decimals: int
    varies: int


def _usual(text: str) -> Usual:
    unit, decimals, varies, *limits = text.split()
    by_sex = dict(zip(("M", "F") if len(limits) == 2 else ("",), limits, strict=True))
    return Usual(unit, {sex: _limits(pair) for sex, pair in by_sex.items()}, int(decimals), int(varies))


def _limits(pair: str) -> Limits:
    low, high = (Decimal(text) if text else None for text in pair.split("-"))
    return low, high


# unit, decimals, variation in per cent, limits (men's and women's where they differ)
USUAL = {
    "HGB": _usual("g/dL 1 3 13.7-16.8 11.6-14.8"),
    "WBC": _usual("×10³/µL 1 14 3.3-8.6"),
    "PLAT": _usual("×10⁴/µL 1 8 15.8-34.8"),
    "AST": _usual("U/L 0 12 13-30"),
    "ALT": _usual("U/L 0 14 10-42 7-23"),
    "ALP": _usual("U/L 0 6 38-113"),
    "GGT": _usual("U/L 0 10 13-64 9-32"),
    "BILI": _usual("mg/dL 1 15 0.4-1.5"),
    "LDH": _usual("U/L 0 6 124-222"),
    "CREAT": _usual("mg/dL 2 5 0.65-1.07 0.46-0.79"),
    "UREAN": _usual("mg/dL 1 12 8-20"),
    "IGG": _usual("mg/dL 0 5 861-1747"),
    "IGA": _usual("mg/dL 0 4 93-393"),
    "HAPTOG": _usual("mg/dL 0 10 19-170"),
    "RETI": _usual("% 1 12 0.5-2.0"),
    "DDIMER": _usual("µg/mL 1 15 -1.0"),
}
LOWEST = Decimal("0.2")
"""Stands for a lower limit where there is none."""

OTHER_UNITS = {
    ("02", "HGB"): ("g/L", Decimal(10), 0),
    ("02", "IGG"): ("g/L", Decimal("0.01"), 2),
    ("02", "IGA"): ("g/L", Decimal("0.01"), 2),
    ("07", "BILI"): ("µmol/L", Decimal("17.1"), 0),
    ("07", "CREAT"): ("µmol/L", Decimal("88.4"), 0),
    ("07", "UREAN"): ("mmol/L", Decimal("0.357"), 1),
}
"""Sites whose laboratory reports in another unit: the unit, how many make one of the usual, decimals."""

VALID_FROM = date(2024, 1, 1)
REPLACED = {("01", "LDH"): (date(2025, 1, 1), (Decimal(119), Decimal(229)))}
"""Where a range was replaced during the study: the first day of the usual one, and the limits before it."""

IMMUNOGLOBULIN_PERCENT = {"SCR": 118, "W01": 112}
TREATED_PERCENT = 165
"""IgG before the next infusion, compared with a person who gets none."""

LIVER_PERCENT = 170
"""AST and ALT at the few visits at which they are a little raised."""


@cache
def ranges(site: str) -> tuple[NewRange, ...]:
    """The reference ranges of a site's laboratory."""
    return tuple(found for test, usual in USUAL.items() for found in _ranges(site, test, usual))


def _ranges(site: str, test: str, usual: Usual) -> Iterator[NewRange]:
    unit, times, decimals = OTHER_UNITS.get((site, test), (usual.unit, Decimal(1), usual.decimals))
    valid_from = VALID_FROM
    if replaced := REPLACED.get((site, test)):
        valid_from, (least, most) = replaced
        yield NewRange(test, unit, least, most, "", VALID_FROM, valid_from - timedelta(days=1))
    for sex, limits in usual.limits.items():
        low, high = (None if limit is None else _rounded(limit * times, decimals) for limit in limits)
        yield NewRange(test, unit, low, high, sex, valid_from)


def _rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals))


def laboratory(story: PatientStory, code: str) -> Iterator[Filled]:
    """The sample of a visit and its sixteen results."""
    at = 30 + noise(story.name, code, "sample", below=25)
    head: Values = {"collected_on": course.day(story, code).isoformat(), "collected_at": f"08:{at}"}
    yield Filled(code, "laboratory", {**head, "fasting": yes(noise(story.name, "fasting", below=3) == 0)})
    for number, test in enumerate(LAB_TESTS, 1):
        yield _result(story, code, number, test.code)


def _result(story: PatientStory, code: str, number: int, test: str) -> Filled:
    values: Values = dict(zip(("value", "comparator"), _typed(story, code, test), strict=False))
    if remark := REMARKS.get((story.name, code, test)):
        values["comment"] = remark
    form = exceptions.as_typed(story.name, Filled(code, "lab-result", values, number, 1))
    if _is_flagged(story, form, test):
        form.values["significant"] = yes((story.name, code, test) in SIGNIFICANT)
    return form


def _typed(story: PatientStory, code: str, test: str) -> list[str]:
    """The number as the site's laboratory reports it, and the sign before it, if there is one."""
    special = RESULTS.get((story.name, code, test), "")
    _unit, times, decimals = OTHER_UNITS.get(
        (story.site, test), (USUAL[test].unit, Decimal(1), USUAL[test].decimals)
    )
    number = Decimal(special.lstrip("<")) if special else _measured(story, code, test)
    return [str(_rounded(number * times, decimals)), *(["<"] if special.startswith("<") else [])]


def _measured(story: PatientStory, code: str, test: str) -> Decimal:
    """In the usual unit: the patient's own level inside the range, and what the visit adds to it."""
    usual = USUAL[test]
    low, high = usual.limits.get(story.sex) or usual.limits[""]
    lowest, highest = low or LOWEST, high or LOWEST
    level = lowest + (highest - lowest) * (30 + noise(story.name, test, "level", below=41)) / 100
    swing = noise(story.name, code, test, below=2 * usual.varies + 1) - usual.varies
    return level * (100 + swing) * _percent(story, code, test) / 10_000


def _percent(story: PatientStory, code: str, test: str) -> int:
    """What the treatment does to a result."""
    if test == "IGG":
        return IMMUNOGLOBULIN_PERCENT.get(code, TREATED_PERCENT)
    treated = code not in IMMUNOGLOBULIN_PERCENT
    raised = test in ("AST", "ALT") and treated and noise(story.name, code, "liver", below=9) == 0
    return LIVER_PERCENT if raised else 100


def _is_flagged(story: PatientStory, form: Filled, test: str) -> bool:
    """Whether the result lies outside the site's range, so that the site is asked whether it matters."""
    value, unit, sign = (form.values.get(item) for item in ("value", "unit", "comparator"))
    day = course.day(story, form.code)
    found = find(ranges(story.site), test=test, day=day, unit=_text(unit) or None, sex=story.sex)
    number = Decimal(_text(value)) if _text(value) else None
    return flag(number, found, _text(sign) or None) not in (None, "NORMAL")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
