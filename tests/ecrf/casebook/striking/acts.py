"""Strikes out one form that is there once, as moving it elsewhere does."""

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.casebook.models import Entry
from ecrf.casebook.striking import Striking, follow
from ecrf.casebook.striking.act import strike_entries


def strike_form(entry: Entry, act: Striking) -> None:
    """As moving does, one that is there once too; inside an act of the caller's."""
    strike_entries(Entry.objects.filter(pk=entry.pk), act)
    entry.refresh_from_db()


def strike_alone(entry: Entry, by: User, why: str) -> Entry:
    with acting(by.acting_at(entry.site, Right.ENTER), patient_id=entry.patient_id, reason=why):
        strike_form(entry, Striking.now(by, why))
        follow(entry.patient)
    return entry
