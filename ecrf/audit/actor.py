"""Says to the database who writes: the triggers take the actor from the transaction's own settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from threading import local
from typing import TypeVar
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import Model, QuerySet

from ecrf.audit.bound.person import person_now, whole_study
from ecrf.audit.bound.proof import proof
from ecrf.audit.refusals import Locked, locked_by
from ecrf.audit.turns import TURN, is_telling, wait_for_turn

M = TypeVar("M", bound=Model)

_current = local()

_DECLARE = (
    "SELECT set_config('ecrf.actor_id', %s, true), set_config('ecrf.actor', %s, true),"
    " set_config('ecrf.role', %s, true), set_config('ecrf.site', %s, true),"
    " set_config('ecrf.reason', %s, true), set_config('ecrf.source', %s, true),"
    " set_config('ecrf.vouched', %s, true)"
)
_LOCK = f", pg_advisory_xact_lock({TURN}, %s)"
_TRY = f", pg_try_advisory_xact_lock({TURN}, %s)"


@dataclass(frozen=True)
class Actor:
    """Who writes: `id` of the user ("" for the system itself), user name, role and site code at that moment."""

    id: str
    name: str
    role: str = ""
    site: str = ""


Declared = tuple[tuple[str, ...], int | None]
"""What was said to the database: the actor with reason and source, and of which patient."""

NOBODY: Declared = ("", "", "", "", "", ""), None
SYSTEM = Actor(id="", name="system")


@contextmanager
def acting(
    actor: Actor,
    *,
    patient_id: int | None = None,
    reason: str = "",
    source: str = "site",
    savepoint: bool = True,
) -> Iterator[None]:
    """One transaction in which every write is attributed to `actor`; inside another one, a part of it, which can fail
    by itself unless there is no `savepoint`.

    With `patient_id`, writers of the same patient take turns, so that nothing can change between a look and a
    write and no two of them can wait for each other in a circle. Writers of different patients never wait.
    Raises `TurnTaken` in the act of a person while a file is written for the patient, and
    `Locked` when the database refuses a write because it is frozen or locked.
    """
    nested = connection.in_atomic_block
    active = _active()
    outer = active[-1] if nested and active else NOBODY
    declared = (*astuple(actor), reason, source), patient_id
    is_declared = nested and outer == declared
    active.append(declared)
    try:
        with transaction.atomic(savepoint=nested and savepoint):
            if not is_declared:
                _declare(*declared)
            yield
            if nested and not is_declared:
                _declare(outer[0])
    except DatabaseError as error:
        if words := locked_by(error):
            raise Locked(words) from error.__cause__
        raise
    finally:
        # After an exception the database itself has gone back to the actor before.
        active.pop()


USED_ELSEWHERE = "The key of this click was used elsewhere. Load the page again."
"""Of a key that somebody sends with another act than the one for which a page made it."""


def one_click(request_key: UUID) -> None:
    """Let requests that carry the key of one click take turns until this transaction ends, wherever each wants to add
    something: the second one finds what the first has added. Called after `acting` has taken the patient's turn."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('ecrf.click'), hashtext(%s))", [str(request_key)]
        )


def added_by_click(rows: QuerySet[M], request_key: UUID) -> M | None:
    """What a click with this key has added before, at whatever site; the caller looks whether it fits."""
    with whole_study():
        return rows.filter(request_key=request_key).first()


def _active() -> list[Declared]:
    """What the enclosing `acting` blocks of this thread have told, the innermost last."""
    if not hasattr(_current, "declared"):
        _current.declared = []
    declared: list[Declared] = _current.declared
    return declared


def _declare(declared: tuple[str, ...], patient_id: int | None = None) -> None:
    whole = *declared, _vouched(*declared)
    with connection.cursor() as cursor:
        if patient_id is None:
            cursor.execute(_DECLARE, whole)
        elif not is_telling():
            cursor.execute(_DECLARE + _LOCK, (*whole, patient_id))
        else:
            cursor.execute(_DECLARE + _TRY, (*whole, patient_id))
            if not cursor.fetchone()[-1]:
                wait_for_turn(patient_id)


AT_THE_DOOR = frozenset({"login", "account", "administration", "invitation", "reset", "new-address"})
"""Sources of what people do before they are logged in, or while somebody else is, and of acts on accounts, which may
end the very session that they are done in: the program knows who they are."""


def _vouched(actor_id: str, name: str, _role: str, _site: str, _reason: str, source: str) -> str:
    """The program's word for who writes: of the system, and where nobody is logged in. Who is logged in writes by
    the secret of the session, which the database knows; in the name of anybody else it writes nothing."""
    if not name or (actor_id and person_now() is not None and source not in AT_THE_DOOR):
        return ""
    return proof(f"actor|{actor_id}|{name}")
