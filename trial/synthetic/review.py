"""The review of the synthetic study: what the monitor verified and asked, what was signed, corrected and locked."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.places import Place
from ecrf.casebook.record.record import record
from ecrf.casebook.review_status import ReviewStatus
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.monitoring.models import MonitoringVisit
from ecrf.monitoring.visits.services import (
    end_visit,
    fingerprint,
    finish_visit,
    plan_visit,
    save_text,
    start_visit,
)
from ecrf.queries.models import Query
from ecrf.queries.services import answer, close, open_query
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.signatures.services import chain_length, sign
from ecrf.verification.models import Verification
from ecrf.verification.plan import is_planned, items_to_verify
from ecrf.verification.services import verify_shown
from trial.synthetic.accounts import SOURCE, writers_of

MONITOR, DATA_MANAGER = "monitor", "datamanager"
VISITED_SITE = "01"
"""Where a monitoring visit has taken place, and the next one is planned."""

NOT_YET_VERIFIED = frozenset({"S09", "S10", "S12"})
VERIFIED_UP_TO = {"S01": 12, "S02": 9}
"""How many of the patient's visits, where not all of them."""

LOCKED = "S04"
"""Everything of this one is signed and locked."""

SIGNED_UP_TO = {"S01": 8, "S03": 18, "S05": 10, "S06": 19, "S07": 6, LOCKED: 99}
"""How many of the patient's visits the investigator signed."""


@dataclass(frozen=True)
class Asked:
    """A query of the monitor, with the site's answer and the monitor's last word where there is one."""

    patient: str
    visit: str
    crf: str
    item: str
    text: str
    answer: str = ""
    closing: str = ""


QUERIES = (
    Asked(
        "S01", "W07", "vital-signs", "pulse", "The worksheet is hard to read here. Please check the pulse."
    ),
    Asked("S01", "W10", "grip-strength", "assessor", "The device log shows another assessor. Who measured?"),
    Asked(
        *("S01", "W04", "mrc-strength", "assessed_at", "Was this before the infusion began?"),
        *("Yes, see the infusion's start.", "Thank you."),
    ),
    Asked(
        *("S02", "W07", "vital-signs", "temperature", "原資料の体温をご確認ください。"),
        "原資料を確認しました。記載のとおりです。",
    ),
    Asked(
        "S03",
        "W13",
        "vital-signs",
        "pulse",
        "Please compare with the monitor's printout.",
        "It is as entered.",
    ),
    Asked("S06", "W16", "grip-strength", "device", "Which device was used while SYN-VIG-01 was in repair?"),
)


@dataclass(frozen=True)
class Correction:
    """A value that the site corrected after it was verified or signed: it falls back, and shows what it was."""

    patient: str
    visit: str
    crf: str
    item: str
    add: int


CORRECTIONS = (
    Correction("S01", "W04", "vital-signs", "pulse", 2),
    Correction("S03", "W10", "vital-signs", "pulse", -1),
    Correction("S05", "W07", "vital-signs", "pulse", 3),
)


PATIENTS = frozenset(
    {each.patient for each in QUERIES}
    | {each.patient for each in CORRECTIONS}
    | SIGNED_UP_TO.keys()
    | {LOCKED}
)
"""Who has to be there for it."""


def is_done() -> bool:
    """Whether somebody reviews already: nothing is invented into it then."""
    persons = Query.objects.exclude(opened_by=None)
    return Verification.objects.exists() or Signature.objects.exists() or persons.exists()


def review(patients: dict[str, Patient], now: datetime) -> None:
    """The whole review, in the order of life. `patients`: by the name of their story."""
    monitor = User.objects.get(username=MONITOR)
    visit = _begin_visit(monitor, now)
    for asked in QUERIES:
        _ask(patients[asked.patient], asked, monitor)
    for name, patient in patients.items():
        if name not in NOT_YET_VERIFIED:
            _verify(patient, VERIFIED_UP_TO.get(name), monitor)
    _end_visit(visit, monitor)
    for name, count in SIGNED_UP_TO.items():
        _sign(patients[name], count)
    for correction in CORRECTIONS:
        _correct(patients[correction.patient], correction)
    _lock(patients[LOCKED])


def _begin_visit(monitor: User, now: datetime) -> MonitoringVisit:
    site = Site.objects.get(code=VISITED_SITE)
    today = now.astimezone(site.zone).date()
    plans = (
        (today, "on-site", "Source data verification of the first patients; drug accountability."),
        (today + timedelta(days=21), "remote", "Open queries, and what changed since."),
    )
    made = [
        plan_visit(site=site, planned_on=on, how=how, purpose=why, by=monitor, request_key=uuid.uuid4())
        for on, how, why in plans
    ]
    start_visit(visit=made[0], by=monitor)
    return made[0]


def _end_visit(visit: MonitoringVisit, monitor: User) -> None:
    end_visit(visit=visit, by=monitor)
    visit.refresh_from_db()
    said = visit.report.replace(
        "(To be written by the monitor.)", "Source documents were at hand and in order."
    )
    save_text(visit=visit, kind="report", text=said, seen=fingerprint(visit.report), by=monitor)
    visit.refresh_from_db()
    seen = {"report": fingerprint(visit.report), "letter": fingerprint(visit.letter)}
    finish_visit(visit=visit, seen=seen, by=monitor)


def _row(patient: Patient, visit: str, crf: str) -> Crf:
    """The first form of the kind at the visit."""
    found: Crf = PatientData(patient).at(crf, visit)[0]
    found.entry.patient = patient
    return found


def _ask(patient: Patient, asked: Asked, monitor: User) -> None:
    entry = _row(patient, asked.visit, asked.crf).entry
    actor = monitor.acting_at(patient.site, Right.QUERY)
    query = open_query(entry=entry, item=asked.item, text=asked.text, by=monitor, actor=actor)
    if asked.answer:
        site, _other = writers_of(patient.site.code)
        answer(query=query, text=asked.answer, by=site, actor=site.acting_at(patient.site, Right.ENTER))
    if asked.closing:
        close(query=query, text=asked.closing, by=monitor, actor=actor)


def _verify(patient: Patient, visits: int | None, monitor: User) -> None:
    """What the plan wants of the patient's first visits (of all, and of the logs, without a number)."""
    chosen = set(_visits(patient)[:visits])
    review_statuses = ReviewStatus.objects.filter(patient=patient)
    sampled = dict(review_statuses.values_list("entry", "is_sampled"))
    data = PatientData(patient)
    data.load(*CRFS)
    items: list[tuple[Entry, str]] = []
    for key in CRFS:
        for row in data.rows(key):
            entry = row.entry
            is_chosen = entry.visit_id in chosen if entry.visit_id else visits is None
            if entry.pk in sampled and is_chosen:
                entry.patient = patient
                wanted = items_to_verify(row)
                items += [(entry, item) for item in wanted if is_planned(key, item, sampled[entry.pk])]
    actor = monitor.acting_at(patient.site, Right.VERIFY)
    verify_shown(patient=patient, items=items, seen=chain_length(patient), by=monitor, actor=actor)


def _visits(patient: Patient) -> list[int]:
    return list(patient.visits.order_by("pk").values_list("pk", flat=True))


def _sign(patient: Patient, count: int) -> None:
    _enters, signer = writers_of(patient.site.code)
    if not signer.may(Right.SIGN, patient.site):
        return  # a coordinator alone enters there
    actor = signer.acting_at(patient.site, Right.SIGN)
    for visit in patient.visits.order_by("pk")[:count]:
        sign(
            patient=patient,
            scope=SignatureScope.VISIT,
            visit=visit,
            seen=chain_length(patient),
            by=signer,
            actor=actor,
            declares=True,
        )
    if count > patient.visits.count():
        sign(
            patient=patient, scope=SignatureScope.CASEBOOK, seen=chain_length(patient), by=signer, actor=actor
        )


def _correct(patient: Patient, correction: Correction) -> None:
    row = _row(patient, correction.visit, correction.crf)
    value = getattr(row, correction.item) + correction.add
    enters, _answers = writers_of(patient.site.code)
    place = Place(patient, CRFS[correction.crf], row.entry.visit, row.entry.number)
    by = enters.acting_at(patient.site, Right.ENTER)
    record(
        place=place, values={correction.item: str(value)}, by=by, reason="Transcription error", source=SOURCE
    )


def _lock(patient: Patient) -> None:
    manager = User.objects.get(username=DATA_MANAGER)
    put(
        kind=LockKind.LOCK,
        scope=LockScope.PATIENT,
        patient=patient,
        reason="Signed; locked for the interim look, with what is open written down",
        by=manager,
        actor=manager.acting_at(patient.site, Right.LOCK),
        despite_open_points=True,
    )
