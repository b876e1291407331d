"""What every request passes: the log line, the health check, addresses refused, locks explained."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ecrf.audit.refusals import Locked

GetResponse = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("ecrf.request")


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
