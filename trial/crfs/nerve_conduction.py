"""Nerve conduction: what was measured along each segment of a motor nerve, and the investigator's call of a block."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, Day, Line, Measure
from ecrf.forms.registry import Section, crf
from trial.outcomes import Block, area_reduction_percent, conduction_block_criteria, duration_increase_percent


class Nerve(models.TextChoices):
    MEDIAN = "MEDIAN NERVE", "Median"
    ULNAR = "ULNAR NERVE", "Ulnar"
    RADIAL = "RADIAL NERVE", "Radial"
    TIBIAL = "TIBIAL NERVE", "Tibial"
    PERONEAL = "PERONEAL NERVE", "Peroneal"


class Side(models.TextChoices):
    RIGHT = "RIGHT", "Right"
    LEFT = "LEFT", "Left"


class Segment(models.TextChoices):
    """Between which two points the nerve was stimulated (P: the publication does not list them)."""

    WRIST_ELBOW = "wrist-elbow", "Wrist to elbow (forearm)"
    ACROSS_ELBOW = "across-elbow", "Across the elbow"
    ELBOW_AXILLA = "elbow-axilla", "Elbow to axilla (upper arm)"
    AXILLA_ERB = "axilla-erb", "Axilla to Erb's point"
    ANKLE_KNEE = "ankle-knee", "Ankle to knee (lower leg)"
    ACROSS_FIBULAR_HEAD = "across-fibular-head", "Across the fibular head"


class Call(models.TextChoices):
    NONE = Block.NONE.value, "None"
    PROBABLE = Block.PROBABLE.value, "Probable"
    DEFINITE = Block.DEFINITE.value, "Definite"
    NOT_ASSESSABLE = "not-assessable", "Not assessable"


LEG_NERVES = (Nerve.TIBIAL, Nerve.PERONEAL)
LEG_SEGMENTS = (Segment.ANKLE_KNEE, Segment.ACROSS_FIBULAR_HEAD)
LONG_ARM_SEGMENTS = (Segment.WRIST_ELBOW, Segment.ELBOW_AXILLA)
"""The segments over which a smaller loss of area counts (P: the guideline names these two as examples)."""

DISTAL = ("distal_latency_ms", "distal_amplitude_mv", "lower_limit_mv", "distal_duration_ms", "distal_area")
PROXIMAL = ("proximal_amplitude_mv", "proximal_duration_ms", "proximal_area", "velocity", "skin_c")
"""In the order of a laboratory's printed report: one point of stimulation after the other."""

HIGHEST_MV, HIGHEST_AREA, HIGHEST_MS, HIGHEST_VELOCITY, HIGHEST_SKIN_C = "100", "1000", "1000", "200", "50"
"""Beyond these a value is impossible, whatever the nerve (P)."""


def _amplitude(label: str, **options: Any) -> Measure:
    return Measure(label, decimals=2, low="0", high=HIGHEST_MV, unit="mV", **options)


def _area(label: str, **options: Any) -> Measure:
    return Measure(label, decimals=2, low="0", high=HIGHEST_AREA, unit="mV·ms", **options)


def _time(label: str, **options: Any) -> Measure:
    return Measure(label, low="0", high=HIGHEST_MS, unit="ms", **options)


def _skin(label: str, **options: Any) -> Measure:
    return Measure(label, low="0", high=HIGHEST_SKIN_C, unit="°C", **options)


@crf("nerve-conduction", title="Nerve conduction", domain="NV")
class NerveConduction(Crf):
    """One nerve conduction study: when, on which device, at which skin temperature."""

    tested_on = Day("Tested on", cdash="NVDAT")
    device = Line("Device or laboratory", max_length=60, hint="Its number or code", cdash="SPDEVID")
    examiner = Line("Examiner", max_length=60, hint="A code, not a name", cdash="NVEVALID")
    arm_skin_c = _skin("Skin temperature, arms", cdash="ARMTEMP_NVORRES")
    leg_skin_c = _skin(
        "Skin temperature, legs", required=False, hint="If a leg was tested", cdash="LEGTEMP_NVORRES"
    )

    sections = (Section("Study", "tested_on", "device", "examiner", "arm_skin_c", "leg_skin_c"),)


@crf(
    "nerve-segment",
    title="Nerve segments",
    domain="NV",
    repeat="segment",
    row_of="nerve-conduction",
    columns=("nerve", "side", "segment", "area_reduction_percent", "duration_increase_percent", "block"),
)
class NerveSegment(Crf):
    """One segment of one nerve, stimulated below and above it. The call of a block is never calculated."""

    nerve = Choice("Nerve", choices=Nerve, cdash="NVLOC")
    side = Choice("Side", choices=Side, cdash="NVLAT")
    segment = Choice("Segment", choices=Segment, cdash="NVANTREG")

    distal_latency_ms = _time("Distal latency", cdash="DLAT_NVORRES")
    distal_amplitude_mv = _amplitude("Distal amplitude", cdash="DAMP_NVORRES")
    lower_limit_mv = _amplitude("Its lower limit of normal", required=False, cdash="DAMP_NVORNRLO")
    distal_duration_ms = _time("Distal duration", cdash="DDUR_NVORRES")
    distal_area = _area("Distal area", cdash="DAREA_NVORRES")
    proximal_amplitude_mv = _amplitude("Proximal amplitude", cdash="PAMP_NVORRES")
    proximal_duration_ms = _time("Proximal duration", cdash="PDUR_NVORRES")
    proximal_area = _area("Proximal area", cdash="PAREA_NVORRES")
    velocity = Measure("Velocity", low="0", high=HIGHEST_VELOCITY, unit="m/s", cdash="CV_NVORRES")
    skin_c = _skin("Skin, if not as above", required=False, cdash="SKINTEMP_NVORRES")

    area_reduction_percent = Measure("Area reduction", unit="%", rule="NC-AREA v1")
    duration_increase_percent = Measure("Duration increase", unit="%", rule="NC-DURATION v1")
    block = Choice("Conduction block, the investigator's call", choices=Call, cdash="CONDBLK_NVORRES")

    sections = (
        Section("Segment", "nerve", "side", "segment"),
        Section("Distal", *DISTAL),
        Section("Proximal", *PROXIMAL),
        Section("Calculated", "area_reduction_percent", "duration_increase_percent"),
        Section("Call", "block"),
    )

    def calculate(self, data: PatientData) -> None:
        self.area_reduction_percent = area_reduction_percent(self.distal_area, self.proximal_area)
        self.duration_increase_percent = duration_increase_percent(
            self.distal_duration_ms, self.proximal_duration_ms
        )

    def fits(self) -> Block | None:
        """The conduction block that the numbers fit; None where they do not decide."""
        return conduction_block_criteria(
            area_reduction=self.area_reduction_percent,
            duration_increase=self.duration_increase_percent,
            distal_amplitude_mv=self.distal_amplitude_mv,
            lower_limit_mv=self.lower_limit_mv,
            long_arm_segment=self.segment in LONG_ARM_SEGMENTS if self.segment else None,
        )

    def name(self) -> tuple[str, str, str] | None:
        """Nerve, side and segment: what tells one row from another; None until all three are there."""
        if not (self.nerve and self.side and self.segment):
            return None
        return self.nerve, self.side, self.segment


@check(
    "NC-001",
    on="nerve-segment",
    text={
        "no block": "The numbers fit no conduction block; recorded is {recorded:answer block}.",
        "block": "The numbers fit {fits:answer block} conduction block; recorded is {recorded:answer block}.",
    },
    items=("segment", *DISTAL, *PROXIMAL, "block"),
    source="O",
)
def call_against_numbers(row: NerveSegment, data: PatientData) -> Iterator[Question]:
    """The numbers fit another conduction block than the investigator recorded."""
    fits = row.fits()
    if fits is None or row.block in (None, Call.NOT_ASSESSABLE, fits.value):
        return
    if fits is Block.NONE:
        yield Question("block", "no block", recorded=row.block)
    else:
        yield Question("block", "block", fits=fits, recorded=row.block)


@check(
    "NC-002",
    on="nerve-segment",
    text="Row {row} has the same nerve, side and segment.",
    items=("nerve", "side", "segment"),
    reads=("nerve-segment",),
)
def segment_twice(row: NerveSegment, data: PatientData) -> Iterator[Question]:
    """The same segment of the same nerve stands in two rows of one study."""
    for other in data.rows("nerve-segment"):
        before = other.entry.parent_id == row.entry.parent_id and other.entry.number < row.entry.number
        if before and row.name() and other.name() == row.name():
            yield Question("segment", row=other.entry.number)
            return


@check(
    "NC-003",
    on="nerve-segment",
    text="{segment:Answer segment} is no segment of the {nerve:answer nerve} nerve.",
    items=("nerve", "segment"),
)
def segment_of_another_limb(row: NerveSegment, data: PatientData) -> Iterator[Question]:
    """The segment lies in another limb than the nerve."""
    if row.nerve and row.segment and (row.nerve in LEG_NERVES) != (row.segment in LEG_SEGMENTS):
        yield Question("segment", nerve=row.nerve, segment=row.segment)
