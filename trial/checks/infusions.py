"""Edit checks of the days on which the drug was given: without gaps, the cycles after each other, weights and lots."""

from collections.abc import Iterator
from datetime import date

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.partial_dates import latest, surely_before
from trial import dosing
from trial.crfs.infusion import DOSE_OFF_PERCENT, INTERVAL_DAYS, Infusion, InfusionLot
from trial.crfs.protocol_deviation import DeviationCategory
from trial.crfs.protocol_deviation import offered as deviation_offered
from trial.crfs.vital_signs import WEIGHT_MOVED_PERCENT
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
    among_rows=True,
)
def induction_cut_short(row: Infusion, data: PatientData) -> Iterator[Question]:
    """Maintenance began with fewer than five induction days.

    Asked once, of the last day.
    """
    given = [r for r in data.rows("infusion") if r.infused_on]
    induction = [r for r in given if r.phase == Phase.INDUCTION]
    is_one = any(r.entry_id == row.entry_id for r in induction)
    if not is_one or len(induction) >= dosing.INDUCTION_DAYS:
        return
    if any(r.phase == Phase.MAINTENANCE for r in given):
        question = Question("infused_on", given=len(induction), planned=dosing.INDUCTION_DAYS)
        yield question.once("induction", only_if_there=induction[-1].entry_id != row.entry_id)


@check(
    "INF-004",
    on="infusion",
    text="{began} is {days} days after {last:visit} began on {last_began}; {low} to {high} are usual.",
    items=("infused_on",),
    reads=("infusion",),
    offer=deviation_offered("INF-004", DeviationCategory.DOSE, on="infused_on"),
    among_rows=True,
)
def interval_unusual(row: Infusion, data: PatientData) -> Iterator[Question]:
    """A cycle began less than 14 or more than 28 days after the last one began."""
    if row.phase != Phase.MAINTENANCE or not row.infused_on or not row.entry.visit:
        return
    here, starts = row.entry.visit.code, _starts(data)
    began, earlier = starts[here], list(starts)[: list(starts).index(here)]
    low, high = INTERVAL_DAYS
    if earlier and not low <= (days := (began - starts[earlier[-1]]).days) <= high:
        question = Question(
            "infused_on",
            began=began,
            days=days,
            last=earlier[-1],
            last_began=starts[earlier[-1]],
            low=low,
            high=high,
        )
        yield question.once(here, only_if_there=row.infused_on != began)


def _starts(data: PatientData) -> dict[str, date]:
    """The first infusion day of each visit that has one, in the order of the schedule."""
    starts: dict[str, date] = {}
    for row in data.rows("infusion"):
        if row.infused_on and row.entry.visit:
            code = row.entry.visit.code
            starts[code] = min(starts.get(code, row.infused_on), row.infused_on)
    return starts


@check(
    "INF-015",
    on="infusion",
    text="The dosing weight is {dosing} kg; the weight at the visit is {weight} kg.",
    items=("dosing_weight_kg",),
    reads=("vital-signs.weight_kg",),
)
def dosing_weight_off_visit(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The dosing weight is more than 10 % off the weight at the same visit."""
    signs = next(iter(data.at("vital-signs", row.entry.visit.code)), None) if row.entry.visit else None
    dosing_kg, weight = row.dosing_weight_kg, signs.weight_kg if signs else None
    if dosing_kg is None or weight is None:
        return
    if abs(dosing_kg - weight) * 100 > weight * WEIGHT_MOVED_PERCENT:
        yield Question("dosing_weight_kg", dosing=dosing_kg, weight=weight)


@check(
    "INF-016",
    on="infusion",
    text="Infusion day {number} of the visit has the same date, {infused_on}.",
    items=("infused_on",),
    reads=("infusion.infused_on",),
)
def two_on_one_day(row: Infusion, data: PatientData) -> Iterator[Question]:
    """Two infusion days of one visit have the same date; INF-002 asks about those of the induction."""
    if row.phase == Phase.INDUCTION or not row.infused_on or not row.entry.visit:
        return
    for other in data.at("infusion", row.entry.visit.code):
        if other.entry.number < row.entry.number and other.infused_on == row.infused_on:
            yield Question("infused_on", number=other.entry.number, infused_on=row.infused_on)
            return


@check(
    "INF-017",
    on="infusion",
    text="{days} infusion days are recorded; the dose is split over {split:days}.",
    items=("infused_on", "split_days"),
    reads=("infusion.infused_on", "infusion.split_days"),
    among_rows=True,
)
def more_days_than_planned(row: Infusion, data: PatientData) -> Iterator[Question]:
    """A maintenance dose was given on more days than it is split over; asked once, of the last day."""
    if row.phase != Phase.MAINTENANCE or not row.infused_on or not row.entry.visit:
        return
    days = [day for day in data.at("infusion", row.entry.visit.code) if day.infused_on]
    split = days[-1].split_days or 1
    if len(days) > split:
        question = Question("split_days", days=len(days), split=split)
        yield question.once(row.entry.visit.code, only_if_there=days[-1].entry_id != row.entry_id)


@check(
    "INF-018",
    on="infusion",
    text="{given} g was given; the lots give {grams} g.",
    items=("given_g",),
    reads=("infusion-lot.grams",),
    late=True,
)
def lots_off_dose(row: Infusion, data: PatientData) -> Iterator[Question]:
    """The grams from the lots of a complete infusion are more than 10 % off the dose given."""
    grams = [lot.grams for lot in data.children("infusion-lot", row)]
    if row.given_g is None or not grams or None in grams:
        return
    if abs(sum(grams) - row.given_g) * 100 > row.given_g * DOSE_OFF_PERCENT:
        yield Question("given_g", given=row.given_g, grams=sum(grams))


@check(
    "LOT-002",
    on="infusion-lot",
    text="Lot {lot} expires on {expires_on} here; at {visit:visit} its expiry is {other}.",
    items=("lot_number", "expires_on"),
    reads=("infusion-lot", "infusion.infused_on"),
)
def lot_with_two_expiries(row: InfusionLot, data: PatientData) -> Iterator[Question]:
    """The lot has another expiry than where it was first recorded; LOT-001 asks about one that had expired."""
    infusion = data.parent("infusion", row)
    had_expired = (
        row.expires_on and infusion and infusion.infused_on and infusion.infused_on > latest(row.expires_on)
    )
    if not row.lot_number or not row.expires_on or had_expired:
        return
    lots = [lot for lot in data.rows("infusion-lot") if lot.lot_number == row.lot_number and lot.expires_on]
    first = lots[0]
    if surely_before(first.expires_on, row.expires_on) or surely_before(row.expires_on, first.expires_on):
        yield Question(
            "expires_on",
            lot=row.lot_number,
            expires_on=row.expires_on,
            other=first.expires_on,
            visit=first.entry.visit,
        )
