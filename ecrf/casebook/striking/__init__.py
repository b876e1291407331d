"""Strikes out what was made by mistake, and restores it: an entry, a visit, a patient. Nothing is deleted."""

from ecrf.casebook.striking.act import NotStruck, Striking, StrikingConsent, follow
from ecrf.casebook.striking.entries import (
    can_be_struck,
    links_to,
    restore,
    strike_out,
    why_not_restored,
)
from ecrf.casebook.striking.moved_away import MovedAway, moved_away
from ecrf.casebook.striking.patients import restore_patient, strike_patient
from ecrf.casebook.striking.visits import restore_visit, strike_visit, why_visit_not_restored

__all__ = [
    "MovedAway",
    "NotStruck",
    "Striking",
    "StrikingConsent",
    "can_be_struck",
    "follow",
    "links_to",
    "moved_away",
    "restore",
    "restore_patient",
    "restore_visit",
    "strike_out",
    "strike_patient",
    "strike_visit",
    "why_not_restored",
    "why_visit_not_restored",
]
