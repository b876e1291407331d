"""How floors above follow what checks ask: they are told of every discrepancy that opens, clears or is confirmed."""

from collections.abc import Callable

from ecrf.casebook.models import Patient
from ecrf.checks.models import Discrepancy

Step = Callable[[Patient, list[Discrepancy]], object]
AFTER_DISCREPANCIES: list[Step] = []


def after_discrepancies(step: Step) -> Step:
    """Let a floor above look at the discrepancies of a patient that have just changed, in the same transaction."""
    AFTER_DISCREPANCIES.append(step)
    return step


Guard = Callable[[Patient, set[int]], set[int]]
GUARDS: list[Guard] = []


def guards(step: Guard) -> Guard:
    """Let a floor above say which of these entries are locked: what is asked of them stays as it is."""
    GUARDS.append(step)
    return step


def guarded_among(patient: Patient, entries: set[int]) -> set[int]:
    """Those of the entries that are locked."""
    return {pk for step in GUARDS for pk in step(patient, entries)} if entries else set()


def notify(patient: Patient, discrepancies: list[Discrepancy]) -> None:
    """Tell the floors above."""
    for step in AFTER_DISCREPANCIES:
        step(patient, discrepancies)
