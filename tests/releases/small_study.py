"""One invented patient with what people do about its data: asked, answered, verified, signed, broken, frozen."""

from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.casebook.models import Patient
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.queries.services import answer, open_query
from ecrf.signatures.models import SignatureScope
from ecrf.signatures.services import chain_length, sign
from ecrf.verification.services import verify_shown
from tests.builders import enter
from trial.synthetic import accounts, casebook, loading
from trial.synthetic.patients import STORIES

VISITS = ("", "SCR", "W01", "W04")


def fill() -> None:
    accounts.create("synthetic password")
    accounts.record_identities()
    loading.add_ranges_where_none()
    story = next(story for story in STORIES if story.name == "S01")
    pages = [page for page in casebook.pages(story) if page.code in VISITS]
    patient = loading.load_patient(story, pages)
    _review(patient, Site.objects.get(code=story.site))


def _review(patient: Patient, site: Site) -> None:
    people = ("monitor", "coordinator01", "investigator01", "datamanager")
    monitor, coordinator, investigator, manager = (User.objects.get(username=name) for name in people)
    week_1, week_4 = (patient.visits.get(code=code) for code in ("W01", "W04"))
    vital_signs = week_1.entries.get(crf="vital-signs")
    actor = monitor.acting_at(site, Right.QUERY)
    query = open_query(entry=vital_signs, item="pulse", text="Please check.", by=monitor, actor=actor)
    answer(query=query, text="It is so.", by=coordinator, actor=coordinator.acting_at(site, Right.ENTER))
    items = [(vital_signs, name) for name in ("systolic", "diastolic")]
    verifying = monitor.acting_at(site, Right.VERIFY)
    seen = chain_length(patient)
    verify_shown(patient=patient, items=items, seen=seen, by=monitor, actor=verifying)
    for visit in (week_1, week_4):
        sign(
            patient=patient,
            scope=SignatureScope.VISIT,
            visit=visit,
            seen=chain_length(patient),
            by=investigator,
            actor=investigator.acting_at(site, Right.SIGN),
            declares=True,
        )
    enter(week_1, "vital-signs", coordinator, reason="Transcription error", systolic="131")
    put(
        kind=LockKind.FREEZE,
        scope=LockScope.VISIT,
        visit=week_4,
        reason="Clean",
        by=manager,
        actor=manager.acting_at(site, Right.LOCK),
        despite_open_points=True,
    )
