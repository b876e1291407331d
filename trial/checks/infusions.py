"""Edit checks of the days on which the drug was given: the induction without gaps, and the cycles after it."""

from collections.abc import Iterator
from datetime import date

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from trial import dosing
from trial.crfs.infusion import INTERVAL_DAYS, Infusion
from trial.crfs.protocol_deviation import DeviationCategory
from trial.crfs.protocol_deviation import offered as deviation_offered
from trial.dosing import Phase


@check(
    "INF-002",
    on="infusion",
    text={
        "one too many": "This is induction day {number}; {planned} are planned.",
        "gap": "Induction day {number} is {day}; day {earlier} was {earlier_day}. The days must follow on.",
    },
    items=("infused_on",),
    reads=("infusion",),
    source="D",
)
def induction_not_consecutive(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The induction is not on five consecutive days."""
    number = row.entry.number
    if row.phase != Phase.INDUCTION or not row.infused_on:
        return
    days = data.at("infusion", row.entry.visit.code) if row.entry.visit else []
    if number > dosing.INDUCTION_DAYS and len(days) <= dosing.INDUCTION_DAYS and _closes_a_gap(row, days):
        return  # it stands for one that was struck out
    if number > dosing.INDUCTION_DAYS:
        yield Question("infused_on", "one too many", number=number, planned=dosing.INDUCTION_DAYS)
    earlier = [day for day in days if day.infused_on and day.entry.number < number]
    if earlier and (row.infused_on - earlier[-1].infused_on).days != number - earlier[-1].entry.number:
        yield Question(
            "infused_on",
            "gap",
            number=number,
            day=row.infused_on,
            earlier=earlier[-1].entry.number,
            earlier_day=earlier[-1].infused_on,
        )


def _closes_a_gap(row: Infusion, days: list[Infusion]) -> bool:
    """Whether the day lies beside another one, and on none of them."""
    others = [day.infused_on for day in days if day.infused_on and day.entry_id != row.entry_id]
    apart = [abs((row.infused_on - other).days) for other in others]
    return 1 in apart and 0 not in apart


@check(
    "INF-012",
    on="infusion",
    text="{given} of {planned} induction days are recorded, and maintenance has begun.",
    items=("infused_on",),
    reads=("infusion",),
    source="D",
)
def induction_cut_short(row: Infusion, data: PatientData) -> Iterator[Question]:
    """Maintenance began with fewer than five induction days."""
    given = [r for r in data.rows("infusion") if r.infused_on]
    induction = [r for r in given if r.phase == Phase.INDUCTION]
    if not induction or induction[-1].entry_id != row.entry_id or len(induction) >= dosing.INDUCTION_DAYS:
        return
    if any(r.phase == Phase.MAINTENANCE for r in given):
        yield Question("infused_on", given=len(induction), planned=dosing.INDUCTION_DAYS)


@check(
    "INF-004",
    on="infusion",
    text="{began} is {days} days after {last:visit} began on {last_began}; {low} to {high} are usual.",
    items=("infused_on",),
    reads=("infusion",),
    offer=deviation_offered("INF-004", DeviationCategory.DOSE, on="infused_on"),
)
def interval_unusual(row: Infusion, data: PatientData) -> Iterator[Question]:
    """A cycle began less than 14 or more than 28 days after the last one began."""
    if row.phase != Phase.MAINTENANCE or not row.infused_on or not row.entry.visit:
        return
    here, starts = row.entry.visit.code, _starts(data)
    earlier = list(starts)[: list(starts).index(here)] if starts.get(here) == row.infused_on else []
    low, high = INTERVAL_DAYS
    if earlier and not low <= (days := (row.infused_on - starts[earlier[-1]]).days) <= high:
        yield Question(
            "infused_on",
            began=row.infused_on,
            days=days,
            last=earlier[-1],
            last_began=starts[earlier[-1]],
            low=low,
            high=high,
        )


def _starts(data: PatientData) -> dict[str, date]:
    """The first infusion day of each visit that has one, in the order of the schedule."""
    starts: dict[str, date] = {}
    for row in data.rows("infusion"):
        if row.infused_on and row.entry.visit:
            code = row.entry.visit.code
            starts[code] = min(starts.get(code, row.infused_on), row.infused_on)
    return starts
