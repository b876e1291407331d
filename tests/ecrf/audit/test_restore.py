"""A backup is restored as docker-compose.yml says: the chains hold; who may write the trail is told, then mended."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection

from ecrf.audit.functions import NEVER_DELETED, NOTHING, ONLY_ADDED, ONLY_READ, revoke, revoked
from ecrf.audit.privileges import too_much
from ecrf.demo import ROOT
from tests.ecrf.audit.test_web_role import COMPOSE
from tests.postgres import cursor_on, empty_database, fresh_database

pytestmark = [pytest.mark.requirement("R-008"), pytest.mark.requirement("R-130")]

WEB = f"ecrf_web_restored_{os.getpid()}"
CLOSED = revoked()
SHUT = (ONLY_READ, NOTHING)
MAY = [
    *(
        f"{WEB} may {rights} in {', '.join(sorted(table for table, kept in CLOSED.items() if kept == wanted))}"
        for rights, wanted in (
            ("DELETE", NEVER_DELETED),
            ("INSERT, UPDATE, DELETE", ONLY_READ),
            ("SELECT, INSERT, UPDATE, DELETE", NOTHING),
            ("UPDATE, DELETE", ONLY_ADDED),
        )
    ),
    "everybody (PUBLIC) may make temporary tables in this database",
]
CALLABLE = """
    SELECT proname FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND has_function_privilege(%s, oid, 'EXECUTE')
        AND proname IN ('audit_redact', 'audit_redact_row', 'audit_revoke')
"""


GIVEN_BEFORE = (
    f"ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {WEB}",
    f"ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO {WEB}",
)
"""What the first version's compose file let every table give to the web role."""


def program(name: str, url: str, **files) -> None:
    """PostgreSQL's program of this name, as docker-compose.yml has the operator call it, on this database."""
    (call,) = re.findall(rf"exec --no-TTY database {name} (.+?) [<>] ecrf-DATE\.dump`", COMPOSE.read_text())
    given = psycopg2.extensions.parse_dsn(url)
    names = {"ecrf_owner": given["user"], "ecrf": given["dbname"]}
    words = [names.get(word, word) for word in shlex.split(call)]
    with cursor_on(url) as cursor:
        cursor.execute("SELECT setting FROM pg_config() WHERE name = 'BINDIR'")
        (folder,) = cursor.fetchone()
    env = {
        "PGHOST": given["host"],
        "PGPORT": given.get("port", "5432"),
        "PGPASSWORD": given.get("password", ""),
    }
    subprocess.run([Path(folder) / name, *words], env=env, check=True, **files)


def python(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DATABASE_URL": url, "LOG_LEVEL": "WARNING"}
    return subprocess.run([sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True)


@pytest.fixture
def restored(tmp_path):
    """The addresses of a restored database, as its owner and as the web role reach it."""
    with fresh_database() as before, empty_database() as after:
        with cursor_on(before) as owner:
            owner.execute(f"CREATE ROLE {WEB} LOGIN PASSWORD 'synthetic'")
            owner.execute(
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WEB}; {revoke()}"
            )
            owner.execute("SELECT set_config('ecrf.actor', 'test', false)")
            owner.execute(
                "INSERT INTO access_site (code, name, time_zone, is_practice) VALUES ('01', 'x', 'UTC', false)"
            )
        try:
            with (tmp_path / "ecrf.dump").open("w+b") as dump:
                program("pg_dump", before, stdout=dump)
                with cursor_on(after) as owner:
                    for statement in GIVEN_BEFORE:
                        owner.execute(statement)
                dump.seek(0)
                program("pg_restore", after, stdin=dump)
            where = urlsplit(after)
            yield after, where._replace(netloc=f"{WEB}:synthetic@{where.netloc.rpartition('@')[2]}").geturl()
        finally:
            for url in (before, after):
                with cursor_on(url) as owner:
                    owner.execute(f"DROP OWNED BY {WEB}")
            with cursor_on(os.environ["DATABASE_URL"]) as owner:
                owner.execute(f"DROP ROLE {WEB}")


def told_at_start(as_web: str) -> list[str]:
    done = python(as_web, "-c", "import ecrf.wsgi")
    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return [line["right"] for line in lines if line["message"] == "the audit trail is open"]


def test_restored_trail_is_told_to_be_open_until_it_is_migrated(restored):
    url, as_web = restored
    done = python(url, "manage.py", "verify_audit")
    assert [line.partition(" [")[0] for line in done.stderr.splitlines()] == [
        *(f"OPEN      {words}" for words in MAY),
        "CommandError: The audit trail holds, and can be written past its triggers. Run manage.py migrate as the owner"
        " of the tables: it takes these rights away.",
    ]
    checked = python(url, "manage.py", "check", "--database", "default")
    assert sorted(re.findall(r"\(ecrf\.W001\) The audit trail is open: (.+)\.", checked.stderr)) == sorted(
        MAY
    )
    assert told_at_start(as_web) == MAY

    assert python(url, "manage.py", "migrate", "--no-input").returncode == 0
    done = python(url, "manage.py", "verify_audit")
    assert (done.stdout, done.stderr) == ("The audit trail holds: 1 events in 1 chains.\n", "")
    assert "W001" not in python(url, "manage.py", "check", "--database", "default").stderr
    assert told_at_start(as_web) == []


def test_web_role_of_a_restored_database_can_neither_write_the_trail_nor_call_what_does(restored):
    url, as_web = restored
    assert python(url, "manage.py", "migrate", "--no-input").returncode == 0
    with cursor_on(as_web) as web:
        web.execute("SELECT count(*) FROM audit_auditevent")
        assert web.fetchone() == (1,)
        for statement in ("UPDATE audit_auditevent SET reason = 'x'", "DELETE FROM audit_auditchain"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                web.execute(statement)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="temporary tables"):
            web.execute("CREATE TEMPORARY TABLE audit_auditevent (id bigint)")
        web.execute(CALLABLE, [WEB])
        assert web.fetchall() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("grant", "words"),
    [
        ("GRANT UPDATE (reason) ON audit_auditevent TO {}", "{} may UPDATE in audit_auditevent"),
        ("GRANT DELETE ON audit_auditchain TO PUBLIC", "{} may DELETE in audit_auditchain"),
        ("GRANT DELETE ON audit_auditchain TO PUBLIC", "everybody (PUBLIC) may DELETE in audit_auditchain"),
        (
            "GRANT pg_write_all_data TO {}",
            f"{{}} may INSERT, UPDATE, DELETE in {', '.join(sorted(t for t, kept in CLOSED.items() if kept in SHUT))}",
        ),
    ],
)
def test_right_is_told_by_whatever_way_a_role_has_it(grant, words):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {WEB}")
        assert too_much() == []
        cursor.execute(grant.format(WEB))
        assert words.format(WEB) in too_much()
        cursor.execute(revoke())
    assert (too_much() == []) == ("pg_write_all_data" not in grant)
