"""Reads signatures for pages: what covers what, what stands, what was broken."""

from ecrf.casebook.models import Entry, Visit
from ecrf.signatures.models import Scope, Signature


def signatures_of(patient_id: int) -> list[Signature]:
    """Every signature of a patient, the newest first, broken ones too; one statement."""
    found = Signature.objects.filter(patient=patient_id)
    return list(found.select_related("visit", "entry__parent", "entry__visit", "signed_by").order_by("-pk"))


def covers(signature: Signature, entry: Entry) -> bool:
    """Whether the signature was given for this form, for a form whose row it is, its visit, or the casebook."""
    if signature.scope == Scope.CASEBOOK:
        return True
    if signature.scope == Scope.VISIT:
        return signature.visit_id == entry.visit_id
    return signature.entry_id in (entry.pk, entry.parent_id)


def covers_visit(signature: Signature, visit: Visit) -> bool:
    return signature.scope == Scope.CASEBOOK or signature.visit_id == visit.pk


def standing(signatures: list[Signature], entry: Entry) -> list[Signature]:
    """Of these, those that stand and cover the entry."""
    return [each for each in signatures if each.stands and covers(each, entry)]
