"""Anchors kept elsewhere convict who rewrites the database: each way of tampering is named, in words."""

import hashlib
import json
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ecrf.anchors.making.anchor import make_anchor
from ecrf.anchors.models import Anchor, Installation
from ecrf.anchors.signed.document import AnchorRefused, read_anchor, write_anchor
from ecrf.anchors.signed.keys import new_key
from ecrf.audit.chain import EVENTS, START, event_hash
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.audit.verifying.verify import verify
from tests.builders import a_patient, enter
from tests.database import tamper
from tests.ecrf.anchors.conftest import taken_out

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-009")]


def against(*files: str | Path, **options) -> tuple[str, str, str]:
    """What verify_audit prints, what it complains of, and how it ends ("" if all holds)."""
    out, complaints, end = StringIO(), StringIO(), ""
    try:
        call_command(
            "verify_audit", against=[str(file) for file in files], stdout=out, stderr=complaints, **options
        )
    except CommandError as error:
        end = str(error)
    return out.getvalue(), complaints.getvalue(), end


def faults(*files: str | Path, **options) -> list[str]:
    lines = against(*files, **options)[1].splitlines()
    return [line.removeprefix("ANCHORED").strip() for line in lines if line.startswith("ANCHORED")]


def recompute(chain: int) -> None:
    """Write a whole chain anew, from its contents as they stand now: every hash fits afterwards."""
    previous = START
    with connection.cursor() as cursor:
        cursor.execute(f"{EVENTS} WHERE chain = %s ORDER BY position", [chain])
        rows = cursor.fetchall()
    for row in rows:
        found = event_hash(previous, list(row[:-2]))
        tamper(
            "UPDATE audit_auditevent SET previous_hash = %s, hash = %s WHERE chain = %s AND position = %s",
            *(previous, found, chain, row[1]),
        )
        previous = found
    tamper("UPDATE audit_auditchain SET head = %s WHERE chain = %s", previous, chain)


def delete(patient) -> None:
    """The patient, everything of it, and its chain: as if it had never been."""
    for entry in patient.entries.all():
        tamper("DELETE FROM stub_trial_stubreading WHERE entry_id = %s", entry.pk)
        tamper("DELETE FROM stub_trial_stubvisit WHERE entry_id = %s", entry.pk)
    for table in ("casebook_patientstatus", "casebook_reviewstatus", "casebook_entry", "casebook_visit"):
        tamper(f"DELETE FROM {table} WHERE patient_id = %s", patient.pk)
    tamper("DELETE FROM casebook_patient WHERE id = %s", patient.pk)
    tamper("DELETE FROM audit_auditevent WHERE chain = %s", patient.pk)
    tamper("DELETE FROM audit_auditchain WHERE chain = %s", patient.pk)


# --- it holds -----------------------------------------------------------------------------------------------------


def test_database_that_went_on_holds_against_its_anchors(anchor, patients, site, coordinator):
    a_patient(site, coordinator)
    enter(patients[0].visits.get(), "reading", coordinator, value_1="30.5")
    out, complaints, end = against(anchor)
    assert (complaints, end) == ("", "")
    assert "The audit trail holds" in out
    assert "compared with 1 anchors, anchor 1 of" in out


def test_whole_folder_is_compared(anchored, patients, site, coordinator, tmp_path):
    made = []
    for _ in range(3):
        made.append(make_anchor("test"))
        enter(patients[0].visits.get(), "reading", coordinator, value_1=str(30 + len(made)))
    taken_out(tmp_path / "kept", made[0], made[2])
    out, complaints, end = against(tmp_path / "kept")
    assert (complaints, end) == ("", "")
    assert "compared with 2 anchors" in out
    assert "between them 1 are not here" in out


def test_redaction_leaves_an_anchor_as_it_is(anchor, patients):
    """Events keep their own hash when personal data are taken out of them."""
    heads = {chain.chain: chain.head for chain in AuditChain.objects.all()}
    body = read_anchor(anchor.read_bytes(), "anchor").body
    assert {chain: head.hash for chain, head in body.chains.items()} == heads


# --- tampering that the chain alone cannot show -----------------------------------------------------------------


def test_chain_that_was_written_anew_is_named(anchor, patients):
    changed = AuditEvent.objects.filter(chain=patients[1].pk).latest("position")
    tamper("UPDATE audit_auditevent SET reason = 'made up' WHERE id = %s", changed.pk)
    recompute(patients[1].pk)
    assert verify().faults == []  # this is why anchors are needed
    (fault,) = faults(anchor)
    assert fault.startswith(
        f"patient id {patients[1].pk}: event {changed.position} has another hash than in anchor 1 of"
    )
    assert f"between 1 and {changed.position} on" in fault


def test_two_anchors_bound_where_the_chain_was_written_anew(anchored, patients, coordinator, tmp_path):
    visit = patients[0].visits.get()
    early = make_anchor("test")
    length = AuditChain.objects.get(chain=patients[0].pk).length
    for value in ("30.5", "30.0"):
        enter(visit, "reading", coordinator, value_1=value)
    late = make_anchor("test")
    tamper(
        "UPDATE audit_auditevent SET reason = 'made up' WHERE chain = %s AND position = %s",
        patients[0].pk,
        length + 2,
    )
    recompute(patients[0].pk)
    (fault,) = faults(*taken_out(tmp_path / "kept", early, late))
    assert "in anchor 2 of" in fault
    assert f"from an event between {length + 1} and {length + 2} on" in fault


def test_anchored_event_that_is_gone_is_named_though_the_head_was_left(anchor, patients):
    last = AuditEvent.objects.filter(chain=patients[0].pk).latest("position")
    tamper("DELETE FROM audit_auditevent WHERE id = %s", last.pk)
    (fault,) = faults(anchor)
    assert fault.startswith(f"patient id {last.chain}: event {last.position} is not there; anchor 1 of")


@pytest.mark.parametrize("chain_of", ["patient", "system"])
def test_chain_that_was_cut_back_is_named(chain_of, anchor, patients):
    chain, whose = (
        (patients[2].pk, f"patient id {patients[2].pk}")
        if chain_of == "patient"
        else (0, "the system's chain")
    )
    last = AuditEvent.objects.filter(chain=chain).latest("position")
    tamper("DELETE FROM audit_auditevent WHERE id = %s", last.pk)
    tamper(
        "UPDATE audit_auditchain SET length = %s, head = %s WHERE chain = %s",
        *(last.position - 1, last.previous_hash, chain),
    )
    found = faults(anchor)
    assert [
        fault for fault in found if fault.startswith(f"{whose}: its chain ends at event {last.position - 1};")
    ]
    assert f"holds {last.position} events of it" in found[0]


def test_deleted_patient_is_named_by_id_and_by_number(anchor, patients):
    delete(patients[1])
    assert verify().faults == []  # nothing of the patient is left that could contradict
    chain_gone, number_gone = faults(anchor)
    assert chain_gone.startswith(f"patient id {patients[1].pk}: its chain is gone; anchor 1 of")
    assert number_gone == (
        "patient 01-002 is missing: numbers are given out without a gap, so it was deleted"
    )


def test_last_patient_deleted_is_missed_too(anchor, patients):
    delete(patients[2])
    assert [fault.partition(":")[0] for fault in faults(anchor)] == [
        f"patient id {patients[2].pk}",
        "patient 01-003 is missing",
    ]


def test_patient_deleted_before_any_anchor_is_missed_by_number_when_another_came_after(
    anchor, site, coordinator
):
    gone = a_patient(site, coordinator)
    a_patient(site, coordinator)
    delete(gone)
    assert [fault.partition(":")[0] for fault in faults(anchor)] == [f"patient {gone.number} is missing"]


def test_id_that_was_given_out_and_is_not_there_is_told_without_an_accusation(anchor, site, coordinator):
    gone = a_patient(site, coordinator)
    delete(gone)
    out, complaints, _end = against(anchor)
    assert f"patient id {gone.pk} was given out after the last of these anchors and is not there" in out
    assert complaints == ""


def test_copy_from_before_an_anchor_is_named_though_nothing_was_written_since(anchor):
    tamper("DELETE FROM anchors_anchordelivery")
    tamper("DELETE FROM anchors_anchor")
    (fault,) = faults(anchor)
    assert fault.startswith("this database does not know anchor 1 of")
    assert fault.endswith("it is a copy from before that anchor was made")


def test_database_that_was_set_back_and_went_on_is_named(anchor, coordinator, patients, tmp_path):
    tamper("DELETE FROM anchors_anchordelivery")
    tamper("DELETE FROM anchors_anchor")
    again = make_anchor("test")
    found = faults(anchor, *taken_out(tmp_path / "new", again))
    assert [fault for fault in found if fault.startswith("there are two different anchors 1, of")]
    assert [fault for fault in found if "this database made another anchor 1 than anchor 1 of" in fault]


def test_anchors_that_do_not_follow_each_other_are_named(anchored, key, patients, tmp_path):
    first, second = make_anchor("test"), make_anchor("test")
    body = read_anchor(first.content.encode(), "first").body
    other = write_anchor(type(body)(**{**body.__dict__, "software": "another"}), [key])
    taken_out(tmp_path / "kept", second)
    (tmp_path / "kept" / other.name).write_bytes(other.content)
    assert [
        fault
        for fault in faults(tmp_path / "kept")
        if "anchor 2 of" in fault and "does not follow anchor 1" in fault
    ]


# --- what is not believed ------------------------------------------------------------------------------------------


def refusal(file: Path, **options) -> str:
    (fault,) = faults(file, **options)
    assert fault.startswith("not compared: ")
    return fault


@pytest.mark.parametrize("part", [0.01, 0.5, 0.99])
def test_anchor_that_was_cut_is_refused_with_what_to_do(part, anchor):
    content = anchor.read_bytes()
    anchor.write_bytes(content[: int(len(content) * part)])
    assert "ends in the middle: it was cut when it was copied. Take it again from another place" in refusal(
        anchor
    )


def test_anchor_cut_at_any_byte_is_never_believed(anchor):
    content = anchor.read_bytes()
    for length in range(len(content)):
        with pytest.raises(AnchorRefused):
            read_anchor(content[:length], "anchor")


def test_changed_anchor_is_refused(anchor):
    said = json.loads(anchor.read_text())
    said["chains"]["0"][0] += 1
    said["events"] += 1
    anchor.write_text(json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")
    assert "does not bear the signature of key" in refusal(anchor)


@pytest.mark.parametrize("change", [{"more": 1}, {"events": 7}, {"chains": None}, {"signatures": {}}])
def test_anchor_that_says_more_less_or_else_is_refused(change, anchor):
    anchor.write_text(json.dumps({**json.loads(anchor.read_text()), **change}))
    assert "it was changed" in refusal(anchor)


def test_anchor_written_in_another_way_is_refused(anchor):
    anchor.write_text(json.dumps(json.loads(anchor.read_text()), indent=2))
    assert "is not as it was written" in refusal(anchor)


def test_anchor_signed_with_another_key_is_refused(anchor, key):
    other = new_key().public
    words = refusal(anchor, public_key=[other.text])
    assert f"is signed with the key {key.public.id}; the public key that is known here is {other.id}" in words
    assert "--public-key" in words


def test_anchor_of_another_study_is_refused(anchor, key):
    body = read_anchor(anchor.read_bytes(), "anchor").body
    other = write_anchor(type(body)(**{**body.__dict__, "study": "Another study"}), [key])
    anchor.write_bytes(other.content)
    assert "is of another study, Another study; this database is of" in refusal(anchor)


def test_anchor_of_another_installation_is_refused(anchor):
    other = uuid.uuid4()
    mine = Installation.objects.get().key
    tamper("UPDATE anchors_installation SET key = %s", other)
    words = refusal(anchor)
    assert f"is of another installation, {mine}; this database is {other}" in words


def test_anchor_of_a_newer_version_is_refused(anchor):
    anchor.write_text(json.dumps({**json.loads(anchor.read_text()), "format": 2, "software": "9.0"}))
    assert (
        "was made by a newer version of the software (9.0; its format is 2, this version reads 1)"
        in refusal(anchor)
    )


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff", b"[]", b'"text"', b'{"kind": "other"}', b"[" * 100_000]
)
def test_file_that_is_no_anchor_is_refused(content, anchor):
    anchor.write_bytes(content)
    assert refusal(anchor)


def test_one_file_that_is_refused_hides_no_other(anchored, patients, tmp_path):
    files = taken_out(tmp_path / "kept", make_anchor("test"), make_anchor("test"))
    Path(files[0]).write_bytes(b"{")
    delete(patients[0])
    found = faults(tmp_path / "kept")
    assert [fault.partition(":")[0] for fault in found] == [
        "not compared",
        f"patient id {patients[0].pk}",
        "patient 01-001 is missing",
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"against": ["no/such/anchor.json"]}, "is not there. Name the file of an anchor"),
        ({"public_key": ["no/such/file"]}, "is no file that can be read. Give the key"),
        ({"public_key": [f"ecrf-anchor-private-{'A' * 48}"]}, "this is the other half of a key"),
        ({"public_key": ["ecrf-anchor-public-short"]}, "holds no public key"),
        ({"public_key": ["ecrf-anchor-public-AAAA"]}, "holds no public key: it is not whole"),
    ],
)
def test_wrong_option_is_said_before_anything_is_walked(given, words, anchor):
    with pytest.raises(CommandError, match=words):
        call_command("verify_audit", **{"against": [str(anchor)], **given})


def test_empty_folder_is_said(anchored, tmp_path):
    with pytest.raises(CommandError, match="no anchor in that folder"):
        call_command("verify_audit", against=[str(tmp_path)])


def test_machine_without_a_key_asks_for_the_public_one(anchor, key, settings, tmp_path):
    settings.ANCHORS = type(settings.ANCHORS)()
    with pytest.raises(CommandError, match="Name the public key"):
        call_command("verify_audit", against=[str(anchor)])
    file = tmp_path / "public_keys"
    file.write_text(f"{new_key().public.text}\n{key.public.text}\n", encoding="utf-8")
    assert against(anchor, public_key=[str(file)])[1:] == ("", "")


def test_own_key_is_told_to_prove_less(anchor, key):
    assert f"this machine's own key {key.public.id}: compare it" in against(anchor)[0]
    assert "own key" not in against(anchor, public_key=[key.public.text])[0]


def test_anchor_is_signed_over_what_it_says_and_names_its_file(anchor):
    row = Anchor.objects.get()
    assert row.sha256 == hashlib.sha256(anchor.read_bytes()).hexdigest()
    assert row.file_name == anchor.name
