"""A check across forms or visits runs when any of its inputs changes, whichever form that is on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Missing
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS
from ecrf.checks.running import leave
from tests.builders import a_place
from tests.trial.steps import Step, Wake, consent, end, event, infusion, on, sae, visit
from tests.trial.wakes import WAKES
from trial.crfs.mrc_strength import MUSCLES
from trial.crfs.serious_adverse_event import CRITERIA
from trial.outcomes import mrc_items

FOURS = dict.fromkeys(mrc_items(MUSCLES), "4")
WEAKER = dict.fromkeys(list(FOURS)[:8], "3")
PRESSURE = [{"time_point": "before", "systolic": "130"}, {"time_point": "during", "systolic": "95"}]
WARMTH = [{"time_point": "before", "temperature": "36.5"}, {"time_point": "after", "temperature": "38.0"}]


def days_ago(days: int) -> str:
    return str(timezone.now().date() - timedelta(days=days))


def readings(two: list[dict[str, str]]) -> list[Step]:
    return [Step("W04", "infusion-vitals", values, n, 1) for n, values in enumerate(two, 1)]


def segment(row: int, side: str) -> Step:
    return on("W04", "nerve-segment", row, 1, nerve="MEDIAN NERVE", side=side, segment="wrist-elbow")


INDUCTION = [infusion("W01", n, infused_on=f"2024-04-0{n}") for n in range(1, 5)]

TRIGGERED: dict[str, Wake] = {
    "DATE-001": Wake(
        first=[on("W04", "visit", visited_on="2024-03-09")],
        opens=consent("2024-03-10"),
        clears=consent("2024-03-09"),
    ),
    "DM-001": Wake(
        first=[on("SCR", "demographics", born_on="2004-03-10")],
        opens=consent("2024-03-09"),
        clears=consent("2024-03-10"),
    ),
    "MMN-002": Wake(
        first=[on("SCR", "mmn-history", diagnosed_on="2024-03-10")],
        opens=consent("2024-03-09"),
        clears=consent("2024-03-10"),
    ),
    "AE-004": Wake(
        first=[event(started_on="2024-03-09")],
        opens=consent("2024-03-10"),
        clears=consent("2024-03-09"),
    ),
    "MH-002": Wake(
        first=[on("", "medical-history", started_on="2024-03-10")],
        opens=consent("2024-03-09"),
        clears=consent("2024-03-10"),
    ),
    "PT-001": Wake(
        first=[on("", "prior-treatment", last_given_on="2024-04-01")],
        opens=infusion("W01", infused_on="2024-03-31"),
        clears=infusion("W01", infused_on="2024-04-01"),
    ),
    "VISIT-001": Wake(
        first=[visit("W01", "2024-04-01"), visit("W04", "2024-04-29")],
        opens=visit("W01", "2024-03-31"),
        clears=visit("W01", "2024-04-01"),
    ),
    "VISIT-002": Wake(
        first=[visit("W01", "2024-04-21"), visit("W04", "2024-04-22")],
        opens=visit("W01", "2024-04-23"),
        clears=visit("W01", "2024-04-21"),
    ),
    "VISIT-003": Wake(
        first=[visit("W01", "2024-04-01"), visit("W04", "2024-04-22")],
        opens=visit("W01", "2024-04-22"),
        clears=visit("W01", "2024-04-01"),
    ),
    "VISIT-004": Wake(
        first=[visit("SCR", "2024-03-04"), visit("W01", "2024-04-01")],
        opens=visit("W01", "2024-04-02"),
        clears=visit("W01", "2024-04-01"),
    ),
    "VISIT-005": Wake(
        first=[visit("W01", days_ago(40)), on("W04", "visit", occurrence="missed")],
        opens=visit("W01", days_ago(3)),
        clears=visit("W01", days_ago(30)),
    ),
    "INCAT-001": Wake(
        first=[on("SCR", "incat", arm="2", leg="0"), on("W04", "incat", arm="4", leg="0")],
        opens=on("SCR", "incat", arm="1"),
        clears=on("SCR", "incat", arm="2"),
    ),
    "NC-002": Wake(
        first=[segment(1, "LEFT"), segment(2, "RIGHT")],
        opens=segment(1, "RIGHT"),
        clears=segment(1, "LEFT"),
    ),
    "VS-004": Wake(
        first=[on("SCR", "vital-signs", weight_kg="60"), on("W04", "vital-signs", weight_kg="66")],
        opens=on("SCR", "vital-signs", weight_kg="59.9"),
        clears=on("SCR", "vital-signs", weight_kg="60"),
    ),
    "MRC-001": Wake(
        first=[
            on("SCR", "mrc-strength", right_hip_flexion="4"),
            on("W04", "mrc-strength", right_hip_flexion="3"),
        ],
        opens=on("SCR", "mrc-strength", right_hip_flexion="5"),
        clears=on("SCR", "mrc-strength", right_hip_flexion="4"),
    ),
    "MRC-002": Wake(
        first=[Step("SCR", "mrc-strength", WEAKER | FOURS), Step("W04", "mrc-strength", FOURS)],
        opens=Step("SCR", "mrc-strength", WEAKER),
        clears=on("SCR", "mrc-strength", right_shoulder_abduction="4"),
    ),
    "MRC-004": Wake(
        first=[on("W01", "mrc-strength", assessor="A1"), on("W04", "mrc-strength", assessor="A1")],
        opens=on("W01", "mrc-strength", assessor="B2"),
        clears=on("W01", "mrc-strength", assessor="A1"),
    ),
    "MRC-005": Wake(
        first=[
            on("W04", "visit", visited_on="2024-04-22"),
            on("W04", "mrc-strength", assessed_at="09:00", before_dose="yes"),
        ],
        opens=infusion("W04", infused_on="2024-04-22", started_at="08:59"),
        clears=infusion("W04", started_at="09:00"),
    ),
    "GRIP-003": Wake(
        first=[on("SCR", "grip-strength", left_1="40"), on("W04", "grip-strength", left_1="69")],
        opens=on("SCR", "grip-strength", left_1="39"),
        clears=on("SCR", "grip-strength", left_2="40"),
    ),
    "INF-002": Wake(
        first=[infusion("W01", infused_on="2024-04-01"), infusion("W01", 2, infused_on="2024-04-02")],
        opens=infusion("W01", infused_on="2024-03-31"),
        clears=infusion("W01", infused_on="2024-04-01"),
    ),
    "INF-004": Wake(
        first=[infusion("W01", infused_on="2024-04-01"), infusion("W04", infused_on="2024-04-29")],
        opens=infusion("W01", infused_on="2024-03-31"),
        clears=infusion("W01", infused_on="2024-04-01"),
    ),
    "INF-008": Wake(
        first=[infusion("W01", dosing_weight_kg="60"), infusion("W04", dosing_weight_kg="66")],
        opens=infusion("W01", dosing_weight_kg="59.9"),
        clears=infusion("W01", dosing_weight_kg="60"),
    ),
    "INF-009": Wake(
        first=[
            on("W04", "infusion-lot", parent=1, lot_number="A1"),
            infusion("W04", given_g="60", ended_at="14:00"),
        ],
        opens=on("W04", "infusion-lot", parent=1, lot_number=None),
        clears=on("W04", "infusion-lot", parent=1, lot_number=Missing("unknown")),
    ),
    "INF-010": Wake(
        first=[infusion("W04", infused_on="2024-04-22")],
        opens=end(ended_on="2024-04-21"),
        clears=end(ended_on="2024-04-22"),
    ),
    "INF-011": Wake(
        first=[infusion("W04", given_g="60")],
        opens=on("SCR", "eligibility", eligible="no"),
        clears=on("SCR", "eligibility", eligible="yes"),
    ),
    "INF-012": Wake(
        first=INDUCTION,
        opens=infusion("W04", infused_on="2024-04-22"),
        clears=infusion("W01", 5, infused_on="2024-04-05"),
    ),
    "LOT-001": Wake(
        first=[on("W04", "infusion-lot", parent=1, expires_on="2024-04-21")],
        opens=infusion("W04", infused_on="2024-04-22"),
        clears=infusion("W04", infused_on="2024-04-21"),
    ),
    "VISIT-006": Wake(
        first=[on("W04", "vital-signs", pulse="70"), on("W04", "visit", occurrence="done")],
        opens=on("W04", "visit", occurrence="missed"),
        clears=on("W04", "visit", occurrence="done"),
    ),
    "IV-006": Wake(
        first=[
            infusion("W04", infused_on="2024-04-22", started_at="09:00"),
            on("W04", "infusion-vitals", parent=1, time_point="before", measured_at="09:00"),
        ],
        opens=infusion("W04", started_at="08:59"),
        clears=infusion("W04", started_at="09:00"),
    ),
    "IV-003": Wake(
        first=[event(started_on="2024-04-22"), *readings(PRESSURE)],
        opens=infusion("W04", infused_on="2024-04-21"),
        clears=event(started_on="2024-04-21"),
    ),
    "IV-004": Wake(
        first=[infusion("W04", infused_on="2024-04-22"), event(started_on="2024-04"), *readings(WARMTH)],
        opens=event(started_on="2024-03"),
        clears=on("W04", "infusion-vitals", parent=1, temperature="37.1"),
    ),
    "AE-005": Wake(
        first=[end(reason="DEATH"), event(outcome="FATAL")],
        opens=end(reason="ADVERSE EVENT"),
        clears=end(reason="DEATH"),
    ),
    "AE-006": Wake(
        first=[end(reason="ADVERSE EVENT"), event(action="DRUG WITHDRAWN")],
        opens=end(reason=None),
        clears=end(reason="ADVERSE EVENT"),
    ),
    "AE-008": Wake(
        first=[event(term="Dysphagia"), sae(adverse_event="1"), event(serious="yes")],
        opens=sae(adverse_event=None),
        clears=sae(adverse_event="1"),
    ),
    "SAE-004": Wake(
        first=[event(term="Dysphagia"), on("", "serious-adverse-event", 2, adverse_event="1")],
        opens=sae(adverse_event="1"),
        clears=sae(adverse_event=None),
    ),
    "SAE-005": Wake(
        first=[event(serious="no"), sae(adverse_event="1", **dict.fromkeys(CRITERIA, "no"))],
        opens=event(serious="yes"),
        clears=event(serious="no"),
    ),
    "CM-003": Wake(
        first=[
            event(started_on="2024-05-02"),
            on(
                "",
                "concomitant-medication",
                given_for="adverse-event",
                adverse_event="1",
                started_on="2024-05-02",
            ),
        ],
        opens=event(started_on="2024-05-03"),
        clears=event(started_on="2024-05"),
    ),
    "EOS-001": Wake(
        first=[on("W52", "visit", occurrence="done"), end(reason="COMPLETED")],
        opens=on("W52", "visit", occurrence="missed"),
        clears=on("W52", "visit", occurrence="done"),
    ),
    "EOS-003": Wake(
        first=[infusion("W04", infused_on="2024-04-22"), end(last_dose_on="2024-04-22")],
        opens=infusion("W07", infused_on="2024-05-13"),
        clears=infusion("W07", given_g="0"),
    ),
    "EOS-004": Wake(
        first=[event(action="DRUG WITHDRAWN"), end(reason="ADVERSE EVENT", adverse_event="1")],
        opens=event(action="DOSE NOT CHANGED"),
        clears=event(action="DRUG WITHDRAWN"),
    ),
}


TRIGGERED |= WAKES


@pytest.mark.parametrize("check_id", TRIGGERED)
def test_change_of_another_form_opens_and_clears_the_question(check_id, at, patient, coordinator):
    def take(step: Step):
        where = at(step.where) if step.where else patient
        place = a_place(where, step.crf, step.number, step.parent)
        by = coordinator.acting_at(patient.site, Right.ENTER)
        result = record(place=place, values=step.values, by=by)
        assert result.is_clean
        if place.parent and CHECKS[check_id].late:
            leave(place.above, by)
        return result.row.entry_id

    wake, questions = (
        TRIGGERED[check_id],
        Discrepancy.objects.filter(check_id=check_id, state=DiscrepancyState.OPEN),
    )
    for step in wake.first:
        take(step)
    assert not questions.exists()
    changed = take(wake.opens)
    assert list(questions.exclude(entry=changed)), "the question stands on another form than the change"
    take(wake.clears)
    assert not questions.exists()


ELSEWHERE = {"IV-005", "MRC-006", "IV-007", "MRC-007", "EOS-009", "INF-018", "NC-005"}
"""Tested in test_clock_checks.py, where the clock stands still, and in test_contradictions.py: those that no value of
another form opens again, and those that ask of complete forms."""


def test_every_check_that_reads_other_forms_is_woken_here():
    soft = {one.id for one in CHECKS.values() if one.reads and not one.hard}
    of_laboratory = {check_id for check_id in soft if check_id.startswith("LB-")}
    assert soft - of_laboratory == {*TRIGGERED, *ELSEWHERE} - of_laboratory
