"""Freezes and locks in words: of what, since when, by whom and why."""

from zoneinfo import ZoneInfo

from ecrf.locks.lookup import holds_all
from ecrf.locks.models import Lock, LockKind, LockScope

WHOLE = {
    LockScope.STUDY: "the whole study",
    LockScope.SITE: "the whole site",
    LockScope.PATIENT: "the whole casebook",
}


def lock_words(locks: list[Lock], zone: ZoneInfo) -> list[str]:
    """One line for each that holds the whole casebook, one for those of a kind that hold parts of it."""
    words = [
        f"{_kind(lock.kind)}, {WHOLE[LockScope(lock.scope)]}: {_since(lock, zone)}, “{lock.reason}”"
        for lock in locks
        if holds_all(lock)
    ]
    for kind in (LockKind.LOCK, LockKind.FREEZE):
        parts = [lock for lock in locks if lock.kind == kind and not holds_all(lock)]
        if parts:
            last = max(parts, key=lambda lock: (lock.set_at, lock.pk))
            words.append(f"{_kind(kind)} in part, {_counted(parts)}: the last {_since(last, zone)}")
    return words or ["Neither frozen nor locked."]


def _kind(kind: str) -> str:
    return LockKind(kind).label.capitalize()


def _since(lock: Lock, zone: ZoneInfo) -> str:
    name = lock.set_by.name
    return f"since {lock.set_at.astimezone(zone):%Y-%m-%d %H:%M %Z} by {name}"


def _counted(parts: list[Lock]) -> str:
    """`2 visits and 1 form`."""
    words = []
    for scope, one, many in ((LockScope.VISIT, "visit", "visits"), (LockScope.FORM, "form", "forms")):
        if count := sum(lock.scope == scope for lock in parts):
            words.append(f"{count} {one if count == 1 else many}")
    return " and ".join(words)
