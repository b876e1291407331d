"""What waits for a signature, for the Today page of an investigator: broken ones first, then complete visits."""

from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.reach import sites
from ecrf.access.roles import Right
from ecrf.casebook.models import Visit
from ecrf.casebook.protocol import CASEBOOK
from ecrf.casebook.wording import form_title, visit_label
from ecrf.signatures.models import Scope, Signature
from ecrf.signatures.reading import broken_at, visits_to_sign

SHOWN, SHOWN_OF_A_PATIENT, COUNTED = 6, 6, 200


@dataclass(frozen=True)
class ToSign:
    """One thing to sign, with its page; of a broken one, the signature."""

    number: str
    words: str
    url: str
    broken: Signature | None = None


@dataclass(frozen=True)
class OfPatient:
    """The complete visits of one patient; `visits` as many as are shown."""

    number: str
    visits: list[ToSign]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.visits)


@dataclass(frozen=True)
class Waiting:
    """Broken signatures and complete visits, as many as are shown, and how many there are."""

    broken: list[ToSign]
    patients: list[OfPatient]
    count: int

    @property
    def is_more(self) -> bool:
        return self.count > len(self.broken) + sum(each.count for each in self.patients)

    @property
    def counted(self) -> str:
        return f"more than {COUNTED}" if self.count > COUNTED else str(self.count)


def waiting(user: User) -> Waiting | None:
    """Three statements, whatever the number of patients; None for who signs nowhere."""
    where = list(sites(user, Right.SIGN)) if Right.SIGN in user.rights else []
    if not where:
        return None
    broken = list(broken_at(where)[: COUNTED + 1])
    visits = list(visits_to_sign(where)[: COUNTED + 1])
    by_patient = [list(mine) for _patient, mine in groupby(visits, key=lambda visit: visit.patient_id)]
    lines = [_of_patient(mine) for mine in by_patient[:SHOWN]]
    return Waiting([_broken(each) for each in broken[:SHOWN]], lines, len(broken) + len(visits))


def _of_patient(visits: list[Visit]) -> OfPatient:
    shown = [_visit(each) for each in visits[:SHOWN_OF_A_PATIENT]]
    return OfPatient(visits[0].patient.number, shown, len(visits))


def _visit(visit: Visit) -> ToSign:
    number = visit.patient.number
    return ToSign(number, visit_label(visit), reverse("sign-visit", args=[number, visit.code]))


def _broken(signature: Signature) -> ToSign:
    number = signature.patient.number
    if signature.visit:
        url = reverse("sign-visit", args=[number, signature.visit.code])
        return ToSign(number, visit_label(signature.visit), url, signature)
    if signature.entry:
        entry = signature.entry
        segment = entry.visit.code if entry.visit else CASEBOOK
        url = reverse("sign-form", args=[number, segment, entry.crf, entry.number])
        return ToSign(number, form_title(entry), url, signature)
    assert signature.scope == Scope.CASEBOOK
    return ToSign(number, "Casebook", reverse("sign-casebook", args=[number]), signature)
