"""Reads signatures for pages: what covers what, what stands, what was broken and by what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ecrf.access.models import Site
from ecrf.access.statements import written_once
from ecrf.casebook.models import Entry, PatientStatus, Visit, done, not_struck
from ecrf.casebook.review_status import ReviewStatus, unsigned
from ecrf.casebook.stored_rows import lines_of, read_json, user_of
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.signatures.breaks import with_breaking
from ecrf.signatures.models import STANDS, Signature, SignatureScope

# What names the visit or the form is looked up by its key: a join of so many tables takes long to plan.
SIGNATURES = """
    SELECT to_jsonb(s)::text, u.id, u.username, u.full_name,
        (SELECT to_jsonb(v)::text FROM casebook_visit v WHERE v.id = s.visit_id),
        (SELECT to_jsonb(e)::text FROM casebook_entry e WHERE e.id = s.entry_id),
        (SELECT to_jsonb(p)::text FROM casebook_entry p
            WHERE p.id = (SELECT e.parent_id FROM casebook_entry e WHERE e.id = s.entry_id)),
        (SELECT to_jsonb(v)::text FROM casebook_visit v
            WHERE v.id = (SELECT e.visit_id FROM casebook_entry e WHERE e.id = s.entry_id))
    FROM signatures_signature s JOIN access_user u ON u.id = s.signed_by_id
    WHERE s.patient_id = %s ORDER BY s.id DESC
"""


def signatures_of(patient_id: int) -> list[Signature]:
    """Every signature of a patient, the newest first, broken ones too, each with what broke it. One statement; where
    one is broken, another reads what broke it: that is rare, and costs more than all the rest of a page."""
    lines = lines_of(SIGNATURES, [patient_id])
    found = [_signature(line[0], line[1:4], *line[4:]) for line in lines]
    if any(not signature.stands for signature in found):
        broken = Signature.objects.filter(patient=patient_id, broken_position__isnull=False)
        events = {each.pk: getattr(each, "broken_events", None) for each in with_breaking(broken)}
        for signature in found:
            signature.broken_events = events.get(signature.pk)  # type: ignore[attr-defined]
    return found


def _signature(
    text: str,
    signer: tuple[int, str, str],
    visit: str | None,
    entry: str | None,
    parent: str | None,
    entrys_visit: str | None,
) -> Signature:
    """A signature with its visit or its form; a form with its visit and the form whose row it is."""
    form = entry and read_json(
        Entry,
        entry,
        parent=read_json(Entry, parent) if parent else None,
        visit=read_json(Visit, entrys_visit) if entrys_visit else None,
    )
    return read_json(
        Signature,
        text,
        signed_by=user_of(*signer),
        visit=read_json(Visit, visit) if visit else None,
        entry=form or None,
    )


def covers(signature: Signature, entry: Entry) -> bool:
    """Whether the signature was given for this form, for a form whose row it is, its visit, or the casebook."""
    if signature.scope == SignatureScope.CASEBOOK:
        return True
    if signature.scope == SignatureScope.VISIT:
        return signature.visit_id == entry.visit_id
    return signature.entry_id in (entry.pk, entry.parent_id)


def covers_visit(signature: Signature, visit: Visit) -> bool:
    return signature.scope == SignatureScope.CASEBOOK or signature.visit_id == visit.pk


def standing(signatures: list[Signature], entry: Entry) -> list[Signature]:
    """Of these, those that stand and cover the entry."""
    return [signature for signature in signatures if signature.stands and covers(signature, entry)]


@dataclass(frozen=True)
class SignatureStanding:
    """How one thing stands: every signature ever given for it, the newest first."""

    history: list[Signature]

    @property
    def in_force(self) -> list[Signature]:
        return [signature for signature in self.history if signature.stands]

    @property
    def broken(self) -> list[Signature]:
        return [signature for signature in self.history if not signature.stands]

    @property
    def latest_broken(self) -> Signature | None:
        """The newest one, where it broke and nothing stands instead."""
        return self.history[0] if self.history and not self.in_force else None

    @property
    def state(self) -> str:
        """signed, broken, or "" where nobody has signed."""
        if self.in_force:
            return "signed"
        return "broken" if self.history else ""


def on_form(signatures: list[Signature], entry: Entry) -> SignatureStanding:
    return SignatureStanding([signature for signature in signatures if covers(signature, entry)])


def on_visit(signatures: list[Signature], visit: int) -> SignatureStanding:
    """Of a whole visit, given by its id: what was signed of single forms of it does not count."""
    return SignatureStanding(
        [s for s in signatures if s.scope == SignatureScope.CASEBOOK or s.visit_id == visit]
    )


def on_casebook(signatures: list[Signature]) -> SignatureStanding:
    return SignatureStanding(
        [signature for signature in signatures if signature.scope == SignatureScope.CASEBOOK]
    )


def unsigned_places() -> QuerySet:
    """The visits, and the patients' logs (`visit` None), that hold a complete form nobody's signature covers: what
    every list and number of what is not signed counts, the site's as the monitor's."""
    found = ReviewStatus.objects.filter(unsigned()).order_by("patient_id", "visit_id")
    return found.values("patient_id", "visit_id").distinct()


def not_given_anew() -> QuerySet[Signature]:
    """Signatures that broke and were not given anew: one for each thing signed."""
    same = Q(patient=OuterRef("patient"), scope=OuterRef("scope"))
    anew = Signature.objects.filter(same, pk__gt=OuterRef("pk")).filter(
        Q(scope=SignatureScope.CASEBOOK) | Q(visit=OuterRef("visit")) | Q(entry=OuterRef("entry"))
    )
    wider = Q(scope=SignatureScope.CASEBOOK) | Q(visit=OuterRef("entry__visit"))
    whole = Signature.objects.filter(STANDS & wider, patient=OuterRef("patient"))
    broken = Signature.objects.filter(~Exists(anew), ~Exists(whole), broken_at__isnull=False)
    return broken.exclude(entry__struck_at__isnull=False)


@dataclass(frozen=True)
class BrokenPlaces:
    """Where a broken signature waits to be given anew: (patient id, visit id; None for the logs), and the patients
    whose whole casebook was signed."""

    places: frozenset[tuple[int, int | None]]
    patients: frozenset[int]

    def __contains__(self, place: tuple[int, int | None]) -> bool:
        return place in self.places or place[0] in self.patients

    def has_patient(self, patient: int) -> bool:
        return patient in self.patients or any(patient == other for other, _visit in self.places)


def broken_places(**which: object) -> BrokenPlaces:
    """Those of the signatures that the filter names; one statement."""
    named = _named.lines(*(getattr(value, "pk", value) for value in which.values()), names=tuple(which))
    whole = frozenset(patient for patient, scope, *_ in named if scope == SignatureScope.CASEBOOK)
    return BrokenPlaces(frozenset((one[0], one[2] or one[3]) for one in named if one[0] not in whole), whole)


@written_once
def _named(*which: Any, names: tuple[str, ...]) -> QuerySet:
    broken = not_given_anew().filter(**dict(zip(names, which, strict=True))).order_by()
    return broken.values_list("patient_id", "scope", "visit_id", "entry__visit_id")


def broken_at(sites: Sequence[Site | int]) -> QuerySet[Signature]:
    """As `not_given_anew`, at these sites, those longest broken first, each with the date of its visit."""
    dated = (
        not_given_anew()
        .filter(site__in=sites)
        .annotate(visited_on=Coalesce(_date_of("visit"), _date_of("entry__visit")))
    )
    return dated.select_related("patient__site", "visit", "entry__visit").order_by("broken_at", "pk")


def visits_to_sign(sites: Sequence[Site | int]) -> QuerySet[Visit]:
    """Visits that are complete and were never signed, as far as the lists know: of each patient, not the visit that
    is still entered. Where a casebook was signed once, it is the casebook that is signed anew."""
    # The patient is named too: the index goes by site and patient, and all of a site's would be looked through.
    to_sign = ReviewStatus.objects.filter(
        unsigned(), visit=OuterRef("pk"), patient=OuterRef("patient"), site__in=sites
    )
    open_forms = Entry.objects.filter(not_struck(), visit=OuterRef("pk")).exclude(done())
    signed = Signature.objects.filter(
        Q(visit=OuterRef("pk")) | Q(scope=SignatureScope.CASEBOOK), patient=OuterRef("patient")
    )
    begun = PatientStatus.objects.filter(patient=OuterRef("patient"), unfinished_code=OuterRef("code"))
    visits = Visit.objects.filter(
        Exists(to_sign), ~Exists(open_forms), ~Exists(signed), patient__site__in=sites
    )
    dated = visits.filter(~Exists(begun)).annotate(visited_on=_date_of("pk"))
    return dated.select_related("patient__site").order_by("visited_on", "patient", "pk")


def log_forms_to_sign(sites: Sequence[Site | int]) -> QuerySet[Entry]:
    """Complete forms of logs that no signature covers, in the order of the logs' numbers; not what is struck out."""
    forms = Entry.objects.filter(
        unsigned("review_status__"), review_status__site__in=sites, visit=None, parent=None, struck_at=None
    )
    complete = forms.filter(done()).select_related("patient__site", "review_status")
    return complete.order_by("patient", "crf", "number")


def _date_of(visit: str) -> Subquery:
    """When the visit took place, as its visit form says; `visit` is the path to it."""
    trial = protocol()
    # The kind is named too: else every form of the visit is looked at.
    rows = CRFS[trial.visit_form].model._default_manager.filter(
        entry__visit=OuterRef(visit), entry__crf=trial.visit_form, entry__struck_at=None
    )
    return Subquery(rows.order_by("pk").values(trial.visit_date_item)[:1])
