"""Ends a session that nobody used for a while, on the server."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from ecrf.access.address import client_address
from ecrf.access.login_log import What, note
from ecrf.account.browser_words import browser_words
from ecrf.account.session_store import ADDRESS, BEGAN, BROWSER, SEEN

WRITE_EVERY_SECONDS = 60


def log_out_when_idle(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: log out after IDLE_MINUTES without use, and after SESSION_COOKIE_AGE in any case.

    The time of use is noted at most once a minute. A page that looks by itself how far something is does not count as
    use, and says so.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        if over := _is_over(request, now):
            if request.user.is_authenticated:
                note(over, request.user.get_username(), client_address(request))
            logout(request)
        elif (
            _is_somebodys(request)
            and not _is_unattended(request)
            and now - request.session.get(SEEN, now) >= WRITE_EVERY_SECONDS
        ):
            request.session[SEEN] = now
        response = get_response(request)
        if _is_somebodys(request) and BEGAN not in request.session:
            note_begin(request, now)
        return response

    return middleware


def note_begin(request: HttpRequest, now: int | None = None) -> None:
    """What the owner sees of the session: since when, from where, in which browser."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time()) if now is None else now
    request.session[ADDRESS] = client_address(request)
    request.session[BROWSER] = browser_words(request.headers.get("User-Agent", ""))


def _is_somebodys(request: HttpRequest) -> bool:
    return bool(request.session.get("_auth_user_id"))


def _is_unattended(request: HttpRequest) -> bool:
    return request.headers.get("X-Unattended") == "yes"


def _is_over(request: HttpRequest, now: int) -> What | None:
    """Why the session is over; None while it is not."""
    if now - request.session.get(SEEN, now) > settings.IDLE_MINUTES * 60:
        return What.IDLE
    return What.TOO_LONG if now - request.session.get(BEGAN, now) > settings.SESSION_COOKIE_AGE else None


def looks_by_itself(request: HttpRequest) -> bool:
    """Whether the page only asked how long its session lasts. Told by the address: what a browser says of itself, who
    does not want to be counted can say of every page."""
    match = request.resolver_match
    return match is not None and match.url_name == "session"
