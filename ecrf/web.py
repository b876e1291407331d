"""What every request passes, whatever it asks for: the log line, the health check, the page for bad days."""

import logging
import re
import sys
import time
import traceback
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token
from pythonjsonlogger.json import JsonFormatter
from whitenoise.storage import CompressedManifestStaticFilesStorage

from ecrf.audit.refusals import Locked

GetResponse = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("ecrf.request")
VERSION = "0.1.0"


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
                "path": request.path,
                "status": response.status_code,
                "ms": round((time.perf_counter() - start) * 1000, 1),
                "user": user.pk if user is not None and hasattr(request, "_cached_user") else None,
            },
        )
        return response

    return middleware


def health(get_response: GetResponse) -> GetResponse:
    """/healthz answers before anything else: 200 when the database answers, else 503."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz":
            return get_response(request)
        try:
            connection.close_if_unusable_or_obsolete()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except (OperationalError, InterfaceError):
            connection.close()
            return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
        return HttpResponse("ok\n", content_type="text/plain")

    return middleware


def refuse_null(get_response: GetResponse) -> GetResponse:
    """A null character in an address is nobody's: nothing is found there."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            return HttpResponse("There is nothing at this address.\n", status=404, content_type="text/plain")
        return get_response(request)

    return middleware


def say_locked(get_response: GetResponse) -> GetResponse:
    """What the database refused because it is frozen or locked, wherever it was asked for: 409, in words."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Locked):
            return None
        part = request.headers.get("HX-Request")
        template = f"errors/{'_locked' if part else 'locked'}.html"
        return render(request, template, {"why": str(exception)}, status=409)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke. When it is the database that is away: 503, saying so and what is kept."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(render_to_string("500.html"), status=500)
    log.error("database away", extra={"path": request.path})
    connection.close()
    return HttpResponse(
        render_to_string("errors/database_away.html"), status=503, headers={"Retry-After": "10"}
    )


class NoValues(logging.Filter):
    """Takes the message off an exception in the log: a database's error quotes the row it refused."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0]:
            kind, _error, trace = record.exc_info
            record.exc_text = "".join(traceback.format_tb(trace)) + kind.__name__
            record.exc_info = None
        return True


class LogLine(JsonFormatter):
    """One JSON object a line. The secret in a calendar feed's address is taken out, wherever it stands."""

    def format(self, record: logging.LogRecord) -> str:
        return re.sub(r"/calendar/[\w-]+\.ics", "/calendar/***.ics", super().format(record))


def about(request: HttpRequest) -> dict[str, object]:
    """What the frame of every page needs."""
    return {
        "synthetic_data": settings.SYNTHETIC_DATA,
        "version": VERSION,
        "idle_minutes": settings.IDLE_MINUTES,
    }


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page's key was too old: say so without losing what was typed (the browser keeps it on Back)."""
    if request.headers.get("HX-Request") and not request.user.is_authenticated:
        return HttpResponse("You are logged out.", status=401)
    return render(request, "errors/csrf.html", status=403)


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files; imports between our ES modules are hashed too."""

    support_js_module_import_aggregation = True
