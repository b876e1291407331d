"""What a person may sign, reached through the person's rights: another site's is 404, without the right it is 403."""

from typing import Any

from ecrf.access.models import User
from ecrf.access.reach import reach
from ecrf.access.roles import Right
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.reach import reach_standing_visit
from ecrf.forms.protocol import CASEBOOK
from ecrf.forms.registry import CRFS
from ecrf.signatures.models import SignatureScope
from ecrf.signatures.services import Covered


def covered_visit(user: User, number: str, code: str) -> Covered:
    """The visit to sign, if the user reaches it and may sign there."""
    visit = reach_standing_visit(user, number, code, Right.SIGN)
    return Covered(visit.patient, SignatureScope.VISIT, visit=visit)


def covered_form(user: User, number: str, segment: str, crf: str, entry_number: int) -> Covered:
    """The form to sign: of a visit, of a log, or the one of its kind."""
    entries = Entry.objects.select_related("patient__site", "visit", "parent").filter(parent=None)
    at: dict[str, Any] = (
        {"visit": None} if segment == CASEBOOK else {"visit__code": segment, "visit__struck_at": None}
    )
    known = crf if crf in CRFS else ""
    if not (known and CRFS[known].can_repeat):
        at["struck_at"] = None
    entry = reach(user, entries, Right.SIGN, patient__number=number, crf=known, number=entry_number, **at)
    return Covered(entry.patient, SignatureScope.FORM, entry=entry)


def covered_casebook(user: User, number: str) -> Covered:
    """Everything of the patient."""
    patient = reach(user, Patient.objects.select_related("site"), Right.SIGN, number=number)
    return Covered(patient, SignatureScope.CASEBOOK)
