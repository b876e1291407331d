"""The synthetic study as SDTM: every domain is there, in the shape that the standard asks for."""

import json
import re
from datetime import date
from pathlib import Path

import odmlib.schema_manager
import pytest
from lxml import etree
from odmlib import define_loader, loader

from ecrf.access.models import Site
from ecrf.access.roles import Right
from ecrf.casebook.record.record import record
from ecrf.exports.sdtm.domains import Presence, TermList
from ecrf.exports.tables.selection import Selection
from tests.builders import a_patient, a_place, a_visit, enter
from tests.conftest import make_user
from tests.sdtm_reading import ODM, XLINK, Rows, define, described, transport, written
from trial.sdtm.mapping import SDTM
from trial.synthetic import accounts, casebook, loading
from trial.synthetic.patients import STORIES

WANTED = {
    "S01": ("", "SCR", "W01", "W04", "UNS-1"),
    "S08": ("", "SCR", "W01", "W04", "ET"),
}
"""Of which patients which visits: an unscheduled one, and an early end by an adverse event."""
MOMENT = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2})?)?)?")
ASKED_FOR = {domain.name for domain in SDTM.domains} | {
    "CO",
    "RELREC",
    "SUPPAE",
    "SUPPDS",
    "SUPPEC",
    "SUPPSV",
}


@pytest.fixture(scope="module")
def folder(module_db, tmp_path_factory) -> Path:
    """Two synthetic patients, and one who was not eligible."""
    accounts.create("synthetic password")
    loading.add_ranges_where_none()
    for story in STORIES:
        if story.name in WANTED:
            pages = casebook.pages(story)
            loading.load_patient(story, [page for page in pages if page.code in WANTED[story.name]])
    site = Site.objects.get(code="01")
    by = make_user("sdtm-site", "investigator", site)
    failed = a_patient(site, by)
    screening = a_visit(failed, "SCR", by)
    enter(screening, "visit", by, occurrence="done", visited_on="2025-01-10", contact="phone")
    enter(screening, "consent", by, signed_on="2025-01-09", form_version="1.0")
    enter(screening, "demographics", by, born_on="1960", sex="F")
    enter(screening, "eligibility", by, has_iga_deficiency="yes", needs_high_dose_ivig="no", eligible="no")
    enter(a_visit(failed, "W01", by), "visit", by, occurrence="missed", missed_reason="Not eligible")
    ended = {"reason": "SCREEN FAILURE", "ended_on": "2025-01-12"}
    record(place=a_place(failed, "end-of-study"), values=ended, by=by.acting_at(site, Right.ENTER))
    enter(failed, "adverse-event", by, term="頭痛 " * 40, started_on="2025-01")
    enter(failed, "medical-history", by, term="Asthma", ongoing="yes", comment="Since childhood. " * 30)
    enter(failed, "protocol-deviation", by, what="First line\n" + "long words " * 60, category="visit-window")
    return written(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def datasets(folder) -> dict[str, Rows]:
    return {path.stem.upper(): transport(path)[0] for path in sorted(folder.glob("*.xpt"))}


def of_domain(datasets: dict[str, Rows], name: str, **wanted) -> Rows:
    return [row for row in datasets[name] if all(row[key] == value for key, value in wanted.items())]


def test_every_domain_has_rows(datasets):
    assert datasets.keys() >= ASKED_FOR
    assert {domain.name for domain in SDTM.domains} <= datasets.keys()


def test_dataset_json_holds_what_the_transport_file_holds(folder, datasets):
    for name, rows in datasets.items():
        said = json.loads((folder / f"dataset-json/{name.lower()}.json").read_text(encoding="utf-8"))
        names = [column["name"] for column in said["columns"]]
        assert said["records"] == len(said["rows"]) == len(rows)
        for cells, row in zip(said["rows"], rows, strict=True):
            assert dict(zip(names, cells, strict=True)) == {
                key: None if value in ("", None) or value != value else value for key, value in row.items()
            }


def test_rows_are_named_by_their_keys(datasets):
    for domain in SDTM.domains:
        keys = [tuple(row[key] for key in domain.keys if key in row) for row in datasets[domain.name]]
        assert len(keys) == len(set(keys)), domain.name


def test_every_patient_is_named_alike_everywhere(datasets):
    known = {row["USUBJID"] for row in datasets["DM"]}
    assert len(known) == len(datasets["DM"]) == 3
    for rows in datasets.values():
        assert {row["USUBJID"] for row in rows if row.get("USUBJID")} <= known
        assert {row["STUDYID"] for row in rows} == {SDTM.study}


def test_numbers_run_from_one_within_a_patient(datasets):
    for name, rows in datasets.items():
        sequence = f"{name}SEQ"
        if name == "TS" or sequence not in rows[0]:
            continue
        for patient in {row["USUBJID"] for row in rows}:
            numbers = [row[sequence] for row in rows if row["USUBJID"] == patient]
            assert numbers == list(range(1, len(numbers) + 1)), name


def test_a_test_code_has_one_name_and_few_letters(datasets):
    for domain in SDTM.domains:
        if not domain.tests:
            continue
        pairs = {(r[f"{domain.name}TESTCD"], r[f"{domain.name}TEST"]) for r in datasets[domain.name]}
        assert len(pairs) == len({code for code, _ in pairs}) == len({name for _, name in pairs})
        assert all(re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}", code) and len(name) <= 40 for code, name in pairs)


@pytest.mark.requirement("R-094")
def test_moments_are_iso_8601_and_study_days_are_counted_from_the_first_dose(datasets):
    first = {row["USUBJID"]: row["RFSTDTC"][:10] for row in datasets["DM"]}
    checked = 0
    for rows in datasets.values():
        for row in rows:
            for name, value in row.items():
                if name.endswith("DTC") and value:
                    assert MOMENT.fullmatch(value), (name, value)
                if name.endswith("DY") and name != "VISITDY":
                    moment, start = row[f"{name[:-1]}TC"], first[row["USUBJID"]]
                    known = len(moment) >= 10 and start
                    days = (
                        (date.fromisoformat(moment[:10]) - date.fromisoformat(start)).days if known else None
                    )
                    wanted = None if days is None else days + (days >= 0)
                    assert (value if value == value else None) == wanted
                    checked += wanted is not None
    assert checked > 100


def test_labels_and_texts_fit(folder):
    for path in folder.glob("*.xpt"):
        rows, labels = transport(path)
        assert all(0 < len(label.encode()) <= 40 for label in labels.values())
        assert all(len(v.encode()) <= 200 for row in rows for v in row.values() if isinstance(v, str))


def test_coded_values_stand_in_the_lists_of_terms(datasets):
    for domain in SDTM.domains:
        for variable in domain.variables:
            terms = SDTM.terms(variable.codes) if variable.codes else None
            if isinstance(terms, TermList):
                found = {row.get(variable.name) for row in datasets[domain.name]} - {"", None}
                assert found <= terms.values, variable.name


def test_required_variables_have_a_value(datasets):
    left_empty = set()
    for domain in SDTM.domains:
        for variable in domain.variables:
            if variable.presence is Presence.REQUIRED:
                empty = [row for row in datasets[domain.name] if row[variable.name] in ("", None)]
                left_empty |= {variable.name} if empty else set()
    assert not left_empty


def test_related_records_lead_to_rows_that_exist(datasets):
    assert {row["RDOMAIN"] for row in datasets["RELREC"]} >= {"AE", "EC", "CM", "DS"}
    by_relation: dict[tuple, list] = {}
    for row in datasets["RELREC"]:
        number = float(row["IDVARVAL"])
        found = of_domain(datasets, row["RDOMAIN"], USUBJID=row["USUBJID"], **{row["IDVAR"]: number})
        assert len(found) == 1
        by_relation.setdefault((row["USUBJID"], row["RELID"]), []).append(row["RDOMAIN"])
    assert all(len(ends) == 2 for ends in by_relation.values())


def test_supplemental_qualifiers_belong_to_rows_that_exist(datasets):
    for name, rows in datasets.items():
        if name.startswith("SUPP"):
            keys = [(row["USUBJID"], row["IDVARVAL"], row["QNAM"]) for row in rows]
            assert len(keys) == len(set(keys))
            for row in rows:
                parents = of_domain(datasets, row["RDOMAIN"], USUBJID=row["USUBJID"])
                assert float(row["IDVARVAL"]) in {parent[row["IDVAR"]] for parent in parents}
                assert re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", row["QNAM"])
                assert 0 < len(row["QLABEL"]) <= 40


@pytest.mark.requirement("R-100")
def test_strength_is_told_by_movement_with_place_and_side(datasets):
    grades = [row for row in datasets["MK"] if row["MKTESTCD"].startswith("MMT") and row["MKDRVFL"] != "Y"]
    places = {(row["MKTESTCD"], row["MKLOC"], row["MKLAT"]) for row in grades}
    assert len(places) == 20
    sums = of_domain(datasets, "MK", MKTESTCD="MMTSUM")
    assert sums
    for row in sums:
        same = [g for g in grades if (g["USUBJID"], g["MKDTC"]) == (row["USUBJID"], row["MKDTC"])]
        assert row["MKSTRESN"] == sum(grade["MKSTRESN"] for grade in same)
        assert (row["MKDRVFL"], row["MKORRES"]) == ("Y", "")
    assert {row["MKSTRESU"] for row in of_domain(datasets, "MK", MKTESTCD="GRIPSTR")} == {"kPa"}


def test_one_baseline_for_each_test_place_and_side(datasets):
    for domain in SDTM.domains:
        flag = f"{domain.name}LOBXFL"
        if flag not in domain.names:
            continue
        flagged = [row for row in datasets[domain.name] if row.get(flag) == "Y"]
        parts = [f"{domain.name}{part}" for part in ("TESTCD", "LOC", "LAT", "ANTREG", "METHOD")]
        groups = [(row["USUBJID"], *(row.get(part) for part in parts)) for row in flagged]
        assert len(groups) == len(set(groups))
    bests = of_domain(datasets, "MK", MKTESTCD="GRIPBEST", MKLOBXFL="Y")
    assert {row["VISIT"] for row in bests} == {"WEEK 1 (BASELINE)"}


def test_exposure_is_what_was_collected_in_g_per_kg(datasets):
    given = {(row["USUBJID"], row["ECLNKID"]): row for row in datasets["EC"] if row["ECOCCUR"] == "Y"}
    assert {(row["USUBJID"], row["EXLNKID"]) for row in datasets["EX"]} == given.keys()
    for row in datasets["EX"]:
        assert row["EXSTDTC"] == given[row["USUBJID"], row["EXLNKID"]]["ECSTDTC"]
        assert 0.2 < row["EXDOSE"] < 1.2
    for row in datasets["DM"]:
        starts = [one["EXSTDTC"] for one in of_domain(datasets, "EX", USUBJID=row["USUBJID"])]
        assert row["RFXSTDTC"] == min(starts, default="")


def test_patient_who_is_not_eligible_is_told(datasets):
    (subject,) = of_domain(datasets, "DM", ARMNRS="SCREEN FAILURE")
    assert (subject["ARMCD"], subject["RFSTDTC"], subject["AGE"]) == ("", "", 64)
    unmet = {
        (row["IETESTCD"], row["IEORRES"]) for row in of_domain(datasets, "IE", USUBJID=subject["USUBJID"])
    }
    assert unmet == {("INCL02", "N"), ("EXCL01", "Y")}
    assert {row["IETESTCD"] for row in datasets["IE"]} <= {row["IETESTCD"] for row in datasets["TI"]}
    decoded = {row["DSDECOD"] for row in of_domain(datasets, "DS", USUBJID=subject["USUBJID"])}
    assert decoded == {"INFORMED CONSENT OBTAINED", "ELIGIBILITY CRITERIA NOT MET", "SCREEN FAILURE"}


def test_missed_and_unscheduled_visits_are_told(datasets):
    (missed,) = of_domain(datasets, "SV", SVOCCUR="N")
    assert (missed["VISIT"], missed["SVREASOC"], missed["SVSTDTC"]) == (
        "WEEK 1 (BASELINE)",
        "Not eligible",
        "",
    )
    (unscheduled,) = [row for row in datasets["SV"] if row["SVUPDES"]]
    assert unscheduled["VISITNUM"] % 1 > 0


def test_long_texts_go_on_and_are_never_cut(datasets):
    (deviation,) = [row for row in datasets["DV"] if row["DVTERM"].startswith("First line long")]
    rest = [
        row["QVAL"]
        for row in of_domain(datasets, "SUPPDV", USUBJID=deviation["USUBJID"])
        if row["QNAM"].startswith("DVTERM")
    ]
    assert " ".join([deviation["DVTERM"], *rest]) == ("First line " + "long words " * 60).strip()
    (event,) = [row for row in datasets["AE"] if "頭痛" in row["AETERM"]]
    assert len(event["AETERM"].encode()) <= 200


def test_comments_stand_in_a_dataset_of_their_own(datasets):
    (comment,) = [row for row in datasets["CO"] if row["COVAL"].startswith("Since childhood.")]
    parts = [value for name, value in comment.items() if name.startswith("COVAL") and value]
    assert (comment["RDOMAIN"], " ".join(parts)) == ("MH", ("Since childhood. " * 30).strip())


def test_readme_names_variables_that_are_not_ascii_and_own_terms(folder):
    said = (folder / "README").read_text(encoding="utf-8")
    assert "AE: AETERM" in said
    assert "MMTSUM" in said
    assert "SYNTHETIC" in said


def test_define_is_valid_and_a_foreign_program_reads_it(folder):
    schema = etree.XMLSchema(etree.parse(odmlib.schema_manager.get_schema_path("define", "2.1")))
    assert schema.validate(etree.parse(folder / "define.xml")), schema.error_log
    reader = loader.ODMLoader(
        define_loader.XMLDefineLoader(model_package="define_2_1", ns_uri="http://www.cdisc.org/ns/def/v2.1")
    )
    reader.open_odm_document(str(folder / "define.xml"))
    assert {group.Name for group in reader.MetaDataVersion().ItemGroupDef} >= ASKED_FOR


def test_define_and_datasets_have_the_same_variables_in_the_same_order(folder, datasets):
    assert described(define(folder)) == {name: list(rows[0]) for name, rows in datasets.items()}


def test_whatever_the_define_points_at_is_there(folder):
    root = define(folder)
    defined = {element.get(name) for element in root.iter() for name in ("OID", "ID") if element.get(name)}
    for element in root.iter():
        for name, value in element.attrib.items():
            plain = name.rpartition("}")[2]
            if plain not in ("OID", "FileOID") and plain.endswith(("OID", "leafID", "LocationID")):
                assert value in defined, (element.tag, name, value)
    for leaf in root.iter("{http://www.cdisc.org/ns/def/v2.1}leaf"):
        assert (folder / leaf.get(f"{XLINK}href")).is_file()
    coded = {ref.get("CodeListOID") for ref in root.iter(f"{ODM}CodeListRef")}
    assert coded == {one.get("OID") for one in root.iter(f"{ODM}CodeList")}


def test_same_data_give_the_same_bytes_live_or_from_the_trail(folder, tmp_path):
    again = written(tmp_path / "trail", from_trail=True)
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert names == sorted(str(path.relative_to(again)) for path in again.rglob("*") if path.is_file())
    differing = [name for name in names if (again / name).read_bytes() != (folder / name).read_bytes()]
    assert not differing


def test_what_the_selection_leaves_out_is_absent_and_the_define_says_so(folder, tmp_path):
    bare = written(
        tmp_path / "bare", Selection(forms=("consent", "visit", "adverse-event", "protocol-deviation"))
    )
    comments = {
        one.get("OID"): "".join(one.itertext())
        for one in define(bare).iter("{http://www.cdisc.org/ns/def/v2.1}CommentDef")
    }
    assert "BRTHDAT" in comments["COM.DM"]
    assert "DVTERM" in comments["COM.DV"]
    assert "SVREASOC" in comments["COM.SV"]
    assert not (bare / "mk.xpt").exists()
    deviations, _labels = transport(bare / "dv.xpt")
    assert {row["DVTERM"] for row in deviations} == {""}
    assert "Left out" in (bare / "README").read_text()
