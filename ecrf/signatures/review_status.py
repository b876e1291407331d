"""Derives anew which complete forms a standing signature covers; from day to day a trigger of the database does."""

from ecrf.casebook.models import Patient
from ecrf.casebook.review_status import ReviewStatus
from ecrf.signatures.lookup import covers, signatures_of


def derive_signed(patient: Patient) -> None:
    """The review status of one patient's forms; three statements."""
    standing = [signature for signature in signatures_of(patient.pk) if signature.stands]
    review_statuses = list(ReviewStatus.objects.filter(patient=patient).select_related("entry"))
    signed = {
        review_status.pk
        for review_status in review_statuses
        if any(covers(signature, review_status.entry) for signature in standing)
    }
    wrong = [
        review_status.pk
        for review_status in review_statuses
        if review_status.is_signed != (review_status.pk in signed)
    ]
    for truth in (True, False):
        ids = [pk for pk in wrong if (pk in signed) == truth]
        ReviewStatus.objects.filter(pk__in=ids).update(is_signed=truth)
