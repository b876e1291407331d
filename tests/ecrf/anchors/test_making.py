"""Anchors are made each day and after what must not be undone unseen, go where they are to go, and hold nothing up."""

import json
import stat
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.anchors.making.anchor import make_anchor, make_due_anchor
from ecrf.anchors.making.delivery import WAITS, deliver_due
from ecrf.anchors.making.occasions import OCCASIONS, words_of
from ecrf.anchors.models import Anchor, AnchorDelivery, Installation
from ecrf.anchors.signed.document import AnchorRefused, read_anchor, require_signature
from ecrf.anchors.signed.keys import new_key, read_private, read_public
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditChain
from ecrf.exports.models import DataCut, Export, ExportKind
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.mail.models import Mail
from ecrf.mail.scheduled import JOBS, run_job
from ecrf.mail.sending import send_due
from ecrf.web.mail_server import MailServer
from tests.builders import a_patient, a_visit, enter
from tests.database import tamper
from tests.ecrf.signatures.conftest import checked, complete_scale, signed

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-009")]


@pytest.fixture
def first(anchored, patients) -> Anchor:
    """The anchor of today."""
    return make_due_anchor()


def lock(patient, by, kind=LockKind.LOCK):
    actor = by.acting_at(patient.site, Right.LOCK)
    return put(
        kind=kind, scope=LockScope.PATIENT, patient=patient, reason="Done", by=by, actor=actor, despite_open_points=True
    )  # fmt: skip


def said(anchor: Anchor) -> dict:
    return json.loads(anchor.content)


# --- what it says ----------------------------------------------------------------------------------------------------


def test_anchor_holds_the_head_of_every_chain_and_what_else_is_needed_to_miss_somebody(first, patients, key):
    heads = {str(chain.chain): [chain.length, chain.head] for chain in AuditChain.objects.all()}
    found = said(first)
    assert found["chains"] == heads
    assert set(heads) == {"0", *(str(patient.pk) for patient in patients)}
    assert found["events"] == sum(length for length, _hash in heads.values())
    assert found["numbers"] == {"01": 3}
    assert found["last_id"] == max(patient.pk for patient in patients)
    assert (found["number"], found["previous"], found["occasions"]) == (1, "", ["daily"])
    assert found["installation"] == str(Installation.objects.get().key)
    assert found["software"]
    assert list(found["signatures"]) == [key.public.id]


def test_each_anchor_names_the_hash_of_the_one_before(first):
    second, third = make_anchor("test"), make_anchor("test")
    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    assert (said(second)["previous"], said(third)["previous"]) == (first.sha256, second.sha256)


def test_anchor_holds_nothing_of_what_was_entered(first, patients, coordinator):
    assert "31.5" not in first.content
    assert coordinator.username not in first.content


def test_both_keys_sign_while_the_key_changes(settings, key, first):
    new = new_key()
    settings.ANCHORS = replace(settings.ANCHORS, keys=(new, key))
    anchor = read_anchor(make_anchor("test").content.encode(), "anchor")
    for known in (new, key):
        assert require_signature(anchor, [known.public], "anchor") == known.public
    with pytest.raises(AnchorRefused):
        require_signature(anchor, [new_key().public], "anchor")


# --- when it is made -------------------------------------------------------------------------------------------------


def test_each_day_of_utc_begins_with_one(anchored, patients):
    with time_machine.travel(datetime(2026, 3, 1, 23, 59, tzinfo=UTC), tick=False) as clock:
        assert make_due_anchor().occasions == ["daily"]
        assert make_due_anchor() is None
        clock.shift(timedelta(minutes=2))
        assert make_due_anchor().occasions == ["daily"]
        clock.shift(timedelta(hours=23))
        assert make_due_anchor() is None


def test_ordinary_work_makes_none(first, patients, coordinator, site):
    enter(patients[0].visits.get(), "reading", coordinator, value_1="30.0")
    a_patient(site, coordinator)
    assert make_due_anchor() is None


def test_lock_is_anchored_shortly_after_and_once(first, patients, data_manager):
    lock(patients[0], data_manager, LockKind.FREEZE)
    assert make_due_anchor() is None
    lock(patients[0], data_manager)
    assert make_due_anchor().occasions == ["lock"]
    assert make_due_anchor() is None


def test_signature_of_a_casebook_is_anchored_and_of_a_form_not(first, site, coordinator, investigator):
    patient = a_patient(site, coordinator)
    entry = complete_scale(a_visit(patient, "W04", coordinator), coordinator)
    signed(entry, "form", checked(investigator))
    assert make_due_anchor() is None
    signed(patient, "casebook", investigator)
    assert make_due_anchor().occasions == ["casebook-signature"]


def test_data_cut_is_anchored(first, data_manager):
    with acting(SYSTEM, source="test"):
        made = Export.objects.create(
            kind=ExportKind.DATA_CUT,
            title="Cut",
            request_key=uuid.uuid4(),
            asked_at=timezone.now(),
            asked_by=data_manager,
        )
        DataCut.objects.create(
            name="Cut", reason="To see", taken_at=timezone.now(), taken_by=data_manager, positions={}, description={},
            selection={}, formats=["csv"], version="0", is_synthetic=True, export=made,
        )  # fmt: skip
    assert make_due_anchor().occasions == ["data-cut"]


def test_act_whose_transaction_ended_after_the_anchor_is_anchored_by_the_next(first, patients, data_manager):
    """Its event is older than the anchor, which does not hold it all the same."""
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        late = make_anchor("test")
        lock(patients[0], data_manager)
        assert (
            AuditChain.objects.get(chain=patients[0].pk).length > said(late)["chains"][str(patients[0].pk)][0]
        )
        assert "lock" in make_due_anchor().occasions


def test_every_occasion_names_a_table_that_is_audited():
    from ecrf.audit.triggers import AUDITED

    assert {one.table for one in OCCASIONS.values()} <= {audited.model._meta.db_table for audited in AUDITED}
    assert set(OCCASIONS) == {"lock", "casebook-signature", "data-cut"}
    assert [words_of(key) for key in ("daily", "lock", "of-a-later-version")] == [
        "Daily",
        "Lock",
        "of-a-later-version",
    ]


def test_anchor_that_was_altered_in_the_database_keeps_no_other_from_being_made(
    first, patients, data_manager
):
    tamper("UPDATE anchors_anchor SET content = '{'")
    lock(patients[0], data_manager)
    assert make_due_anchor().number == 2


def test_without_a_key_nothing_is_made_and_the_command_says_what_to_do(patients):
    run_job(JOBS["anchors"])
    assert Anchor.objects.count() == 0
    with pytest.raises(CommandError, match=r"make_anchor_key.*ANCHOR_KEY_FILE"):
        call_command("anchor")


def test_worker_makes_and_delivers_by_itself(anchored, patients, folder):
    for name in ("anchors", "anchor-deliveries"):
        run_job(JOBS[name])
    (file,) = folder.iterdir()
    assert file.name == Anchor.objects.get().file_name
    assert Anchor.objects.get().made_by == "worker"


def test_scheduled_command_makes_one_if_it_is_due(anchored, patients, folder):
    out = StringIO()
    call_command("anchor", scheduled=True, stdout=out)
    call_command("anchor", scheduled=True, stdout=out)
    assert Anchor.objects.count() == 1
    assert "arrived" in out.getvalue()
    assert out.getvalue().endswith("No anchor is due.\n")


# --- where it goes ---------------------------------------------------------------------------------------------------


def test_file_is_the_signed_bytes_and_closed_to_writing(first, folder):
    deliver_due()
    file = folder / first.file_name
    assert file.read_bytes() == first.content.encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o440
    assert [path.name for path in folder.iterdir()] == [file.name]
    assert deliver_due() == 0


def test_folder_that_cannot_be_written_is_said_and_tried_again(first, folder):
    folder.write_text("a file in the place of the folder")
    assert deliver_due() == 0
    way = first.deliveries.get()
    assert way.last_error.startswith("The folder of anchors (ANCHORS_FOLDER) cannot be written")
    assert way.next_try_at > timezone.now() + WAITS[0] - timedelta(seconds=30)
    folder.unlink()
    AnchorDelivery.objects.update(next_try_at=timezone.now())
    assert deliver_due() == 1
    assert first.deliveries.get().last_error == ""


def test_another_anchor_of_the_same_number_in_the_folder_is_told(first, folder):
    folder.mkdir()
    (folder / "anchor-000001-20200101T000000Z.json").write_text("{}")
    assert deliver_due() == 1
    assert "the database was set back to a copy from before it" in first.deliveries.get().last_error
    assert len(list(folder.iterdir())) == 2


def test_mail_brings_the_file(anchored, patients, settings, mailoutbox):
    settings.MAIL = MailServer(is_on=True, public_url="https://ecrf.example.org")
    settings.ANCHORS = replace(settings.ANCHORS, mail=("one@example.org", "two@example.org"))
    anchor = make_anchor("test")
    assert send_due()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["one@example.org", "two@example.org"]
    ((name, content, media_type),) = mailoutbox[0].attachments
    assert (name, media_type) == (anchor.file_name, "application/json")
    assert (content if isinstance(content, bytes) else content.encode()) == anchor.content.encode()
    assert mailoutbox[0].subject == "[eCRF] Anchor 1 of the audit trail"
    assert anchor.sha256 in mailoutbox[0].body
    assert f"verify_audit --against {anchor.file_name}" in mailoutbox[0].body
    assert Mail.objects.filter(kind="anchor").count() == 2


# --- the key --------------------------------------------------------------------------------------------------------


def test_key_is_made_into_a_file_and_its_public_half_told(tmp_path):
    said, file = StringIO(), tmp_path / "anchor_key"
    call_command("make_anchor_key", str(file), stderr=said)
    key = read_private(file.read_text().strip())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key.public.text in said.getvalue()
    assert read_public(key.public.text) == key.public
    assert key.text not in said.getvalue()
    with pytest.raises(CommandError, match="is there already"):
        call_command("make_anchor_key", str(file))
    assert read_private(file.read_text().strip()) == key


def test_key_can_be_sent_on_without_its_public_half(capsys):
    call_command("make_anchor_key", "-")
    out, complaints = capsys.readouterr()
    assert read_private(out.strip()).public.text in complaints
    assert "ecrf-anchor-private" not in complaints


def test_key_shows_itself_nowhere(key):
    assert key.text not in repr(key) + str(key)
    assert str(key.raw) not in repr(key) + str(key)
