"""Infusion days: the lots, the dose and the vital signs around it."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from trial import dosing
from trial.crfs.infusion import TimePoint
from trial.schedule import PROTOCOL
from trial.synthetic import course, exceptions
from trial.synthetic.filled import Filled, Values, yes
from trial.synthetic.patients import PatientStory, noise

VIAL_G = Decimal("2.5")
ML_PER_MINUTE = 3
NEW_LOT_DAYS = 21
PREMEDICATION = "Paracetamol 500 mg"

LOTS = (
    ("2024-01-01", "SYN-0412", "2026-01-31"),
    ("2024-10-15", "SYN-0437", "2026-08-31"),
    ("2025-03-10", "SYN-0468", "2027-02-28"),
    ("2025-09-01", "SYN-0503", "2027-08-31"),
    ("2026-02-02", "SYN-0529", "2028-01-31"),
)
"""The day each lot came into use, its number, its expiry."""


def infusions(story: PatientStory, code: str) -> Iterator[Filled]:
    """Every infusion day of a visit."""
    for number, day in enumerate(course.dose_days(story, code), 1):
        yield from _infusion(story, code, number, day)


def is_premedicated(story: PatientStory) -> bool:
    """Whether the patient is given something against headache before every infusion."""
    return noise(story.name, "premedication", below=4) == 0


def _infusion(story: PatientStory, code: str, number: int, day: date) -> Iterator[Filled]:
    weight = course.weight(story, code)
    phase = dosing.Phase.INDUCTION if code == PROTOCOL.baseline else dosing.Phase.MAINTENANCE
    days = story.days_per_dose if phase is dosing.Phase.MAINTENANCE else 1
    planned = (dosing.planned_dose_g(phase, weight, days) / VIAL_G).to_integral_value() * VIAL_G
    given, why = exceptions.PART_DOSES.get((story.name, code), (planned, ""))
    volume = dosing.volume_ml(given)
    start = datetime.combine(day, time(9, 5 + noise(story.name, code, number, "start", below=40)))
    end = start + timedelta(minutes=35 + int(volume) // ML_PER_MINUTE + noise(day, story.name, below=15))
    headache = is_premedicated(story)
    # The lots first: a dose that is recorded before its lot is asked about at once.
    yield from _lots(story, code, number, day, given)
    yield Filled(
        code,
        "infusion",
        {
            "infused_on": day.isoformat(),
            "dosing_weight_kg": str(weight),
            **({"split_days": str(days)} if days > 1 else {}),
            "premedicated": yes(headache),
            **({"premedication": PREMEDICATION} if headache else {}),
            "given_g": f"{given:.1f}",
            "given_ml": f"{volume:.1f}",
            "started_at": f"{start:%H:%M}",
            "ended_at": f"{end:%H:%M}",
            "rate_steps": "30, 60, 120, 180",
            "interrupted": yes(why),
            **({"interrupted_why": why} if why else {}),
        },
        number,
    )
    yield from _readings(story, code, number, start, end)


def _lots(story: PatientStory, code: str, infusion: int, day: date, given: Decimal) -> Iterator[Filled]:
    """Mostly one lot; in the weeks after a new one came, the last vials of the old one go first."""
    if story.is_practice:
        stock = [("SYN-9001", (story.baseline_on + timedelta(days=900)).isoformat())]
    else:
        used = [lot for lot in LOTS if date.fromisoformat(lot[0]) <= day]
        is_new = (day - date.fromisoformat(used[-1][0])).days < NEW_LOT_DAYS
        stock = [lot[1:] for lot in used[-2 if is_new else -1 :]]
    for number, (lot, expiry) in enumerate(stock, 1):
        share = given if len(stock) == 1 else 4 * VIAL_G if number == 1 else given - 4 * VIAL_G
        values: Values = {"lot_number": lot, "expires_on": expiry, "grams": f"{share:.1f}"}
        yield Filled(code, "infusion-lot", values, number, infusion)


def _readings(
    story: PatientStory, code: str, infusion: int, start: datetime, end: datetime
) -> Iterator[Filled]:
    moments = (
        (TimePoint.BEFORE, start - timedelta(minutes=10)),
        (TimePoint.DURING, start + (end - start) / 2),
        (TimePoint.AFTER, end + timedelta(minutes=15)),
    )
    for number, (point, at) in enumerate(moments, 1):
        signs = course.vital_signs(story, code, infusion, point.value)
        values: Values = {"time_point": point.value, "measured_at": f"{at:%H:%M}", **signs}
        yield Filled(code, "infusion-vitals", values, number, infusion)
