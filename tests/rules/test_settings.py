"""The settings: a missing or wrong one stops the start and says what to do; production's are safe."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest

from ecrf.anchors.signed.keys import PrivateKey, new_key, read_private
from ecrf.web.database_address import database, servers_of

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
