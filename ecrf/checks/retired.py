"""Discrepancies of checks or items that the code no longer has: nobody can answer them, so they end."""

from ecrf.audit.actor import Actor, acting
from ecrf.casebook.models import Patient
from ecrf.checks.followers import notify
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS
from ecrf.forms.registry import CRFS


def is_known(discrepancy: Discrepancy) -> bool:
    """Whether the check, the form and the item are still part of the trial."""
    definition = CRFS.get(discrepancy.entry.crf)
    return definition is not None and discrepancy.item in definition.items and discrepancy.check_id in CHECKS


def clear_retired(patient: Patient, by: Actor) -> int:
    """Clear what can no longer be asked of one patient; how many."""
    with acting(by, patient_id=patient.pk, source="system"):
        standing = Discrepancy.objects.filter(entry__patient=patient).exclude(state=DiscrepancyState.CLEARED)
        found = [f for f in standing.select_related("entry") if not is_known(f)]
        for discrepancy in found:
            discrepancy.state = DiscrepancyState.CLEARED
        if found:
            Discrepancy.objects.bulk_update(found, ["state"])
            notify(patient, found)
    return len(found)
