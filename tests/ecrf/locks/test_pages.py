"""Freezes and locks by the data manager: put with a reason, lifted with a reason, and what is in the way named."""

import re
from datetime import UTC, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml import html

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.casebook.labels import form_title
from ecrf.casebook.models import Entry, PatientStatus
from ecrf.casebook.services import complete_entries
from ecrf.casebook.striking import strike_out
from ecrf.forms.registry import CRFS
from ecrf.locks.checklist import Target, checklist, open_by_site
from ecrf.locks.guard import locked_among
from ecrf.locks.lookup import is_locked, lock_on_visit, locks_over
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.locks.services import LockRefused, OpenPoints, lift, put
from ecrf.queries.conversations import open_here
from ecrf.queries.models import Query, QueryKind
from ecrf.signatures.models import Signature
from ecrf.signatures.models import SignatureScope as Signed
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_place, a_visit, enter
from tests.conftest import PASSWORD
from tests.ecrf.delegation.builders import a_training
from tests.said_wrong import said_wrong

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-112"), pytest.mark.requirement("R-113")]


@pytest.fixture
def visit(site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    enter(visit, "visit", coordinator, visited_on="2026-01-05", occurrence="done", contact="on-site")
    by = coordinator.acting_at(site, Right.ENTER)
    assert complete_entries(patient=visit.patient, places=[a_place(visit, "visit")], by=by) == []
    return visit


@pytest.fixture
def entry(visit):
    return a_place(visit, "visit").definition.model.objects.get(entry__visit=visit).entry


@pytest.fixture
def client(client, data_manager):
    client.force_login(data_manager)
    return client


def address(visit, scope=LockScope.VISIT):
    key = {
        LockScope.VISIT: visit.pk,
        LockScope.PATIENT: visit.patient.pk,
        LockScope.SITE: visit.site.code,
    }[scope]
    return reverse("monitor:scope-locks", args=[scope, key])


def lifting(lock):
    return reverse("monitor:lift-lock", args=[lock.pk])


def freeze(visit, by, kind=LockKind.FREEZE, **more):
    actor = by.acting_at(visit.site, Right.LOCK)
    return put(kind=kind, scope=LockScope.VISIT, visit=visit, reason="Settled", by=by, actor=actor, **more)


# --- what is in the way ---------------------------------------------------------------------------


def words_of(target):
    return {words.partition(":")[0] for words in checklist(target).points}


def test_checklist_names_what_a_visit_lacks(visit, coordinator):
    enter(visit, "vital-signs", coordinator, pulse="160")
    found = words_of(Target.of(LockScope.VISIT, visit=visit))
    assert "1 form not complete" in found
    assert "1 planned item not verified" in found
    assert "1 form not signed" in found
    assert any(words.endswith("not begun") for words in found)
    assert any("required items empty" in words for words in found)


def test_checklist_of_a_form_names_its_open_query(visit, entry, monitor):
    at = timezone.now()
    with acting(monitor.acting_at(visit.site, Right.QUERY), patient_id=visit.patient.pk):
        Query.objects.create(
            patient=visit.patient, site=visit.site, number=1, entry=entry, item="contact", text_as_asked="Really?",
            turn="site", turn_since=at, asked_in="monitor", opened_at=at, opened_by=monitor,
        )  # fmt: skip
    assert "1 open query" in words_of(Target.of(LockScope.FORM, entry=entry))
    assert "1 open query" in words_of(Target.of(LockScope.STUDY))


@pytest.mark.parametrize(("days", "late"), [(28, False), (29, True)])
def test_visit_is_overdue_from_the_day_after_its_window(site, coordinator, days, late):
    """Week 4 closes 28 days after the baseline visit: on that day it may still take place."""
    patient = a_patient(site, coordinator)
    on = site.today() - timedelta(days=days)
    for code, day in (("SCR", on), ("W01", on)):
        enter(
            a_visit(patient, code, coordinator), "visit", coordinator, occurrence="done", visited_on=str(day)
        )
    assert PatientStatus.objects.get(patient=patient).next_code == "W04"
    assert ("1 visit overdue" in words_of(Target.of(LockScope.PATIENT, patient=patient))) is late
    assert ("1 visit overdue" in words_of(Target.of(LockScope.SITE, site=site))) is late


def test_row_that_is_struck_out_is_in_nobodys_way(visit, coordinator):
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A")
    target = Target.of(LockScope.PATIENT, patient=visit.patient)
    before, lot = checklist(target).totals, visit.entries.get(crf="dose-lot")
    actor = coordinator.acting_at(visit.site, Right.ENTER)
    strike_out(entry=lot, by=coordinator, actor=actor, reason="Entered twice")
    after = checklist(target).totals
    assert before["empty"] - after["empty"] == lot.missing == 1
    assert (before["draft"], before["unsigned"]) == (after["draft"], after["unsigned"]) == (1, 1)
    strike_out(entry=visit.entries.get(crf="dose"), by=coordinator, actor=actor, reason="Entered twice")
    assert "draft" not in checklist(target).totals


def test_forms_of_a_visit_are_named_with_their_counts_and_those_that_nobody_has_begun(visit, coordinator):
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A")
    found = checklist(Target.of(LockScope.VISIT, visit=visit))
    assert found.not_begun == [CRFS[key].title for key in ("vital-signs", "scale", "reading")]
    whole, *forms = found.places
    assert (whole.page, whole.pk, whole.counts) == ("visit", visit.pk, {"not-begun": 3})
    dose = visit.entries.get(crf="dose")
    assert {one.pk: one.words for one in forms} == {
        visit.entries.get(crf="visit").pk: "01-001 · Week 4 · Visit",
        dose.pk: "01-001 · Week 4 · Dose",
    }
    of_dose = next(one for one in forms if one.pk == dose.pk)
    assert (of_dose.page, of_dose.site, of_dose.counts["draft"]) == ("form", visit.site.pk, 1)
    assert of_dose.counts["empty"] == dose.missing + 1  # that of its row
    log = Entry.objects.get(pk=enter(visit.patient, "adverse-event", coordinator, term="A").row.entry_id)
    [alone] = checklist(Target.of(LockScope.FORM, entry=log)).places
    assert alone.words == f"01-001 · {form_title(log)}"


def test_visits_stand_in_the_order_of_the_schedule_and_logs_last_patient_by_patient(visit, coordinator):
    patient, other = visit.patient, a_patient(visit.site, coordinator)
    enter(other, "adverse-event", coordinator, term="A")
    for code in ("W10", "SCR"):
        enter(a_visit(patient, code, coordinator), "vital-signs", coordinator, pulse="70")
    enter(patient, "adverse-event", coordinator, term="A")
    places = checklist(Target.of(LockScope.SITE, site=visit.site)).places
    assert [place.words for place in places if place.counts.get("draft") or "Week 4" in place.words] == [
        "01-001 · Screening",
        "01-001 · Week 4",
        "01-001 · Week 10",
        "01-001 · Logs",
        "01-002 · Logs",
    ]
    assert {place.page: place.pk for place in places if "Logs" in place.words} == {"patient": other.pk}


def test_question_of_the_site_is_counted_and_in_nobodys_way(visit, coordinator):
    before = checklist(Target.of(LockScope.VISIT, visit=visit))
    actor = coordinator.acting_at(visit.site, Right.ANSWER)
    place = a_place(visit, "vital-signs")  # which nobody has begun
    open_here(place=place, item="pulse", kind=QueryKind.QUESTION, text="Seated?", by=coordinator, actor=actor)
    for scope, where in (
        (LockScope.VISIT, {"visit": visit}),
        (LockScope.PATIENT, {"patient": visit.patient}),
        (LockScope.STUDY, {}),
    ):
        assert checklist(Target.of(scope, **where)).of_site == 1
    assert checklist(Target.of(LockScope.VISIT, visit=visit)).totals == before.totals
    other = a_visit(visit.patient, "W07", coordinator)
    assert checklist(Target.of(LockScope.VISIT, visit=other)).of_site == 0


@pytest.mark.parametrize("scope", [scope for scope in LockScope if scope != LockScope.STUDY])
def test_target_that_is_not_named_is_an_error_of_the_caller(scope):
    with pytest.raises(ValueError, match=scope):
        Target.of(scope)


def test_practice_patients_are_not_in_the_way_of_the_study(visit, coordinator):
    with acting(coordinator.acting_at(visit.site, Right.ENTER)):
        visit.site.is_practice = True
        visit.site.save()
    assert checklist(Target.of(LockScope.STUDY)).places == []


def test_checklist_of_a_site_takes_the_same_number_of_statements_however_large(
    visit, coordinator, data_manager
):
    session = client_of(data_manager)
    few = statements(
        lambda: session.get(address(visit, LockScope.SITE), headers={"Host": "testserver"})
    ).count
    for code in ("W07", "W10"):
        other = a_visit(a_patient(visit.site, coordinator), code, coordinator)
        enter(other, "vital-signs", coordinator, pulse="70")
    assert (
        statements(lambda: session.get(address(visit, LockScope.SITE), headers={"Host": "testserver"})).count
        == few
    )


def test_checklist_names_every_visit_however_many(visit, coordinator):
    for _ in range(25):
        other = a_visit(a_patient(visit.site, coordinator), "W04", coordinator)
        enter(other, "vital-signs", coordinator, pulse="70")
    found = checklist(Target.of(LockScope.SITE, site=visit.site))
    assert len([place for place in found.places if place.counts.get("draft")]) == 25
    assert found.totals["draft"] == 25
    assert len({place.words for place in found.places}) == len(found.places)


def test_obstacles_stand_before_the_act_and_each_site_is_ready_or_not(client, visit, other_site):
    page = client.get(reverse("monitor:study-locks")).content.decode()
    assert page.index("In the way of a lock") < page.index("What holds it") < page.index('id="put-reason"')
    for shown in (page, client.get(reverse("monitor:locks")).content.decode()):
        words = " ".join(re.sub(r"<[^>]*>", " ", shown).split())
        assert "1 of 2 sites of the study ready" in words
        assert re.search(rf"{visit.site.code} Synthetic hospital {visit.site.code} not ready", words)
        assert re.search(rf"{other_site.code} Synthetic hospital {other_site.code} ✓ ready", words)


def test_sites_readiness_is_what_their_own_checklist_says(visit, coordinator, other_site):
    enter(visit, "vital-signs", coordinator, pulse="160")
    by_site = open_by_site([visit.site, other_site])
    assert by_site == {visit.site.pk: checklist(Target.of(LockScope.SITE, site=visit.site)).totals}
    assert checklist(Target.of(LockScope.STUDY)).by_site == by_site


# --- the study ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pair", [{}, {"username": "data_manager", "password": "wrong"}, {"username": "x", "password": PASSWORD}]
)
def test_study_is_not_locked_without_the_password(pair, client, visit):
    given = {"reason": "Last patient out", "despite": "on"}
    answer = client.post(reverse("monitor:lock-study"), given | pair)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Nothing was locked" in page
    assert 'value="Last patient out"' in page
    assert 'name="despite" checked' in page
    assert set(said_wrong(page)) == {"username", "password"}
    assert all("Nothing was locked" in words for words in said_wrong(page).values())
    assert not Lock.objects.exists()


def test_study_is_locked_with_the_password_and_keeps_the_checklist_as_it_was(client, visit):
    given = {"reason": "Last patient out", "despite": "on", "username": "data_manager", "password": PASSWORD}
    assert client.post(reverse("monitor:lock-study"), given).status_code == 302
    kept = Lock.objects.get().checklist
    assert "1 form not signed" in kept["points"]
    assert {"place": f"{visit.patient} · Week 4", "open": {"Not signed": 1, "Not verified": 1}} in [
        {**place, "open": {k: n for k, n in place["open"].items() if k.startswith("Not ") and "fin" not in k}}
        for place in kept["places"]
    ]
    page = client.get(reverse("monitor:study-locks")).content.decode()
    assert "The checklist as it was when it was locked" in page


def test_freezing_the_study_asks_for_no_password(client, visit):
    assert client.post(reverse("monitor:freeze-study"), {"reason": "Interim"}).status_code == 302


@pytest.mark.requirement("R-074")
def test_study_is_frozen_by_nobody_who_is_not_trained(client, visit):
    a_training("data-manager")
    answer = client.post(reverse("monitor:freeze-study"), {"reason": "Interim"})
    assert answer.status_code == 403
    assert "You have not confirmed your training" in answer.content.decode()
    assert not Lock.objects.exists()


# --- putting and lifting --------------------------------------------------------------------------


def test_freeze_and_unfreeze_by_the_page(client, visit):
    assert client.post(f"{address(visit)}freeze/", {"reason": "Query round"}).status_code == 302
    lock = Lock.objects.get()
    assert (lock.kind, lock.visit, lock.set_by.username) == ("freeze", visit, "data_manager")
    assert "by data_manager: Query round" in client.get(address(visit)).content.decode()
    assert client.post(lifting(lock), {"reason": "Over"}).status_code == 302
    lock.refresh_from_db()
    assert lock.lift_reason == "Over"
    assert "Lifted by data_manager: Over" in client.get(address(visit)).content.decode()


def test_lock_with_open_points_asks_first_and_keeps_the_reason(client, visit):
    answer = client.post(f"{address(visit)}lock/", {"reason": "End of study"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "There are open points" in page
    assert 'value="End of study"' in page
    assert not Lock.objects.exists()
    assert client.post(f"{address(visit)}lock/", {"reason": "End", "despite": "on"}).status_code == 302
    assert "not signed" in Lock.objects.get().open_points


@pytest.mark.parametrize("reason", ["", "  ", "x", "\x00\x00"])
def test_nothing_is_locked_without_a_reason(client, visit, reason):
    answer = client.post(f"{address(visit)}freeze/", {"reason": reason})
    assert answer.status_code == 422
    assert set(said_wrong(answer.content)) == {"reason"}
    assert "Say why" in said_wrong(answer.content)["reason"]
    assert not Lock.objects.exists()


def test_nothing_is_lifted_without_a_reason(client, visit, data_manager):
    lock = freeze(visit, data_manager)
    answer = client.post(lifting(lock), {"reason": "x"})
    assert answer.status_code == 422
    assert "Say why" in said_wrong(answer.content)["reason"]
    # Only at the reason that was typed; that of a lock which could be put is another.
    typed = [field.get("id") for field in html.fromstring(answer.content).xpath("//input[@value='x']")]
    assert typed == [f"lift-{lock.pk}"]
    lock.refresh_from_db()
    assert lock.lifted_at is None


def test_frozen_twice_is_frozen_once(visit, data_manager):
    assert freeze(visit, data_manager) == freeze(visit, data_manager)
    assert Lock.objects.count() == 1


def test_lifted_twice_is_told_in_words(visit, data_manager):
    lock = freeze(visit, data_manager)
    actor = data_manager.acting_at(visit.site, Right.LOCK)
    lift(lock=lock, reason="Over", by=data_manager, actor=actor)
    with pytest.raises(LockRefused, match=r"data_manager has lifted it already, at .* JST"):
        lift(lock=lock, reason="Over", by=data_manager, actor=actor)
    actor = data_manager.acting_at(None, Right.LOCK)
    of_study = put(kind="freeze", scope="study", reason="Settled", by=data_manager, actor=actor)
    lift(lock=of_study, reason="Over", by=data_manager, actor=actor)
    with pytest.raises(LockRefused, match="UTC"):
        lift(lock=of_study, reason="Over", by=data_manager, actor=actor)


def test_study_is_frozen_by_nobody_whose_role_does_not_lock(visit, monitor):
    actor = monitor.acting_at(None, Right.VERIFY)
    with pytest.raises(LockRefused, match="Your role does not let you") as refused:
        put(kind="freeze", scope="study", reason="Settled", by=monitor, actor=actor)
    assert refused.value.status == 403
    assert not Lock.objects.exists()


def test_lock_of_a_visit_or_a_form_holds_what_belongs_to_it_and_nothing_else(
    visit, coordinator, data_manager
):
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A")
    other = a_visit(visit.patient, "W07", coordinator)
    enter(other, "vital-signs", coordinator, pulse="70")
    elsewhere, dose, row = other.entries.get(), *visit.entries.filter(crf__startswith="dose").order_by("pk")
    entries = {elsewhere.pk, dose.pk, row.pk}
    freeze(visit, data_manager)
    assert locked_among(visit.patient, entries) == set()
    whole = freeze(visit, data_manager, LockKind.LOCK, despite_open_points=True)
    assert locked_among(visit.patient, entries) == {dose.pk, row.pk}
    found = locks_over(visit.patient)
    assert [lock.kind for lock in found] == ["lock", "freeze"]
    assert (lock_on_visit(found, visit), lock_on_visit(found, other), lock_on_visit(found, None)) == (
        whole,
        None,
        None,
    )
    actor = data_manager.acting_at(visit.site, Right.LOCK)
    for lock in found:
        lift(lock=lock, reason="Over", by=data_manager, actor=actor)
    more = {"reason": "Settled", "by": data_manager, "actor": actor, "despite_open_points": True}
    put(kind="lock", scope="form", entry=dose, **more)
    assert locked_among(visit.patient, entries) == {dose.pk, row.pk}
    assert lock_on_visit(locks_over(visit.patient), visit) is None
    put(kind="lock", scope="patient", patient=visit.patient, **more)
    assert locked_among(visit.patient, entries) == entries
    assert is_locked(lock_on_visit(locks_over(visit.patient), None))


def test_lock_is_lifted_at_its_own_address_and_a_second_time_is_told_in_words(client, visit, data_manager):
    lock, other = (
        freeze(visit, data_manager),
        freeze(visit, data_manager, LockKind.LOCK, despite_open_points=True),
    )
    assert client.post(lifting(lock), {"reason": "Over"}).headers["Location"] == address(visit)
    answer = client.post(lifting(lock), {"reason": "Once more"})
    assert answer.status_code == 409
    assert "data_manager has lifted it already" in answer.content.decode()
    other.refresh_from_db()
    assert other.lifted_at is None


def test_lock_that_does_not_exist_cannot_be_lifted(client, visit):
    assert client.post(reverse("monitor:lift-lock", args=[999_999]), {"reason": "Over"}).status_code == 404


def test_lock_can_be_put_over_a_freeze(visit, data_manager):
    freeze(visit, data_manager)
    freeze(visit, data_manager, LockKind.LOCK, despite_open_points=True)
    assert Lock.objects.filter(lifted_at=None).count() == 2


@pytest.mark.requirement("R-157")
def test_lock_without_saying_so_is_refused_while_points_are_open(visit, data_manager):
    with pytest.raises(OpenPoints):
        freeze(visit, data_manager, LockKind.LOCK)


def test_locking_and_lifting_stand_in_the_trail_with_their_reasons(visit, data_manager):
    lock = freeze(visit, data_manager)
    lift(lock=lock, reason="Over", by=data_manager, actor=data_manager.acting_at(visit.site, Right.LOCK))
    events = AuditEvent.objects.filter(table="locks_lock", chain=visit.patient.pk).order_by("position")
    assert [(event.reason, event.role) for event in events] == [
        ("Settled", "data-manager"),
        ("Over", "data-manager"),
    ]


@pytest.mark.requirement("R-034")
def test_signature_stands_after_lock_and_unlock_and_breaks_with_the_next_change(
    visit, entry, investigator, coordinator, data_manager
):
    chain = AuditChain.objects.get(chain=visit.patient.pk)
    with acting(investigator.acting_at(visit.site, Right.SIGN), patient_id=visit.patient.pk):
        signature = Signature.objects.create(
            patient=visit.patient, site=visit.site, scope=Signed.VISIT, visit=visit, position=chain.length,
            head=chain.head, meaning="Seen", printed_name="Synthetic", role="investigator", signed_at=timezone.now(),
            signed_by=investigator,
        )  # fmt: skip
    lock = freeze(visit, data_manager, LockKind.LOCK, despite_open_points=True)
    lift(lock=lock, reason="Over", by=data_manager, actor=data_manager.acting_at(visit.site, Right.LOCK))
    signature.refresh_from_db()
    assert signature.stands
    enter(visit, "visit", coordinator, contact="home", reason="Misread")
    signature.refresh_from_db()
    assert not signature.stands


# --- who may --------------------------------------------------------------------------------------


def test_monitor_reads_and_does_not_act(client, visit, monitor):
    client.force_login(monitor)
    page = client.get(address(visit))
    assert page.status_code == 200
    assert 'name="act"' not in page.content.decode()
    assert client.post(f"{address(visit)}freeze/", {"reason": "Settled"}).status_code == 403
    assert client.get(reverse("monitor:study-locks")).status_code == 403


def test_monitor_of_another_site_finds_nothing(client, visit, other_site):
    from tests.conftest import make_user

    client.force_login(make_user("elsewhere", "monitor", other_site))
    for scope in (LockScope.VISIT, LockScope.PATIENT, LockScope.SITE):
        assert client.get(address(visit, scope)).status_code == 404
    assert visit.patient.number not in client.get(reverse("monitor:locks")).content.decode()


def test_overview_tells_what_is_held_and_what_was(client, visit, data_manager):
    lock = freeze(visit, data_manager)
    page = client.get(reverse("monitor:locks")).content.decode()
    assert "Week 4 of 01-001" in page
    lift(lock=lock, reason="Over", by=data_manager, actor=data_manager.acting_at(visit.site, Right.LOCK))
    page = client.get(reverse("monitor:locks")).content.decode()
    assert "Nothing is frozen or locked" in page
    assert "lifted by data_manager: Over" in page


@pytest.mark.parametrize("path", ["form/0", "visit/x", "patient/99999999999999999999", "planet/1", "site/99"])
def test_odd_address_is_404(client, visit, path):
    assert client.get(f"/monitor/locks/{path}/").status_code == 404


@pytest.mark.requirement("R-007")
def test_overview_tells_each_time_in_its_sites_zone_and_the_studys_in_utc(client, visit, data_manager, site):
    of_visit = freeze(visit, data_manager)
    actor = data_manager.acting_at(site, Right.LOCK)
    of_study = put(
        kind=LockKind.FREEZE, scope=LockScope.STUDY, reason="Interim", by=data_manager, actor=actor
    )
    page = client.get(reverse("monitor:locks")).content.decode()
    here, utc = of_visit.set_at.astimezone(site.zone), of_study.set_at.astimezone(UTC)
    assert f"since {here:%Y-%m-%d %H:%M} JST, by {data_manager}: Settled" in page
    assert f"since {utc:%Y-%m-%d %H:%M} UTC, by {data_manager}: Interim" in page
    assert "Times in each site’s zone; those of the whole study in UTC" in page
    for lock in (of_study, of_visit):
        lift(lock=lock, reason="Over", by=data_manager, actor=actor)
    page = client.get(reverse("monitor:locks")).content.decode()
    lifted = Lock.objects.get(pk=of_visit.pk).lifted_at.astimezone(site.zone)
    assert f"from {here:%Y-%m-%d %H:%M} to {lifted:%Y-%m-%d %H:%M} JST" in page
    assert f"from {utc:%Y-%m-%d %H:%M} to " in page


def test_page_of_one_lock_names_its_zone(client, visit, data_manager, site):
    lock = freeze(visit, data_manager)
    page = client.get(address(visit)).content.decode()
    assert f"{lock.set_at.astimezone(site.zone):%Y-%m-%d %H:%M} JST" in page
    assert "Times in Asia/Tokyo" in page
    assert "Times in UTC" in client.get(reverse("monitor:study-locks")).content.decode()
