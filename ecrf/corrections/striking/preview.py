"""What striking out a visit or a patient will undo, told before it is done; and what stands in its way."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, ngettext

from ecrf.access.models import User
from ecrf.casebook.labels import place_of_form
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.striking import NotStruck
from ecrf.casebook.striking.act import actor_for
from ecrf.casebook.striking.entries import refuse_linked
from ecrf.casebook.striking.patients import standing_of
from ecrf.casebook.striking.visits import standing_at
from ecrf.corrections.undone import Undone, undone_with
from ecrf.locks.lookup import locks_over
from ecrf.locks.models import Lock
from ecrf.signatures.models import STANDS as SIGNATURE_STANDS
from ecrf.signatures.models import Signature, SignatureScope


@dataclass(frozen=True)
class Preview:
    """`why_not`: why this person cannot do it, in words; `lock`: what freezes or locks it; the rest is undone with
    it."""

    forms: list[str]
    undone: Undone
    visits: int
    signatures: list[Signature]
    why_not: str
    lock: Lock | None
    asks_consent: bool

    @property
    def words(self) -> str:
        """How much will be struck out: visits, if more than one goes, and forms."""
        forms = ngettext("%(number)s form", "%(number)s forms", len(self.forms)) % {"number": len(self.forms)}
        visits = ngettext("%(number)s visit", "%(number)s visits", self.visits) % {"number": self.visits}
        words = {"forms": forms, "visits": visits, "complete": self.undone.complete}
        if self.visits and self.undone.complete:
            return (
                gettext("%(visits)s and %(forms)s, %(complete)s of them complete, will be struck out.")
                % words
            )
        if self.visits:
            return gettext("%(visits)s and %(forms)s will be struck out.") % words
        if self.undone.complete:
            return gettext("%(forms)s, %(complete)s of them complete, will be struck out.") % words
        return gettext("%(forms)s will be struck out.") % words


def preview(user: User, subject: Visit | Patient) -> Preview:
    """A fixed number of statements, whatever was entered."""
    patient, visit = (subject.patient, subject) if isinstance(subject, Visit) else (subject, None)
    standing = standing_at(visit) if visit else standing_of(patient)
    forms = list(standing.select_related("visit", "patient").order_by("visit", "pk"))
    ids = [entry.pk for entry in forms]
    refusal, asks_consent = _who_may(user, patient, standing)
    return Preview(
        forms=[place_of_form(entry) for entry in forms],
        undone=undone_with(forms),
        visits=0 if visit else patient.visits.filter(struck_at=None).count(),
        signatures=_signatures(patient, visit, ids) if ids else [],
        why_not=refusal or (_linked(patient, forms) if visit else ""),
        lock=_lock(patient, visit, ids),
        asks_consent=asks_consent,
    )


def why_not(user: User, patient: Patient, entries: QuerySet[Entry]) -> str:
    """Why this person can neither strike these out nor restore them, in words; "" who can."""
    return _who_may(user, patient, entries)[0]


def _who_may(user: User, patient: Patient, standing: QuerySet[Entry]) -> tuple[str, bool]:
    try:
        return "", actor_for(user, patient.site, standing)[1]
    except NotStruck as refusal:
        return str(refusal), False


def _linked(patient: Patient, forms: list[Entry]) -> str:
    try:
        refuse_linked(patient, forms)
    except NotStruck as refusal:
        return str(refusal)
    return ""


def _signatures(patient: Patient, visit: Visit | None, ids: list[int]) -> list[Signature]:
    covers = Q(scope=SignatureScope.CASEBOOK) | Q(entry__in=ids)
    covers |= Q(visit=visit) if visit else Q(visit__isnull=False)
    found = Signature.objects.filter(covers & SIGNATURE_STANDS, patient=patient)
    return list(found.select_related("visit", "entry__visit", "entry__parent", "site").order_by("pk"))


def _lock(patient: Patient, visit: Visit | None, ids: list[int]) -> Lock | None:
    """The first freeze or lock that refuses it: of the whole, or of any part."""
    locks = locks_over(patient)
    if visit is None:
        return next(iter(locks), None)
    part = (lock for lock in locks if lock.visit_id in (None, visit.pk) and lock.entry_id in (None, *ids))
    return next(part, None)
