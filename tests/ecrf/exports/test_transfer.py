"""Of which site a patient who moved is: in a cut, in what is made of it again, and in ODM."""

import pytest
from lxml import etree

from ecrf.casebook.models import Patient
from ecrf.exports.cut import present_cut
from ecrf.exports.folder import file_of
from ecrf.exports.odm.names import NAMESPACE
from ecrf.exports.rebuild import rebuild
from tests.builders import enter
from tests.ecrf.casebook.transfer.builders import hand_over
from tests.ecrf.exports.conftest import cut_named, table, take
from tests.ecrf.exports.odm.world import odm

pytestmark = pytest.mark.django_db
BEFORE = {"01-001": "01", "02-001": "02"}


def sites(export) -> dict[str, str]:
    return {row["patient"]: row["site"] for row in table(export, "patients")}


def again(name, tmp_path):
    (folder := tmp_path / name).mkdir()
    return rebuild(cut_named(name), folder, tmp_path / f"{name}.zip")


def test_cuts_of_before_and_after_are_made_again_to_the_byte(
    study, other_site, statistician, data_manager, outsider, tmp_path
):
    """Each says where the patient was at its own moment."""
    before = take(statistician, name="Before", formats=("csv", "odm"))
    patient = Patient.objects.select_related("site").get(number="01-001")
    hand_over(patient, other_site, data_manager, moved_on=other_site.today())
    enter(Patient.objects.get(pk=patient.pk), "adverse-event", outsider, number=9, term="Cough")
    after = take(statistician, name="After", formats=("csv", "odm"))
    assert sites(before) | BEFORE == sites(before)
    assert sites(after) | {"01-001": "02"} == sites(after)
    for export in (before, after):
        assert again(export.title, tmp_path).is_same
        assert (tmp_path / f"{export.title}.zip").read_bytes() == file_of(export).read_bytes()


@pytest.mark.parametrize(("code", "is_in"), [("01", False), ("02", True)])
def test_odm_of_one_site_has_the_patients_that_are_there(code, is_in, study, other_site, data_manager):
    patient = Patient.objects.select_related("site").get(number="01-001")
    hand_over(patient, other_site, data_manager, moved_on=other_site.today())
    cut = present_cut("Now")
    object.__setattr__(cut, "sites", frozenset({code}))
    keys = {one.get("SubjectKey") for one in _subjects(odm(cut, "snapshot"))}
    assert ("01-001" in keys) == is_in


def test_odm_says_which_site_acted_when_and_where_the_patient_went(study, other_site, data_manager):
    patient = Patient.objects.select_related("site").get(number="01-001")
    hand_over(patient, other_site, data_manager, moved_on=other_site.today())
    told = [
        one
        for one in _subjects(odm(present_cut("Now"), "transactional"))
        if one.get("SubjectKey") == "01-001"
    ]
    where = [(one.get("TransactionType"), _site(one)) for one in told if _site(one)]
    assert where == [("Insert", "L.01"), ("Update", "L.02")]


def _subjects(file: bytes):
    return etree.fromstring(file).iter(f"{{{NAMESPACE}}}SubjectData")


def _site(subject) -> str:
    found = subject.find(f"{{{NAMESPACE}}}SiteRef")
    return "" if found is None else found.get("LocationOID")
