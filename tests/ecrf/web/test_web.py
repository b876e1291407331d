"""What every request passes: headers, the health check, the pages for bad days, the log."""

import io
import logging
import re
from contextlib import closing

import pytest
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

from ecrf.access.roles import RIGHTS
from ecrf.web.log import LogLine
from ecrf.web.middleware import keep_to_ourselves, request_log
from tests.builders import a_patient, a_visit, enter
from tests.conftest import PASSWORD, make_user

pytestmark = pytest.mark.django_db

AWAY = [OperationalError("server closed the connection"), InterfaceError("connection already closed")]


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W01", coordinator)


@pytest.fixture
def pages(client, visit, coordinator):
    enter(visit, "reading", coordinator, value_1="31.5")
    client.force_login(coordinator)
    number = visit.patient.number
    return [
        "/", f"/patients/{number}/", f"/patients/{number}/W01/", "/assumptions/",
        f"/patients/{number}/casebook/adverse-event/1/", f"/patients/{number}/W01/reading/1/value_1/history/",
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def _keep_the_connection(monkeypatch):
    """The test's transaction lives on this connection: nothing may close it."""
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


class Away:
    """A connection of which every statement fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, execute, sql, params, many, context):
        raise self.error


# --- what an act's address says when it is opened -------------------------------------------------


def test_address_of_an_act_says_what_it_is_and_leads_on(client, coordinator):
    client.force_login(coordinator)
    answer = client.get("/patients/add/")
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Nothing was done" in page
    assert "<h1" in page
    assert '<a class="btn btn-primary" href="/">' in page
    part = client.get("/patients/add/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["Content-Type"]) == (405, "text/plain; charset=utf-8")
    assert part.content.decode().startswith("Not done")


def test_address_of_an_act_leads_to_the_page_above(client, visit, coordinator):
    client.force_login(coordinator)
    number = visit.patient.number
    page = client.get(f"/patients/{number}/W01/open/").content.decode()
    assert f'<a class="btn btn-primary" href="/patients/{number}/W01/">' in page


# --- health ---------------------------------------------------------------------------------------


def test_health_is_200_without_login(client, db):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("error", AWAY, ids=lambda e: type(e).__name__)
def test_health_is_503_without_the_database(error, client):
    with connection.execute_wrapper(Away(error)):
        response = client.get("/healthz")
    assert response.status_code == 503
    assert b"does not answer" in response.content
    assert b"closed" not in response.content


def test_health_needs_no_session_and_sets_no_cookie(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert not client.get("/healthz").cookies


@pytest.mark.parametrize("path", ["/healthz/", "/healthz2", "/HEALTHZ"])
def test_only_the_health_check_itself_is_open(path, client, db):
    assert client.get(path).status_code == 404


# --- the database away ----------------------------------------------------------------------------


@pytest.mark.requirement("R-134")
@pytest.mark.parametrize("error", AWAY, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_database_a_page_says_so_and_what_is_kept(method, error, client, pages):
    client.raise_request_exception = False
    with connection.execute_wrapper(Away(error)):
        response = getattr(client, method)(pages[2], {"reading:1:value_1": "31.5"})
    page = response.content.decode()
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert "The database does not answer" in page
    assert "Traceback" not in page
    assert str(error) not in page


@pytest.mark.parametrize("path", ["/login/again/", "/login/"])
def test_without_the_database_nobody_logs_in_and_nothing_crashes(path, client, coordinator):
    client.raise_request_exception = False
    with connection.execute_wrapper(Away(AWAY[0])):
        response = client.post(path, {"username": "coordinator", "password": PASSWORD})
    assert response.status_code == 503


def test_database_that_goes_away_in_the_middle_of_a_save_leaves_the_item_unsaved(client, visit, coordinator):
    client.raise_request_exception = False
    client.force_login(coordinator)

    def away_for_writes(execute, sql, params, many, context):
        if sql.startswith("INSERT"):
            raise AWAY[0]
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away_for_writes):
        response = client.post(f"/patients/{visit.patient.number}/W01/reading/1/value_1/", {"value": "31.5"})
    assert response.status_code == 503
    assert not visit.entries.exists()


# --- headers --------------------------------------------------------------------------------------


def policy(response) -> dict[str, list[str]]:
    parts = [part.split() for part in response.headers["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts if part}


@pytest.mark.requirement("R-132")
def test_every_page_has_the_security_headers(client, pages):
    for url in [*pages, "/login/", "/nowhere/"]:
        response = client.get(url)
        csp = policy(response)
        assert csp["default-src"] == csp["frame-ancestors"] == csp["base-uri"] == ["'none'"]
        assert csp["script-src"] == csp["style-src"] == ["'self'"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert {"camera=()", "microphone=()"} < set(response.headers["Permissions-Policy"].split(", "))
        assert "Server" not in response.headers


@pytest.mark.requirement("R-132")
def test_static_files_are_for_this_site_alone_and_their_list_is_not_among_them(tmp_path, settings):
    files = tmp_path / "files"
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = files, [tmp_path / "ours"]
    settings.WHITENOISE_AUTOREFRESH = False
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "ecrf.web.static_files.StaticFiles"}}
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "a.css").write_text("p {}")
    call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "staticfiles.json").exists()
    nowhere = HttpResponse(status=404)
    served = keep_to_ourselves(WhiteNoiseMiddleware(lambda request: nowhere))
    with closing(served(RequestFactory().get("/static/a.css"))) as response:
        assert response.status_code == 200
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in response.headers
    for name in ("staticfiles.json", "staticfiles.json.gz", "../staticfiles.json"):
        assert served(RequestFactory().get(f"/static/{name}")) is nowhere


@pytest.mark.requirement("R-132")
def test_no_page_is_kept_in_a_cache(client, pages):
    for url in [*pages, "/login/", "/login/again/", "/nowhere/"]:
        assert "no-store" in client.get(url).headers["Cache-Control"], url


@pytest.mark.requirement("R-132")
def test_cookies_are_for_this_site_only_and_the_session_is_out_of_reach_of_scripts(client, coordinator):
    client.get("/login/")
    client.post("/login/", {"username": "coordinator", "password": PASSWORD})
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"
    assert client.cookies["csrftoken"]["samesite"] == "Lax"
    for name in ("sessionid", "csrftoken"):
        assert not client.cookies[name]["max-age"], "It ends with the browser."
        assert client.cookies[name]["path"] == "/"
        assert not client.cookies[name]["domain"]


@pytest.mark.requirement("R-132")
def test_logging_out_lets_the_browser_forget_the_pages_and_nothing_typed(client, coordinator):
    """What other tabs keep unsent is in the browser's storage."""
    client.force_login(coordinator)
    assert client.post("/logout/").headers["Clear-Site-Data"] == '"cache"'


@pytest.mark.requirement("R-132")
def test_with_tls_on_everything_but_the_health_check_goes_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    client = Client()
    assert client.get("/login/").headers["Location"] == "https://testserver/login/"
    assert client.get("/healthz").status_code == 200
    assert "max-age=31536000" in client.get("/login/", secure=True).headers["Strict-Transport-Security"]


@pytest.mark.requirement("R-133")
def test_post_without_the_pages_key_is_refused_in_words(visit, coordinator):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(coordinator)
    response = strict.post(f"/patients/{visit.patient.number}/W01/reading/1/value_1/", {"value": "31.5"})
    assert response.status_code == 403
    assert "This was not saved" in response.content.decode()
    assert not visit.entries.exists()


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "a:b:c"])
def test_request_for_another_host_is_400(host, client, db):
    assert client.get("/login/", headers={"host": host}).status_code == 400


def test_every_page_says_that_the_data_are_synthetic(client, pages, settings):
    for url in pages[:4]:
        assert "synthetic" in client.get(url).content.decode().lower(), url


# --- pages for what went wrong --------------------------------------------------------------------


@pytest.mark.requirement("R-134")
def test_404_403_and_500_say_what_happened_without_a_trace(client, visit, coordinator, monitor, monkeypatch):
    client.raise_request_exception = False
    client.force_login(coordinator)
    assert "There is nothing here" in client.get("/patients/99-001/").content.decode()

    def broken(*_):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("ecrf.entry.today.views.to_do_list", lambda *_, **__: broken())
    response = client.get("/")
    page = response.content.decode()
    assert (response.status_code, "Something broke" in page) == (500, True)
    assert "secret detail" not in page
    assert "Traceback" not in page
    client.force_login(monitor)
    response = client.get(f"/patients/{visit.patient.number}/")
    assert response.status_code == 403
    assert "Your role at site 01 does not let you open the site" in response.content.decode()


@pytest.mark.requirement("R-134")
@pytest.mark.parametrize("role", sorted(RIGHTS))
def test_every_refusal_leads_on_to_a_page_that_the_person_has(role, client, site):
    user = make_user(f"of_{role}", role, site)
    refused = ("/people/", "/exports/", "/patients/99-001/", "/nowhere/")
    client.force_login(user)
    pages = [answer for answer in map(client.get, refused) if answer.status_code in (403, 404)]
    assert {answer.status_code for answer in pages} >= {404}
    for answer in pages:
        (way,) = re.findall(r'class="btn btn-primary" href="([^"]+)"', answer.content.decode())
        assert client.get(way).status_code == 200, (role, way)


def test_500_page_stands_without_database_and_session(rf: RequestFactory):
    from django.views.defaults import server_error

    assert b"Something broke" in server_error(rf.get("/")).content


# --- the log --------------------------------------------------------------------------------------


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("ecrf.request", "django.request", "django.security", "django.server", "django.db.backends"):
        logging.getLogger(name).propagate = True

    def said() -> str:
        # How long something took can hold any digits.
        lines = [
            {k: v for k, v in record.__dict__.items() if not isinstance(v, float)}
            for record in caplog.records
        ]
        return "\n".join(map(str, lines)) + caplog.text

    return said


@pytest.mark.requirement("R-135")
def test_log_holds_the_request_and_no_value_that_was_typed(client, visit, coordinator, log):
    client.force_login(coordinator)
    number = visit.patient.number
    client.post(f"/patients/{number}/W01/reading/1/value_1/", {"value": "177.7"})
    client.post(f"/patients/{number}/W01/reading/1/value_2/", {"value": "277.7"})
    client.post(f"/patients/{number}/W01/reading/1/device/", {"missing": "unknown", "comment": "SYN-SECRET"})
    client.post(f"/patients/{number}/W01/", {"reading:1:assessor": "SYN-SECRET", "action": "save"})
    client.get("/?q=SYN-SECRET")
    found = log()
    assert f"/patients/{number}/W01/reading/1/value_1/" in found
    assert not [value for value in ("177.7", "277.7", "SYN-SECRET") if value in found]


@pytest.mark.requirement("R-135")
def test_log_holds_no_value_when_the_database_refuses_one(client, visit, coordinator, log, monkeypatch):
    """PostgreSQL's own message quotes the whole row."""
    from ecrf.forms.registry import CRFS

    client.force_login(coordinator)
    client.raise_request_exception = False
    monkeypatch.setattr(CRFS["reading"].model, "calculate", lambda row: setattr(row, "value_4", 999))
    client.post(f"/patients/{visit.patient.number}/W01/reading/1/value_1/", {"value": "177.7"})
    assert "177.7" not in log()


@pytest.mark.requirement("R-135")
def test_log_holds_no_value_that_an_error_quotes(monkeypatch):
    """An error that nobody foresaw is logged with the way it took, and without its words."""
    handler = next(one for one in logging.getLogger().handlers if isinstance(one.formatter, LogLine))
    said = io.StringIO()
    monkeypatch.setattr(handler, "stream", said)
    quoted = "Failing row contains (177.7)."  # not in the line that fails: the log shows that one
    try:
        raise OperationalError(quoted)
    except OperationalError:
        logging.getLogger("ecrf.request").exception("failed")
    assert "OperationalError" in said.getvalue()
    assert "177.7" not in said.getvalue()


@pytest.mark.requirement("R-135")
def test_log_holds_the_code_by_which_the_database_calls_what_it_refuses(monkeypatch, db):
    handler = next(one for one in logging.getLogger().handlers if isinstance(one.formatter, LogLine))
    said = io.StringIO()
    monkeypatch.setattr(handler, "stream", said)
    refused = "DO $$ BEGIN RAISE EXCEPTION '177.7' USING ERRCODE = 'EC005'; END $$"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(refused)
    except DatabaseError:
        logging.getLogger("ecrf.request").exception("failed")
    assert "DatabaseError (EC005)" in said.getvalue()
    assert "177.7" not in said.getvalue()


@pytest.mark.requirement("R-135")
def test_log_holds_no_password(client, coordinator, log):
    client.post("/login/", {"username": "coordinator", "password": PASSWORD})
    client.post("/login/again/", {"username": "coordinator", "password": "a wrong one"})
    assert PASSWORD not in log()
    assert "a wrong one" not in log()


@pytest.mark.requirement("R-135")
def test_line_break_in_an_address_makes_no_second_line_in_the_log(capsys):
    from pythonjsonlogger.json import JsonFormatter

    record = logging.LogRecord("ecrf.request", logging.INFO, "", 0, "request", None, None)
    record.path = '/x\n{"user": "forged"}'
    assert "\n" not in JsonFormatter("%(message)s").format(record)


def test_log_line_names_the_user_only_where_the_request_had_to_know(rf: RequestFactory, caplog):
    caplog.set_level(logging.INFO, "ecrf.request")
    asked: HttpRequest = rf.get("/login/")
    asked.user = object()
    request_log(lambda request: HttpResponse())(asked)
    assert caplog.records[-1].user is None
    assert caplog.records[-1].path == "/login/"


def test_health_check_fills_no_log(rf: RequestFactory, caplog):
    caplog.set_level(logging.INFO, "ecrf.request")
    request_log(lambda request: HttpResponse())(rf.get("/healthz"))
    assert not caplog.records
