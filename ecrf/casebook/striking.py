"""Strikes out an entry made by mistake, and restores it. Nothing is deleted: it stays, shown struck out."""

from django.utils import timezone

from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.audit.reasons import fault_of, tidy
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS
from ecrf.casebook.schedule.status import refresh_schedule_status
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS


class NotStruck(Exception):
    """Why the entry cannot be struck out, or not be restored, in words for the page."""


def can_be_struck(entry: Entry) -> bool:
    """Only one of several can be struck out: a form that is there once is corrected instead."""
    return CRFS[entry.crf].can_repeat


def strike_out(*, entry: Entry, by: User, actor: Actor, reason: str, source: str = "site") -> None:
    """Strike an entry out, with its rows. NotStruck says why not; doing it twice changes nothing."""
    why = tidy(reason)
    with acting(actor, patient_id=entry.patient_id, reason=why, source=source):
        entry.refresh_from_db(fields=["struck_at", "struck_by", "struck_reason"])
        if entry.struck_at:
            return
        if not can_be_struck(entry):
            raise NotStruck(
                "This form is there once. Correct its values, or give the reason why there are none."
            )
        if fault := fault_of(why, "the row is struck out"):
            raise NotStruck(fault)
        _refuse_linked(entry)
        _set(entry, timezone.now(), by, why)


def restore(*, entry: Entry, actor: Actor, reason: str, source: str = "site") -> None:
    """Take back the striking out of an entry."""
    why = tidy(reason)
    with acting(actor, patient_id=entry.patient_id, reason=why, source=source):
        entry.refresh_from_db(fields=["struck_at", "struck_by", "struck_reason"])
        if not entry.struck_at:
            return
        if fault := fault_of(why, "the row is restored"):
            raise NotStruck(fault)
        _refuse_dangling(entry)
        _set(entry, None, None, "")


def _set(entry: Entry, at: object, by: User | None, why: str) -> None:
    entry.struck_at, entry.struck_by, entry.struck_reason = at, by, why  # type: ignore[assignment]
    entry.save(update_fields=["struck_at", "struck_by", "struck_reason"])
    refresh_schedule_status(PatientData(entry.patient))
    for step in HOOKS.after_strike:
        step(entry.patient)


def links_to(entry: Entry, data: PatientData) -> list[Crf]:
    """The rows whose link items name this entry."""
    if entry.parent_id:
        return []
    linking = [(d.key, name) for d in CRFS.values() for name, link in d.links.items() if link.to == entry.crf]
    data.load(*(key for key, _name in linking))
    return [row for key, name in linking for row in data.rows(key) if getattr(row, name) == entry.link]


def _refuse_linked(entry: Entry) -> None:
    for row in links_to(entry, PatientData(entry.patient)):
        where = f"{CRFS[row.entry.crf].title} {row.entry.link}"
        raise NotStruck(f"{where} names this row. Change that first, then strike this one out.")


def _refuse_dangling(entry: Entry) -> None:
    """A restored row must not name one that is struck out meanwhile."""
    definition, data = CRFS[entry.crf], PatientData(entry.patient)
    data.load(entry.crf, *(link.to for link in definition.links.values()))
    row = next(r for r in data.with_struck(entry.crf) if r.entry_id == entry.pk)
    for name, link in definition.links.items():
        if getattr(row, name) and data.linked(row, name) is None:
            words = link.words(getattr(row, name))
            raise NotStruck(f"This row names {words}, which is struck out. Restore that first.")
