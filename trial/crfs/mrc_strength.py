"""MRC strength: ten muscle groups on each side, graded 0 to 5 by hand testing."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData, last_with
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import ClockTime, Line, WholeNumber, YesNo
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import Section, crf
from ecrf.forms.words import said
from trial.crfs.visit import another_day
from trial.outcomes import SIDES, mrc_items, mrc_sum

MUSCLES = {
    "shoulder_abduction": "Shoulder abduction",
    "elbow_flexion": "Elbow flexion",
    "elbow_extension": "Elbow extension",
    "wrist_extension": "Wrist extension",
    "finger_abduction": "Finger abduction",
    "hip_flexion": "Hip flexion",
    "knee_extension": "Knee extension",
    "knee_flexion": "Knee flexion",
    "ankle_dorsiflexion": "Ankle dorsiflexion",
    "ankle_plantar_flexion": "Ankle plantar flexion",
}
"""The muscle groups of the sum score (P: the publication does not name them)."""

CDASH = {
    "shoulder_abduction": "SHABD",
    "elbow_flexion": "ELFLX",
    "elbow_extension": "ELEXT",
    "wrist_extension": "WREXT",
    "finger_abduction": "FIABD",
    "hip_flexion": "HPFLX",
    "knee_extension": "KNEXT",
    "knee_flexion": "KNFLX",
    "ankle_dorsiflexion": "ANDOR",
    "ankle_plantar_flexion": "ANPLN",
}
"""Our codes of the groups: CDISC's name the movement (MMTABD…) and put joint and side elsewhere."""

SUM_MOVED = 8
GRADE_MOVED = 2


def _label(item: str) -> str:
    side, _, muscle = item.partition("_")
    return f"{MUSCLES[muscle]}, {side}"


def _grade(side: str, muscle: str) -> WholeNumber:
    return WholeNumber(
        _label(f"{side}_{muscle}"), low=0, high=5, cdash=f"{CDASH[muscle]}{side[0].upper()}_MKORRES"
    )


@crf("mrc-strength", title="MRC strength", domain="MK", version=3)
class MrcStrength(Crf):
    """Twenty MRC grades (0 no contraction to 5 normal power) and their sum, 0 to 100."""

    assessor = Line("Assessor", max_length=60, hint="A code, not a name", cdash="MKEVALID")
    assessed_at = ClockTime("Time of assessment", required=False, cdash="MKTIM")
    assessed_on = another_day("MKDAT")
    before_dose = YesNo("Before the first infusion?", asked_with="infusion", cdash="MKTPT")

    right_shoulder_abduction = _grade("right", "shoulder_abduction")
    left_shoulder_abduction = _grade("left", "shoulder_abduction")
    right_elbow_flexion = _grade("right", "elbow_flexion")
    left_elbow_flexion = _grade("left", "elbow_flexion")
    right_elbow_extension = _grade("right", "elbow_extension")
    left_elbow_extension = _grade("left", "elbow_extension")
    right_wrist_extension = _grade("right", "wrist_extension")
    left_wrist_extension = _grade("left", "wrist_extension")
    right_finger_abduction = _grade("right", "finger_abduction")
    left_finger_abduction = _grade("left", "finger_abduction")
    right_hip_flexion = _grade("right", "hip_flexion")
    left_hip_flexion = _grade("left", "hip_flexion")
    right_knee_extension = _grade("right", "knee_extension")
    left_knee_extension = _grade("left", "knee_extension")
    right_knee_flexion = _grade("right", "knee_flexion")
    left_knee_flexion = _grade("left", "knee_flexion")
    right_ankle_dorsiflexion = _grade("right", "ankle_dorsiflexion")
    left_ankle_dorsiflexion = _grade("left", "ankle_dorsiflexion")
    right_ankle_plantar_flexion = _grade("right", "ankle_plantar_flexion")
    left_ankle_plantar_flexion = _grade("left", "ankle_plantar_flexion")

    sum_score = WholeNumber("MRC sum score", low=0, high=100, unit="of 100", rule="MRC-SUM v1")
    graded = WholeNumber("Grades given", low=0, high=20, unit="of 20", rule="MRC-COUNT v1")

    sections = (
        Section("Assessment", "assessor", "assessed_at", "before_dose", "assessed_on"),
        Section(
            "Grades",
            *mrc_items(MUSCLES),
            help="0 none · 1 flicker · 2 without gravity · 3 against gravity · "
            "4 against resistance · 5 normal",
        ),
        Section("Calculated", "sum_score", "graded"),
    )
    styles = ("trial/css/body_figure.css",)
    scripts = ("trial/js/body_figure.js",)
    keys = (("MRC 0–5", "a grade, and on"),)
    own_words = tuple(MUSCLES.values())

    def calculate(self, data: PatientData) -> None:
        grades = [getattr(self, item) for item in mrc_items(MUSCLES)]
        self.sum_score = mrc_sum(grades)
        self.graded = sum(grade is not None for grade in grades)

    @classmethod
    def grid(cls) -> list[tuple[str, list[str]]]:
        """Rows of the page's grid: a muscle group and its item on each side."""
        return [(said(label), [f"{side}_{muscle}" for side in SIDES]) for muscle, label in MUSCLES.items()]


@check(
    "MRC-001",
    on="mrc-strength",
    text={
        "rose": "{grade:item}, rose from {before} to {now} since {visit:visit}.",
        "fell": "{grade:item}, fell from {before} to {now} since {visit:visit}.",
    },
    items=mrc_items(MUSCLES),
    reads=("mrc-strength",),
)
def grade_moved(row: MrcStrength, data: PatientData) -> Iterator[Question]:
    """A grade moved by two or more since the last visit that has it."""
    earlier = data.earlier("mrc-strength", row)
    for item in mrc_items(MUSCLES):
        now, last = getattr(row, item), last_with(earlier, item)
        if now is None or last is None:
            continue
        before = getattr(last, item)
        if abs(now - before) >= GRADE_MOVED:
            way = "rose" if now > before else "fell"
            yield Question(item, way, grade=item, before=before, now=now, visit=last.entry.visit)


@check(
    "MRC-002",
    on="mrc-strength",
    text={
        "rose": "The sum rose from {before} to {now} since {visit:visit}.",
        "fell": "The sum fell from {before} to {now} since {visit:visit}.",
    },
    items=mrc_items(MUSCLES),
    reads=("mrc-strength",),
)
def sum_moved(row: MrcStrength, data: PatientData) -> Iterator[Question]:
    """The sum score moved by eight or more since the last visit that has one."""
    last = data.last("mrc-strength", row, "sum_score")
    if last is None or row.sum_score is None:
        return
    if abs(row.sum_score - last.sum_score) >= SUM_MOVED:
        way = "rose" if row.sum_score > last.sum_score else "fell"
        yield Question("sum_score", way, before=last.sum_score, now=row.sum_score, visit=last.entry.visit)


@check(
    "MRC-003",
    on="mrc-strength",
    text="Strength was assessed after the infusion began.",
    items=("before_dose",),
)
def assessed_after_infusion(row: MrcStrength, data: PatientData) -> Iterator[Question]:
    """Strength was assessed after the infusion began."""
    if row.before_dose is False:
        yield Question("before_dose")


@check(
    "MRC-004",
    on="mrc-strength",
    text="{assessor} assessed; at {visit:visit} it was {first}.",
    items=("assessor",),
    reads=("mrc-strength",),
)
def another_assessor(row: MrcStrength, data: PatientData) -> Iterator[Question]:
    """Another person assessed than at the baseline; before there is one, than at the first assessment."""
    assessed = [*data.at("mrc-strength", protocol().baseline), *data.rows("mrc-strength")]
    first = next((r for r in assessed if r.assessor), None)
    if first and row.assessor and first.assessor != row.assessor:
        yield Question("assessor", assessor=row.assessor, first=first.assessor, visit=first.entry.visit)
