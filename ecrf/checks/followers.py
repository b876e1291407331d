"""How floors above follow what checks ask: they are told of every discrepancy that opens, clears or is confirmed."""

from ecrf.casebook.models import Patient
from ecrf.casebook.record.hooks import HOOKS
from ecrf.checks.models import Discrepancy


def notify(patient: Patient, discrepancies: list[Discrepancy]) -> None:
    """Hand them what has just changed, in the same transaction."""
    for step in HOOKS.after_discrepancies:
        step(patient, discrepancies)
