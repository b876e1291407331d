"""The pages for bad days: the database is away, something broke, a page or an address is used as it cannot be."""

import logging
import sys
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views.decorators.csrf import requires_csrf_token

from ecrf.account.way_back import page_above
from ecrf.audit.lost import fails, is_lost
from ecrf.web.standby import database_away

log = logging.getLogger("ecrf.request")


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke. When it is the database that is away: 503, saying so and what is kept."""
    error = sys.exc_info()[1]
    if not fails(error):
        return HttpResponse(render_to_string("500.html"), status=500)
    log.error("database away", extra={"path": request.path})
    connection.close()
    response = database_away(request)
    # ecrf/web/standby.py asks again, and elsewhere: not where a statement alone failed, as of two that waited in turn.
    response.is_database_away = is_lost(error)  # type: ignore[attr-defined]
    return response


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page's key was too old: say so without losing what was typed (the browser keeps it on Back)."""
    if request.headers.get("HX-Request") and not request.user.is_authenticated:
        return HttpResponse(gettext("You are logged out."), status=401)
    return render(request, "errors/csrf.html", status=403)


def say_not_this_way(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: an address that only acts, opened by reload, bookmark or Back, says so and leads on (405)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or response.content:
            return response
        if request.headers.get("HX-Request"):
            words = gettext("Not done: this address does not take that. Load the page again.")
            said = HttpResponse(words, status=405, content_type="text/plain; charset=utf-8")
        else:
            said = render(request, "405.html", {"page_above": page_above(request.path)}, status=405)
        said.headers["Allow"] = response.headers["Allow"]
        return said

    return middleware
