"""What holds a form or a visit of a patient who moves holds it at the new site too; what was lifted stays as it was."""

from ecrf.casebook.record.hooks import HOOKS
from ecrf.casebook.transfer.models import Transfer
from ecrf.locks.models import Lock


@HOOKS.after_transfer
def locks_move(transfer: Transfer) -> None:
    """Those on a whole site, or on the patient, refuse the transfer itself."""
    Lock.objects.filter(patient=transfer.patient, lifted_at=None).update(site=transfer.to_site)
