"""What the review's pages are tested on: complete forms, verified, asked about and signed, by plain functions."""

import uuid
from datetime import date, timedelta

from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditChain
from ecrf.casebook.models import Entry
from ecrf.casebook.services import complete_entries
from ecrf.monitoring.models import MonitoringVisit
from ecrf.monitoring.visits import services
from ecrf.queries.models import Query, Turn
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.verification.models import Verification
from tests.builders import a_place, enter

SIDES = ("right", "left")
MUSCLES = (
    *("shoulder_abduction", "elbow_flexion", "elbow_extension", "wrist_extension", "finger_abduction"),
    *("hip_flexion", "knee_extension", "knee_flexion", "ankle_dorsiflexion", "ankle_plantar_flexion"),
)
GRADES = [f"{side}_{muscle}" for muscle in MUSCLES for side in SIDES]
PLANNED = len(GRADES) + 3
"""Items of a complete MRC strength, all of them critical."""


def complete_mrc(visit, by) -> Entry:
    given = dict.fromkeys(GRADES, "4")
    enter(visit, "mrc-strength", by, assessor="A1", assessed_at="09:30", before_dose="yes", **given)
    return _complete(visit, "mrc-strength", by)


def complete_deviation(patient, by, **values) -> Entry:
    given = {"what": "Too late", "occurred_on": "2026-11-01", "category": "dose", "severity": "minor"}
    enter(patient, "protocol-deviation", by, **(given | {"action": "None"} | values))
    return _complete(patient, "protocol-deviation", by)


def _complete(where, crf, by) -> Entry:
    place = a_place(where, crf)
    actor = by.acting_at(place.patient.site, Right.ENTER)
    assert complete_entries(patient=place.patient, places=[place], by=actor) == []
    return Entry.objects.get(**place.lookup())


def verified(entry, monitor, *items, at=None):
    site = entry.patient.site
    with acting(monitor.acting_at(site, Right.VERIFY), patient_id=entry.patient_id, source="monitor"):
        return [
            Verification.objects.create(
                patient=entry.patient,
                site=site,
                entry=entry,
                item=item,
                is_critical=True,
                position=1,
                value="4",
                verified_at=at or timezone.now(),
                verified_by=monitor,
            )
            for item in items
        ]


def take_back(verification, monitor):
    with acting(monitor.acting_at(verification.site, Right.VERIFY), patient_id=verification.patient_id):
        verification.undone_at, verification.undone_by = timezone.now(), monitor
        verification.save()


def asked(entry, by, text="Please confirm.", turn=Turn.SITE, days=0, item=GRADES[0]) -> Query:
    at, site = timezone.now() - timedelta(days=days), entry.patient.site
    with acting(by.acting_at(site, Right.QUERY), patient_id=entry.patient_id, source="monitor"):
        return Query.objects.create(
            patient=entry.patient,
            site=site,
            number=Query.objects.filter(patient=entry.patient).count() + 1,
            entry=entry,
            item=item,
            text_as_asked=text,
            turn=turn,
            turn_since=at,
            asked_in=Turn.MONITOR,
            opened_at=at,
            opened_by=by,
        )


def closed(query, by):
    with acting(by.acting_at(query.site, Right.QUERY), patient_id=query.patient_id, source="monitor"):
        query.turn, query.closed_at, query.closed_by = Turn.NOBODY, timezone.now(), by
        query.save()


def signed(visit, by):
    chain = AuditChain.objects.get(chain=visit.patient_id)
    with acting(by.acting_at(visit.site, Right.SIGN), patient_id=visit.patient_id):
        return Signature.objects.create(
            patient=visit.patient,
            site=visit.site,
            scope=SignatureScope.VISIT,
            visit=visit,
            position=chain.length,
            head=chain.head,
            meaning="Reviewed",
            printed_name="Synthetic investigator",
            role="investigator",
            signed_at=timezone.now(),
            signed_by=by,
        )


def a_plan(site, by, **given) -> MonitoringVisit:
    plan = {"planned_on": date(2026, 11, 23), "how": "on-site", "purpose": "", "request_key": uuid.uuid4()}
    return services.plan_visit(site=site, by=by, **(plan | given))


def a_start(site, by, **given) -> MonitoringVisit:
    visit = a_plan(site, by, **given)
    services.start_visit(visit=visit, by=by)
    visit.refresh_from_db()
    return visit


def an_end(visit, by) -> MonitoringVisit:
    services.end_visit(visit=visit, by=by)
    visit.refresh_from_db()
    return visit


def a_finish(visit, by) -> MonitoringVisit:
    """With the remarks written; the report still asks for them when it is drafted."""
    report = visit.report.replace("(To be written by the monitor.)", "None.")
    seen = services.seen_of(visit, "report")
    visit = services.save_text(visit=visit, kind="report", text=report, seen=seen, by=by)
    services.finish_visit(visit=visit, seen=texts_seen(visit), by=by)
    visit.refresh_from_db()
    return visit


def texts_seen(visit) -> dict[str, str]:
    return {kind: services.seen_of(visit, kind) for kind in services.TEXTS}
