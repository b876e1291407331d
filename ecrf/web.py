"""What every request passes, whatever it asks for: the log line, the health check, the page for bad days."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token
from whitenoise.storage import CompressedManifestStaticFilesStorage

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


class DatabaseAway:
    """When the database is away: 503 and a page that says so and what is kept, not a stack trace."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError):
            return self._sorry(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            return self._sorry(request)
        return None

    def _sorry(self, request: HttpRequest) -> HttpResponse:
        log.error("database away", extra={"path": request.path})
        connection.close()
        page = render_to_string("errors/database_away.html", {"synthetic_data": settings.SYNTHETIC_DATA})
        return HttpResponse(page, status=503, headers={"Retry-After": "10"})


database_away = DatabaseAway


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
