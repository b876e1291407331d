"""The settings: a missing or wrong one stops the start and says what to do; production's are safe."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
import yaml

from ecrf.anchors.signed.keys import PrivateKey, new_key, read_private
from ecrf.web.database_address import database, servers_of
from ecrf.web.setting_names import NAMES, OF_COMPOSE, PLAIN, SECRET, mistyped, passed_over

ROOT = Path(__file__).resolve().parent.parent.parent
ANCHOR_KEY = PrivateKey(b"synthetic-key-only-for-this-test").text
ONE_SIGN_WRONG = ANCHOR_KEY[:-1] + ("B" if ANCHOR_KEY.endswith("A") else "A")
DATABASE_FORM = "postgresql://user:password@host:5432/name"
PRODUCTION = {
    "SECRET_KEY": "pRoduct1on-like-and-long-enough-Zq8wXv3nK5tB7mC2-only-for-this-test",
    "DATABASE_URL": "postgresql://ecrf_web:hunter2@db.example:5432/ecrf",
    "ALLOWED_HOSTS": "ecrf.example.org",
    "TLS": "on",
}

OF_BACKUPS = ("BACKUP_", "RESTORE_", "DRILL_", "POSTGRES_")
SECRET_FILES = {f"{name}_FILE" for name in SECRET}
"""One way reads them all; some stand in the tables below."""

WRONG = [
    ("SECRET_KEY", None, ["SECRET_KEY is not set", "50 or more random characters", "SECRET_KEY_FILE"]),
    ("SECRET_KEY", "", ["SECRET_KEY is not set"]),
    ("SECRET_KEY", "short", ["SECRET_KEY is shorter than 50 characters", "Set a longer"]),
    ("DATABASE_URL", None, ["DATABASE_URL is not set", DATABASE_FORM]),
    ("DATABASE_URL", "mysql://user:password@host/name", ["DATABASE_URL", "PostgreSQL", DATABASE_FORM]),
    ("DATABASE_URL", "just words", ["DATABASE_URL", DATABASE_FORM]),
    ("DATABASE_URL", "postgresql://user:password@host:port/name", ["DATABASE_URL", DATABASE_FORM]),
    ("DATABASE_URL", "postgresql://user:password@[host/name", ["DATABASE_URL", DATABASE_FORM]),
    ("DATABASE_URL", "postgresql://user:password@h1:5432,h2:port/name", ["DATABASE_URL", DATABASE_FORM]),
    ("DATABASE_URL", "postgresql://user:password@h1:5432:1,h2/name", ["DATABASE_URL", DATABASE_FORM]),
    ("DATABASE_URL", "postgresql://user:password@/name?host=h1,h2,h3&port=1,2", ["3 hosts and 2 ports"]),
    ("DATABASE_URL", "postgresql://user:password@/name?host=h1,h2&port=a,b", ["a port", DATABASE_FORM]),
    ("DATABASE_URL", "postgresql://user:password@host:5432/", ["names no database", DATABASE_FORM]),
    ("DATABASE_URL", f"postgresql://user:password@host/{'n' * 64}", ["more than 63 characters"]),
    ("DATABASE_URL", "postgresql://user:password@h1:0,h2/name", ["a port that is none", DATABASE_FORM]),
    ("DATABASE_URL", "postgresql://user:password@h1:99999,h2/name", ["a port that is none", DATABASE_FORM]),
    ("DATABASE_URL", f"{DATABASE_FORM}?sslmode=never", ["invalid sslmode value", "never", DATABASE_FORM]),
    ("DATABASE_URL", f"{DATABASE_FORM}?conect_timeout=4", ["conect_timeout", DATABASE_FORM]),
    ("DATABASE_URL", f"{DATABASE_FORM}?connect_timeout=soon", ["connect_timeout is 'soon'", DATABASE_FORM]),
    ("DATABASE_URL", f"{DATABASE_FORM}?target_session_attrs=writes", ["invalid target_session_attrs"]),
    ("ALLOWED_HOSTS", "https://ecrf.example.org", ["ALLOWED_HOSTS names 'https://", "without https://"]),
    ("ALLOWED_HOSTS", "ecrf.example.org:443", ["ALLOWED_HOSTS names", "without a port"]),
    ("ALLOWED_HOSTS", "a.example;b.example", ["ALLOWED_HOSTS names 'a.example;b.example'", "commas between"]),
    ("EXPORTS_FOLDER", "exports", ["EXPORTS_FOLDER is 'exports'", "whole path"]),
    ("ANCHORS_FOLDER", "./anchors", ["ANCHORS_FOLDER is './anchors'", "whole path"]),
    ("IDLE_MINUTES", "99999999999999999999", ["IDLE_MINUTES", "1 to 100000"]),
    ("CLAMD_ADDRESS", "clamd:99999", ["CLAMD_ADDRESS is 'clamd:99999'", "HOST:PORT"]),
    ("OIDC_ISSUER", "https://[idp", ["OIDC_ISSUER", "https", "off"]),
    ("MAIL_USER", "ecrf", ["MAIL_HOST is not set, but MAIL_USER is"]),
    ("MAIL_FROM", "ecrf@example.org", ["MAIL_HOST is not set, but MAIL_FROM is", "smtp.example.org"]),
    ("PUBLIC_URL", "https://ecrf.example.org:port", ["PUBLIC_URL", "https://ecrf.example.org"]),
    ("IDLE_MINUTE", "15", ["IDLE_MINUTE is set, and is no setting", "Write IDLE_MINUTES"]),
    ("SECONDFACTOR_FOR", "none", ["SECONDFACTOR_FOR is set", "Write SECOND_FACTOR_FOR"]),
    ("ANCHOR_KEYFILE", "secrets/anchor_key", ["ANCHOR_KEYFILE is set", "Write ANCHOR_KEY_FILE"]),
    ("ALLOWED_HOSTS", None, ["ALLOWED_HOSTS is not set", "host names"]),
    ("ALLOWED_HOSTS", " , ", ["ALLOWED_HOSTS", "host names"]),
    ("DEBUG", "true", ["DEBUG is 'true'", "on or off"]),
    ("TLS", "1", ["TLS is '1'", "on or off"]),
    ("SYNTHETIC_DATA", "yes", ["SYNTHETIC_DATA is 'yes'", "on or off"]),
    ("IDLE_MINUTES", "half an hour", ["IDLE_MINUTES", "minutes"]),
    ("IDLE_MINUTES", "0", ["IDLE_MINUTES", "minutes"]),
    ("STANDBY_LAG_MINUTES", "0", ["STANDBY_LAG_MINUTES is '0'", "minutes"]),
    ("STANDBY_LAG_MINUTES", "10 minutes", ["STANDBY_LAG_MINUTES", "minutes"]),
    ("EXPORTS_KEPT_DAYS", "a quarter", ["EXPORTS_KEPT_DAYS", "days"]),
    ("CLAMD_ADDRESS", "clamd", ["CLAMD_ADDRESS", "HOST:PORT"]),
    ("EXPORTS_KEPT_DAYS", "0", ["EXPORTS_KEPT_DAYS", "days"]),
    ("ADMINISTRATORS_AGREE", "both", ["ADMINISTRATORS_AGREE is 'both'", "on or off"]),
    ("ACCESS_REVIEW_DAYS", "a quarter", ["ACCESS_REVIEW_DAYS", "days"]),
    ("ACCESS_REVIEW_DAYS", "0", ["ACCESS_REVIEW_DAYS", "days"]),
    ("PASSWORD_MAX_DAYS", "0", ["PASSWORD_MAX_DAYS is '0'", "days", "off"]),
    ("PASSWORD_MAX_DAYS", "a quarter", ["PASSWORD_MAX_DAYS", "days", "off"]),
    ("PASSWORD_HISTORY", "-1", ["PASSWORD_HISTORY is '-1'", "off"]),
    ("LOG_LEVEL", "LOUD", ["LOG_LEVEL", "WARNING"]),
    ("SECOND_FACTOR_FOR", "everybody", ["SECOND_FACTOR_FOR names everybody", "all, none", "data-manager"]),
    ("SECOND_FACTOR_KEY", "short", ["SECOND_FACTOR_KEY", "fewer than 50 characters", "new and the old one"]),
    ("OIDC_ISSUER", "http://idp.example", ["OIDC_ISSUER", "https", "off"]),
    ("OIDC_ISSUER", "https://idp.example", ["OIDC_NAME is not set", "button"]),
    ("OIDC_CLIENT_ID", "ecrf", ["OIDC_ISSUER is not set, but OIDC_CLIENT_ID is"]),
    ("ANCHOR_KEY", "ecrf-anchor-private-short", ["ANCHOR_KEY holds no private key", "make_anchor_key"]),
    (
        "ANCHOR_KEY",
        read_private(ANCHOR_KEY).public.text,
        ["ANCHOR_KEY", "the other half of a key", "make_anchor_key"],
    ),
    ("ANCHOR_KEY", ONE_SIGN_WRONG, ["ANCHOR_KEY", "not whole, or a sign of it was changed"]),
    ("ANCHOR_KEY", ",".join([ANCHOR_KEY, ANCHOR_KEY]), ["ANCHOR_KEY holds the same key twice"]),
    ("ANCHOR_KEY_FILE", "no/such/file", ["ANCHOR_KEY_FILE", "no/such/file", "cannot be read"]),
    ("ANCHOR_MAIL", "anchors@example.org", ["ANCHOR_KEY is not set, but ANCHOR_MAIL is", "make_anchor_key"]),
    ("ANCHOR_TSA_URL", "https://tsa.example.org", ["ANCHOR_KEY is not set, but ANCHOR_TSA_URL is"]),
    ("HEALTH_TOKEN", "short", ["HEALTH_TOKEN is shorter", "32 or more"]),
    ("HEALTH_TOKEN", "with a blank and long enough to be one", ["HEALTH_TOKEN", "holds a blank"]),
    ("HEALTH_TOKEN_FILE", "no/such/file", ["HEALTH_TOKEN_FILE", "cannot be read"]),
    ("MAIL_TO_MAILBOX", "yes", ["MAIL_TO_MAILBOX", "on or off"]),
    ("MAIL_TO_MAILBOX", "on", ["MAIL_TO_MAILBOX", "invented data only", "SYNTHETIC_DATA"]),
    ("PUBLIC_URL", "http://ecrf.example.org", ["PUBLIC_URL", "https://ecrf.example.org"]),
    ("PUBLIC_URL", "https://ecrf.example.org/start", ["PUBLIC_URL"]),
    ("PUBLIC_URL", "https://user@ecrf.example.org", ["PUBLIC_URL"]),
    ("PUBLIC_URL", "https://[half", ["PUBLIC_URL"]),
    ("SPONSOR_SAFETY_MAIL", "safety@example.org, nobody", ["SPONSOR_SAFETY_MAIL", "'nobody'"]),
    ("SECRET_KEY_FILE", "no/such/file", ["SECRET_KEY_FILE", "no/such/file", "cannot be read"]),
    ("SECRET_KEY_FILE", ".", ["SECRET_KEY_FILE", "cannot be read"]),
    ("DATABASE_URL_FILE", "no/such/file", ["DATABASE_URL_FILE", "no/such/file", DATABASE_FORM]),
]


MAIL = {
    "MAIL_HOST": "smtp.example.org",
    "MAIL_FROM": "ecrf@example.org",
    "MAIL_USER": "ecrf",
    "MAIL_PASSWORD": "hunter2",
    "PUBLIC_URL": "https://ecrf.example.org",
}
WRONG_MAIL = [
    (
        "MAIL_HOST",
        "https://smtp.example.org",
        ["MAIL_HOST is 'https://smtp.example.org'", "smtp.example.org"],
    ),
    ("MAIL_HOST", "smtp.example.org:587", ["MAIL_HOST", "The port stands in MAIL_PORT"]),
    ("MAIL_HOST", None, ["MAIL_HOST is not set, but MAIL_"]),
    ("MAIL_FROM", None, ["MAIL_FROM is not set"]),
    ("MAIL_FROM", "ecrf", ["MAIL_FROM", "no e-mail address"]),
    ("PUBLIC_URL", None, ["PUBLIC_URL is not set", "https://"]),
    ("MAIL_TLS", "on", ["MAIL_TLS", "starttls"]),
    ("MAIL_TLS", "off", ["MAIL_USER", "MAIL_TLS", "password"]),
    ("MAIL_PORT", "0", ["MAIL_PORT", "587"]),
    ("MAIL_PORT", "70000", ["MAIL_PORT"]),
    ("MAIL_PASSWORD", None, ["MAIL_PASSWORD is not set"]),
    ("MAIL_PASSWORD_FILE", "no/such/file", ["MAIL_PASSWORD_FILE", "cannot be read"]),
]


WRONG_SIGN_ON = [
    ("OIDC_SECOND_FACTOR", "mfa", ["OIDC_SECOND_FACTOR is 'mfa'", "amr=mfa"]),
    ("OIDC_NAME", "x" * 41, ["OIDC_NAME", "40 characters"]),
    ("OIDC_CLIENT_ID", "", ["OIDC_CLIENT_ID is not set", "the id by which the provider knows"]),
    ("OIDC_CLIENT_SECRET", None, ["OIDC_CLIENT_SECRET is not set", "OIDC_CLIENT_SECRET_FILE"]),
    ("OIDC_CLIENT_SECRET_FILE", "no/such/file", ["OIDC_CLIENT_SECRET_FILE", "cannot be read"]),
]
SIGN_ON = {
    "OIDC_ISSUER": "https://idp.example",
    "OIDC_NAME": "Hospital login",
    "OIDC_CLIENT_ID": "ecrf",
    "OIDC_CLIENT_SECRET": "hunter2",
}
WRONG_ANCHORS = [
    ("ANCHOR_MAIL", "anchors@example.org, nobody", ["ANCHOR_MAIL", "'nobody'"]),
    ("ANCHOR_TSA_URL", "tsa.example.org", ["ANCHOR_TSA_URL is 'tsa.example.org'", "https://"]),
    ("ANCHOR_TSA_URL", "https://user@tsa.example.org", ["ANCHOR_TSA_URL"]),
    ("ANCHOR_TSA_URL", "https://tsa.example.org/tsr", ["ANCHOR_TSA_CA_FILE is not set", "PEM"]),
    ("ANCHOR_TSA_CA_FILE", "no/such/file", ["ANCHOR_TSA_CA_FILE is set, but ANCHOR_TSA_URL is not"]),
]


def start(*command: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run a command of the product with production's settings and these changes (None takes one away)."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    env = {name: value for name, value in {**kept, **PRODUCTION, **changes}.items() if value is not None}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )


def check(*options: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    return start("manage.py", "check", *options, **changes)


def test_production_settings_pass_djangos_deployment_check():
    done = check("--deploy", "--fail-level", "DEBUG")
    assert done.returncode == 0, done.stderr
    assert "System check identified no issues (0 silenced)." in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_wrong_setting_stops_the_start_and_says_what_to_do(name, value, words):
    done = check(**{name: value})
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert [word for word in words if word not in done.stderr] == [], done.stderr


@pytest.mark.parametrize(("name", "value", "words"), WRONG_MAIL)
def test_wrong_setting_of_mail_stops_the_start_and_says_what_to_do(name, value, words):
    done = check(**{**MAIL, name: value})
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert [word for word in words if word not in done.stderr] == [], done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize(("name", "value", "words"), WRONG_SIGN_ON)
def test_wrong_setting_of_single_sign_on_stops_the_start_and_says_what_to_do(name, value, words):
    done = check(**{**SIGN_ON, name: value})
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert [word for word in words if word not in done.stderr] == [], done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("value", ["many", "0", "-1", "1.5", "100000"])
def test_wrong_number_of_web_processes_stops_the_start_and_says_what_to_do(value):
    done = start("-m", "ecrf.web.serve", "--check-config", WEB_CONCURRENCY=value)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert f"WEB_CONCURRENCY is {value!r}" in done.stderr


@pytest.mark.parametrize("value", ["3", "", None])
def test_right_number_of_web_processes_or_none_is_taken(value):
    done = start("-m", "ecrf.web.serve", "--check-config", WEB_CONCURRENCY=value)
    assert done.returncode == 0, done.stderr


ANYTHING_GOES = {
    "HELP_CONTACT": "any words",
    "ENV_FILE": "named by the compose file alone",
    "WEB_CONCURRENCY": "tried beside this table",
    "SECOND_FACTOR_KEY": "tried in the table, and as a file like any secret",
    **dict.fromkeys((name for name in NAMES if name.startswith(OF_BACKUPS)), "tests/drill/test_drill.py"),
}


def test_every_setting_is_tried_with_something_wrong():
    tried = {name for table in (WRONG, WRONG_MAIL, WRONG_SIGN_ON, WRONG_ANCHORS) for name, *_ in table}
    assert {name for name in NAMES - SECRET_FILES if name not in tried} <= ANYTHING_GOES.keys()


def test_every_setting_of_compose_file_and_manual_is_known_by_its_name():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for name, service in compose["services"].items():
        if name not in ("database", "proxy"):  # which read settings of their own makers
            assert service.get("environment", {}).keys() <= NAMES, name
    manual = (ROOT / "docs/production.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", "".join(re.findall(r"^\|([^|]*)\|", manual, re.MULTILINE))))
    assert told <= NAMES | OF_COMPOSE
    assert (PLAIN | SECRET) - told == {
        "DRILL_ANCHORS",
        "DRILL_SIGNING_KEY_FILE",
        "ENV_FILE",
    }


def test_what_compose_takes_from_env_is_known_by_its_name():
    texts = [(ROOT / name).read_text() for name in ("docker-compose.yml", "docs/operation/ha.yaml")]
    lines = [line for text in texts for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert set(re.findall(r"\$\{(\w+)", "\n".join(lines))) == OF_COMPOSE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SITE_ADDRESS=ecrf.example.org\n# MAIL_HOTS=x\n\nCOMPOSE_PROJECT_NAME=a\n", ""),
        ("SITE_ADDRESS=a\nMAIL_HOTS=smtp\n", "sets MAIL_HOTS, which no service is given: write MAIL_HOST if"),
        ("export IDLE_MINUTE = 5", "sets IDLE_MINUTE, which no service is given"),
        ("XYZ=1", "sets XYZ, which no service is given: take it away."),
    ],
)
def test_slip_in_env_is_named(text, words):
    assert words in passed_over(text)
    assert bool(passed_over(text)) is bool(words)


def test_service_that_is_first_looks_at_env_and_stops(tmp_path):
    file = tmp_path / "env"
    file.write_text("SITE_ADDRESS=a\nBACKUP_SECONDFOLDER=/mnt\n")
    done = start("manage.py", "upgrade", ENV_FILE=str(file))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "write BACKUP_SECOND_FOLDER if that is meant" in done.stderr
    migrate = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["migrate"]
    assert migrate["volumes"] == [f"./.env:{migrate['environment']['ENV_FILE']}:ro"]
    assert "upgrade" in migrate["command"]


@pytest.mark.parametrize(
    "name",
    ["PATH", "HOME", "MAIL", "LOGNAME", "HOSTNAME", "PYTHONPATH", "TLS_CERT", "PGHOST", "SECRET", "PORT"],
)
def test_name_of_something_else_is_nobodys_slip(name):
    assert mistyped([name]) == ""
    assert all(mistyped([own]) == "" for own in NAMES)


@pytest.mark.requirement("R-009")
@pytest.mark.parametrize(("name", "value", "words"), WRONG_ANCHORS)
def test_wrong_setting_of_anchors_stops_the_start_and_says_what_to_do(name, value, words):
    done = check(ANCHOR_KEY=ANCHOR_KEY, **{name: value})
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert [word for word in words if word not in done.stderr] == [], done.stderr


@pytest.mark.requirement("R-009")
@pytest.mark.parametrize("file", ["no/such/file", "README.md"])
def test_file_that_holds_no_certificate_stops_the_start(file):
    done = check(ANCHOR_KEY=ANCHOR_KEY, ANCHOR_TSA_URL="https://tsa.example.org/tsr", ANCHOR_TSA_CA_FILE=file)
    assert done.returncode != 0
    assert f"ANCHOR_TSA_CA_FILE names {file}, which" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.requirement("R-009")
def test_key_of_anchors_stands_in_no_message_and_in_a_file_of_two_while_it_changes(tmp_path):
    done = check(ANCHOR_KEY=ONE_SIGN_WRONG)
    assert ANCHOR_KEY[20:40] not in done.stderr
    file = tmp_path / "anchor_key"
    file.write_text(f"{new_key().text},{ANCHOR_KEY}\n", encoding="utf-8")
    found = start(
        "-c", "from ecrf.settings import ANCHORS; print(len(ANCHORS.keys))", ANCHOR_KEY_FILE=str(file)
    )
    assert found.stdout.split() == ["2"], found.stderr


def of_mail(**changes: str | None) -> list[str]:
    question = (
        "from ecrf.settings import *; print(MAIL.is_on, EMAIL_BACKEND.split('.')[-2], EMAIL_PORT, EMAIL_USE_TLS,"
        " EMAIL_USE_SSL, EMAIL_HOST_PASSWORD or '-')"
    )
    done = start("-c", question, **changes)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_mail_is_off_unless_asked_for():
    assert of_mail() == ["False", "dummy", "0", "False", "False", "-"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["True", "smtp", "587", "True", "False", "hunter2"]),
        ({"MAIL_TLS": "tls"}, ["True", "smtp", "465", "False", "True", "hunter2"]),
        ({"MAIL_TLS": "off", "MAIL_USER": None}, ["True", "smtp", "25", "False", "False", "-"]),
        ({"MAIL_PORT": "2525"}, ["True", "smtp", "2525", "True", "False", "hunter2"]),
    ],
)
def test_mail_goes_by_the_server_of_the_settings(changes, expected):
    assert of_mail(**{**MAIL, **changes}) == expected


def test_password_of_the_mail_server_is_read_from_a_file(tmp_path):
    file = tmp_path / "mail_password"
    file.write_text("from-a-file\n", encoding="utf-8")
    assert of_mail(**{**MAIL, "MAIL_PASSWORD": None, "MAIL_PASSWORD_FILE": str(file)})[-1] == "from-a-file"


def test_mailbox_of_the_demo_needs_invented_data_and_no_server():
    mailbox = {"MAIL_TO_MAILBOX": "on", "SYNTHETIC_DATA": "on", "PUBLIC_URL": "https://demo.example.org"}
    assert of_mail(**mailbox)[:2] == ["True", "mailbox"]
    done = check(**mailbox, MAIL_HOST="smtp.example.org")
    assert done.returncode != 0
    assert "both set" in done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS"])
def test_application_server_stops_too(name):
    done = start("-m", "gunicorn", "--check-config", "ecrf.wsgi:application", **{name: None})
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {name} is not set" in done.stderr


def test_application_server_accepts_production_settings():
    done = start("-m", "gunicorn", "--check-config", "ecrf.wsgi:application")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [["manage.py", "check"], ["-c", "import ecrf.wsgi"]])
def test_password_that_spoils_the_address_is_not_printed(command):
    done = start(*command, DATABASE_URL="postgresql://ecrf:hunter/2-secret@db.example:5432/ecrf")
    assert done.returncode != 0
    assert "DATABASE_URL" in done.stderr
    assert "hunter" not in done.stderr
    assert "2-secret" not in done.stderr


WRITES = "target_session_attrs=read-write"


@pytest.mark.parametrize(
    ("servers", "query", "host", "port"),
    [
        ("h1:5433,h2:5434", WRITES, "h1,h2", "5433,5434"),
        ("h1,h2:5434", WRITES, "h1,h2", "5432,5434"),
        ("[::1]:5433,[2001:db8::1],h3", WRITES, "::1,2001:db8::1,h3", "5433,5432,5432"),
        ("%2Frun%2Fa,%2Frun%2Fb", WRITES, "/run/a,/run/b", "5432,5432"),
        ("", f"host=h1,h2&port=5433,5434&{WRITES}", "h1,h2", "5433,5434"),
    ],
)
def test_several_servers_may_be_written_as_postgresql_does(servers, query, host, port):
    question = "import json; from ecrf import settings; print(json.dumps(settings.DATABASES['default']))"
    found = json.loads(
        start("-c", question, DATABASE_URL=f"postgresql://u%40:p%2C@{servers}/ecrf?{query}").stdout
    )
    assert (found["USER"], found["PASSWORD"], found["NAME"], found["HOST"]) == ("u@", "p,", "ecrf", "")
    options = found["OPTIONS"]
    assert (options["host"], options["port"], options["target_session_attrs"]) == (host, port, "read-write")
    # A machine that is gone says nothing: neither a new connection nor one of before may wait for it long.
    assert options["connect_timeout"] <= 5
    assert options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"] <= 10
    assert 0 < options["tcp_user_timeout"] <= 10_000


def test_of_several_servers_writes_are_asked_for_unless_something_else_is_said():
    several = "postgresql://u:p@h1,h2/ecrf"
    assert database(several)["OPTIONS"]["target_session_attrs"] == "read-write"
    assert database(f"{several}?target_session_attrs=standby")["OPTIONS"]["target_session_attrs"] == "standby"
    assert database(f"{several}?connect_timeout=9")["OPTIONS"]["connect_timeout"] == 9
    assert "target_session_attrs" not in database("postgresql://u:p@h1/ecrf")["OPTIONS"]


@pytest.mark.parametrize(
    ("url", "servers"),
    [
        ("postgresql://u:p@h1/ecrf", [("h1", 5432)]),
        ("postgresql://u:p@h1:5433,h2/ecrf", [("h1", 5433), ("h2", 5432)]),
        ("postgresql://u:p@/ecrf?host=h1,h2&port=6000", [("h1", 6000), ("h2", 6000)]),
        ("postgresql://u:p@/ecrf?host=/run/a,h2", [("/run/a", 5432), ("h2", 5432)]),
    ],
)
def test_each_server_is_known_by_host_and_port(url, servers):
    assert servers_of(database(url)) == servers


def test_of_several_servers_the_one_that_answers_and_takes_writes_is_used():
    given = psycopg2.extensions.parse_dsn(os.environ["DATABASE_URL"])
    user = f"{given['user']}:{quote(given.get('password', ''), safe='')}"
    here = f"{quote(given['host'], safe='')}:{given.get('port', '5432')}"
    url = f"postgresql://{user}@127.0.0.1:1,{here}/{given['dbname']}?{WRITES}"
    assert check("--database", "default", DATABASE_URL=url).returncode == 0
    refused = check("--database", "default", DATABASE_URL=url.replace("read-write", "standby"))
    assert "standby" in refused.stderr


def test_secrets_are_read_from_files(tmp_path):
    key, url = tmp_path / "secret_key", tmp_path / "database_url"
    key.write_text(PRODUCTION["SECRET_KEY"] + "\n", encoding="utf-8")
    url.write_text(PRODUCTION["DATABASE_URL"] + "\n", encoding="utf-8")
    done = check(SECRET_KEY=None, DATABASE_URL=None, SECRET_KEY_FILE=str(key), DATABASE_URL_FILE=str(url))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00secret"], ids=["empty", "not text"])
def test_secret_file_without_a_usable_secret_stops_the_start(tmp_path, content):
    file = tmp_path / "secret_key"
    file.write_bytes(content)
    done = check(SECRET_KEY=None, SECRET_KEY_FILE=str(file))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "SECRET_KEY" in done.stderr


def test_cookies_by_tls_bear_names_that_only_this_host_can_set_by_tls():
    question = (
        "from ecrf.settings import *; print(SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, SESSION_COOKIE_SECURE)"
    )
    assert start("-c", question).stdout.split() == ["__Host-sessionid", "__Host-csrftoken", "True"]
    assert start("-c", question, TLS="off").stdout.split() == ["sessionid", "csrftoken", "False"]


@pytest.mark.parametrize(("tls", "name"), [("on", "__Host-messages"), ("off", "messages")])
def test_what_was_done_is_said_by_a_cookie_of_this_host_too(tls, name):
    question = (
        "import django; django.setup(); from ecrf.web.messages import OwnCookie; print(OwnCookie.cookie_name)"
    )
    env = {"DJANGO_SETTINGS_MODULE": "ecrf.settings", "TLS": tls}
    assert start("-c", question, **env).stdout.split() == [name]


def test_debug_and_invented_data_are_off_unless_asked_for():
    question = "from ecrf import settings; print(settings.DEBUG, settings.SYNTHETIC_DATA, settings.TLS)"
    done = start("-c", question, TLS=None)
    assert done.stdout.split() == ["False", "False", "True"], done.stderr
