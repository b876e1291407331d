"""What no page would send, sent by every role to every address and every form: each answer is one in words, and no 500.

Each request is a savepoint of its own and is taken back, so that the world stays as the access table needs it.
"""

import random
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle, islice
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from ecrf.access.models import User

BOUNDARY = b"a-boundary-of-the-siege"
FORM = "application/x-www-form-urlencoded"
NASTY: list[str] = [
    "", " ", "\t\n", "0", "-1", "00", "1.5", "1,5", "1e400", "-1e400", "NaN", "Infinity", "9" * 19, "9" * 400,
    "2147483648", "9223372036854775808", "32768", "１２", "١٢", "½", "²", "0x10", "1_000", "true", "null", "None",
    "2026-02-30", "2026-13-01", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-01-01T25:61", "24:00",
    "-0001-01-01", "2026", "2026-01", "2026-W01-1", "2026-01-01T00:00:00+99:99", "1.5.1", "1.0", "0.1", "999.999",
    "\x00", "a\x00b", "\ud800", "a\udfffb", "\ufeff", "\u202e", "\u200b", "\x1b[31m", "\r\nX-Injected: yes", "\x7f",
    "é" * 300, "漢" * 4000, "👩‍⚕️" * 50, "a" * 501, "a" * 5_000, "a" * 63_000, "İ", "ß", "ﬁ", "e\u0301" * 100, "'",
    "''", '"', "' OR '1'='1", "1; DROP TABLE casebook_patient; --", "%", "_", "\\", "%s", "%(x)s", "{0}", "{{ 7 }}",
    "{% debug %}", "<script>alert(1)</script>", "javascript:alert(1)", "//evil.example", "https://evil.example/",
    "\\\\x", "../../etc/passwd", "..%2f", "/", "//", "?", "#", "&", "=", ":", "::", ",", ".", ";", "|", "[]", "{}",
    "[", "{", "[" * 3_000, '{"a": 1}', '["\\ud800"]', '{"term": {"a": []}}', "=1+1", "@SUM(1)", "a,b\n1,2\n",
    "1-wrong", "01-001", "99-999", "W01", "UNS-1", "UNS-999999999999", "vital-signs:1:pulse", "vital-signs-1",
    "adverse-event", "entry.1", "1:2", "x:y:z", "00000000-0000-0000-0000-000000000000", "not-a-uuid", "save",
    "complete", "add:", "add:vital-signs:x", "strike:vital-signs-1", "en", "xx-XX", "*", "utf-7", "desc", "-pk",
    "pk__in", "password__startswith",
]  # fmt: skip
TYPES = [
    FORM, f"{FORM}; charset=utf-8", f"{FORM}; charset=utf-7", f"{FORM}; charset=nonsense", "application/json",
    "text/plain", "", "/", "x" * 300, "multipart/form-data", "multipart/form-data; boundary=",
    f"multipart/form-data; boundary={'b' * 100}", "application/xml", "\x00",
]  # fmt: skip
BODIES = [b"", b"\x00", b"\xff\xfe", b"a=%ED%A0%80", b"a=%FF&%FF=%00", b"&&&===", b"a" * 3_000, b"{", b"[" * 5_000,
          b"a=" + b"b" * 70_000, b"--", b"%", b"%ZZ=%ZZ", b"=" * 2_000]  # fmt: skip
FILE_NAMES = (
    b"a.pdf",
    b"a.csv",
    b"",
    b"..",
    b"/",
    b"a" * 300,
    b"\xc3\xa9\x00.csv",
    b"a.xml",
    b"a.zip",
    b"a.jpg",
    b"\xff.csv",
)
FILE_TYPES = (b"application/pdf", b"text/csv", b"", b"image/jpeg", b"x", b"text/csv; charset=nonsense")
FILE_CONTENTS = (
    b"", b"%PDF-1.4\n", b"\xff\xd8\xff", b"PK\x03\x04", b"<a/>", b"\x89PNG\r\n\x1a\n",
    b"patient,visit,pulse\n01-001,W01,70\n", b"\xff\xfea\x00", b"a\x00b,c\n", b'"', b'"a\n' * 500, b",\n" * 500,
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
)  # fmt: skip
KNOWN = (
    "q", "sort", "start", "after", "state", "turn", "by", "list", "f", "col", "join", "main", "page", "o", "next",
    "site", "from", "to", "show", "form", "p", "e", "all", "id", "lang", "language",
)  # fmt: skip
"""What addresses are asked with behind their question mark."""
HEADERS: list[dict[str, str]] = [
    {}, {}, {}, {"HX-Request": "true"}, {"HX-Request": "true", "HX-Current-URL": "http://[", "HX-Target": "\x01"},
    {"Referer": "http://["}, {"Referer": "https://evil.example/\x7f"},
    {"Accept-Language": "x" * 5_000}, {"Accept-Language": "en;q=NaN, *;q=-1,,,"}, {"Accept": "\x01"},
    {"Range": "bytes=9-1"}, {"Range": "bytes=a-b,c"}, {"If-Modified-Since": "yesterday"}, {"If-None-Match": "\x00"},
    {"Origin": "null"}, {"X-Forwarded-For": "1.2.3.4, ::::, \x01" * 50}, {"X-Forwarded-For": "999.999.999.999"},
    {"Host": "evil.example"}, {"Host": "127.0.0.1:port"}, {"Host": "["},
    {"Cookie": "sessionid=\x01; csrftoken=" + "é"}, {"Cookie": "a" * 6_000}, {"X-Requested-With": "XMLHttpRequest"},
    {"Accept-Encoding": "gzip;q=x"}, {"Content-Length": "-5"}, {"Authorization": "Bearer \x01"},
    {"Authorization": "Basic !!!"}, {"Transfer-Encoding": "chunked"},
]  # fmt: skip


Asked = tuple[str, str, dict[str, str], list[str]]
BY_WHO_MAY = 0.8


@dataclass(frozen=True)
class Target:
    """An address with what a page sends there: the names of its fields, with a value for each."""

    method: str
    path: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass
class Fuzzed:
    """`faults`: {what broke, where in the code: (how often, an example)}."""

    requests: int = 0
    targets: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    faults: dict[str, tuple[int, str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    """The forms of a page, and what its scripts send: method, address, names and values; and its links with a query."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found, self.open = page, list[Target](), list[tuple[str, str, dict[str, str]]]()
        self.loose: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").upper()
            self.open.append((method, given.get("action") or self.page, {}))
        elif tag in ("input", "select", "textarea", "button") and given.get("name"):
            fields = self.open[-1][2] if self.open else self.loose
            fields.setdefault(given["name"], given.get("value", ""))
        for method in ("get", "post"):
            if address := given.get(f"hx-{method}"):
                self.found.append(Target(method.upper(), address, ITEM if method == "post" else ()))
        link = given.get("href", "") if tag == "a" else ""
        if "?" in link and link.startswith(("/", "?")):
            parts = urlsplit(link)
            pairs = tuple((p.partition("=")[0], p.partition("=")[2]) for p in parts.query.split("&"))
            self.found.append(Target("GET", parts.path or self.page, pairs))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.open:
            method, path, fields = self.open.pop()
            self.found.append(Target(method, path, tuple(fields.items())))


ITEM = tuple(
    (name, "")
    for name in (
        "value", "seen", "missing", "seen_missing", "comment", "reason", "answers", "text", "said", "key", "at", "asked"
    )
)  # fmt: skip
"""What the pages' scripts send with an item."""


class Fuzzer:
    """`cast`: {role: who}. `asked`: of the access table, method, address, what a sensible POST carries, and the roles
    that get something there."""

    def __init__(self, cast: dict[str, User | None], asked: list[Asked], seed: int) -> None:
        self.cast, self.dice, self.done = cast, random.Random(seed), Fuzzed()  # noqa: S311
        self.asked, self.shown = asked, dict[Target, set[str]]()

    def explore(self, most: int) -> None:
        """So many pages are read, each by a role that may; the forms that it shows are what is fuzzed."""
        for method, url, data, roles in self.asked:
            path, _, query = url.partition("?")
            pairs = tuple((p.partition("=")[0], p.partition("=")[2]) for p in query.split("&") if p)
            self.shown[Target(method, path, pairs + tuple(data.items()))] = set(roles)
        work = [(role, url) for method, url, _data, roles in self.asked for role in roles if method == "GET"]
        self.dice.shuffle(work)
        clients = {role: self._client(user) for role, user in self.cast.items()}
        for role, url in work[:most]:
            for target in _forms_of(clients[role], url):
                if target.path.startswith("/") and "\x00" not in target.path:
                    self.shown.setdefault(target, set()).add(role)
        self.done.targets = len(self.shown)

    def _client(self, user: User | None) -> Client:
        client = Client(raise_request_exception=True)
        if user:
            client.force_login(User.objects.get(pk=user.pk))
        return client

    def run(self, requests: int) -> Fuzzed:
        """All addresses and forms in turn, mostly by a role to which they are shown, else by any."""
        clients = {role: self._client(user) for role, user in self.cast.items()}
        kept = {role: dict(client.cookies) for role, client in clients.items()}
        targets, everybody = list(self.shown), list(self.cast)
        self.dice.shuffle(targets)
        for target in islice(cycle(targets), requests):
            own = sorted(self.shown[target]) if self.dice.random() < BY_WHO_MAY else []
            role = self.dice.choice(own or everybody)
            clients[role].cookies.clear()
            clients[role].cookies.update(kept[role])
            self._send(clients[role], role, target)
        return self.done

    def _send(self, client: Client, role: str, target: Target) -> None:
        path, query, body, kind, headers = self._made(target)
        cache.clear()
        self.done.requests += 1
        given = {"QUERY_STRING": query} if query else {}
        method = self.dice.choice((target.method,) * 9 + ("HEAD", "PUT"))
        said = f"{role} {method} {path[:120]}?{query[:200]} {kind[:40]} {body[:300]!r} {headers}"
        before = _roots()
        try:
            with transaction.atomic():
                answer = client.generic(
                    method, path or "/", body, content_type=kind, headers=headers, **given
                )
                if answer.streaming:
                    b"".join(answer.streaming_content)
                status = answer.status_code
                transaction.set_rollback(True)
        except Exception as error:  # whatever a view lets through
            status = 500
            self._note(_place_of(error), said)
        else:
            if status >= 500:
                self._note(f"answered {status}", said)
        assert _roots() == before
        self.done.statuses[status] = self.done.statuses.get(status, 0) + 1

    def _note(self, what: str, said: str) -> None:
        count, first = self.done.faults.get(what, (0, said))
        self.done.faults[what] = count + 1, first

    # --- what is sent ------------------------------------------------------------------------------------------

    def _made(self, target: Target) -> tuple[str, str, bytes, str, dict[str, str]]:
        """Path, query, body, type and headers."""
        dice = self.dice
        path = self._path(target.path) if dice.random() < 0.15 else target.path
        pairs = self._pairs(list(target.fields))
        headers = dict(dice.choice(HEADERS)) if dice.random() < 0.3 else {}
        headers = {
            name: value for name, value in headers.items() if value.isprintable() or dice.random() < 0.5
        }
        if target.method == "GET":
            return path, _encoded(pairs), b"", "", headers
        query = _encoded(self._pairs([])) if dice.random() < 0.1 else ""
        choice = dice.random()
        if choice < 0.08:
            return path, query, dice.choice(BODIES), dice.choice(TYPES), headers
        if choice < 0.25:
            kind = f"multipart/form-data; boundary={BOUNDARY.decode()}"
            return path, query, self._multipart(pairs), kind, headers
        return path, query, _encoded(pairs).encode("ascii"), FORM, headers

    def _pairs(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Some of the fields with nasty values, some left out, some twice, some that nobody knows."""
        dice, found = self.dice, list[tuple[str, str]]()
        how_many = dice.choice((1, 1, 2, 3, len(pairs)))
        nasty = set(dice.sample(range(len(pairs)), min(how_many, len(pairs))))
        for n, (name, value) in enumerate(pairs):
            if dice.random() < 0.05:
                continue
            found.append((name, dice.choice(NASTY) if n in nasty else value))
            if dice.random() < 0.05:
                found.append((name, dice.choice(NASTY)))
        if dice.random() < 0.15 or not pairs:
            found += [
                (dice.choice((*KNOWN, dice.choice(NASTY))), dice.choice(NASTY))
                for _ in range(dice.randrange(1, 4))
            ]
        if dice.random() < 0.005:
            found += [(f"n{n}", "x") for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 5)]
        return found

    def _path(self, path: str) -> str:
        """With one part of it changed, as it would be typed into the address."""
        parts = path.split("/")
        at = self.dice.randrange(len(parts))
        parts[at] = self.dice.choice(NASTY)[:3_000]
        made = "/".join(parts)
        return "/" + made.lstrip("/").encode("utf-8", "replace").decode("utf-8").replace("?", "%3F").replace(
            "#", "%23"
        )

    def _multipart(self, pairs: list[tuple[str, str]]) -> bytes:
        """As a form with a file sends it; a field may be a file, and a file a field."""
        dice, blocks = self.dice, list[bytes]()
        for name, value in pairs[:300]:
            clean = re.sub(r"[\r\n\"]", "", name).encode("utf-8", "surrogatepass")
            head, content = (
                b'Content-Disposition: form-data; name="%s"' % clean,
                value.encode("utf-8", "surrogatepass"),
            )
            if dice.random() < (0.6 if b"file" in clean else 0.1):
                head += b'; filename="%s"\r\nContent-Type: %s' % (
                    dice.choice(FILE_NAMES),
                    dice.choice(FILE_TYPES),
                )
                content = dice.choice((content, *FILE_CONTENTS))
            blocks.append(b"--%s\r\n%s\r\n\r\n%s\r\n" % (BOUNDARY, head, content))
        return b"".join(blocks) + (b"--%s--\r\n" % BOUNDARY if dice.random() < 0.95 else b"")


def _forms_of(client: Client, url: str) -> Iterator[Target]:
    with transaction.atomic():
        answer = client.get(url)
        if answer.streaming:
            b"".join(answer.streaming_content)  # to its end, which closes the file
        transaction.set_rollback(True)
    if (
        answer.status_code == 200
        and not answer.streaming
        and "html" in answer.headers.get("Content-Type", "")
    ):
        forms = _Forms(url.partition("?")[0])
        forms.feed(answer.content.decode())
        for target in forms.found:
            path = target.path.partition("?")[0] or forms.page
            if path.startswith("/") and not path.startswith("//"):
                yield Target(target.method, path, target.fields)


def _encoded(pairs: list[tuple[str, str]]) -> str:
    """As a page would, but for characters that no page can send: half of a surrogate, as three bytes."""
    return urlencode(
        [(n.encode("utf-8", "surrogatepass"), v.encode("utf-8", "surrogatepass")) for n, v in pairs]
    )


def _roots() -> int:
    return len(connection.savepoint_ids)


def _place_of(error: BaseException) -> str:
    """What broke, and the last line of the product's own on the way there: one for all that break alike."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "/ecrf/" in f.filename or "/trial/" in f.filename]
    last = (own or frames)[-1]
    where = f"{'/'.join(last.filename.split('/')[-3:])}:{last.lineno} in {last.name}"
    return f"{type(error).__name__} at {where}: {str(error)[:150]}"
