"""Scale: twelve questions of one kind, and their sum."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import ClockTime, Line, WholeNumber, YesNo
from ecrf.forms.registry import Section, crf

QUESTIONS = tuple(f"question_{number}" for number in range(1, 13))


def _question(number: int) -> WholeNumber:
    return WholeNumber(f"Question {number}", low=0, high=5, cdash=f"SCALE{number}_QSORRES")


@crf("scale", title="Scale", domain="QS")
class StubScale(Crf):
    """Twelve questions, 0 to 5 each."""

    assessor = Line("Assessor", max_length=60, hint="A code, not a name", cdash="QSEVALID")
    assessed_at = ClockTime("Time of assessment", required=False, cdash="QSTIM")
    before_dose = YesNo("Before the first dose?", asked_with="dose", cdash="QSTPT")
    question_1 = _question(1)
    question_2 = _question(2)
    question_3 = _question(3)
    question_4 = _question(4)
    question_5 = _question(5)
    question_6 = _question(6)
    question_7 = _question(7)
    question_8 = _question(8)
    question_9 = _question(9)
    question_10 = _question(10)
    question_11 = _question(11)
    question_12 = _question(12)
    total = WholeNumber("Sum", low=0, high=60, rule="SCALE-SUM v1")

    sections = (
        Section("Assessment", "assessor", "assessed_at", "before_dose"),
        Section("Questions", *QUESTIONS),
        Section("Calculated", "total"),
    )

    def calculate(self, data: PatientData) -> None:
        given = [getattr(self, name) for name in QUESTIONS]
        self.total = None if None in given else sum(given)


@check("SCALE-001", on="scale", text="It was assessed after the dose.", items=("before_dose",))
def assessed_after_dose(row: StubScale, data: PatientData) -> Iterator[Question]:
    """The scale was assessed after the dose."""
    if row.before_dose is False:
        yield Question("before_dose")
