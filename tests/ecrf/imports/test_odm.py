"""ODM-XML: what this product wrote comes back the same; foreign files fit or are refused by their OIDs."""

import io

import pytest

from ecrf.exports.odm import names
from ecrf.forms.registry import CRFS
from ecrf.imports import services
from ecrf.imports.models import ImportState, RowKind
from ecrf.imports.reading.encodings import UnreadableFile
from ecrf.imports.sources import odm
from ecrf.imports.sources.odm import read_odm
from tests.builders import enter
from tests.ecrf.exports.odm.world import CONTROL, Files, build
from tests.ecrf.imports.conftest import a_file, bring_it_in, kinds, whys

pytestmark = pytest.mark.django_db

HEAD = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot" ODMVersion="1.3.2" FileOID="F" \
CreationDateTime="2026-01-01T00:00:00">'


def read(text: str | bytes) -> list:
    raw = text if isinstance(text, bytes) else text.encode()
    return list(read_odm(io.BytesIO(raw), raw[:4096]))


def a_study(*subjects: str) -> str:
    return f'{HEAD}<ClinicalData StudyOID="S" MetaDataVersionOID="M">{"".join(subjects)}</ClinicalData></ODM>'


def signs(number: str, *items: str, event: str = "SE.W01") -> str:
    """One subject with a form of vital signs."""
    return (
        f'<SubjectData SubjectKey="{number}"><StudyEventData StudyEventOID="{event}"><FormData FormOID="F.vital-signs">'
        f'<ItemGroupData ItemGroupOID="IG.vital-signs">{"".join(items)}</ItemGroupData></FormData></StudyEventData>'
        "</SubjectData>"
    )


def test_the_names_are_those_that_we_write():
    key, item = "vital-signs", "pulse"
    assert names.form_oid(key) == f"{odm.FORM}{key}"
    assert names.group_oid(key) == f"{odm.GROUP}{key}"
    assert names.item_oid(key, item) == f"{odm.ITEM}{key}.{item}"
    assert (names.LOG, names.MISSING, names.COMMENT) == (odm.LOG, odm.MISSING, odm.COMMENT)
    assert f"{{{names.NAMESPACE}}}" == odm.NAMESPACE


@pytest.mark.requirement("R-116")
def test_our_own_snapshot_changes_nothing_value_by_value(data_manager, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE_BYTES", services.LARGEST)
    files = Files.of(build())
    batch = a_file(files.snapshot, data_manager, file_format="odm")
    assert batch.state == ImportState.CHECKED, batch.outcome
    other = [row for row in batch.rows.exclude(kind=RowKind.SAME) if CONTROL[:3] not in str(row.given)]
    assert not [(row.given, row.result) for row in other]
    counted = sum(
        getattr(row, name) is not None
        for definition in CRFS.values()
        for row in definition.model.objects.filter(
            entry__struck_at=None, entry__parent__struck_at=None
        ).exclude(entry__patient__site__is_practice=True)
        for name in definition.entered
    )
    given = sum(bool(value) for row in batch.rows.all() for value in row.given.get("values", {}).values())
    assert given >= counted


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("MU.kg", "new"),
        ("kg", "new"),
        ("U1", "new"),
        ("MU.lb", "refused"),
        ("U2", "refused"),
    ],
)
def test_a_value_in_another_unit_is_refused_and_never_taken_for_ours(data_manager, visit, unit, kind):
    """Whether the unit is named by its OID, or by the name that the file gives to it."""
    names = '<MeasurementUnit OID="U1" Name="kg"/><MeasurementUnit OID="U2" Name="pound"/>'
    given = f'<ItemData ItemOID="weight_kg" Value="60"><MeasurementUnitRef MeasurementUnitOID="{unit}"/></ItemData>'
    study = a_study(signs(visit.patient.number, given, event="W01"))
    defined = study.replace(
        "<ClinicalData", f"<Study><BasicDefinitions>{names}</BasicDefinitions></Study><ClinicalData"
    )
    batch = a_file(defined, data_manager, file_format="odm")
    assert kinds(batch) == [kind]
    assert (kind == "refused") == ("not converted" in " ".join(whys(batch)))


def test_a_unit_of_an_item_that_has_none_is_refused(data_manager, visit):
    given = (
        '<ItemData ItemOID="rested" Value="yes"><MeasurementUnitRef MeasurementUnitOID="MU.kg"/></ItemData>'
    )
    batch = a_file(a_study(signs(visit.patient.number, given, event="W01")), data_manager, file_format="odm")
    assert kinds(batch) == ["refused"]
    assert "no unit here" in whys(batch)[0]


def test_a_transactional_file_is_refused_with_what_to_take_instead(data_manager):
    batch = a_file(a_study().replace("Snapshot", "Transactional"), data_manager, file_format="odm")
    assert batch.state == ImportState.REFUSED
    assert "Import the Snapshot" in batch.outcome


def test_a_foreign_file_whose_oids_fit_is_imported(data_manager, visit):
    number = visit.patient.number
    given = signs(
        number,
        '<ItemData ItemOID="pulse" Value="70"/>',
        '<ItemDataFloat ItemOID="I.vital-signs.weight_kg">60.5</ItemDataFloat>',
        '<ItemData ItemOID="I.vital-signs.spo2" IsNull="Yes"/>',
        '<ItemData ItemOID="I.vital-signs.spo2.MISSING" Value="not-done"/>',
        event="W01",
    )
    batch = bring_it_in(a_file(a_study(given), data_manager, file_format="odm"), data_manager)
    row = CRFS["vital-signs"].model.objects.get()
    assert batch.state == ImportState.DONE
    assert (row.pulse, str(row.weight_kg), row.missing_reasons["spo2"]["reason"]) == (70, "60.5", "not-done")


def test_null_blanks_what_stands(data_manager, visit, coordinator, investigator):
    enter(visit, "vital-signs", coordinator, pulse="70")
    given = signs(visit.patient.number, '<ItemData ItemOID="I.vital-signs.pulse" IsNull="Yes"/>')
    batch = a_file(a_study(given), data_manager, file_format="odm")
    assert kinds(batch) == ["changed"]
    assert batch.rows.get().result["cells"][0][3:5] == ["70", ""]


def test_reference_data_belong_to_no_form(data_manager):
    reference = '<ReferenceData StudyOID="S"><ItemGroupData ItemGroupOID="IG.DRUG"/></ReferenceData>'
    batch = a_file(
        a_study().replace("<ClinicalData", f"{reference}<ClinicalData"), data_manager, file_format="odm"
    )
    assert "holds no values" in batch.outcome


def test_every_oid_that_fits_nothing_is_named():
    given = [
        signs("01-001", '<ItemData ItemOID="I.vital-signs.mood" Value="1"/>'),
        signs("01-001", event="SE.W99"),
        signs("01-001").replace("F.vital-signs", "F.other"),
        signs("01-001").replace("IG.vital-signs", "IG.scale"),
    ]
    with pytest.raises(UnreadableFile) as refused:
        read(a_study(*given))
    for oid in ("item I.vital-signs.mood", "event SE.W99", "form F.other", "group IG.scale"):
        assert oid in str(refused.value)


BOMB = '<?xml version="1.0"?><!DOCTYPE ODM [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + a_study(
    signs("&b;", '<ItemData ItemOID="I.vital-signs.pulse" Value="&b;"/>')
)


@pytest.mark.requirement("R-133")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BOMB, "DOCTYPE"),
        (BOMB.encode("utf-16"), "DOCTYPE"),
        ('<!DOCTYPE ODM SYSTEM "file:///etc/passwd">' + a_study(), "DOCTYPE"),
        (a_study("<a>" * 60 + "</a>" * 60), "nested deeper"),
        (HEAD + "<Clinical", "not well-formed"),
        ('<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0"/>', "ODM 2.0"),
        ("<html/>", "no ODM"),
        ("patient,visit\n1,2\n", "not well-formed"),
        (b"PK\x03\x04", "CSV UTF-8"),
        (
            a_study(signs("1").replace("<SubjectData", '<SubjectData TransactionType="Remove"')),
            "removes data",
        ),
    ],
)
def test_what_xml_can_do_to_a_reader_is_not_done(content, words):
    with pytest.raises(UnreadableFile, match=words):
        read(content)


def test_an_attribute_that_never_ends_is_refused():
    with pytest.raises(UnreadableFile):
        read(a_study(signs("1", f'<ItemData ItemOID="pulse" Value="{"9" * 11_000_000}"/>')))
