"""Puts freezes and locks, and lifts them: with the right to, a reason, and nobody writing at that moment."""

import time
from datetime import UTC

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext

from ecrf.access.language import in_master
from ecrf.access.models import Site, User
from ecrf.access.obstacles import refusal
from ecrf.access.reach import require
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor, acting
from ecrf.audit.models import SYSTEM_CHAIN
from ecrf.audit.reasons import fault_of, tidy
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.locks.checklist import Checklist, Target, checklist
from ecrf.locks.models import Lock, LockKind, LockScope

WAIT_AT_MOST, PAUSE = 5.0, 0.05
"""Seconds."""


class LockRefused(Exception):
    """Why nothing was frozen, locked or lifted, in words; `status` as a web page answers it; `wrong`: what it is that
    was given wrong, the reason or `who` confirms, "" for neither."""

    def __init__(self, why: str, status: int = 409, wrong: str = "") -> None:
        super().__init__(why)
        self.status = status
        self.wrong = wrong


class OpenPoints(LockRefused):
    """Points are in the way of a lock, and nobody said that it is meant all the same."""


def put(
    *,
    kind: str,
    scope: str,
    site: Site | None = None,
    patient: Patient | None = None,
    visit: Visit | None = None,
    entry: Entry | None = None,
    reason: str,
    by: User,
    actor: Actor,
    despite_open_points: bool = False,
    source: str = "monitor",
) -> Lock:
    """Freeze or lock what the scope names; a second time gives the one that stands.

    `LockRefused` says why not: no reason, points in the way of a lock (`OpenPoints`), or somebody is saving.
    """
    target = Target.of(LockScope(scope), site=site, patient=patient, visit=visit, entry=entry)
    _require(by, target.site)
    why = _reason(reason)
    # No patient's turn is taken: who holds what the writers share keeps all of them out.
    with acting(actor, reason=why, source=source):
        _wait_for_writers(target.patient.pk if target.patient else SYSTEM_CHAIN)
        if standing := Lock.objects.filter(kind=kind, lifted_at=None, **target.columns).first():
            return standing
        with in_master():  # it is kept with the lock
            found = checklist(target) if kind == LockKind.LOCK else Checklist()
            points, kept = "; ".join(found.points), found.as_kept
        if found.places and not despite_open_points:
            raise OpenPoints(gettext("There are open points. Settle them, or lock all the same."))
        return Lock.objects.create(
            kind=kind,
            scope=scope,
            **target.columns,
            reason=why,
            open_points=points,
            checklist=kept if kind == LockKind.LOCK else None,
            set_at=timezone.now(),
            set_by=by,
        )


def lift(*, lock: Lock, reason: str, by: User, actor: Actor, source: str = "monitor") -> None:
    """Lift a freeze or a lock, with the reason; one that is lifted already stays as it was lifted."""
    _require(by, lock.site)
    why = _reason(reason)
    with acting(actor, patient_id=lock.patient_id, reason=why, source=source):
        lock = Lock.objects.select_for_update(no_key=True).get(pk=lock.pk)
        if lock.lifted_at:
            zone = lock.site.zone if lock.site else UTC
            raise LockRefused(
                gettext("%(name)s has lifted it already, at %(astimezone)s.")
                % {
                    "name": lock.lifted_by,
                    "astimezone": f"{lock.lifted_at.astimezone(zone):%Y-%m-%d %H:%M %Z}",
                }
            )
        lock.lifted_at, lock.lifted_by, lock.lift_reason = timezone.now(), by, why
        lock.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])


def _reason(given: str) -> str:
    if fault := fault_of(why := tidy(given)):
        raise LockRefused(fault, 422, "reason")
    return why


def _require(by: User, site: Site | None) -> None:
    """The right at the site; what belongs to all sites asks for it anywhere: it is held for all of them."""
    if site is not None:
        require(by, Right.LOCK, site)
    elif Right.LOCK not in by.rights:
        raise LockRefused(gettext("Your role does not let you freeze, lock and unlock."), 403)
    elif found := by.obstacles_to_all(Right.LOCK):
        raise LockRefused(refusal(Right.LOCK, found), 403)


def _wait_for_writers(chain: int) -> None:
    """Who writes holds a lock shared until the write is committed (see the trigger): none is left behind. It is tried
    for, together with the head of the chain, not queued for, so that nobody who saves has to wait behind it."""
    end = time.monotonic() + WAIT_AT_MOST
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT locks_taken_alone(%s)", [chain])
            if cursor.fetchone() == (True,):
                return
        if time.monotonic() > end:
            raise LockRefused(gettext("Somebody is saving at this moment. Try again in a few seconds."))
        time.sleep(PAUSE)
