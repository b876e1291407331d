"""Grip strength: three trials of each hand with an air-bulb vigorimeter, in kPa."""

from collections.abc import Iterator
from decimal import Decimal

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Line, Measure
from ecrf.forms.registry import Section, crf
from ecrf.forms.words import said
from trial.crfs.visit import another_day
from trial.outcomes import GRIP_TRIALS, SIDES, grip_best, grip_mean

TRIALS = tuple(f"{side}_{n}" for side in SIDES for n in range(1, GRIP_TRIALS + 1))

HIGHEST_LIKELY = 160
SPREAD_SHARE, SPREAD_KPA = 0.2, 5
BEST_MOVED = 30


def _trial(side: str, n: int) -> Measure:
    code = f"GRIP{side[0].upper()}{n}_MKORRES"
    return Measure(f"{side.title()} hand, trial {n}", low="0", high="200", unit="kPa", cdash=code)


def _derived(label: str, rule: str) -> Measure:
    return Measure(label, unit="kPa", rule=rule)


@crf("grip-strength", title="Grip strength", domain="MK", version=2)
class GripStrength(Crf):
    """Three trials of each hand; 0 is a result, and differs from a trial that was not done."""

    device = Line("Device", max_length=60, hint="Serial or inventory number", cdash="SPDEVID")
    assessor = Line("Assessor", max_length=60, hint="A code, not a name", cdash="MKEVALID")
    assessed_on = another_day("MKDAT")
    right_1 = _trial("right", 1)
    right_2 = _trial("right", 2)
    right_3 = _trial("right", 3)
    left_1 = _trial("left", 1)
    left_2 = _trial("left", 2)
    left_3 = _trial("left", 3)
    right_best = _derived("Right hand, best", "GRIP-BEST v1")
    right_mean = _derived("Right hand, mean", "GRIP-MEAN v1")
    left_best = _derived("Left hand, best", "GRIP-BEST v1")
    left_mean = _derived("Left hand, mean", "GRIP-MEAN v1")

    sections = (
        Section("Assessment", "device", "assessor", "assessed_on"),
        Section("Trials", *TRIALS, help="kPa, one decimal. 0 is a result; nd if a trial was not done."),
        Section("Calculated", "right_best", "right_mean", "left_best", "left_mean"),
    )

    def trials(self, side: str) -> list[Decimal | None]:
        """The three trials of one hand."""
        return [getattr(self, f"{side}_{n}") for n in range(1, GRIP_TRIALS + 1)]

    def calculate(self, data: PatientData) -> None:
        for side in SIDES:
            setattr(self, f"{side}_best", grip_best(self.trials(side)))
            setattr(self, f"{side}_mean", grip_mean(self.trials(side)))

    @classmethod
    def grid(cls) -> list[tuple[str, list[str], str]]:
        """Rows of the page's grid: a hand, its three trials, its best."""
        trials = range(1, GRIP_TRIALS + 1)
        return [(said(side.title()), [f"{side}_{n}" for n in trials], f"{side}_best") for side in SIDES]


@check("GRIP-001", on="grip-strength", text="{value} kPa is more than {highest} kPa.", items=TRIALS)
def unlikely_high(row: GripStrength, data: PatientData) -> Iterator[Question]:
    """A trial above 160 kPa."""
    for item in TRIALS:
        value = getattr(row, item)
        if value is not None and value > HIGHEST_LIKELY:
            yield Question(item, value=value, highest=HIGHEST_LIKELY)


@check(
    "GRIP-002",
    on="grip-strength",
    text={
        "right": "The right hand's trials lie {spread} kPa apart ({lowest} to {highest}).",
        "left": "The left hand's trials lie {spread} kPa apart ({lowest} to {highest}).",
    },
    items=TRIALS,
)
def trials_apart(row: GripStrength, data: PatientData) -> Iterator[Question]:
    """The three trials of a hand differ by more than 20 % of the best and more than 5 kPa."""
    for side in SIDES:
        done = [trial for trial in row.trials(side) if trial is not None]
        if len(done) < GRIP_TRIALS:
            continue
        spread = max(done) - min(done)
        if spread > SPREAD_KPA and spread > SPREAD_SHARE * float(max(done)):
            yield Question(f"{side}_3", side, spread=spread, lowest=min(done), highest=max(done))


@check(
    "GRIP-003",
    on="grip-strength",
    text={
        "rose": "Grip rose from {before} to {now} kPa since {visit:visit}.",
        "fell": "Grip fell from {before} to {now} kPa since {visit:visit}.",
    },
    items=TRIALS,
    reads=("grip-strength",),
)
def best_moved(row: GripStrength, data: PatientData) -> Iterator[Question]:
    """The best trial of a hand moved by 30 kPa or more since the last visit that has one."""
    for best in (f"{side}_best" for side in SIDES):
        now, last = getattr(row, best), data.last("grip-strength", row, best)
        if now is None or last is None:
            continue
        before = getattr(last, best)
        if abs(now - before) >= BEST_MOVED:
            way = "rose" if now > before else "fell"
            yield Question(best, way, before=before, now=now, visit=last.entry.visit)
