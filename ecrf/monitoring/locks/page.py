"""What is frozen and locked, for the pages of the review: the rows of the overview, and what holds one target."""

from dataclasses import dataclass
from datetime import UTC, tzinfo

from django.db.models import Q, QuerySet
from django.urls import reverse

from ecrf.access.models import Site, User
from ecrf.access.reach import site_ids
from ecrf.access.roles import Right
from ecrf.locks.checklist import Target
from ecrf.locks.lookup import holds_all, locks_over
from ecrf.locks.models import Lock, LockScope


@dataclass(frozen=True)
class LockRow:
    """One freeze or lock with the words and the address of what is under it."""

    lock: Lock
    target: Target
    url: str

    @classmethod
    def of(cls, lock: Lock) -> "LockRow":
        target = target_of(lock)
        return cls(lock, target, address_of(target))

    @property
    def zone(self) -> tzinfo:
        """The site's; a lock of the whole study is shown in UTC."""
        return zone_of(self.lock.site)


def zone_of(site: Site | None) -> tzinfo:
    return site.zone if site else UTC


def target_of(lock: Lock) -> Target:
    return Target(LockScope(lock.scope), lock.site, lock.patient, lock.visit, lock.entry)


def address_of(target: Target) -> str:
    """The page of the target's freezes and locks."""
    key = {
        LockScope.FORM: getattr(target.entry, "pk", ""),
        LockScope.VISIT: getattr(target.visit, "pk", ""),
        LockScope.PATIENT: getattr(target.patient, "pk", ""),
        LockScope.SITE: getattr(target.site, "code", ""),
        LockScope.STUDY: "",
    }[target.scope]
    if target.scope == LockScope.STUDY:
        return reverse("monitor:study-locks")
    return reverse("monitor:scope-locks", args=[target.scope, key])


def reads_all_sites(user: User) -> bool:
    return site_ids(user, Right.REVIEW) is None


def readable_locks(user: User) -> QuerySet[Lock]:
    """Of the user's sites and of the study, the newest first."""
    locks = Lock.objects.select_related("site", "patient__site", "visit__patient", "set_by", "lifted_by")
    locks = locks.select_related("entry__patient", "entry__visit", "entry__parent").order_by("-pk")
    ids = site_ids(user, Right.REVIEW)
    return locks if ids is None else locks.filter(Q(scope=LockScope.STUDY) | Q(site__in=ids))


def locks_in_force(target: Target) -> list[Lock]:
    """What holds the target: its own freezes and locks, and those of what it belongs to."""
    if target.patient:
        visit = target.entry.visit_id if target.entry else None
        return [
            lock
            for lock in locks_over(target.patient)
            if holds_all(lock)
            or is_own(lock, target)
            or (visit and (lock.scope, lock.visit_id) == (LockScope.VISIT, visit))
        ]
    over = Q(scope=LockScope.STUDY)
    if target.site:
        of_site = Q(scope=LockScope.SITE, site=target.site)
        over = of_site if target.site.is_practice else over | of_site
    return list(
        Lock.objects.filter(over, lifted_at=None).select_related("site", "set_by").order_by("-kind", "pk")
    )


def is_own(lock: Lock, target: Target) -> bool:
    """Whether it was put on exactly this, and not on something around it."""
    ids = (getattr(thing, "pk", None) for thing in target.columns.values())
    return (target.scope, *ids) == (lock.scope, lock.site_id, lock.patient_id, lock.visit_id, lock.entry_id)


def lifted_locks(target: Target) -> list[Lock]:
    """The newest first."""
    lifted = Lock.objects.filter(scope=target.scope, lifted_at__isnull=False, **target.columns)
    return list(lifted.select_related("set_by", "lifted_by").order_by("-pk"))
