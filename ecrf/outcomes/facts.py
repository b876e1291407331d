"""What a report needs to know of each patient, kept in the process: after a write only who changed is read again.

A patient's facts hold as long as the head of the patient's chain does: every write to the patient's data moves it, in
the same transaction, and no head ever comes back. What the facts may say beside the chain stands in their key: the code
of the site, and the migrations, which alone change rows without the trail. Facts of a data cut are never kept here.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

from ecrf.outcomes.reading import IN_SCOPE, ReportStatement, read
from ecrf.outcomes.report import ReportScope

KEPT_PATIENTS = 20_000
"""Patients whose facts one process keeps, some 2 kB each; those beyond are read each time."""

F = TypeVar("F")
Lines = list[tuple[Any, ...]]

STANDING = ReportStatement(
    f"""
    SELECT p.id, concat_ws(' ', c.head, s.code, (SELECT max(m.id) FROM django_migrations m))
    FROM casebook_patient p
    JOIN access_site s ON s.id = p.site_id
    JOIN audit_auditchain c ON c.chain = p.id
    WHERE {IN_SCOPE} AND p.struck_at IS NULL
    ORDER BY p.number
    """,  # noqa: S608
    ("casebook_patient", "access_site", "audit_auditchain"),
)
"""The patients of a scope, in the order of their numbers, each with the key under which its facts hold."""


@dataclass(frozen=True)
class PatientFacts(Generic[F]):
    """How the facts are read. The statement is of all patients of the scope, or of `%(patients)s` where that is not
    NULL; it may read their sites, and of every other table only rows whose writes move the patient's own chain.

    `made` gives {patient's id: facts} in the order of the patients' numbers, of the lines and of what the statement was
    given. Facts are shared by threads and are never changed.
    """

    statement: ReportStatement
    made: Callable[..., dict[int, F]]


_kept: dict[Hashable, dict[int, tuple[str, Any]]] = {}
_lock = Lock()


def facts_of(scope: ReportScope, facts: PatientFacts[F], **given: Any) -> list[F]:
    """Those of the scope's patients, in the order of their numbers; two statements at most, in the caller's snapshot.

    `given`: what else the facts are made of, hashable: they hold only as long as it stays the same.
    """
    if scope.cut:
        return list(_read(scope, facts, None, given).values())
    standing: dict[int, str] = dict(read(scope, STANDING))
    kept = _kept_for(facts, given)
    found: dict[int, F] = {
        pk: held[1] for pk, key in standing.items() if (held := kept.get(pk)) and held[0] == key
    }
    if missing := [pk for pk in standing if pk not in found]:
        is_whole_study = not found and scope.site is None
        new = _read(scope, facts, None if is_whole_study else missing, given)
        _keep(kept, {pk: (standing[pk], one) for pk, one in new.items() if pk in standing})
        found |= new
    return [found[pk] for pk in standing if pk in found]


def forget_facts() -> None:
    """Read everybody anew."""
    with _lock:
        _kept.clear()


def _read(
    scope: ReportScope, facts: PatientFacts[F], patients: list[int] | None, given: dict[str, Any]
) -> dict[int, F]:
    return facts.made(read(scope, facts.statement, patients=patients, **given), **given)


def _kept_for(facts: PatientFacts[F], given: dict[str, Any]) -> dict[int, tuple[str, F]]:
    """One protocol runs in a process: what another one's facts were is let go."""
    key = facts, tuple(sorted(given.items()))
    with _lock:
        if key not in _kept:
            _kept.clear()
        return _kept.setdefault(key, {})


def _keep(kept: dict[int, tuple[str, Any]], new: dict[int, tuple[str, Any]]) -> None:
    with _lock:
        for pk, one in new.items():
            if pk in kept or len(kept) < KEPT_PATIENTS:
                kept[pk] = one
