"""`verify`: everything that can be found in the database itself, of one moment, while people go on writing."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from django.db import connection

from ecrf.audit.snapshot import one_snapshot
from ecrf.audit.verifying.chains import TABLES, Walked, walk
from ecrf.audit.verifying.checks import CHECKS, Extent
from ecrf.audit.verifying.faults import Fault, FaultKind, Verdict
from ecrf.audit.verifying.recomputed import attempt

_KNOWN = """
    SELECT changes #>> '{mark,1}', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), actor, changes #>> '{reason,1}'
    FROM audit_auditevent WHERE chain = 0 AND "table" = 'audit_knownfault' AND operation = 'INSERT'
"""


def verify(tables: Iterable[str] | None = None) -> Verdict:
    """Walk all chains, then run each check. `tables`: no more than what is stored in these."""
    extent = Extent(None if tables is None else frozenset(tables))
    with one_snapshot():
        _plan_for_the_whole_trail()
        walked = walk() if any(map(extent.has, TABLES)) else Walked(0, 0, 0, [])
        faults = [*walked.faults, *_found_by_checks(extent)]
        known = known_faults()
    faults = [replace(fault, known=known.get(fault.mark, "")) for fault in faults]
    new = [fault for fault in faults if not fault.known]
    return Verdict(
        chains=walked.chains,
        events=walked.events,
        faults=[fault for fault in new if fault.kind != FaultKind.OPEN],
        known=[fault for fault in faults if fault.known],
        open=[fault for fault in new if fault.kind == FaultKind.OPEN],
        redacted=walked.redacted,
    )


def _plan_for_the_whole_trail() -> None:
    """For this transaction: memory in which a table's values are compared at once. The planner takes a row for a
    hundred, and would translate each statement first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)")


def _found_by_checks(extent: Extent) -> Iterator[Fault]:
    for check in CHECKS.values():
        if check.is_wanted(extent):
            yield from attempt(check.title, partial(check.find, extent))


def known_faults() -> dict[str, str]:
    """{mark of a fault: since when it is known, who says so, why}, by the trail's word, like redactions. No event can
    excuse itself: its own mark is made of the marks it tells of."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN)
        return {mark: f"known since {day}, {who}: {why}" for mark, day, who, why in cursor.fetchall()}
