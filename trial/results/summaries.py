"""Summaries of values: by the statistics of SciPy and of Python's library, none by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from scipy import stats

CONFIDENCE = 0.95
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
        return f"{printed(self.low)} to {printed(self.high)}" if self.n else DASH


@dataclass(frozen=True)
class PairedChange:
    """The mean change of those who have both values, with its 95 % interval (Student's t); none below two."""

    n: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def interval(self) -> str:
        return DASH if self.low is None else f"{signed(self.low)} to {signed(self.high)}"


def summarise(values: Iterable[Number]) -> Summary:
    """No mean without a value, no deviation below two."""
    given = [float(value) for value in values]
    if len(given) < 2:
        return Summary(1, given[0], None, *given * 3) if given else Summary(0)
    low, high = min(given), max(given)
    mean = float(stats.tmean(given))
    sd = float(stats.tstd(given)) if low < high else 0.0
    return Summary(len(given), mean, sd, median(given), low, high)


def changes(before: Mapping[str, Number], after: Mapping[str, Number]) -> dict[str, float]:
    """The change of each patient who has both values, by patient number."""
    both = ((patient, before[patient]) for patient in after if patient in before)
    return {patient: round(float(after[patient]) - float(first), EXACT_PLACES) for patient, first in both}


def paired(changed: Iterable[float]) -> PairedChange:
    """The mean of the changes, with the interval of the paired t test."""
    given = list(changed)
    if len(given) < 2:
        return PairedChange(len(given), given[0] if given else None)
    mean = float(stats.tmean(given))
    if min(given) == max(given):
        return PairedChange(len(given), mean, mean, mean)
    low, high = stats.ttest_1samp(given, 0).confidence_interval(CONFIDENCE)
    return PairedChange(len(given), mean, float(low), float(high))


def share(count: int, of: int) -> str:
    """A whole percentage; a dash of nobody."""
    return f"{printed(100 * count / of, 0)} %" if of else DASH


def share_interval(count: int, of: int) -> str:
    """The exact 95 % interval of a share (Clopper and Pearson), in per cent."""
    if not of:
        return DASH
    found = stats.binomtest(count, of).proportion_ci(CONFIDENCE, method="exact")
    return f"{printed(100 * found.low, 0)} to {printed(100 * found.high, 0)} %"


def printed(value: Number | None, places: int = 1) -> str:
    """Rounded half upwards, as publications do; a dash for what does not exist."""
    if value is None:
        return DASH
    exact = Decimal(repr(round(float(value), EXACT_PLACES)))
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return str(rounded or abs(rounded)).replace("-", MINUS)


def signed(value: Number | None, places: int = 1) -> str:
    """The same with the sign of a change: `+5.3`, `−0.2`, `0.0`."""
    text = printed(value, places)
    return f"+{text}" if value and value > 0 and text.strip("0.") else text
