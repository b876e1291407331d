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


def told(patient: Patient, findings: list[Finding]) -> None:
    """Tell the floors above."""
    for step in AFTER_FINDINGS:
        step(patient, findings)
