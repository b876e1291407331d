"""Ends a session that nobody used for a while, on the server."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

SEEN = "seen_at"
WRITE_EVERY_SECONDS = 60


def log_out_when_idle(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: log out after IDLE_MINUTES; note the time of use at most once a minute."""

    def middleware(request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        seen = request.session.get(SEEN)
        if seen and now - seen > settings.IDLE_MINUTES * 60:
            logout(request)
        elif request.session.get("_auth_user_id") and (not seen or now - seen >= WRITE_EVERY_SECONDS):
            request.session[SEEN] = now
        return get_response(request)

    return middleware
