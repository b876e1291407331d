"""Summaries of values: over whole arrays by NumPy, quantiles of the distributions by SciPy, none by hand.

Of SciPy no more is loaded than its special functions: `scipy.stats` alone takes longer than a whole page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import isnan, sqrt

import numpy as np
from django.utils.translation import gettext, pgettext
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, stdtrit

TAIL = 0.025
"""Of the probability, beyond each end of a 95 % interval."""
EXACT_PLACES = 9
"""Values have one decimal: what differs beyond this place is the noise of binary fractions."""

DASH = "–"
MINUS = "−"

Number = int | float | Decimal


@dataclass(frozen=True)
class Summary:
    """How many values there are, and what they are like. `sd` is the sample's (n − 1), and needs two values."""

    n: int
    mean: float | None = None
    sd: float | None = None
    median: float | None = None
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        """As the publication prints it: `85.6 (8.7)`; a dash for what does not exist."""
        return f"{printed(self.mean)} ({printed(self.sd)})"

    @property
    def range(self) -> str:
        return _from_to(printed(self.low), printed(self.high)) if self.n else DASH


@dataclass(frozen=True)
class PairedChange:
    """The mean change of those who have both values, with its 95 % interval (Student's t); none below two."""

    n: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def interval(self) -> str:
        return DASH if self.low is None else _from_to(signed(self.low), signed(self.high))


def given_of(values: ArrayLike) -> NDArray[np.float64]:
    """Those that are there."""
    array = np.asarray(values, dtype=np.float64)
    return array[~np.isnan(array)]


def summarise(values: ArrayLike) -> Summary:
    """No mean without a value, no deviation below two."""
    given = given_of(values)
    if not given.size:
        return Summary(0)
    low, high = float(given.min()), float(given.max())
    if low == high:
        return Summary(given.size, low, 0.0 if given.size > 1 else None, low, low, low)
    return Summary(
        given.size, float(given.mean()), float(given.std(ddof=1)), float(np.median(given)), low, high
    )


def changes(before: ArrayLike, after: ArrayLike) -> NDArray[np.float64]:
    """The change of each patient who has both values."""
    return np.round(np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64), EXACT_PLACES)


def paired(changed: ArrayLike) -> PairedChange:
    """The mean of the changes, with the interval of the paired t test."""
    given = given_of(changed)
    if not given.size:
        return PairedChange(0)
    mean = float(given.mean())
    if given.size < 2:
        return PairedChange(1, mean)
    half = float(stdtrit(given.size - 1, 1 - TAIL)) * float(given.std(ddof=1)) / sqrt(given.size)
    return PairedChange(given.size, mean, mean - half, mean + half)


def share(count: int, of: int) -> str:
    """A whole percentage; a dash of nobody. 0 % is of none and 100 % of all: what only rounds to them says so."""
    if not of:
        return DASH
    percent = printed(100 * count / of, 0)
    if percent == "0" and count:
        return "<1 %"
    return ">99 %" if percent == "100" and count < of else f"{percent} %"


def share_interval(count: int, of: int) -> str:
    """The exact 95 % interval of a share (Clopper and Pearson), in per cent."""
    if not of:
        return DASH
    low = float(betaincinv(count, of - count + 1, TAIL)) if count else 0.0
    high = float(betaincinv(count + 1, of - count, 1 - TAIL)) if count < of else 1.0
    ends = {"low": printed(100 * low, 0), "high": printed(100 * high, 0)}
    return gettext("%(low)s to %(high)s %%") % ends


def _from_to(low: str, high: str) -> str:
    return pgettext("two numbers", "%(low)s to %(high)s") % {"low": low, "high": high}


def percentiles(values: ArrayLike, which: Iterable[float]) -> list[float]:
    """Between two values in proportion, as NumPy and R do unless told otherwise."""
    return [float(one) for one in np.percentile(given_of(values), list(which))]


def printed(value: Number | None, places: int = 1) -> str:
    """Rounded half upwards, as publications do; a dash for what does not exist."""
    if value is None or isnan(value):
        return DASH
    exact = Decimal(repr(round(float(value), EXACT_PLACES)))
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return str(rounded or abs(rounded)).replace("-", MINUS)


def signed(value: Number | None, places: int = 1) -> str:
    """The same with the sign of a change: `+5.3`, `−0.2`, `0.0`."""
    text = printed(value, places)
    return f"+{text}" if value and value > 0 and text.strip("0.") else text
