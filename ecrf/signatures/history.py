"""When one form was signed and when that broke, for the history of its items."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS, HistoryMoment
from ecrf.signatures.meanings import meaning_words
from ecrf.signatures.models import Signature, SignatureScope

SIGNED: dict[str, Any] = {
    SignatureScope.FORM: gettext_lazy("Form signed by %(person)s"),
    SignatureScope.VISIT: gettext_lazy("Visit signed by %(person)s"),
    SignatureScope.CASEBOOK: gettext_lazy("Casebook signed by %(person)s"),
}
BROKEN: dict[str, Any] = {
    SignatureScope.FORM: gettext_lazy("Signature of %(person)s on the form broken by a change"),
    SignatureScope.VISIT: gettext_lazy("Signature of %(person)s on the visit broken by a change"),
    SignatureScope.CASEBOOK: gettext_lazy("Signature of %(person)s on the casebook broken by a change"),
}


@HOOKS.history
def signed(entry: Entry, item: str) -> Iterator[HistoryMoment]:
    """Each signature that covers the form, and its breaking; one statement."""
    visit = Q(scope=SignatureScope.VISIT, visit=entry.visit_id) if entry.visit_id else Q(pk=None)
    form = Q(scope=SignatureScope.FORM, entry__in=[pk for pk in (entry.pk, entry.parent_id) if pk])
    signatures = Signature.objects.filter(
        Q(scope=SignatureScope.CASEBOOK) | visit | form, patient=entry.patient_id
    )
    for signature in signatures.select_related("signed_by").order_by("pk"):
        words = SIGNED[signature.scope] % {"person": signature.printed_name}
        yield HistoryMoment(
            signature.signed_at,
            signature.signed_by.username,
            signature.role,
            words,
            meaning_words(signature.meaning),
        )
        if signature.broken_at:
            broken = BROKEN[signature.scope] % {"person": signature.printed_name}
            yield HistoryMoment(signature.broken_at, "system", "", broken)
