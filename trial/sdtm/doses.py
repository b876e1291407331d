"""When a patient was given the trial drug, from the infusion forms."""

from datetime import date, timedelta
from typing import Any

from ecrf.exports.sdtm.records import FormRow, PatientRecords
from ecrf.exports.sdtm.timing import DAY_LENGTH, iso
from trial.dosing import Phase

FOLLOWED = ("adverse-event", "concomitant-medication")
"""The logs in which something may end after the end of the study."""


def start(row: FormRow) -> str:
    return row.moment("infused_on", "started_at")


def end(row: FormRow) -> str:
    """On the next day where the form says so."""
    return iso(last_day(row), row["ended_at"])


def last_day(row: FormRow) -> Any:
    day: date | None = row["infused_on"]
    return day + timedelta(days=1) if day and row["ended_next_day"] == "yes" else day


def is_given(row: FormRow) -> bool:
    return bool(row["given_g"])


def given(patient: PatientRecords) -> list[FormRow]:
    """The infusions that were given, in the order of their beginnings."""
    return sorted((row for row in patient.rows("infusion") if is_given(row)), key=start)


def first_start(patient: PatientRecords) -> str:
    return next((start(row) for row in given(patient) if start(row)), "")


def last_end(patient: PatientRecords) -> str:
    return max((end(row) or start(row) for row in given(patient)), default="")


def first_maintenance(patient: PatientRecords) -> str:
    found = (start(row) for row in given(patient) if row["phase"] == Phase.MAINTENANCE)
    return next((moment for moment in found if moment), "")


def end_of_participation(patient: PatientRecords) -> str:
    row = patient.one("end-of-study")
    return iso(row["ended_on"]) if row else ""


def end_of_follow_up(patient: PatientRecords) -> str:
    """The end of the participation, or the day on which an event or a medication ended that was followed beyond it; ""
    while the patient takes part."""
    ended = end_of_participation(patient)
    followed = [row["ended_on"] or "" for form in FOLLOWED for row in patient.rows(form)]
    return max([ended, *(day for day in followed if len(day) == DAY_LENGTH)]) if ended else ""


def reference_end(patient: PatientRecords) -> str:
    """Up to when it is known that something went on: the end of the follow-up, or the day of the data cut."""
    return end_of_follow_up(patient) or patient.cut_day


def is_before_dose(patient: PatientRecords, row: FormRow, baseline: str) -> bool | None:
    """What is planned at the baseline visit comes before the first dose (P), where the date alone does not tell."""
    return True if row.visit == baseline else None
