"""Nerve conduction studies: three to five segments a patient, the first of them with the block of the history."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from trial.outcomes import Block, area_reduction_percent, conduction_block_criteria, duration_increase_percent
from trial.schedule import PROTOCOL
from trial.synthetic import course, exceptions
from trial.synthetic.enrolment import is_probable
from trial.synthetic.filled import Filled, Values
from trial.synthetic.patients import PatientStory, noise

LONG_ARM = ("wrist-elbow", "elbow-axilla")


class Measured(NamedTuple):
    """A segment and its usual values: latency ms, amplitude mV, its lower limit, duration ms, velocity m/s."""

    nerve: str
    segment: str
    latency: Decimal
    amplitude: Decimal
    limit: str
    duration: Decimal
    velocity: int
    affected: bool = True


def _measured(text: str, *, affected: bool = True) -> Measured:
    nerve, segment, latency, amplitude, limit, duration, velocity = text.split()
    numbers = (Decimal(latency), Decimal(amplitude), limit, Decimal(duration), int(velocity))
    return Measured(f"{nerve} NERVE", segment, *numbers, affected=affected)


SEGMENTS = (
    _measured("ULNAR wrist-elbow 2.8 7.4 6.0 5.4 52"),
    _measured("MEDIAN wrist-elbow 3.5 7.9 5.0 5.6 53"),
    _measured("ULNAR wrist-elbow 2.7 8.6 6.0 5.3 56", affected=False),
    _measured("MEDIAN elbow-axilla 3.6 7.2 5.0 5.7 58"),
    _measured("TIBIAL ankle-knee 4.3 9.5 4.0 5.9 46"),
)
"""In the order of the study; the third is of the arm that is less affected."""

BLOCKED = {"definite": (66, 3), "probable": (42, 4)}
"""By the category of the history: how much smaller the area of the first segment is at first, per cent, and by
how much less at each later study."""

MILD = (36, 5)
"""The same of the second segment, where the first has a definite block."""


def nerve_conduction(story: PatientStory, code: str) -> Iterator[Filled]:
    """The study of one visit with its segments."""
    yield Filled(
        code,
        "nerve-conduction",
        {
            "tested_on": course.day(story, code).isoformat(),
            "device": f"SYN-EMG-{story.site}",
            "examiner": f"N{1 + noise(story.name, 'examiner', below=3)}",
            "arm_skin_c": f"{32 + noise(story.name, code, 'arm', below=18) / 10:.1f}",
            "leg_skin_c": f"{31 + noise(story.name, code, 'leg', below=15) / 10:.1f}",
        },
    )
    tested = SEGMENTS[: 3 + noise(story.name, "segments", below=3)]
    for number, segment in enumerate(tested, 1):
        yield Filled(code, "nerve-segment", _values(story, code, number, segment), number, 1)


def _values(story: PatientStory, code: str, number: int, segment: Measured) -> Values:
    def around(value: Decimal, what: str, percent: int) -> Decimal:
        own = noise(story.name, number, what, below=2 * percent + 1) - percent
        return value * (100 + own + noise(story.name, code, number, what, below=5) - 2) / 100

    amplitude = around(segment.amplitude, "amplitude", 12).quantize(Decimal("0.01"))
    duration = around(segment.duration, "duration", 8).quantize(Decimal("0.1"))
    area = (amplitude * duration * Decimal("0.55")).quantize(Decimal("0.01"))
    smaller = _reduction(story, code, number)
    proximal_area = (area * (100 - smaller) / 100).quantize(Decimal("0.01"))
    longer = 4 + noise(story.name, code, number, "longer", below=14)
    slow = smaller // 5 if smaller > 20 else 0
    measured = {
        "distal_latency_ms": f"{around(segment.latency, 'latency', 6):.1f}",
        "distal_amplitude_mv": str(amplitude),
        "lower_limit_mv": segment.limit,
        "distal_duration_ms": str(duration),
        "distal_area": str(area),
        "proximal_amplitude_mv": f"{amplitude * (100 - smaller - 3) / 100:.2f}",
        "proximal_duration_ms": f"{duration * (100 + longer) / 100:.1f}",
        "proximal_area": str(proximal_area),
        "velocity": f"{around(Decimal(segment.velocity - slow), 'velocity', 4):.1f}",
    }
    return {
        "nerve": segment.nerve,
        "side": (story.affected if segment.affected else course.other(story.affected)).upper(),
        "segment": segment.segment,
        **measured,
        "block": exceptions.CALLS.get((story.name, code, number), _block(segment, measured)),
    }


def _reduction(story: PatientStory, code: str, number: int) -> int:
    """How much smaller the proximal area is than the distal one, per cent; less with each study."""
    studies = [plan.code for plan in PROTOCOL.visits if "nerve-conduction" in plan.forms]
    by_chance = noise(story.name, code, number, "area", below=4)
    probable = is_probable(story)
    if number == 1:
        first, less = BLOCKED["probable" if probable else "definite"]
    elif number == 2 and not probable:
        first, less = MILD
    else:
        return 5 + 3 * by_chance
    return first - less * max(studies.index(code) - 1, 0) + by_chance


def _block(segment: Measured, values: dict[str, str]) -> str:
    """The call that the numbers fit, as nearly every investigator makes it."""
    numbers = {name: Decimal(text) for name, text in values.items()}
    fits = conduction_block_criteria(
        area_reduction=area_reduction_percent(numbers["distal_area"], numbers["proximal_area"]),
        duration_increase=duration_increase_percent(
            numbers["distal_duration_ms"], numbers["proximal_duration_ms"]
        ),
        distal_amplitude_mv=numbers["distal_amplitude_mv"],
        lower_limit_mv=numbers["lower_limit_mv"],
        long_arm_segment=segment.segment in LONG_ARM,
    )
    return (fits or Block.NONE).value
