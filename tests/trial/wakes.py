"""For each check of a contradiction between forms: what opens its question from another form, and what clears it."""

from tests.trial.steps import (
    Wake,
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
from trial.crfs.mrc_strength import MUSCLES
from trial.outcomes import mrc_items

REQUIRED = {name: "yes" if name in INCLUSION else "no" for name in CRITERIA if name != OF_WOMEN}
FIVES = dict.fromkeys(mrc_items(MUSCLES), "5")
ARM = {"given_for": "adverse-event", "adverse_event": "1"}

WAKES = {
    "DATE-002": Wake(
        first=[visit("W04", "2024-04-22")],
        opens=end(reason="DEATH", ended_on="2024-04-21"),
        clears=end(ended_on="2024-04-22"),
    ),
    "DATE-003": Wake(
        first=[mmn(onset_on="1980"), treatment(last_given_on="1991")],
        opens=demographics(born_on="1981-05"),
        clears=demographics(born_on="1980"),
    ),
    "CONS-001": Wake(
        first=[consent("2024-03-01")], opens=visit("SCR", "2024-04-01"), clears=visit("SCR", "2024-03-31")
    ),
    "CONS-003": Wake(
        first=[consent("2024-03-01"), on("SCR", "re-consent", 1, 1, form_version="2.1")],
        opens=on("SCR", "consent", form_version="2.1"),
        clears=on("SCR", "consent", form_version="2.0"),
    ),
    "ELIG-003": Wake(
        first=[eligibility(has_consented="no")],
        opens=consent("2024-03-01"),
        clears=on("SCR", "consent", signed_on=None),
    ),
    "ELIG-004": Wake(
        first=[consent("2024-03-10"), eligibility(is_of_age="no")],
        opens=demographics(born_on="1990"),
        clears=demographics(born_on="2004"),
    ),
    "ELIG-005": Wake(
        first=[eligibility(has_definite_or_probable_mmn="yes")],
        opens=mmn(category="possible"),
        clears=mmn(category="probable"),
    ),
    "DM-004": Wake(
        first=[demographics(more_affected_hand="left")], opens=mmn(left_arm="no"), clears=mmn(left_arm="yes")
    ),
    "PT-002": Wake(
        first=[treatment(response="improved")],
        opens=mmn(responded_to_treatment="no"),
        clears=mmn(responded_to_treatment="yes"),
    ),
    "PT-003": Wake(
        first=[treatment(product="IVIg"), treatment(2, product="ivig ", last_given_on="2023")],
        opens=treatment(last_given_on="2023"),
        clears=treatment(last_given_on="2022"),
    ),
    "PT-004": Wake(
        first=[treatment(last_given_on="2019")], opens=mmn(onset_on="2020"), clears=mmn(onset_on="2019-06")
    ),
    "LB-008": Wake(
        first=[on("W04", "laboratory", collected_on="2024-04-22")],
        opens=visit("W04", "2024-04-30"),
        clears=visit("W04", "2024-04-29"),
    ),
    "NC-004": Wake(
        first=[on("W04", "nerve-conduction", tested_on="2024-04-22")],
        opens=visit("W04", "2024-04-14"),
        clears=visit("W04", "2024-04-15"),
    ),
    "VS-006": Wake(
        first=[on("W04", "vital-signs", assessed_on="2024-04-22")],
        opens=visit("W04", "2024-04-14"),
        clears=visit("W04", "2024-04-15"),
    ),
    "MRC-009": Wake(
        first=[on("W04", "mrc-strength", assessed_on="2024-04-22")],
        opens=visit("W04", "2024-04-14"),
        clears=visit("W04", "2024-04-15"),
    ),
    "GRIP-005": Wake(
        first=[on("W04", "grip-strength", assessed_on="2024-04-22")],
        opens=visit("W04", "2024-04-14"),
        clears=visit("W04", "2024-04-15"),
    ),
    "INCAT-003": Wake(
        first=[on("W04", "incat", assessed_on="2024-04-22")],
        opens=visit("W04", "2024-04-14"),
        clears=visit("W04", "2024-04-15"),
    ),
    "INF-014": Wake(
        first=[infusion("W04", infused_on="2024-04-22")],
        opens=visit("W04", "2024-04-30"),
        clears=visit("W04", "2024-04-29"),
    ),
    "INF-015": Wake(
        first=[infusion("W04", dosing_weight_kg="66")],
        opens=on("W04", "vital-signs", weight_kg="59.9"),
        clears=on("W04", "vital-signs", weight_kg="60"),
    ),
    "INF-016": Wake(
        first=[infusion("W04", infused_on="2024-04-22"), infusion("W04", 2, infused_on="2024-04-23")],
        opens=infusion("W04", infused_on="2024-04-23"),
        clears=infusion("W04", infused_on="2024-04-22"),
    ),
    "INF-017": Wake(
        first=[infusion("W04", given_g="30"), infusion("W04", 2, infused_on="2024-04-23")],
        opens=infusion("W04", infused_on="2024-04-22"),
        clears=infusion("W04", infused_on=None),
    ),
    "LOT-002": Wake(
        first=[
            lot("W04", lot_number="A1", expires_on="2026-03"),
            lot("W07", lot_number="A1", expires_on="2026-03-31"),
        ],
        opens=lot("W04", expires_on="2026-04"),
        clears=lot("W04", expires_on="2026"),
    ),
    "DV-001": Wake(
        first=[visit("W04", "2024-04-22"), deviation(occurred_on="2024-04-22", visit_link="W04.1")],
        opens=visit("W04", "2024-04-30"),
        clears=visit("W04", "2024-04-29"),
    ),
    "DV-003": Wake(
        first=[deviation(what="Dose late"), deviation(2, what="Dose late", occurred_on="2024-04-22")],
        opens=deviation(occurred_on="2024-04-22"),
        clears=deviation(occurred_on="2024-04-23"),
    ),
    "DV-004": Wake(
        first=[
            visit("W01", "2024-04-01"),
            visit("W04", "2024-04-30"),
            deviation(category="visit-window", visit_link="W04.1"),
        ],
        opens=visit("W04", "2024-04-29"),
        clears=visit("W04", "2024-04-30"),
    ),
    "DV-005": Wake(
        first=[
            on("W04", "visit", occurrence="missed"),
            deviation(category="missed-visit", visit_link="W04.1"),
        ],
        opens=on("W04", "visit", occurrence="done"),
        clears=on("W04", "visit", occurrence="missed"),
    ),
    "VISIT-008": Wake(
        first=[on("SCR", "visit", occurrence="done"), visit("W01", "2024-04-01")],
        opens=on("SCR", "visit", occurrence="missed"),
        clears=on("SCR", "visit", occurrence="done"),
    ),
    "VISIT-007": Wake(
        first=[on("W04", "grip-strength", right_1="40"), on("W04", "visit", contact="home")],
        opens=on("W04", "visit", contact="phone"),
        clears=on("W04", "visit", contact="home"),
    ),
    "VS-005": Wake(
        first=[on("W04", "vital-signs", weight_kg="35")],
        opens=demographics(height_cm="180"),
        clears=demographics(height_cm="160"),
    ),
    "INCAT-002": Wake(
        first=[
            on("W04", "incat", arm="5", leg="1"),
            on("W04", "mrc-strength", **{**FIVES, "left_elbow_flexion": "1"}),
        ],
        opens=on("W04", "mrc-strength", left_elbow_flexion="4"),
        clears=on("W04", "mrc-strength", **dict.fromkeys(FIVES, "3")),
    ),
    "GRIP-004": Wake(
        first=[on("SCR", "grip-strength", right_1="40", left_1="30")],
        opens=demographics(more_affected_hand="right"),
        clears=demographics(more_affected_hand="left"),
    ),
    "AE-012": Wake(
        first=[event(term="Headache"), event(2, term=" headache", started_on="2024-05-02")],
        opens=event(started_on="2024-05-02"),
        clears=event(started_on="2024-05-03"),
    ),
    "AE-013": Wake(
        first=[
            infusion("W04", infused_on="2024-04-22", started_at="09:00"),
            event(relation="RELATED", related_infusion="W04.1", started_on="2024-04-22", started_at="09:30"),
        ],
        opens=infusion("W04", started_at="09:31"),
        clears=infusion("W04", started_at="09:30"),
    ),
    "AE-014": Wake(
        first=[event(action="DRUG WITHDRAWN")],
        opens=end(reason="COMPLETED"),
        clears=end(reason="ADVERSE EVENT"),
    ),
    "AE-015": Wake(
        first=[event(outcome="FATAL", ended_on="2024-05-02"), end(reason="DEATH")],
        opens=end(ended_on="2024-05-03"),
        clears=end(ended_on="2024-05-02"),
    ),
    "SAE-008": Wake(
        first=[
            event(term="Spasm"),
            sae(adverse_event="1", became_aware_on="2024-05-02", became_aware_at="10:00"),
        ],
        opens=event(started_on="2024-05-02", started_at="10:01"),
        clears=event(started_at="10:00"),
    ),
    "SAE-009": Wake(
        first=[event(term="Spasm", serious="yes"), sae(adverse_event="1", death="no")],
        opens=event(outcome="FATAL"),
        clears=event(outcome="UNKNOWN"),
    ),
    "FU-001": Wake(
        first=[follow_up(followed_on="2024-05-02")],
        opens=sae(became_aware_on="2024-05-03"),
        clears=sae(became_aware_on="2024-05-02"),
    ),
    "FU-002": Wake(
        first=[
            event(outcome="RECOVERED/RESOLVED"),
            sae(adverse_event="1"),
            follow_up(followed_on="2024-05-02", outcome="UNKNOWN"),
            follow_up(2, followed_on="2024-05-03", outcome="RECOVERED/RESOLVED"),
        ],
        opens=event(outcome="FATAL"),
        clears=event(outcome="RECOVERED/RESOLVED"),
    ),
    "CM-004": Wake(
        first=[event(term="Rash"), medication(**ARM)], opens=event(treated="no"), clears=event(treated="yes")
    ),
    "CM-005": Wake(
        first=[
            medication(name="A", dose="5 mg", route="ORAL", frequency="QD"),
            medication(2, name="a", dose="5 mg", route="ORAL", frequency="QD", started_on="2024"),
        ],
        opens=medication(started_on="2024"),
        clears=medication(dose="10 mg"),
    ),
    "CM-006": Wake(
        first=[event(term="Rash"), medication(started_on="2024-05-03", **ARM)],
        opens=event(ended_on="2024-05-02"),
        clears=event(ended_on="2024-05"),
    ),
    "CM-007": Wake(
        first=[
            history(term="Gout"),
            medication(given_for="medical-history", medical_history="1", started_on="2015-05"),
        ],
        opens=history(started_on="2016"),
        clears=history(started_on="2015"),
    ),
    "MH-004": Wake(
        first=[history(term="Gout"), history(2, term="gout", started_on="2015")],
        opens=history(started_on="2014", ongoing="yes"),
        clears=history(started_on="2015-05"),
    ),
    "EOS-005": Wake(
        first=[event(outcome="FATAL"), end(reason="DEATH")],
        opens=event(outcome="UNKNOWN"),
        clears=event(outcome="FATAL"),
    ),
    "EOS-006": Wake(
        first=[end(reason="SCREEN FAILURE")],
        opens=infusion("W01", infused_on="2024-04-01"),
        clears=infusion("W01", given_g="0"),
    ),
    "EOS-007": Wake(
        first=[end(reason="SCREEN FAILURE")],
        opens=eligibility(eligible="yes"),
        clears=eligibility(eligible=None),
    ),
    "EOS-008": Wake(
        first=[end(reason="PREGNANCY")], opens=demographics(sex="M"), clears=demographics(sex="F")
    ),
    "EOS-011": Wake(
        first=[end(reason="COMPLETED", ended_on="2025-03-24")],
        opens=visit("W52", "2025-04-01"),
        clears=visit("W52", "2025-03-31"),
    ),
    "DV-006": Wake(
        first=[
            demographics(sex="M"),
            eligibility(**{**REQUIRED, "takes_other_trial_drug": "yes"}),
            deviation(category="eligibility"),
        ],
        opens=eligibility(takes_other_trial_drug="no", eligible="yes"),
        clears=eligibility(eligible=None),
    ),
    "DV-007": Wake(
        first=[
            medication(started_on="2024-05"),
            deviation(category="prohibited-medication", occurred_on="2024-05-02"),
        ],
        opens=medication(started_on="2024-06"),
        clears=medication(started_on=None),
    ),
    "MRC-008": Wake(
        first=[on("SCR", "mrc-strength", left_hip_flexion="3")],
        opens=mmn(left_leg="no"),
        clears=mmn(left_leg="yes"),
    ),
    "NC-006": Wake(
        first=[on("SCR", "nerve-segment", 1, 1, block="probable")],
        opens=mmn(conduction_block="none"),
        clears=mmn(conduction_block="probable"),
    ),
    "AE-017": Wake(
        first=[event(action="DRUG WITHDRAWN", started_on="2024-04-22")],
        opens=infusion("W07", infused_on="2024-05-21"),
        clears=infusion("W07", infused_on="2024-05-20"),
    ),
    "AE-018": Wake(
        first=[event(term="Hypertension")],
        opens=history(term="hypertension", ongoing="yes"),
        clears=history(ongoing="no"),
    ),
    "EOS-010": Wake(
        first=[end(reason="COMPLETED")],
        opens=on("ET", "visit", occurrence="done"),
        clears=on("ET", "visit", occurrence="missed"),
    ),
}
