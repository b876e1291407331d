"""What waits for a signature, for the Today page of an investigator: by patient, in the order of the visits' dates."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from ecrf.access.joined import in_a_row
from ecrf.access.models import Site, User
from ecrf.access.reach import sites
from ecrf.access.roles import Right
from ecrf.access.statements import written_once
from ecrf.casebook.labels import form_title, label_of, visit_label
from ecrf.casebook.log_pieces import query_with
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.stored_rows import lines_of
from ecrf.forms.protocol import CASEBOOK
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.locks.lookup import ends_review
from ecrf.signatures.lookup import broken_at, log_forms_to_sign, visits_to_sign
from ecrf.signatures.models import Signature, SignatureScope

SHOWN, SHOWN_OF_A_PATIENT, COUNTED = 6, 6, 1_000
# The places of `unsigned_places`, and whether a lock holds each: asked of the few hundred places, where Django would
# ask it of each of their thousands of forms.
PLACES = """
    WITH places AS MATERIALIZED (
        SELECT DISTINCT r.patient_id, r.visit_id, r.site_id FROM casebook_reviewstatus r
        WHERE NOT r.is_signed AND r.site_id = ANY(%(sites)s) ORDER BY r.patient_id, r.visit_id LIMIT %(most)s
    )
    SELECT w.patient_id, w.visit_id, EXISTS (
        SELECT 1 FROM locks_lock l WHERE l.lifted_at IS NULL AND l.kind = 'lock' AND (
            (l.scope = 'study' AND NOT (SELECT s.is_practice FROM access_site s WHERE s.id = w.site_id))
            OR (l.scope = 'site' AND l.site_id = w.site_id)
            OR (l.scope = 'patient' AND l.patient_id = w.patient_id)
            OR (l.scope = 'visit' AND l.visit_id = w.visit_id)
        )
    )
    FROM places w ORDER BY w.patient_id, w.visit_id
"""
OF_PLACE, AT_SITE = ("site", "patient"), ("patient__site", "patient")


@dataclass(frozen=True)
class ToSign:
    """One thing to sign, with its page: a visit, a form, the casebook, or the entries of a log that wait. `on`: when
    the visit took place; of the rest, since when it waits. `say` and `lead`: its words and the address of its page,
    made for the few of hundreds that are shown."""

    patient: Patient
    say: Callable[[], str]
    lead: Callable[[], str]
    on: date
    broken: Signature | None = None
    visit: int | None = None
    is_log: bool = False

    @property
    def words(self) -> str:
        return self.say()

    @property
    def url(self) -> str:
        return self.lead()


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
    places = lines_of(PLACES, {"sites": [site.pk for site in where], "most": COUNTED + 1})
    things = things_to_sign(where)
    unsigned = [(patient, visit) for patient, visit, is_held in places if not is_held]
    by_patient: dict[int, OfPatient] = {}
    for thing in things:
        by_patient.setdefault(thing.patient.pk, OfPatient(thing.patient)).things.append(thing)
    whole, listed = _covered(things)
    entered = sum(place[0] not in whole and place not in listed for place in unsigned)
    return Waiting(
        list(by_patient.values())[:SHOWN],
        len(unsigned),
        entered,
        len(by_patient) > SHOWN,
        held=len(places) - len(unsigned),
    )


def _covered(things: Iterable[ToSign]) -> tuple[set[int], set[tuple[int, int | None]]]:
    """What a signature of these covers: patients as a whole; and visits and, without one, the logs of patients."""
    whole, places = set(), set()
    for thing in things:
        if thing.broken and thing.broken.scope == SignatureScope.CASEBOOK:
            whole.add(thing.patient.pk)
        if thing.is_log or thing.visit is not None:
            places.add((thing.patient.pk, None if thing.is_log else thing.visit))
    return whole, places


def things_to_sign(where: list[Site], patient: Patient | None = None) -> list[ToSign]:
    """Complete visits and forms of logs that were never signed, and what was and broke; three statements.

    The earliest visit first, practice sites last. Where a casebook broke, it stands for everything of its patient.
    What a lock holds cannot be signed, and is not listed.
    """
    given = [site.pk for site in where], patient.pk if patient else None
    broken = _free_broken.rows(*given)
    visits, logs = _free_visits.lines(*given), _free_logs.lines(*given)
    whole = {row.patient_id for row in broken if row.scope == SignatureScope.CASEBOOK}
    patients = Patients(where)
    things = list(_visits(visits, patients))
    things += [_broken(row) for row in broken if row.scope == SignatureScope.CASEBOOK or not _is_of_log(row)]
    things += _logs(logs, patients, whole)
    return sorted(things, key=lambda thing: (thing.patient.site.is_practice, thing.on, thing.patient.number))


@written_once
def _free_broken(sites: list[int], patient: int | None) -> QuerySet[Signature]:
    is_held = ends_review(*OF_PLACE, visits=("visit", "entry__visit"), entries=("entry",))
    return broken_at(sites).filter(~is_held, *_of(patient))[: COUNTED + 1]


@written_once
def _free_visits(sites: list[int], patient: int | None) -> QuerySet:
    free = visits_to_sign(sites).filter(~ends_review(*AT_SITE, visits=("pk",)), *_of(patient))
    return free.values_list("pk", "code", "opened_at", "visited_on", *Patients.columns)[: COUNTED + 1]


@written_once
def _free_logs(sites: list[int], patient: int | None) -> QuerySet:
    free = log_forms_to_sign(sites).filter(~ends_review(*AT_SITE, entries=("pk",)), *_of(patient))
    columns = (*Patients.columns, "crf", "number", "review_status__completed_at")
    return free.values_list(*columns)[: COUNTED + 1]


def _of(patient: int | None) -> list[Q]:
    return [] if patient is None else [Q(patient=patient)]


def _is_of_log(signature: Signature) -> bool:
    """A broken signature of a log's form: the form is listed with its log."""
    return signature.entry is not None and signature.entry.visit_id is None


class Patients:
    """Each made once, of what the rows of many say of him: no model is made for each row."""

    columns = "patient_id", "patient__number", "patient__site_id"

    def __init__(self, where: list[Site]) -> None:
        self.sites = {site.pk: site for site in where}
        self.by_id: dict[int, Patient] = {}

    def one(self, pk: int, number: str, site_id: int) -> Patient:
        if pk not in self.by_id:
            self.by_id[pk] = Patient(pk=pk, number=number, site=self.sites[site_id])
        return self.by_id[pk]


def _visits(visits: Iterable[tuple[Any, ...]], patients: Patients) -> Iterator[ToSign]:
    for pk, code, opened_at, visited_on, *whose in visits:
        patient = patients.one(*whose)
        yield ToSign(
            patient,
            partial(label_of, code),
            partial(reverse, "sign-visit", args=[patient.number, code]),
            visited_on or opened_at.astimezone(patient.site.zone).date(),
            visit=pk,
        )


def _broken(signature: Signature) -> ToSign:
    patient, entry = signature.patient, signature.entry
    visit = signature.visit or (entry.visit if entry else None)

    def say() -> str:
        words = form_title(entry) if entry else visit_label(visit) if visit else gettext("Casebook")
        return in_a_row(visit_label(visit), words) if entry and visit else words

    lead = partial(_address, patient, visit, entry)
    on = _day_of(signature, visit)
    return ToSign(patient, say, lead, on, signature, visit.pk if visit and not entry else None)


def _logs(logs: Iterable[tuple[Any, ...]], patients: Patients, whole: set[int]) -> Iterator[ToSign]:
    """A line for each log of a patient: one form leads to its own page, several to the log. Not of the patients whose
    whole casebook is to be signed."""
    for (pk, crf), group in groupby(logs, key=itemgetter(0, 3)):
        forms = list(group)
        if pk in whole:
            continue
        patient, kind = patients.one(*forms[0][:3]), CRFS[crf]
        first = Entry(patient=patient, crf=crf, number=forms[0][4])
        say, lead = partial(form_title, first), partial(_address, patient, None, first)
        if len(forms) > 1:
            say = partial(_several, kind, len(forms))
            lead = partial(_log_with, patient, kind, first.number)
        since = min(completed_at for *_form, completed_at in forms)
        yield ToSign(patient, say, lead, since.astimezone(patient.site.zone).date(), is_log=True)


def _log_with(patient: Patient, kind: CrfDefinition, number: int) -> str:
    return reverse("log", args=[patient.number, kind.key]) + query_with(number)


def _several(kind: CrfDefinition, number: int) -> str:
    return gettext("%(forms)s: %(number)d to sign") % {"forms": kind.plural, "number": number}


def _day_of(signature: Signature, visit: Visit | None) -> date:
    """The day of the visit; where there is none, the day it was opened, or the signature broke."""
    day: date | None = getattr(signature, "visited_on", None)
    if day:
        return day
    moment = visit.opened_at if visit else signature.broken_at
    assert moment is not None  # only broken signatures are asked about
    return moment.astimezone(signature.patient.site.zone).date()


def _address(patient: Patient, visit: Visit | None, entry: Entry | None = None) -> str:
    if entry:
        segment = entry.visit.code if entry.visit else CASEBOOK
        return reverse("sign-form", args=[patient.number, segment, entry.crf, entry.number])
    if visit:
        return reverse("sign-visit", args=[patient.number, visit.code])
    return reverse("sign-casebook", args=[patient.number])
