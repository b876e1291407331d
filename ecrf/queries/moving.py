"""A patient's queries, the closed ones too, go along to another site: a closed one may open again."""

from ecrf.casebook.record.hooks import HOOKS
from ecrf.casebook.transfer.models import Transfer
from ecrf.queries.models import Query


@HOOKS.after_transfer
def queries_move(transfer: Transfer) -> None:
    """Questions and notes too. Whose turn it is, and since when, stays as it is."""
    Query.every.filter(patient=transfer.patient).update(site=transfer.to_site)
