"""For whom each request acts: known to the database from the login on, and forgotten at the end of the request."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from ecrf.access.models import User
from ecrf.audit.bound.person import leave


def nobody_is_left(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware around all others: whatever became of the request, the next one here begins as nobody."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            return get_response(request)
        finally:
            leave()

    return middleware


def begin_session(request: HttpRequest, user: User, **_: Any) -> None:
    """Whoever has just logged in is whom the session's secret stands for."""
    request.session.begin_for(user.pk)  # type: ignore[attr-defined]
