"""Findings of checks whose code was removed, or on items that no longer exist: nobody can answer them, so they end."""

from ecrf.audit.actor import Actor, acting
from ecrf.casebook.models import Patient
from ecrf.casebook.registry import CRFS
from ecrf.checks.following import told
from ecrf.checks.models import Finding, FindingState
from ecrf.checks.registry import CHECKS


def is_known(finding: Finding) -> bool:
    """Whether the check, the form and the item are still part of the trial."""
    definition = CRFS.get(finding.entry.crf)
    return definition is not None and finding.item in definition.items and finding.check_id in CHECKS


def clear_retired(patient: Patient, by: Actor) -> int:
    """Clear what can no longer be asked of one patient; how many."""
    with acting(by, patient_id=patient.pk, source="system"):
        standing = Finding.objects.filter(entry__patient=patient).exclude(state=FindingState.CLEARED)
        found = [f for f in standing.select_related("entry") if not is_known(f)]
        for finding in found:
            finding.state = FindingState.CLEARED
        if found:
            Finding.objects.bulk_update(found, ["state"])
            told(patient, found)
    return len(found)
