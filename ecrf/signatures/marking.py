"""Derives anew which complete forms a standing signature covers; from day to day a trigger of the database does."""

from ecrf.casebook.marks import ReviewMark
from ecrf.casebook.models import Patient
from ecrf.signatures.reading import covers, signatures_of


def mark_signed(patient: Patient) -> None:
    """The marks of one patient; three statements."""
    standing = [each for each in signatures_of(patient.pk) if each.stands]
    marks = list(ReviewMark.objects.filter(patient=patient).select_related("entry"))
    signed = {mark.pk for mark in marks if any(covers(each, mark.entry) for each in standing)}
    wrong = [mark.pk for mark in marks if mark.is_signed != (mark.pk in signed)]
    for truth in (True, False):
        ids = [pk for pk in wrong if (pk in signed) == truth]
        ReviewMark.objects.filter(pk__in=ids).update(is_signed=truth)
