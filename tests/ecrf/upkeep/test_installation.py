"""An installation is compared with its release: what differs is named, and nothing is written."""

import gzip
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from ecrf.audit.shipped.triggers import triggers_as_shipped
from ecrf.audit.verifying.checks import Extent
from ecrf.upkeep.validation import differences
from ecrf.upkeep.validation.differences import compare
from ecrf.upkeep.validation.facts import SECRETS, SHOWN, facts, role_matrix
from ecrf.upkeep.validation.manifest import (
    FILES,
    FOLDERS,
    NAME,
    files_of,
    fingerprint,
    make_manifest,
)
from tests.image.dockerfile import context, stages

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-151")]

ROOT = Path(settings.BASE_DIR)


@pytest.fixture
def release(tmp_path):
    """A folder with what an image holds, and the manifest that was made of it."""
    root = tmp_path / "app"
    for name in ("ecrf/audit/sql", "templates/errors"):
        shutil.copytree(ROOT / name, root / name)
    for name in FILES:
        shutil.copy(ROOT / name, root / name)
    return root, make_manifest(root)


@pytest.fixture
def as_in_production(monkeypatch, tmp_path):
    """Without what a test run has otherwise: it speaks http, and the tests' own packages are there too."""
    monkeypatch.setattr(differences, "distributions", list)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "ecrf.settings")
    monkeypatch.setattr(differences, "AS_SHIPPED", {"DEBUG": False})
    monkeypatch.setattr(differences.checks, "run_checks", lambda **_: [])
    with override_settings(STATIC_ROOT=tmp_path / "collected"):
        yield tmp_path / "collected"


def found(root, manifest) -> list[str]:
    return [words for part in compare(root, manifest) for words in part.differences]


def test_installation_as_released_differs_in_nothing(release, as_in_production, capsys):
    root, manifest = release
    (root / "release.json").write_bytes(manifest)
    with override_settings(BASE_DIR=root):
        call_command("check_installation")
    said = capsys.readouterr().out
    assert "DIFFERS" not in said
    assert said.splitlines()[-1].endswith(f"fingerprint {fingerprint(manifest)}.")
    assert "triggers as shipped" in said


def test_manifest_is_the_same_wherever_and_whenever_it_is_made(release):
    root, manifest = release
    (root / "ecrf/__pycache__").mkdir()
    (root / "ecrf/__pycache__/x.pyc").write_bytes(b"x")
    (root / "ecrf/demo.py").write_text("# stays out of the image")
    (root / "README.md").write_text("is no part of it")
    assert make_manifest(root) == manifest
    assert set(json.loads(manifest)["files"]) >= set(FILES)


def test_manifest_of_the_repository_names_every_kind_of_its_files():
    files = json.loads(make_manifest(ROOT))["files"]
    for folder in FOLDERS:
        assert any(name.startswith(f"{folder}/") for name in files), folder
    assert "ecrf/audit/sql/write.sql" in files
    assert "ecrf/demo.py" not in files


def test_manifest_is_of_what_the_image_is_given():
    """What it fetches besides, the front-end packages, are copies that package-lock.json pins; what it compiles comes
    from the catalogues."""
    given = {path.as_posix() for path in context(ROOT)}
    fetched = {name for name in files_of(ROOT) if name.startswith("static/vendor/")}
    compiled = {name for name in files_of(ROOT) if name.startswith("static/words/") or name.endswith(".mo")}
    assert compiled
    assert set(files_of(ROOT)) - fetched - compiled == given
    built = next(one for one in stages((ROOT / "Dockerfile").read_text()) if one.name == "product")
    assert built.last("RUN").rest.endswith(f"python -m ecrf.upkeep.validation.manifest {NAME}")


def test_file_that_was_changed_added_or_removed_is_named(release, as_in_production):
    root, manifest = release
    changed = next((root / "ecrf/audit/sql").glob("*.sql"))
    changed.write_text(changed.read_text() + "-- mine")
    (root / "ecrf/mine.py").write_text("")
    (root / "manage.py").unlink()
    place = changed.relative_to(root).as_posix()
    assert found(root, manifest) == [
        "manage.py is gone.",
        "ecrf/mine.py is not of the release.",
        f"{place} has other content than the release's.",
    ]


def test_package_of_another_version_or_none_or_unknown_is_named(release, as_in_production, monkeypatch):
    root, _manifest = release
    lock = root / "requirements.lock"
    lock.write_text(
        "django==1.2.3 \\\n    --hash=x\nno-such-thing==4 \\\nnot-here==5 ; sys_platform == 'x' \\\n"
    )
    added = SimpleNamespace(metadata={"Name": "Mine_Own"}), SimpleNamespace(metadata={"Name": "Barman"})
    monkeypatch.setattr(differences, "distributions", lambda: added)
    packages = found(root, make_manifest(root))
    assert len(packages) == 3
    assert packages.pop() == "Not of the release, and installed: mine-own."
    assert packages[0].endswith(" is installed, the release has 1.2.3.")
    assert packages[1] == "no-such-thing 4 is not installed."


def test_static_file_that_is_not_what_its_name_says_is_named(release, as_in_production):
    as_in_production.mkdir()
    (as_in_production / "a.0cc175b9c0f1.js").write_text("a")
    (as_in_production / "a.0cc175b9c0f1.js.gz").write_bytes(gzip.compress(b"a"))
    (as_in_production / "plain.js").write_text("anything")
    assert found(*release) == []
    (as_in_production / "a.0cc175b9c0f1.js").write_text("b")
    assert found(*release) == [
        "a.0cc175b9c0f1.js is not what its name says.",
        "a.0cc175b9c0f1.js.gz is not what its unpacked neighbour is.",
    ]


def test_setting_that_production_has_otherwise_is_named(release, monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.mine")
    with override_settings(DEBUG=True, TLS=False, SYNTHETIC_DATA=True):
        words = " ".join(found(*release))
    assert "DEBUG is on; in production it is off." in words
    assert "TLS is off; in production it is on." in words
    assert "SYNTHETIC_DATA is on; in production it is off." in words
    assert "The settings are read from tests.mine" in words


def test_database_that_was_altered_is_named(release, as_in_production):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casebook_entry DISABLE TRIGGER casebook_stays")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'locks' AND name LIKE '0001%'")
    words = found(*release)
    assert len(words) == 1
    assert "1 migrations are to be run" in words[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('locks', '0001_initial', now())"
        )
    assert found(*release) == [
        "trigger casebook_stays of casebook_entry is switched off, or fires at other times."
    ]


def test_fault_that_is_recorded_as_known_is_no_difference(release, as_in_production, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casebook_entry DISABLE TRIGGER casebook_stays")
    (fault,) = triggers_as_shipped(Extent())
    monkeypatch.setattr(differences, "known_faults", lambda: {fault.mark: "known"})
    assert found(*release) == []
    assert "but for 1 that are recorded as known" in compare(*release)[-1].seen


def test_command_fails_with_the_number_of_differences(release, as_in_production, capsys):
    root, manifest = release
    (root / "release.json").write_bytes(manifest)
    (root / "manage.py").write_text("# mine")
    with (
        override_settings(BASE_DIR=root),
        pytest.raises(CommandError, match="in 1 place"),
    ):
        call_command("check_installation", "--json", root / "found.json")
    assert "manage.py has other content than the release's." in capsys.readouterr().err
    kept = json.loads((root / "found.json").read_text())
    assert kept["parts"][0]["differences"] == ["manage.py has other content than the release's."]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "is not there: only an image carries it"),
        (b'{"software": "ecrf 0.1.0", "fil', "is no manifest of a release, or was cut"),
        (b"[]", "is no manifest of a release, or was cut"),
    ],
)
def test_manifest_that_is_none_is_refused_in_words(tmp_path, content, words):
    file = tmp_path / "release.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        call_command("check_installation", "--manifest", file)


def test_facts_tell_no_secret():
    assert not set(SHOWN) & set(SECRETS)
    with override_settings(HEALTH_TOKEN="a-token-of-this-test", OIDC_CLIENT_SECRET=""):
        said = facts(ROOT)
    text = json.dumps(said)
    assert settings.SECRET_KEY not in text
    assert "a-token-of-this-test" not in text
    assert said["secrets"]["HEALTH_TOKEN"] == "set"
    assert said["secrets"]["OIDC_CLIENT_SECRET"] == "not set"
    assert said["database"]["migrations"]


def test_role_matrix_is_the_codes():
    matrix = role_matrix()
    assert matrix["enter and complete data, add patients, open visits"]["Coordinator"] is True
    assert matrix["enter and complete data, add patients, open visits"]["Administrator"] is False
    assert len(matrix) == 14
