"""Signs a form, a visit or a casebook: only what is complete, unchanged since it was seen, and not signed already."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.reach import require
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor, acting
from ecrf.audit.functions import IsReview
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.audit.refusals import Locked
from ecrf.casebook.labels import place_of_form
from ecrf.casebook.models import Entry, Patient, Visit, done, not_struck
from ecrf.signatures.meanings import MEANINGS
from ecrf.signatures.models import STANDS, Signature, SignatureScope
from ecrf.signatures.signers import declare, has_declared, why_not_ready

NAMED_AT_MOST = 5


class SignatureRefused(Exception):
    """Why nothing was signed, in words for the page."""


class NotDeclared(SignatureRefused):
    """Who signs for the first time has not ticked the declaration."""


class Outdated(SignatureRefused):
    """It cannot be signed as it stands now: it was changed meanwhile, is signed already, or is locked."""


@dataclass(frozen=True)
class Covered:
    """What a signature is to cover."""

    patient: Patient
    scope: SignatureScope
    visit: Visit | None = None
    entry: Entry | None = None

    def __post_init__(self) -> None:
        named = {SignatureScope.FORM: self.entry, SignatureScope.VISIT: self.visit}.get(
            self.scope, self.patient
        )
        other = [thing for thing in (self.visit, self.entry) if thing is not None and thing is not named]
        is_mine = self.scope == SignatureScope.CASEBOOK or (named and named.patient_id == self.patient.pk)  # type: ignore[union-attr]
        if other or not is_mine or (self.entry and self.entry.parent_id):
            raise ValueError("A signature covers a form, a visit or the casebook of its patient.")

    @property
    def entries(self) -> QuerySet[Entry]:
        """Every entry it covers, struck out ones too."""
        entries_of_patient = Entry.objects.filter(patient=self.patient)
        if self.entry:
            return entries_of_patient.filter(Q(pk=self.entry.pk) | Q(parent=self.entry))
        return entries_of_patient.filter(visit=self.visit) if self.visit else entries_of_patient

    @property
    def standing_entries(self) -> QuerySet[Entry]:
        return self.entries.filter(not_struck())

    @property
    def signatures(self) -> QuerySet[Signature]:
        """Those that stand and cover all of it: its own, or a wider one."""
        wider = Q(scope=SignatureScope.CASEBOOK)
        visit = self.visit.pk if self.visit else self.entry.visit_id if self.entry else None
        if visit:
            wider |= Q(scope=SignatureScope.VISIT, visit=visit)
        if self.entry:
            wider |= Q(scope=SignatureScope.FORM, entry=self.entry)
        return Signature.objects.filter(STANDS & wider, patient=self.patient)


def sign(
    *,
    patient: Patient,
    scope: SignatureScope,
    visit: Visit | None = None,
    entry: Entry | None = None,
    seen: int,
    by: User,
    actor: Actor,
    declares: bool = False,
) -> Signature:
    """Sign what is covered, as it stood when the patient's chain was `seen` events long, or SignatureRefused.

    `declares`: the person has ticked the declaration, asked for once. The password is asked for by the page before.
    """
    require(by, Right.SIGN, patient.site)
    covered = Covered(patient, scope, visit, entry)
    with _refused_in_words(), acting(actor, patient_id=patient.pk):
        _refuse_signer(by, declares=declares)
        _refuse_signed(covered)
        _refuse_unfinished(covered)
        chain = AuditChain.objects.get(chain=patient.pk)
        if seen > chain.length or changed_since(covered, seen):
            raise Outdated(
                gettext("The data were changed meanwhile: look again at what is shown now, then sign.")
            )
        signature = _signature(covered, chain, by, actor)
        # Last, as it writes to the chain of accounts, for which others may wait.
        declare(by)
        return signature


def chain_length(patient: Patient) -> int:
    """How many events the patient's chain has now. To be read before the data that are shown to be signed."""
    return AuditChain.objects.get(chain=patient.pk).length


def _signature(covered: Covered, chain: AuditChain, by: User, actor: Actor) -> Signature:
    return Signature.objects.create(
        patient=covered.patient,
        site=covered.patient.site,
        scope=covered.scope,
        visit=covered.visit,
        entry=covered.entry,
        position=chain.length,
        head=chain.head,
        meaning=str(MEANINGS[covered.scope]),
        printed_name=by.full_name.strip(),
        role=actor.role,
        signed_at=timezone.now(),
        signed_by=by,
    )


def _refuse_signer(by: User, *, declares: bool) -> None:
    if why := why_not_ready(by):
        raise SignatureRefused(why)
    if not declares and not has_declared(by):
        raise NotDeclared(
            gettext("Tick the declaration first: it is asked for once, before your first signature.")
        )


def _refuse_signed(covered: Covered) -> None:
    stands = covered.signatures.order_by("pk").first()
    if stands:
        at = stands.signed_at.astimezone(covered.patient.site.zone)
        words = gettext("This is signed already, by %(person)s on %(at)s, and the signature stands.")
        raise Outdated(words % {"person": stands.printed_name, "at": f"{at:%Y-%m-%d %H:%M %Z}"})


def _refuse_unfinished(covered: Covered) -> None:
    if not covered.standing_entries.exists():
        raise SignatureRefused(gettext("Nothing is entered here yet, so there is nothing to sign."))
    unfinished = covered.standing_entries.exclude(done())
    entries = list(unfinished.select_related("visit", "parent__visit").order_by("visit", "pk"))
    if entries:
        names = [place_of_form(entry) for entry in entries[:NAMED_AT_MOST]]
        words = gettext("Not complete yet: %(forms)s. Complete them, then sign.")
        if len(entries) > len(names):
            words = gettext("Not complete yet: %(forms)s and %(number)s more. Complete them, then sign.")
        known = {"forms": gettext("; ").join(names), "number": len(entries) - len(names)}
        raise SignatureRefused(words % known)


def changed_since(covered: Covered, seen: int) -> bool:
    """Whether data of what is covered changed behind this position of the patient's chain, whoever did it."""
    return events_since(covered, seen).exists()


def events_since(covered: Covered, seen: int) -> QuerySet[AuditEvent]:
    """What happened to the data of what is covered behind this position, in order."""
    inside = covered.entries.order_by().values("pk")
    later = AuditEvent.objects.filter(chain=covered.patient.pk, position__gt=seen, entry_id__in=inside)
    return later.exclude(IsReview("table")).order_by("position")


@contextmanager
def _refused_in_words() -> Iterator[None]:
    """A lock is refused by the database itself."""
    try:
        yield
    except Locked as error:
        raise Outdated(str(error)) from error
