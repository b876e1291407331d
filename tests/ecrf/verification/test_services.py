"""Verifying one item: what it is bound to, what it refuses, what takes it back."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ecrf.access.roles import Right, Role
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditEvent
from ecrf.audit.verifying.verify import verify as verify_chain
from ecrf.casebook.models import Entry
from ecrf.casebook.record.values import Missing
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.services import add_entry
from ecrf.casebook.striking import strike_out
from ecrf.forms.registry import CRFS
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.verification.models import Verification
from ecrf.verification.refusals import HasOpenQuery, Stale, VerificationRefused
from tests.builders import enter
from tests.conftest import make_user
from tests.ecrf.queries.builders import act, asked, change
from tests.ecrf.verification.acts import length, take_back, verify

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-098")]


def locked(entry, by, kind):
    with acting(by.acting_at(entry.site, Right.LOCK)):
        Lock.objects.create(
            kind=kind,
            scope=LockScope.SITE,
            site=entry.site,
            reason="End of study",
            set_at=timezone.now(),
            set_by=by,
        )


def test_verification_is_bound_to_the_event_that_gave_the_value(entry, monitor, coordinator):
    change(entry, coordinator, pulse="72")
    change(entry, coordinator, systolic="121")
    made = verify(entry, monitor)
    event = AuditEvent.objects.get(chain=entry.patient_id, position=made.position)
    assert event.changes["pulse"] == [70, 72]
    assert (made.value, made.verified_by, made.stands) == ("72 /min", monitor, True)


def test_reason_for_no_value_can_be_verified(entry, monitor, coordinator):
    change(entry, coordinator, spo2=Missing("not-done", "probe broken"))
    made = verify(entry, monitor, "spo2")
    event = AuditEvent.objects.get(chain=entry.patient_id, position=made.position)
    assert "spo2.missing" in event.changes
    assert made.value == "Not done (probe broken)"


def test_other_reason_for_no_value_is_what_a_verification_is_bound_to(entry, monitor, coordinator):
    """The value was blank before and after: only the reason's own event tells of the change."""
    change(entry, coordinator, spo2=Missing("not-done"))
    seen = length(entry.patient)
    change(entry, coordinator, spo2=Missing("unknown"))
    with pytest.raises(Stale, match="Unknown"):
        verify(entry, monitor, "spo2", seen=seen)
    made = verify(entry, monitor, "spo2")
    event = AuditEvent.objects.get(chain=entry.patient_id, position=made.position)
    assert "spo2" not in event.changes
    assert "spo2.missing" in event.changes


def test_verifying_twice_gives_one_verification(entry, monitor):
    assert verify(entry, monitor) == verify(entry, monitor)
    assert Verification.objects.count() == 1


def test_mark_counts_what_is_verified(entry, monitor):
    before = ReviewStatus.objects.get(entry=entry)
    verify(entry, monitor)
    after = ReviewStatus.objects.get(entry=entry)
    assert after.rest_verified == before.rest_verified + 1


def test_complete_form_that_is_changed_has_as_many_items_to_verify_as_it_holds_then(
    entry, draft, coordinator
):
    def counts():
        return ReviewStatus.objects.values_list("critical", "rest").get(entry=entry)

    before = counts()
    change(entry, coordinator, pulse=None)
    assert sum(counts()) == sum(before) - 1
    change(entry, coordinator, pulse=Missing("unknown"))
    assert counts() == before
    enter(draft.visit, "reading", coordinator, value_2="31.0")
    assert not ReviewStatus.objects.filter(entry=draft).exists()


def test_value_that_changed_since_the_page_was_made_is_refused_with_the_new_one(entry, monitor, coordinator):
    seen = length(entry.patient)
    change(entry, coordinator, pulse="75")
    with pytest.raises(Stale, match="75 /min") as refusal:
        verify(entry, monitor, seen=seen)
    assert str(refusal.value).startswith("The value changed since this page was loaded.")
    assert not Verification.objects.exists()
    assert verify(entry, monitor, seen=refusal.value.seen).value == "75 /min"


def test_change_of_another_item_makes_no_page_stale(entry, monitor, coordinator):
    seen = length(entry.patient)
    change(entry, coordinator, systolic="121")
    assert verify(entry, monitor, seen=seen).stands


def test_item_verified_by_somebody_else_since_a_change_is_stale_on_an_old_page(
    entry, monitor, site, coordinator
):
    seen = length(entry.patient)
    change(entry, coordinator, pulse="75")
    verify(entry, make_user("monitor2", Role.MONITOR, site))
    with pytest.raises(Stale):
        verify(entry, monitor, seen=seen)


def test_changed_item_alone_falls_back_and_can_be_verified_again(entry, monitor, coordinator):
    first, other = verify(entry, monitor), verify(entry, monitor, "systolic")
    change(entry, coordinator, pulse="75")
    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.stands, other.stands) == (False, True)
    again = verify(entry, monitor)
    assert again != first
    assert again.value == "75 /min"
    assert verify_chain().faults == []


def test_form_in_progress_is_not_verified(draft, monitor):
    with pytest.raises(VerificationRefused, match="not completed"):
        verify(draft, monitor, "value_1")


def test_blank_and_calculated_items_are_not_verified(entry, monitor, coordinator):
    change(entry, coordinator, pulse="")
    with pytest.raises(VerificationRefused, match="blank"):
        verify(entry, monitor)
    for item in ("no_such_item", "entry"):
        with pytest.raises(VerificationRefused, match="no such item"):
            verify(entry, monitor, item)


def test_struck_out_form_is_not_verified(entry, monitor, coordinator, visit):
    actor = coordinator.acting_at(entry.site, Right.ENTER)
    add_entry(
        patient=entry.patient,
        definition=CRFS["adverse-event"],
        visit=None,
        parent=None,
        by=actor,
        request_key=uuid.uuid4(),
    )
    enter(entry.patient, "adverse-event", coordinator, term="Headache")
    event = Entry.objects.get(crf="adverse-event")
    strike_out(entry=event, by=coordinator, actor=actor, reason="Entered twice")
    with pytest.raises(VerificationRefused, match="struck out"):
        verify(event, monitor, "term")


def test_item_with_an_open_query_is_verified_only_when_that_is_said(entry, monitor):
    query = asked(entry, monitor)
    with pytest.raises(
        HasOpenQuery, match=f"Query {query.code} is open on this item: .*Please check the pulse"
    ):
        verify(entry, monitor)
    made = verify(entry, monitor, despite_query=True)
    assert made.stands
    query.refresh_from_db()
    assert query.is_open


def test_closed_query_stops_nobody(entry, monitor):
    act("close", asked(entry, monitor), monitor)
    assert verify(entry, monitor).stands


def test_only_monitors_verify(entry, data_manager, coordinator):
    for person in (data_manager, coordinator):
        with pytest.raises(PermissionDenied):
            verify(entry, person)


@pytest.mark.requirement("R-112")
def test_freeze_lets_verify_and_a_lock_refuses_in_words(entry, monitor, data_manager):
    locked(entry, data_manager, LockKind.FREEZE)
    made = verify(entry, monitor)
    locked(entry, data_manager, LockKind.LOCK)
    with pytest.raises(VerificationRefused, match="locked"):
        verify(entry, monitor, "systolic")
    with pytest.raises(VerificationRefused, match="locked"):
        take_back(made, monitor)
    assert Verification.objects.filter(undone_at=None).count() == 1


def test_own_verification_is_taken_back_and_stays_as_history(entry, monitor):
    made = verify(entry, monitor)
    take_back(made, monitor)
    take_back(made, monitor)
    made.refresh_from_db()
    assert (made.stands, made.undone_by) == (False, monitor)
    assert verify(entry, monitor) != made


def test_verification_of_somebody_else_or_one_that_fell_is_not_taken_back(entry, monitor, coordinator, site):
    made = verify(entry, monitor)
    with pytest.raises(VerificationRefused, match="your own"):
        take_back(made, make_user("monitor2", Role.MONITOR, site))
    change(entry, coordinator, pulse="75")
    with pytest.raises(VerificationRefused, match="changed since"):
        take_back(made, monitor)


def test_verifying_takes_the_same_statements_whatever_the_history_of_the_form(entry, monitor, coordinator):
    def count(item):
        seen = length(entry.patient)
        with CaptureQueriesContext(connection) as taken:
            verify(entry, monitor, item, seen=seen)
        return len([q for q in taken if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])

    count("systolic")  # loads the site
    first = count("pulse")
    for pulse in range(71, 76):
        change(entry, coordinator, pulse=str(pulse))
    assert count("pulse") == first
    assert first <= 7
