"""INCAT disability: how far the illness limits the arms and the legs in daily life."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Line, WholeNumber
from ecrf.forms.registry import Section, crf
from trial.crfs.visit import another_day
from trial.outcomes import incat_total

TOTAL_MOVED = 3

DAILY_TASKS = "dressing, buttons or zips, hair, knife and fork, a key in its lock"
ARM_GRADES = (
    "0 no complaint",
    "1 complaints, all tasks done as before",
    "2 tasks are harder, all still done",
    "3 one or two tasks impossible",
    "4 three or more impossible, some useful movement left",
    "5 no useful movement of either arm",
)
LEG_GRADES = (
    "0 walks as before",
    "1 walking affected, no aid outdoors",
    "2 outdoors an aid on one side",
    "3 outdoors an aid on both sides",
    "4 outdoors a wheelchair, can stand and take a few steps with help",
    "5 always in the wheelchair, cannot stand and step with help",
)
"""What each grade means, in our own short words (P); the site grades by the published scale."""


@crf("incat", title="INCAT disability", domain="QS", version=2)
class Incat(Crf):
    """Arm and leg disability, 0 to 5 each, and their total, 0 to 10: higher is worse."""

    assessor = Line("Assessor", max_length=60, hint="A code, not a name", cdash="QSEVALID")
    assessed_on = another_day("QSDAT")
    arm = WholeNumber("Arm disability", low=0, high=5, cdash="ARM_QSORRES")
    leg = WholeNumber("Leg disability", low=0, high=5, cdash="LEG_QSORRES")
    total = WholeNumber("INCAT total", low=0, high=10, unit="of 10", rule="INCAT-TOTAL v1")

    sections = (
        Section("Assessment", "assessor", "assessed_on"),
        Section("Arms", "arm", help=f"Tasks: {DAILY_TASKS}. " + " · ".join(ARM_GRADES)),
        Section("Legs", "leg", help=" · ".join(LEG_GRADES)),
        Section("Calculated", "total"),
    )
    keys = (("INCAT 0–5", "a grade, and on"),)

    def calculate(self, data: PatientData) -> None:
        self.total = incat_total(self.arm, self.leg)


@check(
    "INCAT-001",
    on="incat",
    text={
        "rose": "The INCAT total rose from {before} to {now} since {visit:visit}.",
        "fell": "The INCAT total fell from {before} to {now} since {visit:visit}.",
    },
    items=("arm", "leg"),
    reads=("incat",),
)
def total_moved(row: Incat, data: PatientData) -> Iterator[Question]:
    """The INCAT total moved by three or more since the last visit that has one."""
    last = data.last("incat", row, "total")
    if last is None or row.total is None or abs(row.total - last.total) < TOTAL_MOVED:
        return
    way = "rose" if row.total > last.total else "fell"
    yield Question("total", way, before=last.total, now=row.total, visit=last.entry.visit)
