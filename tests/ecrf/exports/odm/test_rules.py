"""The rules S1 to S16: each holds of both files, and the checker finds where a file breaks it."""

from collections.abc import Callable

import pytest
from lxml import etree

from tests.ecrf.exports.odm.odm_rules import NS, RULES, child, every, faults, play, s12, state

pytestmark = pytest.mark.django_db

Damage = Callable[[etree._Element], None]


def holds(files, rule: str, damage: Damage, *, in_snapshot: bool = False) -> None:
    """Both files keep the rule; the one that is damaged does not."""
    snapshot, history = files.roots()
    assert list(RULES[rule](snapshot)) == []
    assert list(RULES[rule](history)) == []
    broken = snapshot if in_snapshot else history
    damage(broken)
    assert list(RULES[rule](broken)) != []


def first(root: etree._Element, name: str, **attributes: str) -> etree._Element:
    return next(
        one for one in every(root, name) if all(one.get(key) == value for key, value in attributes.items())
    )


def test_both_files_keep_every_rule(files):
    for root in files.roots():
        assert faults(root) == {}


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        ("I.vital-signs.pulse", "70.5"),
        ("I.vital-signs.weight_kg", "60.05"),
        ("I.visit.visited_on", "2026-02-30"),
        ("I.consent.born_on", "1970-3"),
        ("I.vital-signs.measured_at", "25:00"),
        ("I.dose-lot.lot_number", "L" * 41),
    ],
)
def test_s1_value_obeys_type_length_and_digits_of_its_item(files, oid, value):
    holds(files, "S1", lambda root: first(root, "ItemData", ItemOID=oid).set("Value", value))


@pytest.mark.parametrize("oid", ["I.consent.sex", "I.vital-signs.spo2.MISSING"])
def test_s2_coded_value_is_in_its_code_list(files, oid):
    holds(files, "S2", lambda root: first(root, "ItemData", ItemOID=oid).set("Value", "X"))


def test_s2_flag_is_in_its_code_list(files):
    def damage(root):
        first(root, "FlagValue").text = "X"

    holds(files, "S2", damage, in_snapshot=True)


@pytest.mark.requirement("R-002")
def test_s3_every_transaction_has_an_audit_record(files):
    def damage(root):
        subject = list(every(root, "SubjectData"))[-1]
        subject.remove(child(subject, "AuditRecord"))

    holds(files, "S3", damage)


@pytest.mark.parametrize("act", [None, "Upsert"])
def test_s4_transaction_says_what_it_is_and_the_archive_has_no_upsert(files, act):
    def damage(root):
        subject = first(root, "SubjectData")
        subject.set("TransactionType", act) if act else subject.attrib.pop("TransactionType")

    holds(files, "S4", damage)


def test_s4_snapshot_inserts_and_nothing_else(files):
    holds(
        files, "S4", lambda root: first(root, "ItemData").set("TransactionType", "Update"), in_snapshot=True
    )


@pytest.mark.parametrize("moment", ["2020-01-01T00:00:00.000000+00:00", "2100-01-01T00:00:00.000000+00:00"])
def test_s5_moments_of_a_patient_follow_one_another_and_lie_before_the_file(files, moment):
    def damage(root):
        list(every(root, "DateTimeStamp"))[-1].text = moment

    holds(files, "S5", damage)


@pytest.mark.parametrize("act", ["Update", "Remove"])
def test_s6_first_transaction_of_anything_is_an_insert(files, act):
    holds(files, "S6", lambda root: first(root, "ItemData").set("TransactionType", act))


def test_s6_what_was_removed_is_nothing_until_it_is_inserted_again(files):
    def damage(root):
        restored = [
            one
            for one in every(root, "FormData")
            if one.get("FormOID") == "F.dose" and one.get("FormRepeatKey") == "2"
        ]
        [one for one in restored if one.get("TransactionType") == "Insert"][-1].set(
            "TransactionType", "Update"
        )

    holds(files, "S6", damage)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("StudyEventData", "StudyEventRepeatKey"),
        ("FormData", "FormRepeatKey"),
        ("ItemGroupData", "ItemGroupRepeatKey"),
    ],
)
def test_s7_repeat_key_stands_where_the_definition_repeats_and_only_there(files, name, key):
    holds(files, "S7", lambda root: next(one for one in every(root, name) if one.get(key)).attrib.pop(key))
    holds(files, "S7", lambda root: next(one for one in every(root, name) if not one.get(key)).set(key, "1"))


def test_s8_item_has_a_value_or_is_null(files):
    holds(files, "S8", lambda root: first(root, "ItemData").set("IsNull", "Yes"))
    holds(files, "S8", lambda root: first(root, "ItemData").attrib.pop("Value"), in_snapshot=True)


@pytest.mark.parametrize("name", ["User", "Location", "SignatureDef"])
def test_s9_people_places_and_meanings_that_are_named_are_defined(files, name):
    def damage(root):
        for one in list(every(root, name)):
            one.getparent().remove(one)

    holds(files, "S9", damage)


def test_s10_typed_and_untyped_data_are_not_mixed(files):
    def damage(root):
        group = first(root, "ItemGroupData", ItemGroupOID="IG.consent")
        etree.SubElement(group, f"{NS}ItemDataText", ItemOID="I.consent.sex").text = "F"

    holds(files, "S10", damage)


@pytest.mark.requirement("R-041")
def test_s11_signature_comes_after_all_that_it_covers(files):
    def damage(root):
        child(first(root, "Signature"), "DateTimeStamp").text = "2020-01-01T00:00:00.000000+00:00"

    holds(files, "S11", damage)


@pytest.mark.requirement("R-034")
def test_s11_what_changes_after_it_breaks_the_signature(files):
    def damage(root):
        for flag in [one for one in every(root, "FlagValue") if one.text == "BROKEN"]:
            flag.text = "SIGNED"

    holds(files, "S11", damage)


@pytest.mark.requirement("R-116")
def test_s12_transactions_played_are_the_snapshot(files):
    snapshot, history = files.roots()
    assert list(s12(history, snapshot)) == []
    assert len(play(history)) > 100


@pytest.mark.parametrize("name", ["ItemData", "Annotation", "FormData", "Signature"])
def test_s12_transaction_that_is_lost_is_found(files, name):
    snapshot, history = files.roots()
    lost = next(one for one in every(snapshot, name) if one.get("SeqNum") != "0")
    lost.getparent().remove(lost)
    assert list(s12(history, snapshot)) != []


def test_s12_value_that_differs_is_found(files):
    snapshot, history = files.roots()
    first(snapshot, "ItemData", ItemOID="I.vital-signs.pulse").set("Value", "69")
    assert list(s12(history, snapshot)) != []
    assert state(snapshot) != play(history)


def test_s13_file_fits_the_schema_without_what_others_added(files):
    def add(root):
        first(root, "FormData").set("{urn:someone-else}mood", "fine")
        etree.SubElement(first(root, "ItemData"), "{urn:someone-else}Mood")
        child(root, "Study").tag = "{urn:someone-else}Study"

    holds(files, "S13", add)
    snapshot, history = files.roots()
    for root in (snapshot, history):  # ours add nothing
        assert {etree.QName(one).namespace for one in root.iter()} == {NS.strip("{}")}


def test_s14_change_and_removal_say_why(files):
    def damage(root):
        for reason in list(every(root, "ReasonForChange")):
            reason.text = " "

    holds(files, "S14", damage)


@pytest.mark.parametrize("moment", ["2026-11-22T09:30:00", "2026-11-22", "2026-11-22T09:30+00:00"])
def test_s15_moment_is_complete_with_its_offset(files, moment):
    def damage(root):
        first(root, "DateTimeStamp").text = moment

    holds(files, "S15", damage, in_snapshot=True)


@pytest.mark.parametrize("oid", ["I.visit.contact", "I.scale.question_3"])
def test_s16_blank_mandatory_item_of_a_complete_form_is_explained(files, oid):
    def damage(root):
        item = first(root, "ItemData", ItemOID=oid)
        item.getparent().remove(item)

    holds(files, "S16", damage, in_snapshot=True)


def test_s16_condition_that_is_gone_explains_nothing(files):
    def damage(root):
        for ref in every(root, "ItemRef"):
            ref.attrib.pop("CollectionExceptionConditionOID", None)

    holds(files, "S16", damage, in_snapshot=True)


def test_s16_reason_that_is_gone_explains_nothing(files):
    def damage(root):
        for flag in [one for one in every(root, "FlagValue") if one.text == "BLANKS"]:
            flag.text = "COMPLETE"
        reason = first(root, "ItemData", ItemOID="I.vital-signs.systolic.MISSING")
        reason.getparent().remove(reason)

    holds(files, "S16", damage, in_snapshot=True)
