"""Calculates anew what stands on something outside the patient's own forms: the site's reference ranges."""

from collections.abc import Callable

from ecrf.access.models import Site
from ecrf.audit.actor import Actor, acting
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient
from ecrf.casebook.record.store import recalculate
from ecrf.forms.registry import CRFS, CrfDefinition

After = Callable[[PatientData, list[str]], None]
AFTER_RECALCULATION: list[After] = []


def after_recalculation(step: After) -> After:
    """Let a floor above look at the kinds of form (by key) whose rows were calculated anew, in the same transaction."""
    AFTER_RECALCULATION.append(step)
    return step


def recalculate_site(site: Site, by: Actor, *, source: str, reason: str = "") -> None:
    """Write the rows whose calculated items change, patient by patient, and ask the checks about them.

    Call it inside the `acting` that changes the ranges: both are saved, or none.
    """
    kinds = [definition for definition in CRFS.values() if definition.model.uses_ranges]
    # Every patient's turn is taken: a first result that is being saved by the ranges of before is not to be seen yet.
    for patient in Patient.objects.filter(site=site).select_related("site").order_by("pk"):
        with acting(by, patient_id=patient.pk, reason=reason, source=source):
            _recalculate(patient, kinds)


def _recalculate(patient: Patient, kinds: list[CrfDefinition]) -> None:
    data, keys = PatientData(patient), [kind.key for kind in kinds]
    data.load(*keys, *(name.partition(".")[0] for kind in kinds for name in kind.calculated_from))
    if not any(data.with_struck(key) for key in keys):
        return
    for kind in kinds:
        recalculate(kind, None, data)
    for step in AFTER_RECALCULATION:
        step(data, keys)
