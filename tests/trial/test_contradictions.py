"""Contradictions within and between forms: what asks in which words, and what does not, above all where a date is
partial or unknown. How a change of the other form opens and clears each question stands in `wakes.py`."""

import re

import pytest

from ecrf.access.roles import Right
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Missing
from ecrf.casebook.services import complete_entries
from ecrf.forms.registry import CRFS
from tests.builders import a_place, enter
from tests.trial.asked import asked
from tests.trial.steps import (
    Step,
    consent,
    demographics,
    deviation,
    eligibility,
    end,
    event,
    follow_up,
    history,
    infusion,
    lot,
    medication,
    mmn,
    on,
    sae,
    treatment,
    visit,
)
from trial.crfs.eligibility import CRITERIA, INCLUSION, OF_WOMEN
from trial.crfs.mmn_history import LIMBS
from trial.crfs.mrc_strength import MUSCLES
from trial.outcomes import mrc_items

GRADES = mrc_items(MUSCLES)
UNKNOWN = Missing("unknown")
MAN, WOMAN = demographics(sex="M"), demographics(sex="F")
DRUG = {"name": "Amlodipine", "dose": "5 mg", "route": "ORAL", "frequency": "QD"}
FOR_EVENT = {"given_for": "adverse-event", "adverse_event": "1"}
FOR_CONDITION = {"given_for": "medical-history", "medical_history": "1"}
REQUIRED = {name: "yes" if name in INCLUSION else "no" for name in CRITERIA if name != OF_WOMEN}
WEEK_4 = visit("W04", "2024-04-22")


@pytest.fixture
def take(at, patient, coordinator):
    """Enters the steps one after the other."""

    def enter_all(steps: list[Step]) -> None:
        for step in steps:
            place = a_place(at(step.where) if step.where else patient, step.crf, step.number, step.parent)
            by = coordinator.acting_at(patient.site, Right.ENTER)
            assert record(place=place, values=step.values, by=by).is_clean, step

    return enter_all


ASKS = [
    ("AE-010", [event(outcome="RECOVERING/RESOLVING", ongoing="no")],
     {"outcome": "The outcome is recovering/resolving, but the event is not ongoing."}),
    ("AE-010", [event(outcome="NOT RECOVERED/NOT RESOLVED", ongoing="no", ended_on="2024-05")],
     {"outcome": "The outcome is not recovered/not resolved, but the event ended on 2024-05."}),
    ("AE-011", [event(outcome="FATAL", ongoing="yes")],
     {"ongoing": "The outcome is fatal, but the event is ongoing."}),
    ("AE-012", [event(term="Headache", started_on="2024-05"), event(2, term="headache", started_on="2024-05")],
     {"term": "Adverse event 1 has the same term, and the days are the same or overlap."}),
    ("AE-012", [event(term="Rash", started_on="2024-05-01", ongoing="yes"),
                event(2, term="Rash", started_on="2024-05-09")], None),
    ("AE-012", [event(term="Rash", started_on="2024-05-01", ended_on="2024-05-09"),
                event(2, term="Rash", started_on="2024-05-03", ended_on="2024-06")], None),
    ("AE-013", [infusion("W04", infused_on="2024-04-22"),
                event(relation="RELATED", related_infusion="W04.1", started_on="2024-04-21")],
     {"started_on": "It began on 2024-04-21, before the infusion it is related to, 2024-04-22."}),
    ("AE-013", [infusion("W01", infused_on="2024-04-01"), event(relation="RELATED", started_on="2024-03")],
     {"started_on": "It began on 2024-03, before the first dose, 2024-04-01, and is related to the drug."}),
    ("AE-014", [end(reason="COMPLETED"), event(action="DRUG WITHDRAWN")],
     {"action": "The drug was withdrawn, but the patient completed the study."}),
    ("AE-015", [end(reason="DEATH", ended_on="2024-05-03"), event(outcome="FATAL", ended_on="2024-04")],
     {"ended_on": "The event was fatal and ended on 2024-04; the patient died on 2024-05-03."}),
    ("SAE-008", [event(term="Spasm", started_on="2024-05-02"), sae(adverse_event="1", became_aware_on="2024-05-01")],
     {"became_aware_on": "The site became aware on 2024-05-01; adverse event 1 (Spasm) began on 2024-05-02."}),
    ("SAE-009", [event(term="Spasm", outcome="UNKNOWN", serious="yes"), sae(adverse_event="1", death="yes")],
     {"death": "Death is yes, but the outcome of adverse event 1 (Spasm) is unknown."}),
    ("SAE-009", [event(outcome="FATAL"), sae(adverse_event="1", death="no")],
     {"death": "Death is no, but adverse event 1 was fatal."}),
    ("FU-001", [sae(became_aware_on="2024-05-02"), follow_up(followed_on="2024-05-01")],
     {"followed_on": "2024-05-01 is before the site became aware, 2024-05-02."}),
    ("FU-002", [event(outcome="FATAL"), sae(adverse_event="1"), follow_up(followed_on="2024-05-01", outcome="UNKNOWN")],
     {"outcome": "The outcome so far is unknown; that of adverse event 1 is fatal."}),
    ("CM-004", [event(term="Rash", treated="no"), medication(**FOR_EVENT)],
     {"adverse_event": "Adverse event 1 (Rash), for which it was given, is recorded as not treated."}),
    ("CM-005", [medication(**DRUG, started_on="2020", ongoing="yes"), medication(2, **DRUG, started_on="2021")],
     {"name": "Medication 1 is the same, and the days are the same or overlap."}),
    ("CM-006", [event(term="Rash", ended_on="2024-04"), medication(started_on="2024-05", **FOR_EVENT)],
     {"started_on": "It began on 2024-05. Adverse event 1 (Rash), for which it was given, ended on 2024-04."}),
    ("CM-007", [history(term="Gout", started_on="2016"), medication(started_on="2015", **FOR_CONDITION)],
     {"started_on": "It began on 2015. Condition 1 (Gout), for which it was given, began on 2016."}),
    ("MH-004", [history(term="Gout", started_on="2016"), history(2, term="Gout", started_on="2016")],
     {"term": "Condition 1 is the same, and the days are the same or overlap."}),
    ("PT-002", [mmn(responded_to_treatment="no"), treatment(response="improved")],
     {"response": "The response is improved; by the MMN history no immunotherapy improved anything."}),
    ("PT-003", [treatment(product="IVIg", last_given_on="2023"), treatment(2, product="IVIG", last_given_on="2023")],
     {"product": "Treatment 1 has the same product and the same date."}),
    ("PT-004", [mmn(onset_on="2020"), treatment(last_given_on="2019-12")],
     {"last_given_on": "2019-12 is before the onset of weakness, 2020."}),
    ("DM-003", [demographics(height_cm="17")], {"height_cm": "17.0 cm lies outside 130 to 210 cm."}),
    ("DM-003", [demographics(height_cm="99")], None),
    ("DM-003", [demographics(height_cm="250")], None),
    ("DM-004", [mmn(right_arm="no"), demographics(more_affected_hand="right")],
     {"more_affected_hand": "The right hand is the more affected one; by the MMN history that arm is not affected."}),
    ("MMN-003", [mmn(**dict.fromkeys(LIMBS, "no"))], {"right_arm": "No limb is affected."}),
    ("VS-005", [demographics(height_cm="180"), on("W04", "vital-signs", weight_kg="35")],
     {"weight_kg": "35.0 kg at 180.0 cm is a body mass index of 10.8; 13 to 50 is usual."}),
    ("INCAT-002", [on("W04", "mrc-strength", **dict.fromkeys(GRADES, "4")), on("W04", "incat", arm="5")],
     {"arm": "Arm disability is 5, but every MRC grade of these limbs is 4 or more."}),
    ("INCAT-002", [on("W04", "mrc-strength", left_hip_flexion="2"), on("W04", "incat", leg="0")],
     {"leg": "Leg disability is 0, but Hip flexion, left has MRC grade 2."}),
    ("GRIP-004", [demographics(more_affected_hand="left"), on("SCR", "grip-strength", left_1="40.5", right_1="40")],
     {"left_1": "The left hand is the more affected one, but measures 40.5 kPa; the other 40.0 kPa."}),
    ("VISIT-007", [on("W04", "visit", contact="phone"), on("W04", "infusion", infused_on="2024-04-22")],
     {"infused_on": "Week 4 took place by telephone or video, but “Infusion” has values."}),
    ("LB-008", [WEEK_4, on("W04", "laboratory", collected_on="2024-05-22")],
     {"collected_on": "2024-05-22 is 30 days from the visit, 2024-04-22."}),
    ("NC-004", [WEEK_4, on("W04", "nerve-conduction", tested_on="2024-04-14")],
     {"tested_on": "2024-04-14 is 8 days from the visit, 2024-04-22."}),
    ("VS-006", [WEEK_4, on("W04", "vital-signs", assessed_on="2024-04-14")],
     {"assessed_on": "2024-04-14 is 8 days from the visit, 2024-04-22."}),
    ("MRC-009", [WEEK_4, on("W04", "mrc-strength", assessed_on="2024-04-14")],
     {"assessed_on": "2024-04-14 is 8 days from the visit, 2024-04-22."}),
    ("GRIP-005", [WEEK_4, on("W04", "grip-strength", assessed_on="2024-04-14")],
     {"assessed_on": "2024-04-14 is 8 days from the visit, 2024-04-22."}),
    ("INCAT-003", [WEEK_4, on("W04", "incat", assessed_on="2024-04-14")],
     {"assessed_on": "2024-04-14 is 8 days from the visit, 2024-04-22."}),
    ("INF-014", [WEEK_4, infusion("W04", infused_on="2024-04-30")],
     {"infused_on": "2024-04-30 is 8 days from the visit, 2024-04-22."}),
    ("INF-015", [on("W04", "vital-signs", weight_kg="60"), infusion("W04", dosing_weight_kg="66.1")],
     {"dosing_weight_kg": "The dosing weight is 66.1 kg; the weight at the visit is 60.0 kg."}),
    ("INF-016", [infusion("W04", infused_on="2024-04-22"), infusion("W04", 2, infused_on="2024-04-22")],
     {"infused_on": "Infusion day 1 of the visit has the same date, 2024-04-22."}),
    ("INF-017", [infusion("W04", infused_on="2024-04-22"), infusion("W04", 2, infused_on="2024-04-23")],
     {"split_days": "2 infusion days are recorded; the dose is split over 1 day."}),
    ("LOT-002", [lot("W04", lot_number="A1", expires_on="2026-03"),
                 lot("W07", lot_number="A1", expires_on="2027-03-31")],
     {"expires_on": "Lot A1 expires on 2027-03-31 here; at Week 4 its expiry is 2026-03."}),
    ("DV-001", [WEEK_4, deviation(occurred_on="2024-03-22", visit_link="W04.1", category="dose")],
     {"occurred_on": "2024-03-22 is 31 days from the visit, 2024-04-22."}),
    ("DV-002", [deviation(occurred_on="2024-04-22", reported_on="2024-04-21")],
     {"reported_on": "Reported on 2024-04-21, before it happened, 2024-04-22."}),
    ("DV-003", [deviation(what="Dose late", occurred_on="2024-04-22"),
                deviation(2, what="dose  late", occurred_on="2024-04-22")],
     {"what": "Protocol deviation 1 says the same of the same day."}),
    ("DV-004", [visit("W01", "2024-04-01"), WEEK_4, deviation(category="visit-window", visit_link="W04.1")],
     {"category": "Week 4, 2024-04-22, lies in its window."}),
    ("DV-004", [visit("W01", "2024-04-01"), visit("SCR", "2024-03-20"),
                deviation(category="visit-window", visit_link="SCR.1")], None),
    ("DV-005", [on("W04", "visit", occurrence="done"), deviation(category="missed-visit", visit_link="W04.1")],
     {"category": "Week 4 is recorded as done."}),
    ("CONS-001", [visit("SCR", "2024-04-01"), consent("2024-03-01")],
     {"signed_on": "Signed 31 days before Screening, 2024-04-01; up to 30 are usual."}),
    ("CONS-002", [consent("2023-12-31")], {"signed_on": "2023-12-31 is before the study began, 2024-01-01."}),
    ("CONS-003", [on("SCR", "consent", signed_on="2024-03-01", form_version="2.0"),
                  on("SCR", "re-consent", 1, 1, form_version="2.0")],
     {"form_version": "The consent of 2024-03-01 was to the same version."}),
    ("ELIG-003", [on("SCR", "consent", signed_on=UNKNOWN), eligibility(has_consented="yes")],
     {"has_consented": "Written consent is answered yes, but no consent is recorded."}),
    ("ELIG-003", [consent("2024-03-01"), eligibility(has_consented="no")],
     {"has_consented": "Written consent is answered no, but it was signed on 2024-03-01."}),
    ("ELIG-004", [consent("2024-03-10"), demographics(born_on="2005"), eligibility(is_of_age="yes")],
     {"is_of_age": "Of age is answered yes, but the patient was 19 years old at consent."}),
    ("ELIG-004", [demographics(age_years="20"), eligibility(is_of_age="no")],
     {"is_of_age": "Of age is answered no, but the patient was 20 years old at consent."}),
    ("ELIG-005", [mmn(category="possible"), eligibility(has_definite_or_probable_mmn="yes")],
     {"has_definite_or_probable_mmn": "Answered yes, but the category in the MMN history is possible."}),
    ("ELIG-005", [mmn(category="definite"), eligibility(has_definite_or_probable_mmn="no")],
     {"has_definite_or_probable_mmn": "Answered no, but the category in the MMN history is definite."}),
    ("ELIG-006", [MAN, eligibility(is_pregnant_or_lactating="yes")],
     {"is_pregnant_or_lactating": "Pregnant or lactating is answered yes, but the patient is a man."}),
    ("ELIG-006", [eligibility(is_pregnant_or_lactating="yes"), MAN], None),
    ("EOS-005", [event(outcome="UNKNOWN"), end(reason="DEATH")],
     {"reason": "The patient died, and no adverse event is recorded as fatal."}),
    ("EOS-006", [infusion("W01", infused_on="2024-04-01"), end(reason="SCREEN FAILURE")],
     {"reason": "The reason is screen failure, but a dose was given on 2024-04-01."}),
    ("EOS-007", [eligibility(eligible="yes"), end(reason="SCREEN FAILURE")],
     {"reason": "The reason is screen failure, but the patient was found eligible."}),
    ("EOS-008", [MAN, end(reason="PREGNANCY")], {"reason": "The reason is pregnancy, but the patient is a man."}),
    ("EOS-009", [end(reason="PROTOCOL DEVIATION")],
     {"reason": "The reason is a protocol deviation, and none is recorded."}),
    ("EOS-010", [on("ET", "visit", occurrence="done"), end(reason="COMPLETED")],
     {"reason": "The study was completed, but Early termination is recorded as done."}),
    ("EOS-011", [visit("W52", "2025-03-24"), end(reason="COMPLETED", ended_on="2025-04-24")],
     {"ended_on": "2025-04-24 is 31 days from Week 52 (end), 2025-03-24."}),
    ("DV-006", [MAN, eligibility(**REQUIRED, eligible="yes"), deviation(category="eligibility")],
     {"category": "The deviation is about eligibility; by the eligibility form every criterion is as required."}),
    ("DV-007", [medication(started_on="2024-03", ended_on="2024-04"),
                deviation(category="prohibited-medication", occurred_on="2024-05-02")],
     {"occurred_on": "A prohibited medication, and no medication is recorded for 2024-05-02."}),
    ("MRC-008", [mmn(right_arm="no"), on("SCR", "mrc-strength", right_wrist_extension="3", left_hip_flexion="1")],
     {"right_wrist_extension": "By the MMN history this limb is not affected; Wrist extension, right is 3."}),
    ("NC-006", [mmn(conduction_block="none"), on("SCR", "nerve-segment", 1, 1, block="definite")],
     {"block": "Definite conduction block; by the MMN history there is none."}),
    ("AE-017", [infusion("W07", infused_on="2024-05-21"), event(action="DRUG WITHDRAWN", started_on="2024-03")],
     {"action": "The drug was withdrawn; an infusion was given on 2024-05-21, 51 days after the event began."}),
    ("AE-018", [history(2, term="Hypertension", ongoing="yes"), event(term="hypertension")],
     {"term": "Condition 2 of the medical history has the same words and is ongoing. It is an event only if it got "
      "worse."}),
    ("DATE-002", [end(reason="DEATH", ended_on="2024-05-01", last_dose_on="2024-05-02")],
     {"last_dose_on": "2024-05-02 is after the death of the patient, 2024-05-01."}),
    ("DATE-002", [end(reason="COMPLETED", ended_on="2024-05-01", last_dose_on="2024-05-02")],
     {"last_dose_on": "2024-05-02 is after the end of study, 2024-05-01."}),
    ("DATE-002", [end(reason="DEATH", ended_on="2024-05-01"), event(started_on="2024-06")],
     {"started_on": "2024-06 is after the death of the patient, 2024-05-01."}),
    ("DATE-002", [end(reason="DEATH", ended_on="2024-05-01"), on("W04", "laboratory", collected_on="2024-05-02")],
     {"collected_on": "2024-05-02 is after the death of the patient, 2024-05-01."}),
    ("DATE-003", [demographics(born_on="1990"), mmn(onset_on="1980", diagnosed_on="1902")],
     {"onset_on": "1980 is before the birth, 1990.", "diagnosed_on": "1902 is before the birth, 1990."}),
    ("DATE-003", [consent("2024-03-10"), demographics(age_years="34"), treatment(last_given_on="1988")],
     {"last_given_on": "1988 is before the birth: the patient was 34 years old at consent."}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check_id", "steps", "says"), ASKS, ids=[f"{n}-{one[0]}" for n, one in enumerate(ASKS)]
)
def test_contradiction_asks(check_id, steps, says, take):
    take(steps)
    found = asked(check_id)
    assert found == says if says else found


QUIET = [
    ("AE-010", [event(outcome="RECOVERING/RESOLVING", ongoing="yes")]),
    ("AE-010", [event(outcome="UNKNOWN", ongoing="no", ended_on="2024-05")]),
    ("AE-010", [event(outcome="NOT RECOVERED/NOT RESOLVED", ongoing=UNKNOWN)]),
    ("AE-010", [event(outcome="NOT RECOVERED/NOT RESOLVED", ongoing="yes", ended_on="2024-05")]),
    ("AE-011", [event(outcome="FATAL", ongoing="no")]),
    ("AE-011", [event(outcome="FATAL", ongoing=UNKNOWN)]),
    ("AE-012", [event(term="Headache", started_on="2024-05"), event(2, term="Headache", started_on="2024-05-02")]),
    ("AE-012", [event(term="Headache", started_on="2024-05-02"), event(2, term="Headache", started_on=UNKNOWN)]),
    ("AE-012", [event(term="Headache", started_on="2024-05-01", ended_on="2024-05-02"),
                event(2, term="Headache", started_on="2024-05-02", ended_on="2024-05-03")]),
    ("AE-012", [event(term="Chills", started_on="2024-05-01", started_at="09:00"),
                event(2, term="Chills", started_on="2024-05-01", started_at="17:00")]),
    ("AE-012", [event(started_on="2024-05-02"), event(2, started_on="2024-05-02")]),
    ("AE-013", [infusion("W04", infused_on="2024-04-22"),
                event(relation="RELATED", related_infusion="W04.1", started_on="2024-04")]),
    ("AE-013", [infusion("W04", infused_on="2024-04-22"), event(relation="NOT RELATED", started_on="2024-03")]),
    ("AE-013", [infusion("W04", infused_on="2024-04-22"), event(relation="RELATED", started_on=UNKNOWN)]),
    ("AE-014", [end(reason="ADVERSE EVENT"), event(action="DRUG WITHDRAWN")]),
    ("AE-015", [end(reason="DEATH", ended_on="2024-05-03"), event(outcome="FATAL", ended_on="2024-05")]),
    ("AE-015", [end(reason="DEATH", ended_on=UNKNOWN), event(outcome="FATAL", ended_on="2024-04")]),
    ("SAE-008", [event(started_on="2024-05"), sae(adverse_event="1", became_aware_on="2024-05-01")]),
    ("SAE-008", [event(started_on="2024-05-01", started_at="10:00"),
                 sae(adverse_event="1", became_aware_on="2024-05-01")]),
    ("SAE-008", [event(started_on=UNKNOWN), sae(adverse_event="1", became_aware_on="2024-05-01")]),
    ("SAE-009", [event(serious="yes"), sae(adverse_event="1", death="yes")]),
    ("SAE-009", [event(outcome="FATAL"), sae(adverse_event="1", death=UNKNOWN)]),
    ("FU-001", [sae(became_aware_on=UNKNOWN), follow_up(followed_on="2024-05-01")]),
    ("FU-002", [event(outcome="FATAL"), sae(adverse_event="1"), follow_up(followed_on=UNKNOWN, outcome="UNKNOWN")]),
    ("CM-004", [event(treated=UNKNOWN), medication(**FOR_EVENT)]),
    ("CM-004", [event(treated="no"), medication(given_for="prevention")]),
    ("CM-005", [medication(**DRUG, started_on="2020", ended_on="2021"), medication(2, **DRUG, started_on="2021-05")]),
    ("CM-005", [medication(**DRUG, started_on="2020"), medication(2, **{**DRUG, "dose": "10 mg"}, started_on="2020")]),
    ("CM-005", [medication(**DRUG, started_on=UNKNOWN), medication(2, **DRUG, started_on="2020")]),
    ("CM-006", [event(ended_on="2024"), medication(started_on="2024-05", **FOR_EVENT)]),
    ("CM-006", [event(ended_on=UNKNOWN), medication(started_on="2024-05", **FOR_EVENT)]),
    ("CM-007", [history(started_on="2015-05"), medication(started_on="2015", **FOR_CONDITION)]),
    ("CM-007", [history(started_on=UNKNOWN), medication(started_on="2015", **FOR_CONDITION)]),
    ("MH-004", [history(term="Gout", started_on="2016"), history(2, term="Gout", started_on=UNKNOWN)]),
    ("PT-002", [mmn(responded_to_treatment=UNKNOWN), treatment(response="improved")]),
    ("PT-002", [mmn(responded_to_treatment="no"), treatment(response="stable")]),
    ("PT-003", [treatment(product="IVIg", last_given_on=UNKNOWN), treatment(2, product="IVIg", last_given_on=UNKNOWN)]),
    ("PT-004", [mmn(onset_on="2020"), treatment(last_given_on="2020-01")]),
    ("PT-004", [mmn(onset_on=UNKNOWN), treatment(last_given_on="2019")]),
    ("DM-003", [demographics(height_cm="130")]),
    ("DM-003", [demographics(height_cm="210")]),
    ("DM-003", [demographics(height_cm=UNKNOWN)]),
    ("DM-004", [mmn(right_arm=UNKNOWN, left_arm="no"), demographics(more_affected_hand="right")]),
    ("MMN-003", [mmn(**{**dict.fromkeys(LIMBS, "no"), "left_leg": UNKNOWN})]),
    ("VS-005", [demographics(height_cm="99"), on("W04", "vital-signs", weight_kg="60")]),
    ("VS-005", [demographics(height_cm=UNKNOWN), on("W04", "vital-signs", weight_kg="35")]),
    ("VS-005", [demographics(height_cm="170"), on("W04", "vital-signs", weight_kg="70")]),
    ("INCAT-002", [on("W04", "mrc-strength", left_elbow_flexion="5"), on("W04", "incat", arm="5")]),
    ("INCAT-002", [on("W01", "mrc-strength", left_elbow_flexion="1"), on("W04", "incat", arm="0")]),
    ("INCAT-002", [on("W04", "mrc-strength", left_elbow_flexion=UNKNOWN), on("W04", "incat", arm="0")]),
    ("GRIP-004", [demographics(more_affected_hand="left"), on("W04", "grip-strength", left_1="50", right_1="40")]),
    ("GRIP-004", [demographics(more_affected_hand="left"), on("SCR", "grip-strength", left_1="40", right_1="40")]),
    ("VISIT-007", [on("W04", "visit", contact="phone"), on("W04", "incat", arm="1")]),
    ("VISIT-007", [on("W04", "visit", contact="phone"), on("W04", "vital-signs", pulse=Missing("not-done"))]),
    ("LB-008", [WEEK_4, on("W04", "laboratory", collected_on="2024-04-29")]),
    ("LB-008", [visit("W01", "2024-04-01"), on("W04", "laboratory", collected_on="2024-05-22")]),
    ("NC-004", [WEEK_4, on("W04", "nerve-conduction", tested_on=UNKNOWN)]),
    ("VS-006", [WEEK_4, on("W04", "vital-signs", assessed_on="2024-04-16")]),
    ("MRC-009", [WEEK_4, on("W04", "mrc-strength", assessed_on="2024-04-16")]),
    ("GRIP-005", [WEEK_4, on("W04", "grip-strength", assessed_on="2024-04-16")]),
    ("INCAT-003", [WEEK_4, on("W04", "incat", assessed_on="2024-04-16")]),
    ("INF-014", [visit("W01", "2024-04-01"), infusion("W01", 5, infused_on="2024-04-05")]),
    ("INF-015", [on("W04", "vital-signs", weight_kg=UNKNOWN), infusion("W04", dosing_weight_kg="66.1")]),
    ("INF-015", [on("W01", "vital-signs", weight_kg="60"), infusion("W04", dosing_weight_kg="70")]),
    ("INF-016", [infusion("W04", infused_on=UNKNOWN), infusion("W04", 2, infused_on=UNKNOWN)]),
    ("INF-016", [infusion("W01", infused_on="2024-04-01"), infusion("W01", 2, infused_on="2024-04-01")]),
    ("INF-017", [infusion("W04", infused_on="2024-04-22"),
                 infusion("W04", 2, infused_on="2024-04-23", split_days="2")]),
    ("INF-017", [infusion("W04", infused_on="2024-04-22"), infusion("W04", 2, infused_on=UNKNOWN)]),
    ("INF-017", [infusion("UNS-1", infused_on="2024-04-22"), infusion("UNS-1", 2, infused_on="2024-04-23")]),
    ("LOT-002", [lot("W04", lot_number="A1", expires_on="2026"), lot("W07", lot_number="A1", expires_on="2026-03")]),
    ("LOT-002", [lot("W04", lot_number="A1", expires_on=UNKNOWN), lot("W07", lot_number="A1", expires_on="2026-03")]),
    ("LOT-002", [lot("W04", lot_number="A1", expires_on="2026"), infusion("W07", infused_on="2024-05-13"),
                 lot("W07", lot_number="A1", expires_on="2024-04")]),
    ("DV-001", [WEEK_4, deviation(occurred_on="2024-03-22", visit_link="W04.1", category="visit-window")]),
    ("DV-001", [deviation(occurred_on="2024-03-22", visit_link="")]),
    ("DV-002", [deviation(occurred_on="2024-04-22", reported_on="2024-04-22")]),
    ("DV-002", [deviation(occurred_on=UNKNOWN, reported_on="2024-04-22")]),
    ("DV-003", [deviation(what="Late", occurred_on=UNKNOWN), deviation(2, what="Late", occurred_on=UNKNOWN)]),
    ("DV-004", [WEEK_4, deviation(category="visit-window", visit_link="W04.1")]),
    ("DV-004", [visit("W01", "2024-04-01"), visit("ET", "2024-05-01"),
                deviation(category="visit-window", visit_link="ET.1")]),
    ("DV-005", [on("W04", "visit", occurrence="done"), deviation(category="dose", visit_link="W04.1")]),
    ("CONS-001", [visit("SCR", "2024-04-01"), consent("2024-03-02")]),
    ("CONS-001", [visit("SCR", "2024-04-01"), on("SCR", "consent", signed_on=UNKNOWN)]),
    ("CONS-002", [consent("2024-01-01")]),
    ("CONS-003", [on("SCR", "consent", signed_on="2024-03-01", form_version=UNKNOWN),
                  on("SCR", "re-consent", 1, 1, form_version=UNKNOWN)]),
    ("ELIG-003", [eligibility(has_consented="yes")]),
    ("ELIG-003", [consent("2024-03-01"), eligibility(has_consented=UNKNOWN)]),
    ("ELIG-004", [consent("2024-03-10"), demographics(born_on="2004"), eligibility(is_of_age="no")]),
    ("ELIG-004", [consent("2024-03-10"), demographics(born_on="2004"), eligibility(is_of_age="yes")]),
    ("ELIG-004", [consent("2024-03-10"), demographics(born_on=UNKNOWN), eligibility(is_of_age="yes")]),
    ("ELIG-005", [mmn(category=UNKNOWN), eligibility(has_definite_or_probable_mmn="no")]),
    ("ELIG-006", [MAN, eligibility(is_pregnant_or_lactating="no")]),
    ("ELIG-006", [WOMAN, eligibility(is_pregnant_or_lactating="yes")]),
    ("ELIG-006", [eligibility(is_pregnant_or_lactating="yes")]),
    ("EOS-005", [event(outcome="FATAL"), end(reason="DEATH")]),
    ("EOS-006", [infusion("W01", infused_on=UNKNOWN), end(reason="SCREEN FAILURE")]),
    ("EOS-007", [eligibility(eligible=UNKNOWN), end(reason="SCREEN FAILURE")]),
    ("EOS-008", [demographics(sex=UNKNOWN), end(reason="PREGNANCY")]),
    ("EOS-009", [deviation(what="Two doses left out"), end(reason="PROTOCOL DEVIATION")]),
    ("EOS-010", [on("ET", "visit", occurrence="done"), end(reason="DEATH")]),
    ("EOS-011", [visit("W52", "2025-03-24"), end(reason="DEATH", ended_on="2025-04-24")]),
    ("EOS-011", [on("W52", "visit", visited_on=UNKNOWN), end(reason="COMPLETED", ended_on="2025-04-24")]),
    ("DV-006", [MAN, eligibility(**{**REQUIRED, "is_of_age": UNKNOWN}, eligible="yes"),
                deviation(category="eligibility")]),
    ("DV-007", [medication(started_on="2024"), deviation(category="prohibited-medication", occurred_on="2024-05-02")]),
    ("DV-007", [medication(name="A"), deviation(category="prohibited-medication", occurred_on="2024-05-02")]),
    ("DV-007", [deviation(category="prohibited-medication", occurred_on=UNKNOWN)]),
    ("MRC-008", [mmn(right_arm="no"), on("SCR", "mrc-strength", right_wrist_extension="4")]),
    ("MRC-008", [mmn(right_arm="no"), on("W04", "mrc-strength", right_wrist_extension="1")]),
    ("MRC-008", [mmn(right_arm=UNKNOWN), on("SCR", "mrc-strength", right_wrist_extension="1")]),
    ("NC-006", [mmn(conduction_block=UNKNOWN), on("SCR", "nerve-segment", 1, 1, block="definite")]),
    ("NC-006", [mmn(conduction_block="none"), on("W28", "nerve-segment", 1, 1, block="definite")]),
    ("AE-017", [infusion("W07", infused_on="2024-05-21"), event(action="DRUG WITHDRAWN", started_on="2024")]),
    ("AE-017", [infusion("W07", infused_on="2024-05-21"), event(action="DRUG WITHDRAWN", started_on=UNKNOWN)]),
    ("AE-018", [history(term="Hypertension", ongoing=UNKNOWN), event(term="Hypertension")]),
    ("DATE-002", [end(reason="DEATH", ended_on="2024-05-01"), event(started_on="2024-05", ended_on="2024")]),
    ("DATE-002", [end(reason="DEATH", ended_on=UNKNOWN), event(started_on="2024-06")]),
    ("DATE-002", [end(reason="COMPLETED", ended_on="2024-05-01"), event(started_on="2024-05-02")]),
    ("DATE-002", [end(reason="DEATH", ended_on="2024-05-01"), sae(reported_on="2024-05-02"),
                  follow_up(followed_on="2024-06-02"), deviation(reported_on="2024-05-02")]),
    ("DATE-002", [end(reason="DEATH", ended_on="2024-05-01"), lot("W04", expires_on="2026-03")]),
    ("DATE-003", [demographics(born_on="1990-05"), mmn(onset_on="1990")]),
    ("DATE-003", [demographics(born_on=UNKNOWN), mmn(onset_on="1902")]),
    ("DATE-003", [consent("2024-03-10"), demographics(age_years="34"), treatment(last_given_on="1989-03")]),
]  # fmt: skip


@pytest.mark.parametrize(("check_id", "steps"), QUIET, ids=[f"{n}-{one[0]}" for n, one in enumerate(QUIET)])
def test_what_may_be_true_asks_nothing(check_id, steps, take):
    take(steps)
    assert asked(check_id) == {}


def test_every_contradiction_has_a_case_that_asks_and_one_that_does_not():
    assert {one[0] for one in ASKS} == {one[0] for one in QUIET}


# --- what cannot apply to this patient ------------------------------------------------------------


def test_pregnancy_is_not_asked_of_a_man_and_is_as_long_as_the_sex_is_not_known(take, at, coordinator):
    def is_wanted() -> bool:
        row = enter(at("SCR"), "eligibility", coordinator, has_consented="yes").row
        return "is_pregnant_or_lactating" in CRFS["eligibility"].missing(row)

    assert is_wanted()
    take([MAN])
    assert not is_wanted()
    take([WOMAN])
    assert is_wanted()


def test_decision_of_a_man_needs_no_answer_about_pregnancy(take, at, coordinator):
    answered = {name: "yes" if name in INCLUSION else "no" for name in CRITERIA if name != OF_WOMEN}
    take([MAN, eligibility(**answered)])
    assert "eligible" in enter(at("SCR"), "eligibility", coordinator, eligible="no").refused
    take([WOMAN])
    assert enter(at("SCR"), "eligibility", coordinator, eligible="no").is_clean


def test_page_hides_the_question_about_pregnancy_from_a_man(take, at, coordinator, client):
    def is_hidden() -> bool:
        page = client.get(f"/patients/{at('SCR').patient.number}/SCR/").text
        found = re.search(
            r'id="i-eligibility-1-is_pregnant_or_lactating"[^>]*data-asked-if="F "([^>]*)>', page
        )
        return "hidden" in found[1]

    client.force_login(coordinator)
    assert not is_hidden()
    take([MAN, eligibility(has_consented="yes")])
    assert is_hidden()
    take([WOMAN])
    assert not is_hidden()


# --- what is asked once the form is complete ------------------------------------------------------


@pytest.fixture
def complete(patient, at, coordinator):
    """Completes a form of week 4; what is missing is told."""

    def done(crf: str) -> None:
        by = coordinator.acting_at(patient.site, Right.ENTER)
        assert complete_entries(patient=patient, places=[a_place(at("W04"), crf)], by=by) == []

    return done


STUDY = on(
    "W04",
    "nerve-conduction",
    tested_on="2024-04-22",
    device="E1",
    examiner="N1",
    arm_skin_c="33",
    leg_skin_c="32",
)


def test_study_without_a_segment_asks_once_it_is_complete(take, complete, at, coordinator):
    take([STUDY])
    assert asked("NC-005") == {}
    complete("nerve-conduction")
    assert asked("NC-005") == {"tested_on": "No segment is recorded."}
    enter(at("W04"), "nerve-segment", coordinator, parent=1, nerve="MEDIAN NERVE", reason="Entered late")
    assert asked("NC-005") == {}


def test_study_with_a_segment_completes_without_a_question(take, complete):
    segment = {name: UNKNOWN for name, item in CRFS["nerve-segment"].entered.items() if item.required}
    take([STUDY, on("W04", "nerve-segment", 1, 1, **segment)])
    complete("nerve-conduction")
    assert asked("NC-005") == {}


@pytest.mark.parametrize(
    ("grams", "asks"),
    [(("30", "30"), False), (("30", "20"), True), (("40", "30"), True), (("30", None), False)],
)
def test_lots_that_do_not_give_the_dose_ask_once_it_is_complete(take, complete, grams, asks):
    values = {name: UNKNOWN for name, item in CRFS["infusion"].entered.items() if item.required}
    take([infusion("W04", **{**values, "infused_on": "2024-04-22", "given_g": "60"})])
    take([lot("W04", n, lot_number=f"A{n}", expires_on="2027", grams=g) for n, g in enumerate(grams, 1)])
    assert asked("INF-018") == {}
    complete("infusion")
    total = sum(int(g) for g in grams if g)
    assert asked("INF-018") == ({"given_g": f"60.0 g was given; the lots give {total}.0 g."} if asks else {})


# --- laboratory -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "denied", "asks"),
    [
        ("<7", "mg/dL", "no", False),
        ("6.9", "mg/dL", "no", True),
        ("7", "mg/dL", "no", False),
        ("0.06", "g/L", "no", True),
        ("6", "mg/dL", "yes", False),
        ("6", "mg/dL", UNKNOWN, False),
        ("6", "IU/mL", "no", False),
    ],
)
def test_absent_iga_asks_where_a_deficiency_was_denied(take, value, unit, denied, asks):
    iga = CRFS["lab-result"].row_names.index("IgA") + 1
    take([eligibility(has_iga_deficiency=denied), on("SCR", "lab-result", iga, 1, value=value, unit=unit)])
    assert bool(asked("LB-009")) is asks


def test_iga_question_follows_the_eligibility_form(take):
    iga = CRFS["lab-result"].row_names.index("IgA") + 1
    take([eligibility(has_iga_deficiency="yes"), on("SCR", "lab-result", iga, 1, value="5", unit="mg/dL")])
    take([eligibility(has_iga_deficiency="no")])
    text = "IgA is 5 mg/dL; the eligibility form says there is no IgA deficiency."
    assert asked("LB-009") == {"value": text}
