"""Reads freezes and locks for pages: which of them hold a patient, a visit or a form.

A freeze or lock of the study holds the study's sites: a practice site is no part of it (docs/decisions/0006).
"""

from collections.abc import Iterable

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from ecrf.access.models import Site
from ecrf.access.statements import written_once
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.stored_rows import lines_of, read_json, user_of
from ecrf.locks.models import Lock, LockKind, LockScope

LOCKS = """
    SELECT to_jsonb(l)::text, u.id, u.username, u.full_name
    FROM locks_lock l JOIN access_user u ON u.id = l.set_by_id
    WHERE l.lifted_at IS NULL
        AND (
            l.scope = 'study' AND NOT (SELECT s.is_practice FROM access_site s WHERE s.id = %(site)s)
            OR l.scope = 'site' AND l.site_id = %(site)s OR l.patient_id = %(patient)s
        )
    ORDER BY l.kind DESC, l.id
"""


def locks_over(patient: Patient) -> list[Lock]:
    """Every freeze and lock in force that touches the patient: its own, its forms', its site's, the study's. Locks
    before freezes; one statement."""
    lines = lines_of(LOCKS, {"site": patient.site_id, "patient": patient.pk})
    return [read_json(Lock, text, set_by=user_of(*setter)) for text, *setter in lines]


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


def over_sites(where: Iterable[Site]) -> dict[int, list[Lock]]:
    """{site id: the freezes and locks in force on all of it, locks first}; one statement."""
    where = list(where)
    locks = _over_sites.rows([site.pk for site in where])
    own = {site.pk: (site.pk,) if site.is_practice else (site.pk, None) for site in where}
    return {pk: held for pk, ids in own.items() if (held := [lock for lock in locks if lock.site_id in ids])}


@written_once
def _over_sites(sites: list[int]) -> QuerySet[Lock]:
    over = Q(scope=LockScope.STUDY) | Q(scope=LockScope.SITE, site__in=sites)
    return Lock.objects.filter(over, lifted_at=None).select_related("set_by").order_by("-kind", "pk")


def ends_review(
    site: str,
    patient: str,
    *,
    visits: tuple[str, ...] = (),
    entries: tuple[str, ...] = (),
    forms_or_rows: tuple[str, ...] = (),
) -> Exists:
    """Of rows, as `locks_in_force`: those that a lock holds, at which nothing is signed, verified or asked."""
    held = locks_in_force(site, patient, visits=visits, entries=entries, forms_or_rows=forms_or_rows)
    return Exists(held.filter(kind=LockKind.LOCK))


def under_lock() -> Exists:
    """Of queries, questions and notes: those that a lock in force holds. A freeze holds none of them: under it the
    review goes on."""
    of_entry, not_begun = "entry__visit", "visit"
    return ends_review("site", "patient", visits=(of_entry, not_begun), entries=("entry", "entry__parent"))


def locks_in_force(
    site: str,
    patient: str,
    *,
    visits: tuple[str, ...] = (),
    entries: tuple[str, ...] = (),
    forms_or_rows: tuple[str, ...] = (),
) -> QuerySet[Lock]:
    """For a subquery: freezes and locks in force on a row; the paths name its site, patient, visits and entries.

    `forms_or_rows`: entries that a lock on the form whose row they are holds too. They are looked up from the lock, of
    which there are few: from each of thousands of rows, the form above would be.
    """
    scopes = Q(scope=LockScope.STUDY, at_practice=False) | Q(scope=LockScope.SITE, site=OuterRef(site))
    scopes |= Q(scope=LockScope.PATIENT, patient=OuterRef(patient))
    for visit in visits:
        scopes |= Q(scope=LockScope.VISIT, visit=OuterRef(visit))
    for entry in entries:
        scopes |= Q(entry=OuterRef(entry))
    for entry in forms_or_rows:
        rows = Entry.objects.filter(parent=OuterRef("entry"), pk=OuterRef(OuterRef(entry)))
        scopes |= Q(entry=OuterRef(entry)) | Q(Q(entry__isnull=False) & Exists(rows))
    at_practice = ExpressionWrapper(OuterRef(f"{site}__is_practice"), BooleanField())
    return Lock.objects.alias(at_practice=at_practice).filter(scopes, lifted_at=None)
