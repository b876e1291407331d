"""Verifications are kept, begin where the last one ended, run by themselves, and say when they do not."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone

from ecrf.anchors import runs
from ecrf.anchors.alarms import tell_alarms
from ecrf.anchors.making.anchor import make_anchor, make_due_anchor
from ecrf.anchors.making.delivery import deliver_due
from ecrf.anchors.models import Anchor, AnchorDelivery, AuditVerification, VerifiedChain
from ecrf.anchors.runs import due, verify_if_due
from ecrf.anchors.state import trail_state
from ecrf.audit.management.commands import verify_audit
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.audit.verifying.verify import verify
from ecrf.exports.management.commands import work
from ecrf.mail.models import Mail, MailState
from tests.builders import a_patient, enter
from tests.database import sql, tamper

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-009")]


def run(**options) -> AuditVerification:
    """One run; what it complains of is in its row."""
    with contextlib.suppress(CommandError):
        call_command("verify_audit", stdout=StringIO(), stderr=StringIO(), **options)
    return AuditVerification.objects.first()


def words() -> list[str]:
    return [warning.words for warning in trail_state().warnings]


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_run_is_kept_with_what_it_walked(patients):
    kept = run()
    assert (kept.is_ok, kept.faults, kept.is_whole) == (True, 0, True)
    assert (kept.from_events, kept.to_events) == (0, AuditEvent.objects.count())
    assert kept.chains == AuditChain.objects.count() == VerifiedChain.objects.count()
    assert kept.begun_by not in ("", "worker")
    assert kept.begun_at <= kept.finished_at


def test_faults_are_kept_in_words_and_nothing_is_begun_behind_them(patients):
    tamper("UPDATE audit_auditevent SET reason = 'x' WHERE chain = %s AND position = 2", patients[0].pk)
    kept = run()
    assert (kept.is_ok, kept.faults) == (False, 1)
    assert kept.words == [
        f"patient id {patients[0].pk}, event 2: its content does not match its hash: it was altered"
    ]
    assert not VerifiedChain.objects.exists()


def test_what_is_kept_is_never_changed(patients, anchored):
    run()
    make_anchor("test")
    for table in ("auditverification", "anchor", "installation"):
        for statement in ("UPDATE anchors_{} SET id = id", "DELETE FROM anchors_{}"):
            with pytest.raises(DatabaseError, match=r"never (changed|deleted)"):
                sql(statement.format(table))


def test_copy_that_can_only_be_read_is_verified_all_the_same(patients, monkeypatch):
    def refuse(*args, **options):
        sql("SELECT 1 / 0")

    monkeypatch.setattr(AuditVerification, "save", refuse)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "The audit trail holds" in out.getvalue()
    assert not AuditVerification.objects.exists()


# --- from the last position -----------------------------------------------------------------------------------------


def test_run_since_the_last_walks_only_what_is_new(patients, site, coordinator):
    before = run()
    enter(patients[0].visits.get(), "reading", coordinator, value_1="30.0")
    a_patient(site, coordinator)
    after = run(since_last=True)
    assert (after.is_ok, after.is_whole) == (True, False)
    assert after.from_events == before.to_events
    assert after.to_events == AuditEvent.objects.count()
    assert after.events < before.events
    assert run(since_last=True).events == 0


def test_first_run_cannot_be_since_the_last(patients):
    with pytest.raises(CommandError, match="leave --since-last away"):
        call_command("verify_audit", since_last=True)


NEW_FAULTS = {
    "altered": "UPDATE audit_auditevent SET reason = 'x' WHERE id = %(id)s",
    "hash": "UPDATE audit_auditevent SET hash = repeat('f', 64) WHERE id = %(id)s",
    "removed": "DELETE FROM audit_auditevent WHERE id = %(id)s",
    "head": "UPDATE audit_auditchain SET head = repeat('f', 64) WHERE chain = %(chain)s",
}


@pytest.mark.parametrize("what", NEW_FAULTS)
def test_tampering_with_what_is_new_is_found_by_the_short_run(what, patients, coordinator):
    run()
    enter(patients[0].visits.get(), "reading", coordinator, value_1="30.0")
    enter(patients[0].visits.get(), "reading", coordinator, value_1="29.0")
    new = AuditEvent.objects.filter(chain=patients[0].pk).latest("position")
    tamper(NEW_FAULTS[what] % {"id": new.pk, "chain": new.chain})
    assert run(since_last=True).is_ok is False


def test_chain_that_was_cut_back_or_written_anew_behind_the_last_run_is_found_by_the_short_one(patients):
    run()
    last = AuditEvent.objects.filter(chain=patients[0].pk).latest("position")
    tamper("DELETE FROM audit_auditevent WHERE id = %s", last.pk)
    tamper(
        "UPDATE audit_auditchain SET length = length - 1, head = %s WHERE chain = %s",
        *(last.previous_hash, last.chain),
    )
    found = run(since_last=True)
    assert (found.is_ok, found.is_whole) == (False, True)  # what does not fit is named by the whole run
    assert [line for line in found.words if f"patient id {last.chain}" in line or "the trail" in line]


def test_old_event_that_was_altered_is_left_to_the_whole_run(patients):
    """What the short run is short of: this is why the whole one runs each week."""
    run()
    tamper("UPDATE audit_auditevent SET reason = 'x' WHERE chain = %s AND position = 2", patients[0].pk)
    assert run(since_last=True).is_ok
    assert not run().is_ok


def test_what_is_written_while_the_whole_is_walked_is_left_to_the_next_run(
    patients, coordinator, monkeypatch
):
    visit = patients[0].visits.get()

    def walk():
        enter(visit, "reading", coordinator, value_1="30.0")
        return verify()

    monkeypatch.setattr(verify_audit, "verify", walk)
    assert run().is_ok
    assert run(since_last=True).events == 1


def test_anchors_are_compared_with_the_whole_only(anchor):
    run()
    with pytest.raises(CommandError, match="leave --since-last away"):
        call_command("verify_audit", since_last=True, against=[str(anchor)])


# --- by itself ------------------------------------------------------------------------------------------------------


def test_worker_verifies_once_a_day_and_the_whole_once_a_week(patients):
    whole = []
    with time_machine.travel(datetime(2027, 3, 1, 0, 10, tzinfo=UTC), tick=False) as clock:
        for _ in range(9):
            assert verify_if_due()
            assert not verify_if_due()
            whole.append(AuditVerification.objects.first().is_whole)
            clock.shift(timedelta(days=1))
    assert whole == [True, *[False] * 6, True, False]
    assert set(AuditVerification.objects.values_list("begun_by", flat=True)) == {"worker"}


def test_while_a_fault_stands_the_whole_is_verified_each_day(patients, caplog):
    with time_machine.travel(datetime(2027, 3, 1, tzinfo=UTC), tick=False) as clock:
        verify_if_due()
        clock.shift(timedelta(days=1))
        tamper("UPDATE audit_auditchain SET head = repeat('f', 64) WHERE chain = %s", patients[0].pk)
        verify_if_due()
        assert "the audit trail does not hold" in caplog.text
        clock.shift(timedelta(days=1))
        assert due() == []


def test_worker_that_makes_files_verifies(patients, monkeypatch):
    """Once round its loop, as it runs in production, with nothing to make."""

    class Idle:
        running = False

        def configure_signals(self):
            pass

        def run(self):
            pass

    monkeypatch.setattr(work, "_worker", lambda queues: Idle())
    monkeypatch.setattr(work.time, "monotonic", lambda: 1_000_000.0)
    work._work(["exports"], interval=0)
    assert AuditVerification.objects.get().begun_by == "worker"


def test_fault_of_the_software_holds_no_export_up(patients, monkeypatch, caplog):
    monkeypatch.setattr(runs, "call_command", lambda *args, **options: 1 / 0)
    assert verify_if_due()
    assert "could not be verified" in caplog.text


# --- what asks for somebody -----------------------------------------------------------------------------------------


def test_trail_that_was_never_verified_says_so(patients):
    assert words() == ["The audit trail was not verified yet."]
    run()
    assert words() == []


def test_late_verification_and_late_anchor_are_told(patients, anchored):
    verify_if_due()
    make_due_anchor()
    deliver_due()
    assert words() == []
    with time_machine.travel(timezone.now() + timedelta(hours=27)):
        verification, anchor = words()
    assert verification.startswith("The last verification is of ")
    assert anchor.startswith("The last anchor is of ")
    with time_machine.travel(timezone.now() + timedelta(days=9)):
        assert [one for one in words() if one.startswith("The whole trail was not verified since ")]


def test_fault_is_told_until_a_run_finds_none(patients):
    tamper("UPDATE audit_auditchain SET head = repeat('f', 64) WHERE chain = %s", patients[0].pk)
    run()
    assert [one for one in words() if one.endswith(" found one fault.")]
    last = AuditEvent.objects.filter(chain=patients[0].pk).latest("position")
    tamper("UPDATE audit_auditchain SET head = %s WHERE chain = %s", last.hash, last.chain)
    run()
    assert words() == []


def test_anchor_that_does_not_arrive_is_told_with_why(patients, anchored, folder):
    run()
    folder.write_text("a file in the place of the folder")
    make_anchor("test")
    deliver_due()
    assert words() == []  # for an hour it may be on its way
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        (told,) = words()
    assert told.startswith(
        "Anchor 1 has not arrived (folder). The folder of anchors (ANCHORS_FOLDER) cannot be written"
    )


def test_anchor_that_could_not_be_mailed_is_told(patients, anchored, settings):
    run()
    settings.ANCHORS = replace(settings.ANCHORS, mail=("one@example.org",))
    make_anchor("test")
    deliver_due()
    Mail.objects.update(state=MailState.GIVEN_UP, last_error="Refused.")
    assert words() == ["Anchor 1 could not be mailed to one@example.org. Refused."]


def test_set_back_database_is_told(patients, anchored, folder):
    run()
    anchor = make_anchor("test")
    folder.mkdir()
    (folder / "anchor-000001-20200101T000000Z.json").write_text("{}")
    deliver_due()
    assert [one for one in words() if "set back to a copy from before" in one]
    assert AnchorDelivery.objects.get(anchor=anchor).done_at


def test_alarm_goes_once_a_day_to_each_address(patients, anchored, settings):
    settings.ANCHORS = replace(settings.ANCHORS, mail=("one@example.org", "two@example.org"))
    assert tell_alarms() == 2
    assert tell_alarms() == 0
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert tell_alarms() == 2
    run()
    assert not Anchor.objects.exists()
    assert tell_alarms() == 0
    mail = Mail.objects.filter(kind="audit-alarm").first()
    assert "was not verified yet" in mail.context["lines"][0]
