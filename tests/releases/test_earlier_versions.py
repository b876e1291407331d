"""A database of every released version is migrated, its chains are verified and its pages open."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from ecrf.demo import ROOT
from tests.ecrf.audit.test_sql_sources import FUNCTIONS, TRIGGERS
from tests.postgres import cursor_on, empty_database

A_SESSION = "INSERT INTO public.django_session VALUES ('a session of before', '', now() + interval '1 day')"
COLUMNS = """
    SELECT table_name || '.' || column_name, concat_ws(' ', data_type, character_maximum_length, is_nullable,
        is_identity, column_default)
    FROM information_schema.columns WHERE table_schema = 'public'
"""
CONSTRAINTS = """
    SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
KEPT = sorted(Path(__file__).parent.glob("*.sql.gz"))


@pytest.fixture(scope="module", params=KEPT, ids=[file.name for file in KEPT])
def migrated(request):
    """The settings of a database of that version, migrated by this one."""
    with empty_database() as url:
        text = gzip.decompress(request.param.read_bytes()).decode()
        statements = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("\\"))
        with cursor_on(url) as cursor:
            cursor.execute(statements)
            cursor.execute(A_SESSION)
        env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "ecrf.settings"}
        run(env, "manage.py", "upgrade", "--verbosity", "0")
        yield env


def run(env: dict[str, str], *command: str) -> str:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_released_version_is_kept():
    assert "0.1.0.sql.gz" in {file.name for file in KEPT}


@pytest.mark.django_db
def test_whatever_a_migrated_version_consists_of_is_what_this_one_does(migrated):
    """This one's was made by tests/migrating.py, the other by Django alone."""
    with cursor_on(migrated["DATABASE_URL"]) as old, connection.cursor() as new:
        for query in (FUNCTIONS, TRIGGERS, COLUMNS, CONSTRAINTS, INDEXES):
            new.execute(query)
            old.execute(query)
            assert definitions(old.fetchall()) == definitions(new.fetchall())


def definitions(rows: list[tuple[str, ...]]) -> list[tuple[str, str]]:
    """Without the rights, which a dump of a release is kept without; PostgreSQL writes casts another way after one."""
    return sorted((name, re.sub(r"::[a-z ]+(\[\])?|[()\s]", "", said)) for name, said, *_rights in rows)


@pytest.mark.requirement("R-020")
def test_database_of_a_released_version_is_migrated_its_chains_hold_and_its_pages_open(migrated):
    assert "The audit trail holds" in run(migrated, "manage.py", "verify_audit")
    with cursor_on(migrated["DATABASE_URL"]) as cursor:  # nothing would ever clear them
        cursor.execute("SELECT count(*) FROM public.django_session")
        assert cursor.fetchone() == (0,)
    opened = run(migrated, "-m", "tests.releases.open_pages").split()
    assert len(opened) > 40
