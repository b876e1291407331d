"""Freezes and locks in words: of what, since when, by whom and why."""

from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from ecrf.locks.lookup import holds_all
from ecrf.locks.models import Lock, LockKind, LockScope

WHOLE: dict[str, Promise] = {
    LockScope.STUDY: gettext_lazy("the whole study"),
    LockScope.SITE: gettext_lazy("the whole site"),
    LockScope.PATIENT: gettext_lazy("the whole casebook"),
}


def lock_words(locks: list[Lock], zone: ZoneInfo) -> list[str]:
    """One line for each that holds the whole casebook, one for those of a kind that hold parts of it."""
    words = [
        gettext("%(kind)s, %(what)s: since %(at)s by %(name)s, “%(reason)s”")
        % {
            "kind": _kind(lock.kind),
            "what": WHOLE[LockScope(lock.scope)],
            "reason": lock.reason,
            **_since(lock, zone),
        }
        for lock in locks
        if holds_all(lock)
    ]
    for kind in (LockKind.LOCK, LockKind.FREEZE):
        parts = [lock for lock in locks if lock.kind == kind and not holds_all(lock)]
        if parts:
            last = max(parts, key=lambda lock: (lock.set_at, lock.pk))
            words.append(
                gettext("%(kind)s in part, %(what)s: the last since %(at)s by %(name)s")
                % {"kind": _kind(kind), "what": _counted(parts), **_since(last, zone)}
            )
    return words or [gettext("Neither frozen nor locked.")]


def _kind(kind: str) -> str:
    return LockKind(kind).label.capitalize()


def _since(lock: Lock, zone: ZoneInfo) -> dict[str, str]:
    return {"at": f"{lock.set_at.astimezone(zone):%Y-%m-%d %H:%M %Z}", "name": lock.set_by.name}


def _counted(parts: list[Lock]) -> str:
    """`2 visits and 1 form`."""
    words = []
    if visits := sum(lock.scope == LockScope.VISIT for lock in parts):
        words.append(ngettext("%(number)d visit", "%(number)d visits", visits) % {"number": visits})
    if forms := sum(lock.scope == LockScope.FORM for lock in parts):
        words.append(ngettext("%(number)d form", "%(number)d forms", forms) % {"number": forms})
    return gettext(" and ").join(words)
