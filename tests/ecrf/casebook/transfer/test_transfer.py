"""A patient is handed over to another site: what moves, what stays, what is refused, and who writes in the trail."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError

from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.audit.refusals import Locked
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.laboratory.services import NewRange, add_ranges, withdraw_range
from ecrf.casebook.models import Entry, Patient, PatientStatus, ReviewStatus
from ecrf.casebook.services import add_patient, complete_entries, open_visit
from ecrf.casebook.transfer.models import Transfer
from ecrf.casebook.transfer.services import Agreement, TransferRefused
from ecrf.forms.registry import CRFS
from ecrf.locks.models import Lock
from ecrf.locks.services import lift, put
from ecrf.queries.models import Query
from ecrf.queries.services import close, open_query
from ecrf.verification.review_status import derive_review_status
from ecrf.verification.services import set_share
from tests.builders import a_patient, a_place, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.casebook.transfer.builders import MOVED_ON, REASON, hand_over

pytestmark = pytest.mark.django_db

HGB = NewRange("HGB", "g/dL", Decimal(12), Decimal(16), "", date(2026, 1, 1))


@pytest.fixture
def patient(site, other_site, investigator, outsider, coordinator):
    return a_patient(site, coordinator)


def refused(patient, to_site, by, **more):
    """The refusal; nothing was written."""
    before = AuditEvent.objects.count()
    with pytest.raises(TransferRefused) as refusal:
        hand_over(patient, to_site, by, **more)
    assert AuditEvent.objects.count() == before
    assert not Transfer.objects.filter(patient=patient, to_site=to_site).exists()
    return refusal.value


def a_scale(patient, by):
    """Complete, with items to verify."""
    visit = a_visit(patient, "W04", by)
    given = {f"question_{number}": "4" for number in range(1, 13)}
    enter(visit, "scale", by, assessor="A1", assessed_at="09:30", before_dose="yes", **given)
    place = a_place(visit, "scale")
    assert complete_entries(patient=patient, places=[place], by=by.acting_at(visit.site, Right.ENTER)) == []
    return Entry.objects.get(crf="scale")


def a_result(visit, by, value="10"):
    """Of haemoglobin, at a sample of 2026-01-12 unless the sample has a day already."""
    number = CRFS["lab-result"].row_names.index("Haemoglobin") + 1
    return enter(visit, "lab-result", by, number=number, parent=1, value=value)


def a_lock(by, **what):
    """A freeze, or what `kind` says."""
    site = (
        what.get("site")
        or next(iter(what[name] for name in ("visit", "entry", "patient") if name in what)).site
    )
    return put(
        **{"kind": "freeze", **what},
        reason="Done",
        by=by,
        actor=by.acting_at(site, Right.LOCK),
        despite_open_points=True,
    )


# --- what moves -----------------------------------------------------------------------------------


def test_number_stays_and_site_and_schedule_status_are_the_new_ones(patient, other_site, data_manager):
    made = hand_over(patient, other_site, data_manager)
    now = Patient.objects.get(pk=patient.pk)
    assert (now.number, now.site) == ("01-001", other_site)
    assert PatientStatus.objects.get(patient=now).site == other_site
    assert made.words == "Moved from site 01 to site 02 on 2026-02-01"
    assert verify().faults == []


def test_numbers_never_collide_wherever_patients_go(
    patient, site, other_site, coordinator, outsider, data_manager
):
    came = a_patient(other_site, outsider)
    hand_over(patient, other_site, data_manager)
    assert a_patient(site, coordinator).number == "01-002"
    assert a_patient(other_site, outsider).number == "02-002"
    hand_over(came, site, data_manager)
    hand_over(patient, site, data_manager)
    assert a_patient(site, coordinator).number == "01-003"
    assert a_patient(other_site, outsider).number == "02-003"


def test_second_click_on_add_patient_finds_who_moved_meanwhile(
    patient, site, other_site, coordinator, data_manager
):
    key = uuid.uuid4()
    first = add_patient(site=site, by=coordinator, request_key=key)
    hand_over(first, other_site, data_manager)
    assert add_patient(site=site, by=coordinator, request_key=key) == first


def test_all_queries_go_along_the_closed_ones_too(
    patient, site, other_site, coordinator, monitor, data_manager
):
    entry, by = a_scale(patient, coordinator), monitor.acting_at(site, Right.QUERY)
    item = "question_1"
    for text in ("Is it so?", "And that?"):
        asked = open_query(entry=entry, item=item, text=text, by=monitor, actor=by)
    close(query=asked, text="It is.", by=monitor, actor=by)
    hand_over(patient, other_site, data_manager)
    assert set(Query.objects.values_list("site", flat=True)) == {other_site.pk}
    assert verify().faults == []


def test_what_was_drawn_for_verification_stays_drawn(patient, site, other_site, coordinator, data_manager):
    entry = a_scale(patient, coordinator)
    before = ReviewStatus.objects.get(entry=entry).is_sampled
    hand_over(patient, other_site, data_manager)
    actor = data_manager.acting_at(other_site, Right.SET_PLAN)
    for share in (0, 100):
        set_share(
            site=other_site,
            share=share,
            from_on=date(2000, 1, 1),
            reason="Plan",
            by=data_manager,
            actor=actor,
        )
        status = ReviewStatus.objects.get(entry=entry)
        assert (status.site, status.is_sampled) == (other_site, before)
    derive_review_status(Patient.objects.get(pk=patient.pk))
    assert ReviewStatus.objects.get(entry=entry).is_sampled == before


def test_lock_of_a_form_holds_at_the_new_site_and_what_was_lifted_stays(
    patient, site, other_site, coordinator, data_manager
):
    entry = a_scale(patient, coordinator)
    lifted = a_lock(data_manager, scope="form", entry=entry)
    lift(lock=lifted, reason="Wrong", by=data_manager, actor=data_manager.acting_at(site, Right.LOCK))
    held = a_lock(data_manager, kind="lock", scope="form", entry=entry)
    hand_over(patient, other_site, data_manager)
    assert Lock.objects.get(pk=held.pk).site == other_site
    assert Lock.objects.get(pk=lifted.pk).site == site


# --- who writes, in the trail ---------------------------------------------------------------------


def test_trail_tells_which_site_acted_when(patient, site, other_site, coordinator, outsider, data_manager):
    enter(patient, "adverse-event", coordinator, term="Headache")
    hand_over(patient, other_site, data_manager)
    enter(Patient.objects.get(pk=patient.pk), "adverse-event", outsider, number=2, term="Cough")
    events = AuditEvent.objects.filter(chain=patient.pk).order_by("position")
    by = [(event.actor, event.site) for event in events]
    assert by[0] == ("coordinator", "01")
    assert by[-1] == ("outsider", "02")
    made = events.get(table="casebook_transfer")
    assert (made.site, made.reason) == ("01", REASON)
    assert events.get(table="casebook_patient", operation="UPDATE").site == "02"


def test_who_still_writes_for_the_site_before_is_refused_in_words(
    patient, other_site, coordinator, outsider, data_manager
):
    seen = Patient.objects.select_related("site").get(pk=patient.pk)
    hand_over(patient, other_site, data_manager)
    saved = enter(seen, "adverse-event", coordinator, term="Headache")
    said = "Patient 01-001 was handed over from site 01 to site 02 on 2026-02-01. Nothing was changed"
    assert not saved.is_clean
    assert all(words.startswith(said) for words in saved.refused.values())
    with pytest.raises(Locked, match=said):
        open_visit(patient=seen, code="W01", by=coordinator)
    assert not Entry.objects.exists()


# --- reference ranges -----------------------------------------------------------------------------


def test_results_are_judged_by_the_ranges_of_the_site_of_their_day(
    patient, site, other_site, coordinator, outsider, data_manager
):
    add_ranges(site=site, given=[HGB], by=coordinator)
    add_ranges(site=other_site, given=[replace(HGB, low=Decimal(5), high=Decimal(9))], by=outsider)
    flags = CRFS["lab-result"].model.objects.order_by("pk").values_list("flag", flat=True)
    before = a_visit(patient, "W01", coordinator)
    enter(before, "laboratory", coordinator, collected_on="2026-01-12")
    a_result(before, coordinator)
    assert list(flags.all()) == ["LOW"]
    hand_over(patient, other_site, data_manager)
    after = a_visit(Patient.objects.get(pk=patient.pk), "W04", outsider)
    enter(after, "laboratory", outsider, collected_on="2026-02-01")
    a_result(after, outsider)
    assert list(flags.all()) == ["LOW", "HIGH"]
    enter(after, "laboratory", outsider, collected_on="2026-01-31")
    assert list(flags.all()) == ["LOW", "LOW"]


def test_result_of_the_new_sites_time_is_judged_anew_at_the_transfer(
    patient, site, other_site, coordinator, outsider, data_manager
):
    add_ranges(site=site, given=[HGB], by=coordinator)
    add_ranges(site=other_site, given=[replace(HGB, low=Decimal(5), high=Decimal(9))], by=outsider)
    visit = a_visit(patient, "W01", coordinator)
    enter(visit, "laboratory", coordinator, collected_on="2026-02-02")
    a_result(visit, coordinator)
    hand_over(patient, other_site, data_manager)
    assert CRFS["lab-result"].model.objects.get().flag == "HIGH"


def test_range_of_the_site_before_still_judges_its_time_and_none_of_the_new_one(
    patient, site, other_site, coordinator, outsider, data_manager
):
    visit = a_visit(patient, "W01", coordinator)
    enter(visit, "laboratory", coordinator, collected_on="2026-01-12")
    a_result(visit, coordinator)
    hand_over(patient, other_site, data_manager)
    added = add_ranges(site=site, given=[HGB], by=coordinator)[0]
    result = CRFS["lab-result"].model.objects.get()
    assert result.flag == "LOW"
    withdraw_range(found=added, by=coordinator, reason="Wrong laboratory")
    result.refresh_from_db()
    assert result.flag is None
    assert verify().faults == []


# --- again, and back ------------------------------------------------------------------------------


def test_same_click_moves_once(patient, site, other_site, coordinator, data_manager):
    key, seen = uuid.uuid4(), Patient.objects.select_related("site").get(pk=patient.pk)
    first = hand_over(patient, other_site, data_manager, request_key=key)
    assert hand_over(seen, other_site, data_manager, request_key=key) == first
    another = a_patient(site, coordinator)
    with pytest.raises(TransferRefused, match="used elsewhere"):
        hand_over(another, other_site, data_manager, request_key=key)


def test_second_click_of_another_page_is_refused_in_words(patient, other_site, data_manager):
    seen = Patient.objects.select_related("site").get(pk=patient.pk)
    hand_over(patient, other_site, data_manager)
    with pytest.raises(TransferRefused, match="handed over already: moved from site 01 to site 02"):
        hand_over(seen, other_site, data_manager)
    assert Transfer.objects.count() == 1


def test_back_again_later_is_another_transfer(patient, site, other_site, coordinator, data_manager):
    hand_over(patient, other_site, data_manager)
    refusal = refused(patient, site, data_manager, moved_on=MOVED_ON - timedelta(days=1))
    assert "came to site 02 on 2026-02-01" in str(refusal)
    hand_over(patient, site, data_manager, moved_on=date(2026, 3, 1))
    assert enter(Patient.objects.get(pk=patient.pk), "adverse-event", coordinator, term="Cough").is_clean


# --- what is refused ------------------------------------------------------------------------------


def test_to_the_same_site(patient, site, data_manager):
    assert str(refused(patient, site, data_manager)) == "Patient 01-001 is at site 01 already."


@pytest.mark.parametrize("practice", ["90", "01"])
def test_from_or_to_a_practice_site(practice, patient, site, data_manager):
    make_user("learner", Role.INVESTIGATOR, away := make_site("90", is_practice=practice == "90"))
    if practice == "01":
        with acting(SYSTEM, source="test"):
            site.is_practice = True
            site.save()
    assert f"Site {practice} is for practice" in str(refused(patient, away, data_manager))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"active_from": None}, "Site 03 is not active yet"),
        ({"closed_on": date(2026, 1, 1)}, "Site 03 was closed on 2026-01-01"),
        ({"time_zone": "Europe/Berlin"}, "The clocks of the sites differ"),
    ],
)
def test_to_a_site_that_takes_no_data_or_has_another_clock(more, words, patient, data_manager):
    to_site = make_site("03", **more)
    make_user("third", Role.INVESTIGATOR, to_site)
    assert words in str(refused(patient, to_site, data_manager))


def test_zones_that_show_the_same_time_are_no_hindrance(patient, data_manager):
    to_site = make_site("03", "Asia/Seoul")
    make_user("third", Role.INVESTIGATOR, to_site)
    assert hand_over(patient, to_site, data_manager).to_site == to_site


def test_day_that_is_to_come_or_not_said(patient, other_site, data_manager):
    tomorrow = other_site.today() + timedelta(days=1)
    assert "Hand the patient over on that day" in str(
        refused(patient, other_site, data_manager, moved_on=tomorrow)
    )
    agreed = Agreement(data_manager, MOVED_ON)
    refusal = refused(patient, other_site, data_manager, moved_on=None, from_agreed=agreed, to_agreed=agreed)
    assert refusal.field == "moved_on"


@pytest.mark.parametrize("day", [MOVED_ON, MOVED_ON + timedelta(days=1)])
def test_day_that_is_not_after_the_last_visit_of_the_site_before(
    day, patient, other_site, coordinator, data_manager
):
    enter(a_visit(patient, "W01", coordinator), "visit", coordinator, visited_on=str(day))
    assert f"has a visit dated {day}" in str(refused(patient, other_site, data_manager))


def test_without_a_reason_or_an_agreement(patient, site, other_site, investigator, data_manager):
    assert refused(patient, other_site, data_manager, reason=" x ").field == "reason"
    stranger, tomorrow = Agreement(data_manager, MOVED_ON), site.today() + timedelta(days=1)
    for name in ("from", "to"):
        refusal = refused(patient, other_site, data_manager, **{f"{name}_agreed": stranger})
        assert refusal.field == f"{name}_agreed_by"
    before_the_study = site.active_from - timedelta(days=1)
    for day in (tomorrow, before_the_study):
        wrong = Agreement(investigator, day)
        assert refused(patient, other_site, data_manager, from_agreed=wrong).field == "from_agreed_on"
    assert refused(patient, other_site, data_manager, moved_on=before_the_study).field == "moved_on"


def test_site_without_an_investigator_says_whom_to_ask(patient, data_manager):
    assert "It has none at present" in str(refused(patient, make_site("03"), data_manager))


@pytest.mark.parametrize("who", ["coordinator", "monitor", "investigator"])
def test_only_who_locks_moves_patients(who, request, patient, other_site):
    with pytest.raises(PermissionDenied):
        hand_over(patient, other_site, request.getfixturevalue(who))


@pytest.mark.parametrize("kind", ["freeze", "lock"])
@pytest.mark.parametrize("scope", ["01", "02", "patient", "study"])
def test_freeze_or_lock_of_either_site_the_patient_or_the_study(
    scope, kind, patient, site, other_site, data_manager
):
    what = {"01": site, "02": other_site}.get(scope)
    if scope == "patient":
        held = a_lock(data_manager, kind=kind, scope="patient", patient=patient)
    elif scope == "study":
        actor = data_manager.acting_at(None, Right.LOCK)
        held = put(
            kind=kind, scope="study", reason="Done", by=data_manager, actor=actor, despite_open_points=True
        )
    else:
        held = a_lock(data_manager, kind=kind, scope="site", site=what)
    assert held.get_kind_display() in str(refused(patient, other_site, data_manager))
    assert Patient.objects.get(pk=patient.pk).site == site


def test_lock_of_the_site_before_holds_nothing_of_who_has_left(
    patient, site, other_site, outsider, data_manager
):
    hand_over(patient, other_site, data_manager)
    a_lock(data_manager, kind="lock", scope="site", site=site)
    assert enter(Patient.objects.get(pk=patient.pk), "adverse-event", outsider, term="Cough").is_clean


def test_transfer_is_never_changed(patient, other_site, data_manager):
    made = hand_over(patient, other_site, data_manager)
    with pytest.raises(DatabaseError, match="never changed"), acting(SYSTEM, source="test"):
        Transfer.objects.filter(pk=made.pk).update(reason="Another")
