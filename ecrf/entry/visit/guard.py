"""What freezes or locks a patient's pages: they then show what stands and offer nothing that cannot be done."""

from typing import TYPE_CHECKING

from ecrf.casebook.models import Patient
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.locks.lookup import lock_on_entry, lock_on_visit, locks_over
from ecrf.locks.models import LockKind

if TYPE_CHECKING:
    from ecrf.entry.visit.page import EntryPage


def what_holds(patient: Patient) -> dict[str, object]:
    """For the patient's page: the lock on all of the patient, and the visits that have one; one statement."""
    locks = locks_over(patient)
    visits = {each.visit_id for each in locks if each.visit_id}
    return {"patient_lock": lock_on_visit(locks, None), "held_visits": visits}


def hold(page: "EntryPage") -> "EntryPage":
    """Tell the page and its forms what freezes or locks them; one statement."""
    locks = locks_over(page.where.patient)
    page.lock = lock_on_visit(locks, page.where.visit)
    for form_input in page.form_inputs:
        form_input.lock = page.lock or (
            lock_on_entry(locks, form_input.row.entry) if form_input.row else None
        )
        for row in (row for group in form_input.tables for row in group.form_views):
            row.lock = form_input.lock
    return page


def refuse_held(place: Place, result: Recorded) -> None:
    """A change that waits for its reason need not be explained if it is refused anyway: say so at once."""
    entry = result.row.entry if result.row else None
    locks = locks_over(place.patient)
    held = lock_on_entry(locks, entry) if entry else lock_on_visit(locks, place.visit)
    if held is None:
        return
    at = held.set_at.astimezone(place.patient.site.zone)
    word = LockKind(held.kind).label
    reason = held.reason.rstrip(". ")
    why = f"This is {word} since {at:%Y-%m-%d %H:%M %Z}, by {held.set_by}: {reason}. Nothing was changed."
    result.refused |= dict.fromkeys(result.wants_reason, why)
    result.wants_reason = []
