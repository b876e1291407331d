"""Reads freezes and locks for pages: which of them hold a patient, a visit or a form."""

from django.db.models import Q

from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.locks.models import Lock, LockKind, LockScope


def locks_over(patient: Patient) -> list[Lock]:
    """Every freeze and lock in force that touches the patient: its own, its forms', its site's, the study's. Locks
    before freezes; one statement."""
    locks = Lock.objects.filter(
        Q(scope=LockScope.STUDY) | Q(scope=LockScope.SITE, site=patient.site_id) | Q(patient=patient.pk),
        lifted_at=None,
    )
    return list(locks.select_related("set_by").order_by("-kind", "pk"))


def holds_all(lock: Lock) -> bool:
    """Whether the whole patient is under it."""
    return lock.scope in (LockScope.STUDY, LockScope.SITE, LockScope.PATIENT)


def lock_on_entry(locks: list[Lock], entry: Entry) -> Lock | None:
    """The first of these, as `locks_over` gives them, that holds the entry."""
    return next((lock for lock in locks if holds_all(lock) or _holds(lock, entry)), None)


def lock_on_visit(locks: list[Lock], visit: Visit | None) -> Lock | None:
    """The first of these that holds the whole visit; without a visit, the whole patient."""
    here = visit.pk if visit else None
    return next((lock for lock in locks if holds_all(lock) or (here and lock.visit_id == here)), None)


def _holds(lock: Lock, entry: Entry) -> bool:
    if lock.scope == LockScope.VISIT:
        return lock.visit_id == entry.visit_id
    return lock.entry_id in (entry.pk, entry.parent_id)


def is_locked(lock: Lock | None) -> bool:
    """Whether it ends the review too, not only the entering."""
    return lock is not None and lock.kind == LockKind.LOCK
