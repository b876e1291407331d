"""What every request passes: the log line, the health check, what is refused unread, locks explained."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext

from ecrf.audit.lost import fails
from ecrf.audit.refusals import Locked
from ecrf.audit.taken import taken_by
from ecrf.audit.turns import TurnTaken, telling
from ecrf.web.health import full_health
from ecrf.web.standby import is_worth_asking

GetResponse = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("ecrf.request")

SHORT, TEXT, PAGE = 64_000, 600_000, settings.DATA_UPLOAD_MAX_MEMORY_SIZE
MOST_OF_FILE, FILE = 25_000_000, 26_000_000
"""Of a file, and with what stands around it."""
LONGER = {
    "visit": PAGE,
    "log": PAGE,
    "log-form": PAGE,
    "item": TEXT,
    "answer-query": TEXT,
    "monitor:open-query": TEXT,
    "monitor:ask": TEXT,
    "monitor:ask-query-again": TEXT,
    "monitor:pass-query-on": TEXT,
    "monitor:close-query": TEXT,
    "monitor:reopen-query": TEXT,
    "monitor:close-queries": TEXT,
    "monitor:ask-queries-again": TEXT,
    "monitor:save-monitoring-text": PAGE,
    "new-import": FILE,
    "new-comparison": FILE,
    "add-patient-file": FILE,
    "new-file-version": FILE,
    "add-document": FILE,
    "add-site-document": FILE,
}
"""{name of an address: how many bytes may be sent there}; SHORT to all others. TEXT is the longest text that an item
takes, 20,000 characters of up to twelve bytes as a form sends them, with the one that stood there before; FILE is what
stands where a file is imported or added."""

NO_DEVICES = ", ".join(
    f"{name}=()"
    for name in (
        *("accelerometer", "bluetooth", "browsing-topics", "camera", "display-capture", "geolocation"),
        *(
            "gyroscope",
            "hid",
            "local-fonts",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "serial",
            "usb",
        ),
    )
)


def request_log(get_response: GetResponse) -> GetResponse:
    """One line a request: what was asked, never what was typed; pages with patients' data are not cached."""

    def middleware(request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = get_response(request)
        if request.path == "/healthz":
            return response
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response.headers.setdefault("Cache-Control", "no-store")
        user = getattr(request, "user", None)
        log.info(
            "request",
            extra={
                "method": request.method,
                "path": path_in_log(request),
                "status": response.status_code,
                "ms": round((time.perf_counter() - start) * 1000, 1),
                "user": user.pk if user is not None and hasattr(request, "_cached_user") else None,
            },
        )
        return response

    return middleware


def path_in_log(request: HttpRequest) -> str:
    """Without what opens something: the secret part of a link from a mail, or of a calendar's address."""
    found = request.resolver_match
    token = found.kwargs.get("token") if found else None
    return request.path.replace(token, "…") if token else request.path


def health(get_response: GetResponse) -> GetResponse:
    """/healthz answers before anything else: 200 when the database answers, else 503. `/healthz?full` tells more,
    `?proxy` tells a proxy whether to send people here."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz":
            return get_response(request)
        if "full" in request.GET:
            return full_health(request)
        if "proxy" in request.GET:
            is_one = is_worth_asking()
            words = "ok\n" if is_one else "most servers of the database cannot be reached from here\n"
            return HttpResponse(words, status=200 if is_one else 503, content_type="text/plain")
        try:
            connection.close_if_unusable_or_obsolete()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Error as error:
            if not fails(error):
                raise
            connection.close()
            return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
        return HttpResponse("ok\n", content_type="text/plain")

    return middleware


def refuse_null(get_response: GetResponse) -> GetResponse:
    """A null character in an address is nobody's: nothing is found there."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            return HttpResponse(
                gettext("There is nothing at this address.\n"), status=404, content_type="text/plain"
            )
        return get_response(request)

    return middleware


def refuse_foreign_text(get_response: GetResponse) -> GetResponse:
    """Text is sent in UTF-8. Of any other encoding that a request names, Django would make use of, or fail."""

    def middleware(request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() != "utf-8":
            words = gettext("Text is taken in UTF-8 only. Nothing was saved.\n")
            return HttpResponse(words, status=415, content_type="text/plain")
        return get_response(request)

    return middleware


def limit_body(get_response: GetResponse) -> GetResponse:
    """What is longer than its address can need is refused before it is read (413)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        size = body_size(request.META)
        if is_too_long(size, request.path_info):
            return _too_long(request, size)
        return get_response(request)

    return middleware


def _too_long(request: HttpRequest, size: int) -> HttpResponse:
    """A page for a person who sent a form, one line for a script of a page. Nobody is asked who it is: the page shows
    nothing of the study, and neither session nor database are touched."""
    limit = longest_body(request.path_info)
    most = f"{MOST_OF_FILE // 1_000_000} MB" if limit == FILE else f"{limit // 1000} kB"
    if request.headers.get("HX-Request") or "text/html" not in request.headers.get("Accept", ""):
        words = gettext(
            "This was not saved: it is longer than the %(most)s that are taken here. Go back: what you typed is still"
            " there. Shorten it."
        )
        return HttpResponse(f"{words % {'most': most}}\n", status=413, content_type="text/plain")
    sent = f"{size / 1_000_000:,.1f} MB" if size >= 1_000_000 else f"{size // 1000} kB"
    context = {"size": sent, "most": most, "takes_file": limit == FILE}
    return HttpResponse(render_to_string("errors/too_long.html", context), status=413)


def body_size(environ: Mapping[str, Any]) -> int:
    """How many bytes the request says it has; 0 if it says no number."""
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length[:16]) if length.isascii() and length.isdigit() else 0


def is_too_long(size: int, path: str) -> bool:
    return size > SHORT and size > longest_body(path)


def longest_body(path: str) -> int:
    """How many bytes a request to this address may have."""
    try:
        return LONGER.get(resolve(path).view_name, SHORT)
    except Resolver404:
        return SHORT


SEARCHES, WITHIN = 60, 60.0
"""So many searches of one person, in so many seconds, are answered by one process: more than anybody reads."""


def limit_searches(get_response: GetResponse) -> GetResponse:
    """A script that searches its way through everything is told to wait (429). Searching is asking with a `q`."""
    recent: dict[int, deque[float]] = {}
    one_at_a_time = threading.Lock()

    def is_too_fast(who: int) -> bool:
        now = time.monotonic()
        with one_at_a_time:
            times = recent.setdefault(who, deque())
            while times and times[0] < now - WITHIN:
                times.popleft()
            if len(times) < SEARCHES:
                times.append(now)
                return False
        return True

    def middleware(request: HttpRequest) -> HttpResponse:
        who = request.user.pk if request.GET.get("q") else None
        if who is not None and is_too_fast(who):
            words = gettext(
                "%(searches)s searches a minute are answered. Wait a minute, then search again.\n"
            ) % {"searches": SEARCHES}
            headers = {"Retry-After": str(round(WITHIN))}
            return HttpResponse(words, status=429, content_type="text/plain", headers=headers)
        return get_response(request)

    return middleware


def keep_to_ourselves(get_response: GetResponse) -> GetResponse:
    """Headers of every answer, static files' too: no other site embeds it, and no page uses the machine's devices."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = NO_DEVICES
        return response

    return middleware


def say_refused(get_response: GetResponse) -> GetResponse:
    """What the database refused because it is frozen or locked, or was taken by somebody else a moment ago, wherever it
    was asked for: 409, in words. A page that has a field to say it beside does so itself. What waits for a file that is
    being written: 423, and the page's script sends it again."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with telling():
            return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, TurnTaken):
            if request.headers.get("HX-Request"):
                return HttpResponse(str(exception), status=423, content_type="text/plain; charset=utf-8")
            return render(request, "errors/turn_taken.html", {"why": exception}, status=423)
        taken = taken_by(exception)
        if not isinstance(exception, Locked) and taken is None:
            return None
        why = " ".join(taken.messages) if taken else str(exception)
        part = request.headers.get("HX-Request")
        template = f"errors/{'_locked' if part else 'locked'}.html"
        return render(request, template, {"why": why}, status=409)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
