"""Writers of one patient take turns. A person waits for a colleague's save, and is told at once where a whole file is
being written, which takes longer: see docs/decisions/0050-who-waits-for-an-import.md."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import local

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext
from psycopg2.errors import LockNotAvailable

LOOKS_EVERY = "500ms"
"""So often somebody who waits for a colleague looks again whether it is a file by now: it may have stood before. Who
looks again stands last in the queue."""
ROUNDS = 20
"""So often all turns of many are tried before they are waited for one after the other."""

HELD_BY: list[Callable[[int], str]] = []
"""Floors above say who is at work, and for how long: the number that was given to `hold_for_long` → in words."""

_here = local()

TURN = "hashtext('ecrf.patient')"
"""SQL of the first number of the advisory lock that is a patient's turn; the second one is the patient's."""
_HOLD = "SELECT pg_advisory_xact_lock(hashtext('ecrf.long'), %s)"
_HOLDS = f"""
    SELECT long.objid::bigint FROM pg_locks turn
    JOIN pg_database d ON d.oid = turn.database AND d.datname = current_database()
    JOIN pg_locks long ON long.pid = turn.pid AND long.database = turn.database AND long.locktype = 'advisory'
        AND long.granted AND long.classid = hashtext('ecrf.long')::oid
    WHERE turn.locktype = 'advisory' AND turn.granted AND turn.classid = {TURN}::oid
        AND turn.objid = %s::int::oid
"""  # noqa: S608  (a name that stands in the code)
_WAIT = f"""
    SELECT pg_advisory_xact_lock({TURN}, p.id)
    FROM (SELECT id FROM unnest(%s::integer[]) WITH ORDINALITY AS p(id, place) ORDER BY place) p
"""  # noqa: S608  (a name that stands in the code)
_TRY_ALL = f"""
    SELECT p.id FROM unnest(%s::integer[]) AS p(id) WHERE NOT pg_try_advisory_xact_lock({TURN}, p.id)
"""  # noqa: S608  (a name that stands in the code)


class TurnTaken(Exception):
    """Whoever has the patient's turn keeps it for longer than a save takes: nothing was changed. `by`: their number."""

    def __init__(self, patient_id: int, by: int) -> None:
        super().__init__(patient_id, by)
        self.by = by

    def __str__(self) -> str:
        known = (words for held in HELD_BY if (words := held(self.by)))
        return next(known, gettext("A file with data of this patient is being imported."))


@contextmanager
def telling() -> Iterator[None]:
    """What is done in here is done for a person who waits for the answer: `TurnTaken` instead of a long wait."""
    before = is_telling()
    _here.tells = True
    try:
        yield
    finally:
        _here.tells = before


def is_telling() -> bool:
    return getattr(_here, "tells", False)


def hold_for_long(which: int) -> None:
    """The turns that this transaction has, or takes from now on, it keeps for long; `which`: what `HELD_BY` knows it
    by."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [which])


def take_turns(ids: Sequence[int]) -> None:
    """Of all these patients, inside the transaction that is to have them. Who is told holds none of them while one is
    waited for: who saves for another of them would wait as long. `ids`: in one order, for everybody the same."""
    for _ in range(ROUNDS if is_telling() else 0):
        held = _first_held(ids)
        if held is None:
            return
        with suppress(_LetGo), transaction.atomic():
            wait_for_turn(held)
            raise _LetGo
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [list(ids)])


class _LetGo(Exception):
    """Rolls a savepoint back, and with it the turns that were taken in it."""


def _first_held(ids: Sequence[int]) -> int | None:
    """The first whose turn somebody else has, and then none of the others is taken."""
    held: list[tuple[int]] = []
    with suppress(_LetGo), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TRY_ALL, [list(ids)])
        held = cursor.fetchall()
        if held:
            raise _LetGo
    return held[0][0] if held else None


def wait_for_turn(patient_id: int) -> None:
    """After one try in vain, inside the transaction that is to have it."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_HOLDS, [patient_id])
            if held := cursor.fetchone():
                raise TurnTaken(patient_id, held[0])
            cursor.execute("SELECT current_setting('lock_timeout')")
            (before,) = cursor.fetchone()
            try:
                with transaction.atomic():
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOOKS_EVERY])
                    cursor.execute(_WAIT, [[patient_id]])
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
