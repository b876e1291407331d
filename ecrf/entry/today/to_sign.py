"""What waits for a signature, for the Today page of an investigator: by patient, in the order of the visits' dates."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.access.reach import sites
from ecrf.access.roles import Right
from ecrf.casebook.labels import form_title, visit_label
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.forms.protocol import CASEBOOK
from ecrf.forms.registry import CRFS
from ecrf.locks.lookup import ends_review
from ecrf.signatures.lookup import broken_at, log_forms_to_sign, unsigned_places, visits_to_sign
from ecrf.signatures.models import Signature, SignatureScope

SHOWN, SHOWN_OF_A_PATIENT, COUNTED = 6, 6, 1_000
OF_PLACE = ("site", "patient")


@dataclass(frozen=True)
class ToSign:
    """One thing to sign, with its page: a visit, a form, the casebook, or the entries of a log that wait. `on`: when
    the visit took place; of the rest, since when it waits."""

    patient: Patient
    words: str
    url: str
    on: date
    broken: Signature | None = None
    visit: int | None = None
    is_log: bool = False


@dataclass(frozen=True)
class OfPatient:
    """What is to sign of one patient, the earliest first: of the visits at most so many, and every log."""

    patient: Patient
    things: list[ToSign] = field(default_factory=list)

    @property
    def visits(self) -> list[ToSign]:
        return [thing for thing in self.things if not thing.is_log][:SHOWN_OF_A_PATIENT]

    @property
    def logs(self) -> list[ToSign]:
        return [thing for thing in self.things if thing.is_log]

    @property
    def more(self) -> int:
        return len(self.things) - len(self.visits) - len(self.logs)


@dataclass(frozen=True)
class Waiting:
    """As many patients as are shown. `count`: the visits and logs that no signature covers, as the monitor sees them;
    `entered`: of these, how many the site still enters. `held`: how many more a lock holds, which wait for nobody."""

    patients: list[OfPatient]
    count: int
    entered: int
    is_more: bool
    held: int = 0

    @property
    def counted(self) -> str:
        return f"over {COUNTED:,}" if self.count > COUNTED else str(self.count)


def signing_sites(user: User) -> list[Site]:
    """Where the person signs now; no statement for who signs nowhere."""
    if Right.SIGN not in user.rights:
        return []
    return [site for site in sites(user, Right.SIGN) if user.may(Right.SIGN, site)]


def waiting(user: User) -> Waiting | None:
    """Five statements, whatever the number of patients; None for who signs nowhere."""
    where = signing_sites(user)
    if not where:
        return None
    marked = (
        unsigned_places().filter(site__in=where).annotate(is_held=ends_review(*OF_PLACE, visits=("visit",)))
    )
    places = list(marked.values_list("patient_id", "visit_id", "is_held")[: COUNTED + 1])
    things = things_to_sign(where)
    unsigned = [(patient, visit) for patient, visit, is_held in places if not is_held]
    by_patient: dict[int, OfPatient] = {}
    for thing in things:
        by_patient.setdefault(thing.patient.pk, OfPatient(thing.patient)).things.append(thing)
    entered = sum(not _is_listed(place, by_patient) for place in unsigned)
    return Waiting(
        list(by_patient.values())[:SHOWN],
        len(unsigned),
        entered,
        len(by_patient) > SHOWN,
        held=len(places) - len(unsigned),
    )


def _is_listed(place: tuple[int, int | None], by_patient: dict[int, OfPatient]) -> bool:
    """Whether what is listed of the patient leads to a signature that covers this visit, or the logs."""
    patient, visit = place
    things = by_patient[patient].things if patient in by_patient else []
    whole = any(thing.broken and thing.broken.scope == SignatureScope.CASEBOOK for thing in things)
    return whole or any(thing.is_log if visit is None else thing.visit == visit for thing in things)


def things_to_sign(where: list[Site], patient: Patient | None = None) -> list[ToSign]:
    """Complete visits and forms of logs that were never signed, and what was and broke; three statements.

    The earliest visit first, practice sites last. Where a casebook broke, it stands for everything of its patient.
    What a lock holds cannot be signed, and is not listed.
    """
    of_patient = {} if patient is None else {"patient": patient}
    is_held = ends_review(*OF_PLACE, visits=("visit", "entry__visit"), entries=("entry",))
    broken = list(broken_at(where).filter(~is_held, **of_patient)[: COUNTED + 1])
    at_site = ("patient__site", "patient")
    visits = visits_to_sign(where).filter(~ends_review(*at_site, visits=("pk",)), **of_patient)[: COUNTED + 1]
    logs = log_forms_to_sign(where).filter(~ends_review(*at_site, entries=("pk",)), **of_patient)[
        : COUNTED + 1
    ]
    whole = {row.patient_id for row in broken if row.scope == SignatureScope.CASEBOOK}
    things = [_visit(row) for row in visits]
    things += [_broken(row) for row in broken if row.scope == SignatureScope.CASEBOOK or not _is_of_log(row)]
    things += _logs(row for row in logs if row.patient_id not in whole)
    return sorted(things, key=lambda thing: (thing.patient.site.is_practice, thing.on, thing.patient.number))


def _is_of_log(signature: Signature) -> bool:
    """A broken signature of a log's form: the form is listed with its log."""
    return signature.entry is not None and signature.entry.visit_id is None


def _visit(visit: Visit) -> ToSign:
    return ToSign(
        visit.patient,
        visit_label(visit),
        _address(visit.patient, visit),
        _day_of(visit, visit),
        visit=visit.pk,
    )


def _broken(signature: Signature) -> ToSign:
    patient, entry = signature.patient, signature.entry
    visit = signature.visit or (entry.visit if entry else None)
    words = form_title(entry) if entry else visit_label(visit) if visit else gettext("Casebook")
    words = f"{visit_label(visit)}, {words}" if entry and visit else words
    address = _address(patient, visit, entry)
    on = _day_of(signature, visit)
    return ToSign(patient, words, address, on, signature, visit.pk if visit and not entry else None)


def _logs(entries: Iterable[Entry]) -> list[ToSign]:
    """A line for each log of a patient: one form leads to its own page, several to the log."""
    things = []
    for _which, group in groupby(entries, key=lambda entry: (entry.patient_id, entry.crf)):
        forms = list(group)
        first, kind = forms[0], CRFS[forms[0].crf]
        several = gettext("%(forms)s: %(number)d to sign") % {"forms": kind.plural, "number": len(forms)}
        words = several if len(forms) > 1 else form_title(first)
        address = _address(first.patient, None, first)
        if len(forms) > 1:
            address = reverse("log", args=[first.patient.number, kind.key])
        since = min(form.review_status.completed_at for form in forms)
        day = since.astimezone(first.patient.site.zone).date()
        things.append(ToSign(first.patient, words, address, day, is_log=True))
    return things


def _day_of(signed_or_visit: Visit | Signature, visit: Visit | None) -> date:
    """The day of the visit; where there is none, the day it was opened, or the signature broke."""
    day: date | None = getattr(signed_or_visit, "visited_on", None)
    if day:
        return day
    moment = visit.opened_at if visit else getattr(signed_or_visit, "broken_at", None)
    assert moment is not None  # of what is no visit, only broken signatures are asked about
    return moment.astimezone(signed_or_visit.patient.site.zone).date()


def _address(patient: Patient, visit: Visit | None, entry: Entry | None = None) -> str:
    if entry:
        segment = entry.visit.code if entry.visit else CASEBOOK
        return reverse("sign-form", args=[patient.number, segment, entry.crf, entry.number])
    if visit:
        return reverse("sign-visit", args=[patient.number, visit.code])
    return reverse("sign-casebook", args=[patient.number])
