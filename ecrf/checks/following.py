"""How floors above follow what checks ask: they are told of every finding that opens, clears or is confirmed."""

from collections.abc import Callable

from ecrf.casebook.models import Patient
from ecrf.checks.models import Finding

Step = Callable[[Patient, list[Finding]], object]
AFTER_FINDINGS: list[Step] = []


def after_findings(step: Step) -> Step:
    """Let a floor above look at the findings of a patient that have just changed, in the same transaction."""
    AFTER_FINDINGS.append(step)
    return step


Held = Callable[[Patient, set[int]], set[int]]
HELD: list[Held] = []


def holds(step: Held) -> Held:
    """Let a floor above say which of these entries are locked: what is asked of them stays as it is."""
    HELD.append(step)
    return step


def held_among(patient: Patient, entries: set[int]) -> set[int]:
    """Those of the entries that are locked."""
    return {pk for step in HELD for pk in step(patient, entries)} if entries else set()


def told(patient: Patient, findings: list[Finding]) -> None:
    """Tell the floors above."""
    for step in AFTER_FINDINGS:
        step(patient, findings)
