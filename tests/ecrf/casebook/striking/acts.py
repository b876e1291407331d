"""Strikes out one form that is there once, as moving it elsewhere does."""

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.casebook.models import Entry
from ecrf.casebook.striking import Striking, follow, strike_form


def strike_alone(entry: Entry, by: User, why: str) -> Entry:
    with acting(by.acting_at(entry.site, Right.ENTER), patient_id=entry.patient_id, reason=why):
        strike_form(entry, Striking.now(by, why))
        follow(entry.patient)
    return entry
