"""Who puts right what stands at a site: its own people, and the data manager. What exactly, each page says."""

from ecrf.access.models import User
from ecrf.access.reach import require
from ecrf.access.roles import Right
from ecrf.casebook.models import Patient


def may_correct(user: User, patient: Patient) -> bool:
    """Whether this person strikes out, restores and moves anything at the patient's site."""
    return user.may(Right.ENTER, patient.site) or user.may(Right.LOCK, patient.site)


def require_correction(user: User, patient: Patient) -> None:
    """Refuse (403), in the words of entering, which is what most people lack."""
    if not may_correct(user, patient):
        require(user, Right.ENTER, patient.site)
