"""The trial's own forms and the synthetic study as ODM files."""

import io

import pytest
from django.utils import translation
from lxml import etree

from ecrf.exports.odm.file import write_odm
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.ecrf.exports.odm.odm_rules import every, faults, play, read, s12, schema, state
from tests.ecrf.exports.odm.stored import stored, values
from tests.ecrf.exports.whole import whole_cut
from tests.releases import small_study

pytestmark = pytest.mark.django_db


LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
SAID = ("Description", "Question", "Decode", "ErrorMessage", "Symbol")


def texts(said: etree._Element) -> dict[str, str]:
    """{language: words}, in the order of the file."""
    return {one.get(LANGUAGE): one.text for one in every(said, "TranslatedText")}


@pytest.fixture(scope="module")
def roots(module_db) -> tuple[etree._Element, etree._Element]:
    """The snapshot and the transactions of one synthetic patient."""
    small_study.fill()
    cut, found = whole_cut("Synthetic study"), []
    for kind in ("snapshot", "transactional"):
        file = io.BytesIO()
        write_odm(file, cut, kind)
        found.append(read(file.getvalue()))
    return found[0], found[1]


def test_files_fit_the_schema_and_keep_every_rule(roots):
    checker = schema()
    for root in roots:
        assert checker.validate(root), checker.error_log
        assert faults(root) == {}


@pytest.mark.requirement("R-116")
def test_transactions_snapshot_and_database_are_the_same(roots):
    snapshot, history = roots
    assert list(s12(history, snapshot)) == []
    assert values(play(history)) == values(state(snapshot)) == stored()


def test_every_visit_form_and_item_is_defined_with_its_question(roots):
    snapshot, _history = roots
    events = {one.get("OID") for one in every(snapshot, "StudyEventDef")}
    assert events == {*(f"SE.{plan.code}" for plan in protocol().visits), "SE.LOG"}
    items = {one.get("OID"): one for one in every(snapshot, "ItemDef")}
    for key, form in CRFS.items():
        for name, item in form.items.items():
            found = items[f"I.{key}.{name}"]
            assert texts(next(every(found, "Question")))["en"] == str(item.verbose_name)
            names = [one.get("Name") for one in every(found, "Alias") if one.get("Context") == "CDASH"]
            assert names == ([item.cdash] if item.cdash else [])


def test_questions_answers_and_names_stand_in_every_language_the_master_first(roots):
    wanted = ["en", "ja", "zh-Hans"]
    for root in roots:
        said = [texts(one) for one in every(root, *SAID)]
        assert all(list(one) == [language for language in wanted if language in one] for one in said)
        assert not [one["en"] for one in said if len(one) < 3 and is_prose(one["en"])]
        for definition in every(root, "StudyEventDef", "FormDef", "ItemGroupDef", "CodeList"):
            description = texts(next(every(definition, "Description")))
            assert description["en"] == definition.get("Name")
            assert set(description) == set(wanted)


def is_prose(text: str) -> bool:
    """Not a unit, a sign, or what a laboratory calls a test in every language."""
    return any(word.isalpha() and word[1:].islower() and len(word) > 3 for word in text.split())


def test_questions_are_in_japanese_what_the_pages_say(roots):
    snapshot, _history = roots
    with translation.override("ja"):
        for key, form in CRFS.items():
            for name, item in form.items.items():
                found = next(one for one in every(snapshot, "ItemDef") if one.get("OID") == f"I.{key}.{name}")
                said = texts(next(every(found, "Question")))
                assert said.get("ja", said["en"]) == str(item.verbose_name)


def test_file_is_the_same_whoever_asks(roots):
    cut, found = whole_cut("Synthetic study"), set()
    for language in ("en", "ja", "zh-hans", "de"):
        file = io.BytesIO()
        with translation.override(language):
            write_odm(file, cut, "transactional")
        found.add(file.getvalue())
    assert len(found) == 1
