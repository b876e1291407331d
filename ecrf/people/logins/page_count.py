"""Counts the pages that each person asks for, by the hour: in this process, and in the database now and then."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ecrf.web.standby import reads_from_standby

NOT_OPENED = frozenset({"session", "export", "import", "places", "log-in-again"})
"""Addresses that pages ask by themselves, again and again, or that show nothing of the study: the session's end, how
far a file is, the menu, the login in place. By name: a header that a browser sends is what its owner wants it to be."""
WRITE_EVERY_SECONDS = 60
WRITE_EVERY_PAGES = 200
"""Whichever comes first, so that whoever loads a great deal in a few seconds is counted too."""

WRITE = """
    INSERT INTO people_pagecount (user_id, hour, pages) VALUES (%s, %s, %s)
    ON CONFLICT (user_id, hour) DO UPDATE SET pages = people_pagecount.pages + excluded.pages
"""


@dataclass
class Counted:
    """Pages that are not written yet, and since when."""

    pages: int
    since: float


_counted: dict[int, Counted] = {}
_lock = Lock()


def count_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: one more page of whoever is logged in, whole or a part of one. What is saved is none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match = request.resolver_match
        is_page = request.method == "GET" and (match is None or match.view_name not in NOT_OPENED)
        user = request.user
        if is_page and user.is_authenticated and (pages := _due(user.pk)):
            _write(user.pk, pages)
        return response

    return middleware


def _due(user: int) -> int:
    """Count one; how many are to be written now, 0 while there is time, or nothing can be written."""
    now = time.monotonic()
    with _lock:
        counted = _counted.setdefault(user, Counted(0, now))
        counted.pages += 1
        is_soon = counted.pages < WRITE_EVERY_PAGES and now - counted.since < WRITE_EVERY_SECONDS
        if is_soon or reads_from_standby():
            return 0
        return _counted.pop(user).pages


def _write(user: int, pages: int) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [user, hour, pages])
