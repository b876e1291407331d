"""What people do in verification: verify items, take a verification back, set a site's share."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q, Sum
from django.db.models.expressions import Case, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from ecrf.access.models import Site, User
from ecrf.access.reach import require
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor, acting
from ecrf.audit.reasons import fault_of, tidy
from ecrf.audit.refusals import Locked
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.reach import take_turns_of
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.transfer.stays import since_arrival
from ecrf.verification.copies import copy_for, keep_current_copies
from ecrf.verification.evidence import Evidence, Key, evidence_on
from ecrf.verification.models import SiteShare, Verification
from ecrf.verification.plan import end_of_draw, is_critical
from ecrf.verification.refusals import HasOpenQuery, Stale, VerificationRefused

__all__ = [
    "Effect",
    "HasOpenQuery",
    "LeftOut",
    "PlanRefused",
    "Stale",
    "VerificationRefused",
    "effect_of",
    "set_share",
    "take_back",
    "verify",
    "verify_shown",
]


class PlanRefused(Exception):
    """Why a site's share is not set, in words for the page; `field`: what it is that was given wrong."""

    def __init__(self, why: str, field: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True)
class LeftOut:
    """One item that was not verified with the others, and why."""

    entry: Entry
    item: str
    why: str


def verify(
    *,
    entry: Entry,
    item: str,
    seen: int,
    by: User,
    actor: Actor,
    despite_query: bool = False,
    copy: int | None = None,
) -> Verification:
    """`by` has compared the item with the source, as it stood when the patient's chain was `seen` events long. `copy`:
    the version of the source copy that was looked at, which is kept with its hash.

    Raises Stale, HasOpenQuery or VerificationRefused. What is verified already stays as it is.
    """
    require(by, Right.VERIFY, entry.site)
    key = entry.pk, item
    with _one_at_a_time(entry.patient, actor):
        evidence = evidence_on(entry.patient, [entry])
        if key in evidence.standing and evidence.position(key) <= seen:
            return evidence.standing[key]
        evidence.refuse(key, seen, despite_query=despite_query)
        made = _verification(entry.patient, evidence, key, by)
        if version := copy_for(entry, item, copy):
            made.copy, made.copy_sha256 = version, version.content_id
        made.save(force_insert=True)
    return made


def verify_shown(
    *, patient: Patient, items: Iterable[tuple[Entry, str]], seen: int, by: User, actor: Actor, why: str = ""
) -> tuple[list[Verification], list[LeftOut]]:
    """All of these at once: the items on one page, in a fixed number of statements. What was changed meanwhile, has an
    open query or cannot be verified is left out and named; what is verified already is neither. `why` stands in the
    trail, where it was not a person's eyes that compared them.
    """
    require(by, Right.VERIFY, patient.site)
    items = list(dict.fromkeys(items))
    made: list[Verification] = []
    left_out: list[LeftOut] = []
    if not items:
        return made, left_out
    with _one_at_a_time(patient, actor, why):
        evidence = evidence_on(patient, {entry.pk: entry for entry, _item in items}.values())
        for entry, item in items:
            key = entry.pk, item
            if key in evidence.standing:
                continue
            try:
                evidence.refuse(key, seen, despite_query=False)
                made.append(_verification(patient, evidence, key, by))
            except VerificationRefused as refusal:
                left_out.append(LeftOut(entry, item, _why(refusal)))
        for verification in made:
            verification.together = len(made)
        if not why:
            keep_current_copies(made, {entry.pk: entry.parent_id for entry, _item in items}, seen)
        Verification.objects.bulk_create(made)
    return made, left_out


def _why(refusal: VerificationRefused) -> str:
    if isinstance(refusal, Stale):
        return gettext("changed meanwhile: now “%(value)s”") % {"value": refusal.value}
    if isinstance(refusal, HasOpenQuery):
        return gettext("query %(number)s is open") % {"number": refusal.query.code}
    return str(refusal)


def _verification(patient: Patient, evidence: Evidence, key: Key, by: User) -> Verification:
    entry, item = key
    return Verification(
        patient=patient,
        site=patient.site,
        entry_id=entry,
        item=item,
        is_critical=is_critical(evidence.rows[entry].entry.crf, item),
        position=evidence.position(key),
        value=evidence.value(key),
        verified_at=timezone.now(),
        verified_by=by,
    )


def take_back(*, verification: Verification, by: User, actor: Actor) -> None:
    """One's own verification that still stands; it stays as history. Taking it back twice changes nothing."""
    require(by, Right.VERIFY, verification.site)
    with _one_at_a_time(verification.patient, actor):
        verification.refresh_from_db(fields=["undone_at", "undone_by", "fallen_position", "fell_at"])
        if verification.verified_by_id != by.pk:
            raise VerificationRefused(
                gettext("Somebody else verified this item: you can take back your own only.")
            )
        if verification.undone_at:
            return
        if not verification.stands:
            raise VerificationRefused(
                gettext(
                    "The value changed since: the verification does not stand any more, there is"
                    " nothing to take back."
                )
            )
        verification.undone_at, verification.undone_by = timezone.now(), by
        verification.save(update_fields=["undone_at", "undone_by"])


@contextmanager
def _one_at_a_time(patient: Patient, actor: Actor, why: str = "") -> Iterator[None]:
    """Writers of one patient take turns; what a lock refuses is said in words."""
    try:
        with acting(actor, patient_id=patient.pk, source="monitor", reason=why):
            yield
    except Locked as refusal:
        raise VerificationRefused(str(refusal)) from refusal


@dataclass(frozen=True)
class Effect:
    """What another share would do to the forms that are complete already: those it adds and takes away, with their
    items. Forms completed later follow it too."""

    forms_added: int
    items_added: int
    forms_taken: int
    items_taken: int


def effect_of(*, site: Site, share: int, from_on: date) -> Effect:
    """Of `set_share`, before it is done; one statement."""
    _require_share(share)
    begins = datetime.combine(from_on, time.min, site.zone)
    will_be = Q(sample__lt=end_of_draw(share))
    added, taken = will_be & Q(is_sampled=False), ~will_be & Q(is_sampled=True)
    forms = ReviewStatus.objects.filter(since_arrival("completed_at"), site=site, completed_at__gte=begins)
    counts = forms.aggregate(
        forms_added=Count("pk", filter=added),
        items_added=Coalesce(Sum("rest", filter=added), 0),
        forms_taken=Count("pk", filter=taken),
        items_taken=Coalesce(Sum("rest", filter=taken), 0),
    )
    return Effect(**counts)


def _require_share(share: int) -> None:
    if not 0 <= share <= 100:
        raise PlanRefused(gettext("The share is a whole number from 0 to 100."), "share")


def set_share(*, site: Site, share: int, from_on: date, reason: str, by: User, actor: Actor) -> SiteShare:
    """From this day on, this per cent of the site's forms is sampled. Each form's sample is fixed: raising the share
    adds forms and takes none away. Forms that are complete already follow at once, in one statement."""
    require(by, Right.SET_PLAN, site)
    why = tidy(" ".join(reason.split()))
    _require_share(share)
    if fault := fault_of(why, pgettext("of which the reason is asked", "the share of this site is set")):
        raise PlanRefused(fault, "reason")
    with acting(actor, reason=why, source="monitor"):
        take_turns_of(
            site
        )  # a form that is being completed is sampled by the old share or by the new one, not in between
        made = SiteShare.objects.create(
            site=site, share=share, from_on=from_on, reason=why, set_at=timezone.now(), set_by=by
        )
        sampled = Case(When(sample__lt=end_of_draw(share), then=Value(True)), default=Value(False))
        begins = datetime.combine(from_on, time.min, site.zone)
        # Of who came from another site, what was completed there was drawn by that site's share.
        ReviewStatus.objects.filter(
            since_arrival("completed_at"), site=site, completed_at__gte=begins
        ).update(is_sampled=sampled)
    return made
