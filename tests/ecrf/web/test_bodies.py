"""What is sent: in UTF-8, and no longer than its address needs; anything else is refused before it is read."""

import encodings.aliases
import pkgutil
from urllib.parse import quote

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from ecrf.web.middleware import FILE, LONGER, PAGE, SHORT, TEXT
from tests.builders import a_patient, a_visit
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

CODECS = sorted(
    {*encodings.aliases.aliases, *encodings.aliases.aliases.values()}
    | {module.name for module in pkgutil.iter_modules(encodings.__path__)}
    | {"no-such-encoding", "utf-8-sig", "utf8", "é", "a" * 5000, "../../etc/passwd", "%s", ""}
)
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W01", coordinator)


@pytest.fixture
def item(visit):
    return f"/patients/{visit.patient.number}/W01/reading/1/value_1/"


class Unreadable:
    def read(self, *_):
        raise AssertionError("The body was read.")

    readline = __iter__ = read


def answer(path: str, length: int, method: str = "POST", kind: str = FORM) -> int:
    """The status of a request whose body nobody may read."""
    statuses = []
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "testserver",
        "SERVER_PORT": "80", "wsgi.input": Unreadable(), "wsgi.url_scheme": "http",
        "CONTENT_LENGTH": str(length), "CONTENT_TYPE": kind, "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip
    WSGIHandler()(environ, lambda status, headers: statuses.append(int(status.split()[0])))
    return statuses[0]


# --- how it is encoded ------------------------------------------------------------------------------------


def test_text_in_any_encoding_but_utf8_is_refused_with_and_without_login(client, coordinator, item):
    for login in (False, True):
        if login:
            client.force_login(coordinator)
        for codec in CODECS:
            for kind in (FORM, MULTIPART):
                for path in ("/login/", item):
                    sent = client.generic("POST", path, b"value=31", f"{kind}; charset={codec}")
                    assert sent.status_code in (400, 415), codec
                got = client.get("/", headers={"content-type": f"{kind}; charset={codec}"})
                assert got.status_code in (200, 302, 415), codec


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "Utf-8"])
@pytest.mark.parametrize("kind", [FORM, MULTIPART])
def test_utf8_may_be_named(charset, kind, client, coordinator):
    body = (
        f"username=coordinator&password={PASSWORD}"
        if kind == FORM
        else "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("username", "coordinator"), ("password", PASSWORD))
        )
        + "--x--\r\n"
    )
    response = client.post("/login/", body.encode(), content_type=f"{kind}; charset={charset}")
    assert response.status_code == 302


# --- how long it is ---------------------------------------------------------------------------------------


def names(resolver: URLResolver, space: str = "") -> set[str]:
    found = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            found |= names(pattern, inner)
        else:
            found.add(f"{space}{pattern.name}")
    return found


def test_addresses_that_take_more_are_addresses():
    assert set(LONGER) <= names(get_resolver())


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/login/", SHORT),
        ("/logout/", SHORT),
        ("/patients/add/", SHORT),
        ("/nowhere/", SHORT),
        ("/monitor/locks/study/freeze/", SHORT),
        ("/patients/01-001/W01/reading/1/value_1/", TEXT),
        ("/patients/01-001/queries/1/answer/", TEXT),
        ("/monitor/items/1/value_1/ask/", TEXT),
        ("/patients/01-001/W01/", PAGE),
        ("/monitor/monitoring-visits/1/report/save/", PAGE),
    ],
)
@pytest.mark.parametrize("kind", [FORM, MULTIPART, "text/plain", ""])
def test_longer_body_than_the_address_needs_is_refused_unread(path, limit, kind):
    connection.ensure_connection()
    for length in (limit + 1, 60_000_000, 10**18):
        assert answer(path, length, kind=kind) == 413


def test_refusal_says_what_to_do(client, item):
    response = client.post(item, {"value": "a" * TEXT})
    assert response.status_code == 413
    assert "longer than the 600 kB that are taken here" in response.content.decode()


LIMITS = {
    SHORT: ("64 kB", "/login/"),
    TEXT: ("600 kB", "/patients/01-001/W01/reading/1/value_1/"),
    PAGE: ("2500 kB", "/patients/01-001/W01/"),
    FILE: ("25 MB", "/documents/add/"),
}


@pytest.mark.parametrize("limit", sorted({SHORT, *LONGER.values()}))
def test_every_limit_is_answered_by_a_page_that_says_what_to_do(client, limit):
    """No session and no database: whoever sends it."""
    most, address = LIMITS[limit]
    response = client.generic(
        "POST",
        address,
        b"x",
        FORM,
        CONTENT_LENGTH=str(limit + 1),
        headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
    )
    assert response.status_code == 413
    page = " ".join(response.content.decode().split())
    assert "<h1>This was not saved" in page
    assert f"at most {most} are taken here" in page
    assert "data-go-back" in page
    assert ("Divide the file" in page) == (limit == FILE)


def test_a_script_of_a_page_is_answered_by_a_line_it_can_show(client, item):
    sent = {"accept": "text/html", "hx-request": "true"}
    response = client.post(item, {"value": "a" * TEXT}, headers=sent)
    assert response.status_code == 413
    assert "<" not in response.content.decode()


@pytest.mark.parametrize("sign", ["a", "仮", "🧬"])
def test_longest_text_an_item_takes_is_taken_with_the_one_that_stood_there(sign, client, coordinator, item):
    """How many signs are too many the item says itself, in words."""
    client.force_login(coordinator)
    sent = f"value={quote(sign * 20_001)}&seen={quote(sign * 20_000)}"
    assert client.post(item, sent, content_type=FORM).status_code == 422
