"""What a check asks once of a limb, a form or a visit stays where it stands while the check finds the same, whichever
value is then the first, the lowest or the last: else an answered query would close before anybody read the answer."""

import pytest

from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Missing
from ecrf.checks.models import Discrepancy
from ecrf.checks.running import run_all, would_ask
from ecrf.forms.registry import CRFS
from ecrf.imports.plan.carrying_out import carry_out
from ecrf.imports.sources.row import SourceRow
from ecrf.queries.models import Query, Turn
from tests.builders import a_place, enter
from tests.ecrf.queries.builders import answered, change, complete
from tests.trial.steps import event, follow_up, infusion, mmn, on, sae, visit
from trial.crfs.mrc_strength import MUSCLES
from trial.outcomes import mrc_items

LEFT_LEG = mmn(left_leg="no")
INDUCTION = [infusion("W01", n, infused_on=f"2024-04-0{n}") for n in (1, 3)]
WEEK_4 = infusion("W04", infused_on="2024-04-22")
EMPTY = None


@pytest.fixture
def take(at, patient, coordinator):
    def enter_all(steps):
        for step in steps:
            place = a_place(at(step.where) if step.where else patient, step.crf, step.number, step.parent)
            by = coordinator.acting_at(patient.site, Right.ENTER)
            assert record(place=place, values=step.values, by=by).is_clean, step

    return enter_all


def standing(check_id):
    """Where a check's questions stand now: (number of the form, item), and what each speaks of."""
    found = Discrepancy.objects.filter(check_id=check_id).exclude(state="cleared").select_related("entry")
    return {(one.entry.number, one.item): one.parameters for one in found}


MOVES = [
    # A muscle further up the form is weak too; then the one asked about no longer is; then nothing is.
    (
        "MRC-008",
        [LEFT_LEG, on("SCR", "mrc-strength", left_ankle_dorsiflexion="3")],
        [
            (on("SCR", "mrc-strength", left_hip_flexion="2"), "left_ankle_dorsiflexion"),
            (on("SCR", "mrc-strength", left_ankle_dorsiflexion="4"), "left_hip_flexion"),
        ],
        on("SCR", "mrc-strength", left_hip_flexion="5"),
    ),
    # A value above the first one.
    (
        "VISIT-006",
        [on("W04", "visit", occurrence="missed"), on("W04", "vital-signs", pulse="70")],
        [(on("W04", "vital-signs", systolic="120"), None), (on("W04", "vital-signs", pulse=EMPTY), None)],
        on("W04", "visit", occurrence="done"),
    ),
    (
        "VISIT-007",
        [on("W04", "visit", contact="phone"), on("W04", "vital-signs", pulse="70")],
        [(on("W04", "vital-signs", systolic="120"), None), (on("W04", "vital-signs", pulse=EMPTY), None)],
        on("W04", "visit", contact="home"),
    ),
    # One more day, and one before the first.
    ("INF-012", [*INDUCTION, WEEK_4], [(infusion("W01", 4, infused_on="2024-04-04"), None)],
     infusion("W04", infused_on=EMPTY)),
    ("INF-004", [*INDUCTION, infusion("W04", infused_on="2024-05-22")],
     [(infusion("W04", 2, infused_on="2024-05-20"), None)], infusion("W04", 2, infused_on="2024-04-22")),
    ("INF-017", [WEEK_4, infusion("W04", 2, infused_on="2024-04-23")],
     [(infusion("W04", 3, infused_on="2024-04-24"), None)], infusion("W04", 2, split_days="2"),
     infusion("W04", 3, infused_on=EMPTY)),
    # News after the follow-up that is asked about, and news from before it.
    ("FU-002", [event(outcome="FATAL"), sae(adverse_event="1"),
                follow_up(followed_on="2024-05-02", outcome="UNKNOWN")],
     [(follow_up(2, followed_on="2024-05-03", outcome="RECOVERING/RESOLVING"), None),
      (follow_up(3, followed_on="2024-05-01", outcome="FATAL"), None)],
     follow_up(2, followed_on="2024-05-03", outcome="FATAL")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check_id", "first", "moves", "last"),
    [(one[0], one[1], one[2], list(one[3:])) for one in MOVES],
    ids=[move[0] for move in MOVES],
)
def test_question_stays_where_it_stands_and_goes_with_what_it_was_about(
    check_id, first, moves, last, take, patient
):
    take(first)
    before = standing(check_id)
    assert len(before) == 1
    for step, named in moves:
        take([step])
        assert list(standing(check_id)) == list(before)
        if named:
            assert next(iter(standing(check_id).values()))["grade"] == named
    with acting(SYSTEM, patient_id=patient.pk):
        run_all(patient)
    assert list(standing(check_id)) == list(before)
    take(last)
    assert standing(check_id) == {}


def test_each_limb_is_asked_about_by_itself(take):
    take([mmn(left_leg="no", right_leg="no", left_arm="yes")])
    take([on("SCR", "mrc-strength", left_knee_flexion="3", right_hip_flexion="2", left_wrist_extension="1")])
    assert set(standing("MRC-008")) == {(1, "left_knee_flexion"), (1, "right_hip_flexion")}


@pytest.fixture
def weak_ankle(take, at, coordinator):
    """A complete MRC form with one weak muscle of a leg that is not affected, and the query about it."""
    take([visit("SCR", "2024-03-15"), LEFT_LEG])
    grades = {**dict.fromkeys(mrc_items(MUSCLES), "5"), "left_ankle_dorsiflexion": "3"}
    others = {
        name: Missing("unknown")
        for name, item in CRFS["mrc-strength"].entered.items()
        if item.required and name not in grades and not item.asked_with
    }
    assert enter(at("SCR"), "mrc-strength", coordinator, **others, **grades).is_clean
    complete(at("SCR"), "mrc-strength", coordinator)
    return Query.objects.get(check_id="MRC-008")


def test_answered_query_waits_for_who_reads_the_answer(weak_ankle, coordinator):
    answered(weak_ankle, coordinator, "An old injury of the ankle")
    change(Entry.objects.get(crf="mrc-strength"), coordinator, left_hip_flexion="3")
    weak_ankle.refresh_from_db()
    assert (weak_ankle.turn, weak_ankle.item) == (Turn.MONITOR, "left_ankle_dorsiflexion")
    assert Query.objects.filter(check_id="MRC-008").count() == 1


def test_answered_query_asks_anew_in_itself_where_it_speaks_of_another_value(weak_ankle, coordinator):
    form = Entry.objects.get(crf="mrc-strength")
    answered(weak_ankle, coordinator, "An old injury of the ankle")
    change(form, coordinator, left_hip_flexion="3")
    change(form, coordinator, left_ankle_dorsiflexion="5")
    weak_ankle.refresh_from_db()
    assert weak_ankle.turn == Turn.SITE
    assert weak_ankle.parameters["grade"] == "left_hip_flexion"
    assert [said.act for said in weak_ankle.messages.all()] == ["opened", "answered", "asked-again"]
    assert Query.objects.filter(check_id="MRC-008").count() == 1
    change(form, coordinator, left_hip_flexion="5")
    weak_ankle.refresh_from_db()
    assert not weak_ankle.is_open


def test_what_would_be_asked_is_said_once(take, at, patient):
    take([LEFT_LEG, on("SCR", "mrc-strength", left_hip_flexion="3", left_ankle_dorsiflexion="2")])
    data = PatientData(patient)
    asked = [check.id for check, _text in would_ask(data.row_at(a_place(at("SCR"), "mrc-strength")), data)]
    assert asked.count("MRC-008") == 1


def test_row_of_a_file_asks_nothing_beside_the_question_that_stands(take, patient, coordinator):
    """The checks of a file's rows run once for all; until then none of them knows where a question stands."""
    take([*INDUCTION, WEEK_4])
    before = list(standing("INF-012"))
    given = {"infused_on": "2024-04-04"}
    row = SourceRow(2, patient.number, "infusion", visit="W01", form_number="4", values=given)
    by = coordinator.acting_at(patient.site, Right.ENTER)
    outcomes = carry_out(patient, [row], coordinator, by, "Synthetic: came by file")
    assert [outcome.kind for outcome in outcomes] == ["new"], outcomes
    assert list(standing("INF-012")) == before
    assert Discrepancy.objects.filter(check_id="INF-012").count() == 1
