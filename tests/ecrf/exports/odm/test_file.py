"""A cut as an ODM file: valid, read by others, the same to the byte, and of what was asked for alone."""

from dataclasses import replace
from datetime import timedelta

import odmlib
import pytest
from django.db import connection
from lxml import etree
from odmlib.loader import ODMLoader
from odmlib.odm_loader import XMLODMLoader

from ecrf import __version__
from ecrf.access.models import Site
from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.triggers import AUDITED
from ecrf.casebook.models import Entry
from ecrf.casebook.striking import strike_out
from ecrf.exports.odm.replay.events import is_review
from ecrf.forms.registry import CRFS
from tests.builders import enter
from tests.ecrf.exports.odm.odm_rules import child, every, faults, read, s12, schema
from tests.ecrf.exports.odm.world import CONTROL, HOSTILE, odm, write_around
from tests.ecrf.exports.whole import whole_cut

pytestmark = pytest.mark.django_db
KINDS = ("snapshot", "transactional")


def values(root: etree._Element, oid: str) -> list[str | None]:
    return [one.get("Value") for one in every(root, "ItemData") if one.get("ItemOID") == oid]


def annotations(root: etree._Element, value: str) -> list[str]:
    """The comments of all that are flagged so."""
    flags = [one for one in every(root, "FlagValue") if one.text == value]
    return [child(flag.getparent().getparent(), "Comment").text for flag in flags]


@pytest.mark.parametrize("kind", KINDS)
def test_file_fits_the_schema(files, kind):
    checker = schema()
    assert checker.validate(read(odm(files.cut, kind))), checker.error_log


@pytest.mark.parametrize("kind", KINDS)
def test_another_program_reads_it_and_finds_every_reference_defined(files, kind, tmp_path):
    path = tmp_path / "cut.xml"
    path.write_bytes(odm(files.cut, kind))
    loader = ODMLoader(XMLODMLoader())
    loader.open_odm_document(str(path))
    found = loader.root()
    assert found.verify_oids(odmlib.create_oid_checker("odm_1_3_2"))
    subjects = {subject.SubjectKey for subject in found.ClinicalData[0].SubjectData}
    assert subjects == {"01-001", "01-002", "02-001"}


@pytest.mark.parametrize("kind", KINDS)
def test_same_cut_gives_the_same_bytes_whatever_was_written_since(files, kind):
    before = odm(files.cut, kind)
    enter(files.world.patient, "adverse-event", files.world.coordinator, number=9, term="Later")
    with acting(SYSTEM, source="test"):
        Site.objects.filter(pk=files.world.site.pk).update(name="Renamed")
    assert odm(files.cut, kind) == before
    assert odm(whole_cut(files.cut.name), kind) != before


@pytest.mark.requirement("R-153")
def test_file_says_of_which_cut_it_is_and_that_the_data_are_synthetic(files):
    snapshot, history = files.roots()
    assert snapshot.get("CreationDateTime") == history.get("CreationDateTime")
    assert snapshot.get("FileOID") != history.get("FileOID")
    assert (snapshot.get("FileType"), history.get("FileType")) == ("Snapshot", "Transactional")
    assert history.get("Archival") == "Yes"
    assert snapshot.get("SourceSystemVersion") == __version__
    assert "Synthetic data" in snapshot.get("Description")
    assert files.cut.name in snapshot.get("Description")


def test_practice_is_no_part_of_the_study(files):
    for content in (files.snapshot, files.history):
        assert files.world.practising.number.encode() not in content
        assert b"L.99" not in content


@pytest.mark.requirement("R-071")
@pytest.mark.parametrize("kind", KINDS)
def test_cut_of_some_sites_holds_no_other_site(files, kind):
    root = read(odm(replace(files.cut, sites=frozenset({"02"})), kind))
    assert {one.get("SubjectKey") for one in every(root, "SubjectData")} == {"02-001"}
    assert {one.get("OID") for one in every(root, "Location")} == {"L.study", "L.02"}
    assert {one.text for one in every(root, "LoginName")} == {"outsider"}
    assert faults(root) == {}


def test_cut_of_some_forms_holds_them_with_their_rows(files):
    cut = replace(files.cut, forms=frozenset({"dose"}))
    snapshot, history = (read(odm(cut, kind)) for kind in KINDS)
    groups = {"IG.dose", "IG.dose-lot", "IG.dose-signs"}
    for root in (snapshot, history):
        assert {one.get("OID") for one in every(root, "ItemGroupDef")} == groups
        assert {one.get("ItemGroupOID") for one in every(root, "ItemGroupData")} == groups
        assert faults(root) == {}
        assert schema().validate(root)
    assert list(s12(history, snapshot)) == []


@pytest.mark.requirement("R-071")
@pytest.mark.parametrize("kind", KINDS)
def test_cut_of_chosen_patients_and_items_holds_no_other(files, kind):
    number = files.world.patient.number
    cut = replace(files.cut, patients=frozenset({number}), left_out=frozenset({"vital-signs.pulse"}))
    root = read(odm(cut, kind))
    assert {one.get("SubjectKey") for one in every(root, "SubjectData")} == {number}
    named = set(root.xpath("//@OID|//@ItemOID"))
    assert not [oid for oid in named if oid.startswith("I.vital-signs.pulse")]
    assert "I.vital-signs.systolic" in named
    assert faults(root) == {}


@pytest.mark.requirement("R-072")
@pytest.mark.parametrize("kind", KINDS)
def test_texts_about_the_data_are_left_out_with_what_identifies(files, kind):
    typed = ("Misread", "Nobody wrote it down", "It is ]]> so", "Why is it blank?", "The device")
    root = read(odm(replace(files.cut, without_identifiers=True), kind))
    written = "\n".join([*root.itertext(), *root.xpath("//@Value|//@Comment")])
    assert [text for text in typed if text in written] == []
    assert faults(root) == {}
    assert schema().validate(root)


@pytest.mark.requirement("R-072")
@pytest.mark.requirement("R-137")
@pytest.mark.parametrize("kind", KINDS)
def test_items_that_identify_a_person_are_left_out_with_all_that_is_about_them(files, kind, monkeypatch):
    for form, item in (("consent", "born_on"), ("vital-signs", "temperature"), ("consent", "asked_as")):
        monkeypatch.setattr(CRFS[form].items[item], "identifying", True, raising=False)
    content = odm(replace(files.cut, without_identifiers=True), kind)
    root = read(content)
    assert not [oid for oid in root.xpath("//@OID|//@ItemOID") if "born_on" in oid or "temperature" in oid]
    assert "1970-03" not in content.decode()
    assert HOSTILE[:10] not in " ".join(annotations(root, "OPENED"))
    assert faults(root) == {}
    assert schema().validate(root)
    whole = read(odm(replace(files.cut, without_identifiers=False), kind))
    assert values(whole, "I.consent.born_on") == ["1970-03"]


# --- hostile text -----------------------------------------------------------------------------------------------


def test_text_comes_back_as_it_was_typed(files):
    snapshot, history = files.roots()
    for root in (snapshot, history):
        term = next(value for value in values(root, "I.adverse-event.term") if value.startswith("=1+2"))
        assert term == "=1+2 ]]> <b a='1'>&amp; 😀 手の筋力"
        assert any("]]> <b a='1'>&amp; 😀 手の筋力" in text for text in annotations(root, "OPENED"))
        assert "The device\nwas broken" in values(history, "I.vital-signs.spo2.MISSING-COMMENT")


def test_sign_that_xml_cannot_carry_is_shown_as_what_it_was(files):
    snapshot, history = files.roots()
    shown = r"one\u0007two\u000Bthree\uFFFE"
    assert CONTROL.encode() not in files.history
    assert values(snapshot, "I.adverse-event.story") == [shown]
    assert values(history, "I.adverse-event.story") == ["Once\nupon a time", shown, "As it should be", shown]
    assert len(annotations(history, "ESCAPED")) == 2
    assert len(annotations(history, "AS-IT-IS")) == 1
    assert "U+0007 at character 4" in annotations(snapshot, "ESCAPED")[0]


# --- earlier versions -------------------------------------------------------------------------------------------


def test_code_that_is_no_longer_offered_is_defined_and_said_to_be_so(files):
    write_around(files.world.patient, "adverse-event", 1, "severity", "LIFE-THREATENING")
    root = read(odm(whole_cut("With an old code"), "snapshot"))
    assert "LIFE-THREATENING" in values(root, "I.adverse-event.severity")
    assert faults(root) == {}
    found = next(one for one in every(root, "CodeListItem") if one.get("CodedValue") == "LIFE-THREATENING")
    assert "no longer among the answers" in "".join(found.itertext())


def test_item_that_is_no_longer_asked_keeps_its_values(files, monkeypatch):
    items = {name: item for name, item in CRFS["dose-lot"].items.items() if name != "expires_on"}
    monkeypatch.setitem(CRFS["dose-lot"].__dict__, "items", items)
    snapshot, history = (read(odm(files.cut, kind)) for kind in KINDS)
    assert set(values(snapshot, "I.dose-lot.expires_on")) == {"2027"}
    item = next(one for one in every(snapshot, "ItemDef") if one.get("OID") == "I.dose-lot.expires_on")
    assert "No longer asked" in item.get("Comment")
    assert faults(snapshot) == faults(history) == {}


def test_entry_of_an_earlier_version_of_its_form_says_so(files, monkeypatch):
    monkeypatch.setitem(CRFS["scale"].__dict__, "fingerprint", "0" * 64)
    snapshot, history = (read(odm(files.cut, kind)) for kind in KINDS)
    assert len(annotations(snapshot, "EARLIER-VERSION")) == 1
    assert list(s12(history, snapshot)) == []


# --- what was done ----------------------------------------------------------------------------------------------


def test_struck_out_form_and_row_are_removed_with_the_reason_and_come_back(files):
    snapshot, history = files.roots()
    removed = [
        one for one in every(history, "FormData", "ItemGroupData") if one.get("TransactionType") == "Remove"
    ]
    assert [one.get("FormRepeatKey") or one.get("ItemGroupRepeatKey") for one in removed] == [
        "2",
        "1",
        "2",
        "3",
    ]
    reasons = [child(child(_subject(one), "AuditRecord"), "ReasonForChange").text for one in removed]
    assert set(reasons) == {"Entered twice"}
    doses = [one for one in every(snapshot, "FormData") if one.get("FormOID") == "F.dose"]
    assert [one.get("FormRepeatKey") for one in doses] == ["1", "2"]
    lots = [
        one.get("ItemGroupRepeatKey")
        for one in every(doses[1], "ItemGroupData")
        if one.get("ItemGroupRepeatKey")
    ]
    assert lots == ["2"]


def _subject(element: etree._Element) -> etree._Element:
    return next(one for one in element.iterancestors() if one.get("SubjectKey"))


@pytest.mark.requirement("R-030")
def test_standing_signature_stands_with_its_meaning_and_a_broken_one_is_told(files):
    snapshot, history = files.roots()
    assert len(list(every(history, "Signature"))) == 6
    holders = [one.getparent().tag.rpartition("}")[2] for one in every(snapshot, "Signature")]
    assert holders == ["SubjectData", "StudyEventData", "FormData"]
    assert len(annotations(snapshot, "SIGNED")) == 6
    assert len(annotations(snapshot, "BROKEN")) == 3
    assert all("I have reviewed" in one.text for one in every(snapshot, "Meaning"))
    assert all(one.get("ID") for one in every(history, "Signature"))


def test_what_was_asked_and_verified_is_told_at_its_item(files):
    snapshot, _history = files.roots()
    flags = {}
    for flag in every(snapshot, "FlagValue"):
        holder = flag.getparent().getparent().getparent()
        flags.setdefault(holder.get("ItemOID") or holder.get("ItemGroupOID"), []).append(flag.text)
    assert flags["I.vital-signs.temperature"] == ["OPENED", "ANSWERED", "CLOSED"]
    assert flags["I.vital-signs.diastolic"] == ["VERIFIED", "TAKEN-BACK"]
    assert flags["I.vital-signs.systolic"] == ["VERIFIED", "FALLEN"]
    assert flags["I.vital-signs.pulse"][:2] == ["OPEN", "OPENED"]
    assert flags["IG.vital-signs"] == ["OPENED"]


def test_change_in_a_draft_says_that_no_reason_was_asked(files):
    _snapshot, history = files.roots()
    reasons = {one.text for one in every(history, "ReasonForChange")}
    assert "Changed before the form was completed: no reason is asked" in reasons
    assert "Misread" in reasons


def test_cut_ends_where_it_was_taken(files):
    patient = files.world.patient.pk
    earlier = replace(files.cut, positions={**files.cut.positions, patient: 3}, taken_at=files.cut.taken_at)
    root = read(odm(earlier, "transactional"))
    sources = [child(child(one, "AuditRecord"), "SourceID").text for one in every(root, "SubjectData")]
    assert [one for one in sources if one.startswith(f"{patient}/")] == [f"{patient}/{n}" for n in (1, 2, 3)]


def test_present_cut_knows_every_chain_and_was_taken_after_every_event(files):
    cut = whole_cut("Now")
    assert cut.positions.keys() >= {0, files.world.patient.pk, files.world.elsewhere.pk}
    assert cut.taken_at - files.cut.taken_at < timedelta(minutes=10)


def test_review_is_what_the_database_says_it_is(db):
    tables = [audited.model._meta.db_table for audited in AUDITED]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, audit_is_review(name) FROM unnest(%s::text[]) name", [tables])
        assert dict(cursor.fetchall()) == {table: is_review(table) for table in tables}


def test_place_has_one_name_though_its_site_got_another_code(files):
    with acting(SYSTEM, source="test"):
        Site.objects.filter(pk=files.world.site.pk).update(code="03")
    _snapshot, history = (read(odm(whole_cut("Renamed"), kind)) for kind in KINDS)
    assert faults(history) == {}
    assert {one.get("LocationOID") for one in every(history, "SiteRef")} == {"L.03", "L.02"}


def test_cut_without_the_signed_form_keeps_the_signatures_of_what_is_left(files):
    cut = replace(files.cut, forms=frozenset({"visit"}))
    snapshot, history = (read(odm(cut, kind)) for kind in KINDS)
    assert faults(snapshot) == faults(history) == {}
    assert list(s12(history, snapshot)) == []
    holders = [one.getparent().tag.rpartition("}")[2] for one in every(snapshot, "Signature")]
    assert holders == ["SubjectData", "StudyEventData"]


def test_log_of_which_all_is_struck_out_is_empty_in_both_files(files):
    patient, by = files.world.signed, files.world.coordinator
    enter(patient, "adverse-event", by, term="Headache")
    entry = Entry.objects.get(patient=patient, crf="adverse-event")
    actor = by.acting_at(files.world.site, Right.ENTER)
    strike_out(entry=entry, by=by, actor=actor, reason="Entered twice")
    snapshot, history = (read(odm(whole_cut("Struck out"), kind)) for kind in KINDS)
    assert faults(snapshot) == faults(history) == {}
    assert list(s12(history, snapshot)) == []
