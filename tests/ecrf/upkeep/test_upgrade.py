"""An upgrade keeps what was there, or nothing is changed; an older version refuses a newer one's database."""

import json
import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ecrf.audit.made_by import left_to_do, stranger_to_us
from ecrf.demo import ROOT
from tests.postgres import SETTINGS, cursor_on, fresh_database

LATER = "tests.ecrf.upkeep.later.settings"
ADD_SITE = """
    SELECT set_config('ecrf.actor', 'system', false);
    INSERT INTO access_site (code, name, time_zone, is_practice) VALUES ('01', 'Synthetic', 'UTC', false)
"""

BAD = {
    "fails at the end": "The upgrade failed: division by zero",
    "deletes rows": "LOST      access_site: 1 rows before, 0 after",
    "drops a column": "LOST      row 1 of access_site: name is not what the trail says",
    "alters past the trail": "name is not what the trail says",
    "cuts the trail": "the system's chain no longer holds its event 1 as it was",
}


@pytest.fixture
def url():
    """Of a database of this version, with a site."""
    with fresh_database() as address:
        with cursor_on(address) as cursor:
            cursor.execute(ADD_SITE)
        yield address


def python(url: str, *words: str, later: str = "") -> subprocess.CompletedProcess[str]:
    """By this version, or by the later one, whose migration does this."""
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": SETTINGS, "LOG_LEVEL": "ERROR"}
    if later:
        env |= {"DJANGO_SETTINGS_MODULE": LATER, "LATER_THAN": SETTINGS, "LATER": later}
    return subprocess.run([sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True)


def all_of(url: str) -> tuple[list[object], ...]:
    """What an upgrade could alter here."""
    found = []
    with cursor_on(url) as cursor:
        for statement in (
            "SELECT to_jsonb(s) FROM access_site s",
            "SELECT to_jsonb(e) FROM audit_auditevent e ORDER BY chain, position",
            "SELECT app, name FROM django_migrations ORDER BY id",
        ):
            cursor.execute(statement)
            found.append(cursor.fetchall())
    return tuple(found)


@pytest.mark.requirement("R-119")
def test_upgrade_counts_and_hashes_every_table_before_and_after(url, tmp_path):
    note = tmp_path / "note.json"
    done = python(url, "manage.py", "upgrade", "--note", str(note), later="describes a table")
    assert done.returncode == 0, done.stderr
    assert "hold the rows they held" in done.stdout
    kept = json.loads(note.read_text())
    assert kept["migrations"] == ["later.0001_what_later_says"]
    assert kept["before"]["tables"]["access_site"] == kept["after"]["tables"]["access_site"]
    assert kept["before"]["tables"]["access_site"]["rows"] == 1
    assert kept["before"]["chains"] == kept["after"]["chains"]
    with cursor_on(url) as cursor:
        cursor.execute("SELECT name, obj_description('access_site'::regclass) FROM access_site")
        assert cursor.fetchall() == [("Synthetic", "later")]


@pytest.mark.requirement("R-119")
def test_upgrade_that_fails_or_loses_something_leaves_the_database_to_the_version_of_before(url):
    before = all_of(url)
    done = python(url, "-m", "tests.ecrf.upkeep.later.each", *BAD, later="describes a table")
    assert done.returncode == 0, done.stderr
    for later, words in zip(BAD, done.stdout.split("----"), strict=True):
        assert BAD[later] in words
        assert words.strip().endswith(
            "Nothing was changed; the version of before goes on with this database."
        ), words
    assert all_of(url) == before


def test_change_that_the_trail_says_is_no_loss(url):
    done = python(url, "manage.py", "upgrade", later="alters within the trail")
    assert done.returncode == 0, done.stderr
    assert "CHANGED   access_site: 1 rows before and after, with other content" in done.stdout


def test_database_of_a_newer_version_is_refused_in_a_sentence_by_whatever_would_use_it(url):
    with cursor_on(url) as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('later', '0001_later', now())"
        )
    before = all_of(url)
    for words in (("manage.py", "migrate"), ("-c", "import ecrf.wsgi")):
        done = python(url, *words)
        assert done.returncode == 1, words
        assert "made by a newer version of the software: it holds later.0001_later, which this" in done.stderr
        assert "Traceback" not in done.stderr
    assert all_of(url) == before


@pytest.mark.django_db
def test_upgrade_and_worker_refuse_it_too_and_a_newer_version_does_not_serve_before_its_upgrade():
    assert (stranger_to_us(), left_to_do()) == ("", "")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('later', '0001_later', now())"
        )
    for command in (["upgrade"], ["work", "--once"]):
        with pytest.raises((CommandError, SystemExit), match="made by a newer version"):
            call_command(*command)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app IN ('later', 'grid')")
    assert "1 migrations are to be run. Run manage.py upgrade as the owner" in left_to_do()
    assert stranger_to_us() == ""
