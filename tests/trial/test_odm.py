"""The trial's own forms and the synthetic study as ODM files."""

import io

import pytest
from lxml import etree

from ecrf.exports.cut import present_cut
from ecrf.exports.odm.file import write_odm
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.ecrf.exports.odm.odm_rules import every, faults, play, read, s12, schema, state
from tests.ecrf.exports.odm.stored import stored, values
from tests.releases import small_study

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def roots(module_db) -> tuple[etree._Element, etree._Element]:
    """The snapshot and the transactions of one synthetic patient."""
    small_study.fill()
    cut, found = present_cut("Synthetic study"), []
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
            assert "".join(next(every(found, "Question")).itertext()) == str(item.verbose_name)
            names = [one.get("Name") for one in every(found, "Alias") if one.get("Context") == "CDASH"]
            assert names == ([item.cdash] if item.cdash else [])
