"""Fills the browser tests' database: sites, accounts, patients with a baseline visit, and one with a story."""

import uuid
from datetime import timedelta

import django

django.setup()

from ecrf.access.roles import Right, Role  # noqa: E402
from ecrf.audit.actor import SYSTEM  # noqa: E402
from ecrf.casebook.models import Entry, Patient, Visit  # noqa: E402
from ecrf.casebook.services import add_entry, complete_entries  # noqa: E402
from ecrf.forms.registry import CRFS  # noqa: E402
from ecrf.signatures.signers import confirm_identity  # noqa: E402
from tests.builders import a_patient, a_place, a_visit, enter  # noqa: E402
from tests.conftest import make_site, make_user  # noqa: E402
from tests.ecrf.queries.builders import answered, asked  # noqa: E402
from trial.crfs.mrc_strength import MUSCLES  # noqa: E402
from trial.crfs.nerve_conduction import DISTAL, PROXIMAL, Call, Nerve, Segment, Side  # noqa: E402
from trial.outcomes import mrc_items  # noqa: E402

site, other = make_site("01"), make_site("02")
coordinator = make_user("coordinator01", Role.COORDINATOR, site)
investigator = make_user("investigator01", Role.INVESTIGATOR, site)
make_user("coordinator02", Role.COORDINATOR, other)
monitor = make_user("monitor", Role.MONITOR, site)
make_user("factor01", Role.COORDINATOR, site)
make_user("administrator", Role.ADMINISTRATOR)
make_user("datamanager", Role.DATA_MANAGER)

today = site.today()


def screened(patient, by, days: int) -> None:
    """The screening visit of so many days ago: without it the baseline would be asked about."""
    visited_on = str(today - timedelta(days=days))
    values = {"occurrence": "done", "visited_on": visited_on, "contact": "on-site"}
    screening = a_visit(patient, "SCR", by)
    enter(screening, "visit", by, **values)


def a_baseline(site, by) -> None:
    """A patient with a baseline visit, which nobody has completed."""
    patient = a_patient(site, by)
    screened(patient, by, 30)
    baseline = a_visit(patient, "W01", by)
    enter(
        baseline,
        "visit",
        by,
        occurrence="done",
        visited_on=str(today - timedelta(days=21)),
        contact="on-site",
    )
    enter(baseline, "mrc-strength", by, **dict.fromkeys(mrc_items(MUSCLES), "4"))
    enter(baseline, "grip-strength", by, right_1="31.0", left_1="30.0")
    enter(baseline, "vital-signs", by, weight_kg="60.0")


for _ in range(8):
    a_baseline(site, coordinator)

patient = a_patient(site, coordinator)
screened(patient, coordinator, 50)
for code, days, grade, grams, lot in (
    ("W01", 42, "4", "24.0", "A1"),
    ("W04", 21, "4", "60.0", "B2"),
    ("W07", 0, "3", "", ""),
):
    visit, on = a_visit(patient, code, coordinator), str(today - timedelta(days=days))
    enter(visit, "visit", coordinator, occurrence="done", visited_on=on, contact="on-site")
    enter(visit, "mrc-strength", coordinator, **dict.fromkeys(mrc_items(MUSCLES), grade))
    enter(visit, "grip-strength", coordinator, right_1="31.0", left_1="30.0")
    if grams:
        enter(visit, "infusion", coordinator, infused_on=on, given_g=grams)
        enter(visit, "infusion-lot", coordinator, parent=1, lot_number=lot)
add_entry(
    patient=patient,
    definition=CRFS["adverse-event"],
    visit=None,
    parent=None,
    by=coordinator.acting_at(site, Right.ENTER),
    request_key=uuid.uuid4(),
)
event = {
    "term": "Headache",
    "started_on": str(today - timedelta(days=20)),
    "ongoing": "yes",
    "severity": "MILD",
}
enter(patient, "adverse-event", coordinator, **event)

patient = a_patient(site, coordinator)
missed = a_visit(patient, "W04", coordinator)
enter(missed, "visit", coordinator, occurrence="missed", missed_reason="Away")
actor = coordinator.acting_at(site, Right.ENTER)
complete_entries(patient=patient, places=[a_place(missed, "visit")], by=actor)
confirm_identity(
    user=investigator, confirmed_by="Synthetic manager", how="Invented", by=SYSTEM, source="test"
)

# Two visits for the monitor: complete, everything critical.
patient = a_patient(site, coordinator)
screened(patient, coordinator, 50)
for code, days in (("W01", 42), ("W04", 21)):
    visit, on = a_visit(patient, code, coordinator), str(today - timedelta(days=days))
    enter(visit, "visit", coordinator, occurrence="done", visited_on=on, contact="on-site")
    trials = {f"{side}_{number}": "31.0" for side in ("right", "left") for number in (1, 2, 3)}
    enter(visit, "grip-strength", coordinator, device="SYN-1", assessor="A1", **trials)
    grades = dict.fromkeys(mrc_items(MUSCLES), "4")
    enter(visit, "mrc-strength", coordinator, assessor="A1", assessed_at="09:30", before_dose="yes", **grades)
    places = [a_place(visit, key) for key in ("visit", "grip-strength", "mrc-strength")]
    left = complete_entries(patient=patient, places=places, by=coordinator.acting_at(site, Right.ENTER))
    assert left == [], left

# A patient whose follow-up visit is overdue, and leads Today's list.
patient = a_patient(site, coordinator)
for code, days in (("SCR", 60), ("W01", 40)):
    on = str(today - timedelta(days=days))
    visit = a_visit(patient, code, coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on=on, contact="on-site")

# Answered queries for the monitor's queue.
patient = a_patient(site, coordinator)
visit = a_visit(patient, "W01", coordinator)
enter(visit, "grip-strength", coordinator, device="SYN-1", assessor="A1", **trials)
complete_entries(
    patient=patient,
    places=[a_place(visit, "grip-strength")],
    by=coordinator.acting_at(site, Right.ENTER),
)
grip = Entry.objects.select_related("patient__site").get(visit=visit, crf="grip-strength")
for number in range(1, 13):
    query = asked(grip, monitor, f"Is reading {number} right?", item="right_1")
    answered(query, coordinator, f"Yes, reading {number} is right.")

# A site of those who are moved or leave, where no other journey goes.
apart = make_site("04")
coordinator04 = make_user("coordinator04", Role.COORDINATOR, apart)
for _ in range(3):
    a_baseline(apart, coordinator04)

# A site for what comes in by file and what is looked at across its patients.
filed = make_site("06")
coordinator06 = make_user("coordinator06", Role.COORDINATOR, filed)
make_user("monitor06", Role.MONITOR, filed)
for _ in range(3):
    a_baseline(filed, coordinator06)

# A site where only what is read out of its pages is entered: what stands there is what was there before.
heard = make_site("07")
coordinator07 = make_user("coordinator07", Role.COORDINATOR, heard)
a_baseline(heard, coordinator07)

# A practice site, whose first visits are guided.
practice = make_site("08", is_practice=True)
coordinator08 = make_user("coordinator08", Role.COORDINATOR, practice)
a_baseline(practice, coordinator08)
make_user("newcomer08", Role.COORDINATOR, practice)
make_user("monitor08", Role.MONITOR, practice)

# A site whose monitor reads wide tables: every item of a nerve segment, and of logs what takes most room.
wide = make_site("05")
coordinator05 = make_user("coordinator05", Role.COORDINATOR, wide)
make_user("monitor05", Role.MONITOR, wide)
make_user("safety05", Role.SAFETY, wide)
a_baseline(wide, coordinator05)
patient = Patient.objects.get(site=wide)
visit = Visit.objects.get(patient=patient, code="W01")
enter(visit, "nerve-conduction", coordinator05, tested_on=str(today), device="SYN-NCS-1", arm_skin_c="33.0")
segment = {name: "12.34" for name in (*DISTAL, *PROXIMAL) if CRFS["nerve-segment"].items[name].unit == "mV"}
segment |= {name: "12.3" for name in (*DISTAL, *PROXIMAL) if name not in segment}
for number, (nerve, at) in enumerate(
    ((Nerve.MEDIAN, Segment.WRIST_ELBOW), (Nerve.PERONEAL, Segment.ACROSS_FIBULAR_HEAD)), 1
):
    place = {"nerve": nerve, "side": Side.RIGHT, "segment": at, "block": Call.NOT_ASSESSABLE}
    enter(visit, "nerve-segment", coordinator05, parent=1, number=number, **place, **segment)
long = {"started_on": str(today - timedelta(days=20)), "ended_on": str(today), "ongoing": "no"}
event = {
    "term": "Thrombophlebitis of the forearm",
    "severity": "SEVERE",
    "serious": "yes",
    "relation": "RELATED",
}
enter(patient, "adverse-event", coordinator05, **event, **long)
answers = {"action": "DOSE RATE REDUCED", "outcome": "RECOVERED/RESOLVED WITH SEQUELAE"}
enter(Patient.objects.get(site=practice), "adverse-event", coordinator08, **event, **long, **answers)
medication = {
    "name": "Acetaminophen with caffeine",
    "indication": "Headache",
    "dose": "500 mg",
    "frequency": "Three times a day",
}
enter(patient, "concomitant-medication", coordinator05, **medication, **long)
times = {
    "became_aware_on": str(today),
    "became_aware_at": "09:00",
    "reported_on": str(today),
    "reported_at": "11:00",
}
enter(patient, "serious-adverse-event", coordinator05, adverse_event="1", hospital_stay="yes", **times)
for number in (1, 2):
    news = {
        "followed_on": str(today),
        "outcome": "RECOVERING/RESOLVING",
        "news": "Seen by the surgeon, better after two days " * 3,
    }
    enter(patient, "sae-follow-up", coordinator05, parent=1, number=number, **news)
