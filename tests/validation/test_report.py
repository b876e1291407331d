"""The report of a validation: never better than the results, signed over its data, with all that belongs to it."""

import io
import json
import subprocess
import sys
from datetime import UTC, datetime

import jsonschema
import pytest
from pypdf import PdfReader

from ecrf.audit.bound.grants import SECRET, rights_of
from tests.validation import results
from tests.validation.catalogue import ROOT, by_requirement, catalogue
from tests.validation.controls import controls
from tests.validation.report import gathering
from tests.validation.report.gathering import (
    count_of,
    files_below,
    known_issues,
    peers_with_results,
    requirements_with_results,
    sheets,
    verdict,
)
from tests.validation.report.sbom import bill_of_materials, licence_of
from tests.validation.report.words import shown
from tests.validation.requirements import MET, NOT_MET, PARTLY, requirements
from tests.validation.results import FAILED, NOT_RUN, PASSED, SKIPPED

AT = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
PLACES = {
    "bom-ref": {"type": "string", "minLength": 1},
    "type": {"enum": ["library", "container"]},
    "name": {"type": "string"},
    "version": {"type": "string"},
    "purl": {"type": "string", "pattern": "^pkg:(pypi|npm)/"},
    "hashes": {"type": "array", "items": {"required": ["alg", "content"]}},
    "licenses": {
        "oneOf": [
            {
                "type": "array",
                "maxItems": 1,
                "items": {"required": ["expression"], "additionalProperties": {}},
            },
            {"type": "array", "items": {"required": ["license"]}},
        ]
    },
    "properties": {"type": "array", "items": {"required": ["name", "value"]}},
}
SCHEMA = {
    "type": "object",
    "required": ["bomFormat", "specVersion", "serialNumber", "version", "metadata", "components"],
    "properties": {
        "bomFormat": {"const": "CycloneDX"},
        "specVersion": {"const": "1.6"},
        "serialNumber": {"pattern": "^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
        "components": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "required": ["type", "name", "bom-ref"],
                "properties": PLACES,
                "additionalProperties": False,
            },
        },
    },
}
"""Of CycloneDX 1.6, what ours uses."""


def everything_passed() -> dict[str, str]:
    return dict.fromkeys(catalogue(), PASSED)


def found(outcomes: dict[str, str]) -> dict:
    asked = requirements_with_results(outcomes)
    installation = {
        "software": "ecrf 0.1.0",
        "release": "f" * 64,
        "files": {"ecrf": 1},
        "python": "3.11",
        "system": "Linux",
        "settings": {"DEBUG": False},
        "secrets": {"SECRET_KEY": "set"},
        "database": {
            "postgresql": "18.0",
            "migrations": ["a.0001"],
            "rights": {"the web role": {"SELECT": ["audit_auditevent"]}},
            "policies": [{"table": "a", "name": "reach", "command": "ALL", "using": "x", "check": "x"}],
        },
    }
    return {
        "at": AT.isoformat(),
        "commit": "0" * 40,
        "installation": installation,
        "roles": {"enter data": {"Coordinator": True, "Monitor": False}},
        "requirements": asked,
        "counts": count_of(asked),
        "peers": peers_with_results(outcomes),
        "results": outcomes,
        "controls": gathering.controls_taken_away(),
        "sheets": {"drill": {"words": "There is none here: make drill makes it."}},
        "known_issues": known_issues(),
        "sbom": bill_of_materials(AT),
        "pictures": {"a.png": "e" * 64},
        "broken_runs": [],
        "notes": [],
    }


def test_report_names_the_rights_and_policies_that_an_installation_has():
    """In a process of its own, as it sets up the product by itself."""
    code = "import json; from tests.validation.report.gathering import installation; print(json.dumps(installation()))"
    output = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    database = json.loads(output.stdout)["installation"]["database"]
    for words, role in gathering.ROLES.items():
        held = {
            table: set(rights.split(", "))
            for rights, tables in database["rights"][words].items()
            for table in tables
        }
        wanted = rights_of(role)
        assert not held.keys() & SECRET
        assert held.keys() >= {"casebook_patient", "audit_auditevent", "exports_keptcontent"}
        # The trial's forms are in the one, a stub's may be in the other.
        assert {table: held[table] for table in held.keys() & wanted.keys()} == {
            table: set(wanted[table]) for table in held.keys() & wanted.keys()
        }
    policies = {(one["table"], one["name"]) for one in database["policies"]}
    assert {
        ("casebook_patient", "reach"),
        ("audit_auditevent", "reach"),
        ("access_user", "changed"),
    } <= policies


@pytest.mark.requirement("R-150")
@pytest.mark.requirement("R-151")
def test_report_is_one_file_with_its_data_and_a_signature_that_openssl_checks(tmp_path):
    from ecrf.upkeep.validation.report import write_report

    data = found(everything_passed())
    report = write_report(data, shown(data), tmp_path / "into", tmp_path / "key.pem", AT)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(report.read_bytes())).pages]
    whole = "\n".join(pages)
    for name in (*requirements(), "A.1.1.0100", "T001-01", "Known issues", "Signature"):
        assert name in whole, name
    content, signature, public = (report.with_suffix(end) for end in (".json", ".json.sig", ".pub.pem"))
    assert json.loads(content.read_text())["counts"] == data["counts"]
    check = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", content]
    assert subprocess.run([*check, "-sigfile", signature], capture_output=True).returncode == 0
    content.write_text(content.read_text().replace('"met"', '"mеt"', 1))
    assert subprocess.run([*check, "-sigfile", signature], capture_output=True).returncode != 0


@pytest.mark.requirement("R-150")
@pytest.mark.parametrize(
    ("state", "outcomes", "said"),
    [
        (MET, [PASSED, PASSED], "met"),
        (MET, [PASSED, FAILED, NOT_RUN], "FAILED: 1 of 3 tests"),
        (MET, [NOT_RUN, SKIPPED], "not shown: none of its tests was run"),
        (MET, [PASSED, SKIPPED], "met, but 1 of 2 tests were not run"),
        (PARTLY, [PASSED], "partly"),
        (NOT_MET, [], "not met"),
    ],
)
def test_nothing_is_said_to_be_met_that_was_not_shown(state, outcomes, said):
    assert verdict(state, outcomes) == said


@pytest.mark.requirement("R-150")
def test_report_of_a_run_with_a_failure_or_without_a_test_is_not_complete():
    assert shown(found(everything_passed()))["is_complete"]
    node = by_requirement()["R-006"][0].node
    for outcome in (FAILED, SKIPPED, NOT_RUN):
        said = shown(found({**everything_passed(), node: outcome}))
        assert not said["is_complete"]
        (one,) = [one for one in said["requirements"] if one["head"].startswith("R-006")]
        assert one["head"] != "R-006 – met"
    broken = {**found(everything_passed()), "broken_runs": ["The run broke off."]}
    assert not shown(broken)["is_complete"]


def test_worst_result_of_a_test_counts_over_parameters_and_protocols(tmp_path):
    one, other = "tests/x.py::test_a[1]", "tests/x.py::test_a[2]"
    lines = [(one, PASSED), (other, FAILED), ("tests/x.py::test_b", SKIPPED)]
    for name in ("stub", "trial"):
        (tmp_path / f"{name}.jsonl").write_text(
            "".join(json.dumps({"test": test, "outcome": outcome}) + "\n" for test, outcome in lines)
        )
        lines = [(other, PASSED), ("tests/x.py::test_b", PASSED)]
    assert results.read(tmp_path) == {"tests/x.py::test_a": FAILED, "tests/x.py::test_b": SKIPPED}


def test_results_are_written_for_every_test_of_a_run(tmp_path):
    (tmp_path / "test_x.py").write_text(
        "import pytest\ndef test_a(): pass\ndef test_b(): assert 0\ndef test_c(): pytest.skip('why')\n"
        "@pytest.fixture\ndef broken(): raise ValueError\ndef test_d(broken): pass\n"
    )
    import os
    import sys

    env = {**os.environ, "VALIDATION_RESULTS": str(tmp_path / "x.jsonl"), "PYTHONPATH": str(gathering.ROOT)}
    env.pop("PYTEST_XDIST_WORKER", None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "tests.validation.results"]
    subprocess.run(command, cwd=tmp_path, env=env, capture_output=True)
    assert results.read(tmp_path) == {
        "test_x.py::test_a": PASSED,
        "test_x.py::test_b": FAILED,
        "test_x.py::test_c": SKIPPED,
        "test_x.py::test_d": FAILED,
    }


def test_sheet_is_the_newest_with_its_hash_and_a_missing_one_is_said(tmp_path):
    import os

    (tmp_path / "drill").mkdir()
    for number, faults in enumerate(([], ["a chain is gone"])):
        file = tmp_path / f"drill/drill-{number}.json"
        file.write_text(json.dumps({"faults": faults}))
        os.utime(file, (number, number))
    said = sheets(tmp_path)
    assert said["drill"]["words"] == "1 FAULTS: a chain is gone"
    assert said["drill"]["sha256"] == files_below(tmp_path)["drill/drill-1.json"]
    assert said["siege"]["words"] == "There is none here: make siege makes it."


@pytest.mark.requirement("R-136")
def test_bill_of_materials_names_every_part_with_hash_and_licence():
    made = bill_of_materials(AT)
    jsonschema.validate(made, SCHEMA)
    assert made == bill_of_materials(AT)
    references = [one["bom-ref"] for one in made["components"]]
    assert len(references) == len(set(references))
    assert made["dependencies"][0]["dependsOn"] == references
    libraries = [one for one in made["components"] if one["type"] == "library"]
    assert {"django", "psycopg2-binary", "barman", "htmx.org"} <= {one["name"] for one in libraries}
    assert not {"pytest", "playwright", "axe-core"} & {one["name"] for one in libraries}
    assert all(one.get("hashes") or one.get("properties") for one in libraries)
    unknown = [one["name"] for one in libraries if licence_of(one).startswith("not said")]
    assert len(unknown) <= 3, unknown


@pytest.mark.requirement("R-153")
def test_known_issues_are_told():
    assert len(known_issues()) >= 5
    assert all(issue.endswith(".") for issue in known_issues())


def test_controls_stand_in_the_report_whether_they_were_tried_or_not():
    assert [one["id"] for one in gathering.controls_taken_away()] == [one.id for one in controls()]
