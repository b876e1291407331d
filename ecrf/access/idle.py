"""Ends a session that nobody used for a while, on the server."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

SEEN, BEGAN = "seen_at", "began_at"
WRITE_EVERY_SECONDS = 60


def log_out_when_idle(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: log out after IDLE_MINUTES without use, and after SESSION_COOKIE_AGE in any case.

    The time of use is noted at most once a minute.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        if _is_over(request, now):
            logout(request)
        elif _is_somebodys(request) and now - request.session.get(SEEN, now) >= WRITE_EVERY_SECONDS:
            request.session[SEEN] = now
        response = get_response(request)
        if _is_somebodys(request) and BEGAN not in request.session:
            request.session[BEGAN] = request.session[SEEN] = now
        return response

    return middleware


def _is_somebodys(request: HttpRequest) -> bool:
    return bool(request.session.get("_auth_user_id"))


def _is_over(request: HttpRequest, now: int) -> bool:
    idle = now - request.session.get(SEEN, now)
    age = now - request.session.get(BEGAN, now)
    return idle > settings.IDLE_MINUTES * 60 or age > settings.SESSION_COOKIE_AGE
