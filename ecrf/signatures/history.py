"""When one form was signed and when that broke, for the history of its items."""

from collections.abc import Iterator

from django.db.models import Q

from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS, HistoryMoment
from ecrf.signatures.models import Signature, SignatureScope


@HOOKS.history
def signed(entry: Entry, item: str) -> Iterator[HistoryMoment]:
    """Each signature that covers the form, and its breaking; one statement."""
    visit = Q(scope=SignatureScope.VISIT, visit=entry.visit_id) if entry.visit_id else Q(pk=None)
    form = Q(scope=SignatureScope.FORM, entry__in=[pk for pk in (entry.pk, entry.parent_id) if pk])
    signatures = Signature.objects.filter(
        Q(scope=SignatureScope.CASEBOOK) | visit | form, patient=entry.patient_id
    )
    for signature in signatures.select_related("signed_by").order_by("pk"):
        words = f"{SignatureScope(signature.scope).label.capitalize()} signed by {signature.printed_name}"
        yield HistoryMoment(
            signature.signed_at, signature.signed_by.username, signature.role, words, signature.meaning
        )
        if signature.broken_at:
            broken = f"Signature of {signature.printed_name} on the {signature.scope} broken by a change"
            yield HistoryMoment(signature.broken_at, "system", "", broken)
