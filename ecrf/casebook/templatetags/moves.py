"""`{% for words in patient|moves %}`: from which site to which a patient moved, and when."""

from django import template

from ecrf.casebook.models import Patient
from ecrf.casebook.transfer.stays import moves_in_words

register = template.Library()


@register.filter
def moves(patient: Patient) -> list[str]:
    """No statement where the patient, as loaded, never moved."""
    return moves_in_words(patient)
