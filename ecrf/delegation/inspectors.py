"""An inspector reads and changes nothing: every other request is refused, and each page that is read is noted."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from ecrf.access.models import User
from ecrf.access.roles import Role
from ecrf.account.idle import looks_by_itself
from ecrf.delegation.models import PageRead

READING = ("GET", "HEAD", "OPTIONS")
OWN = frozenset({"login", "log-in-again", "logout"})
"""Addresses where an inspector acts for nobody else: the way in and out."""
DOWNLOADS = frozenset(
    {
        *("patient-trail-csv", "site-trail-csv", "trail-review-csv", "trail-review-all-csv"),
        *("access-csv", "grid-csv", "listing-csv"),
    }
)
"""What is taken as a file by a POST only because the trail says who took it."""
OWN_PAGES = "ecrf.account."
"""The package whose pages belong to one's own account: the password, the second factor, the sessions."""
SECRETS = frozenset({"token", "secret", "key"})
"""Parts of an address that open something for whoever knows them: they are not written down."""

WORDS = gettext_lazy(
    "As an inspector you read everything of your sites, with its history, and change"
    " nothing. Nothing was changed. Ask the data manager for what you need as a file."
)


def inspector(request: HttpRequest) -> User | None:
    """Who asks, if one of the roles in force is an inspector's: it makes the whole account one that only reads."""
    user = getattr(request, "user", None)  # none on the page of a request that ended before it was known
    if isinstance(user, User) and any(m.role == Role.INSPECTOR for m in user.current_memberships):
        return user
    return None


class Inspectors:
    """Middleware, behind the one that knows who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asked before the page is made: logging out takes the person off the request.
        reader = inspector(request)
        response = self.get_response(request)
        if reader and _is_page(request):
            PageRead.objects.create(read_by=reader, path=_path(request), status=response.status_code)
        return response

    def process_view(self, request: HttpRequest, view: Any, *args: object) -> None:
        if request.method in READING or not inspector(request):
            return
        match = request.resolver_match
        if match and match.url_name not in OWN | DOWNLOADS and not view.__module__.startswith(OWN_PAGES):
            raise PermissionDenied(str(WORDS))


def pages_noted() -> QuerySet[PageRead]:
    """The newest first."""
    return PageRead.objects.select_related("read_by").order_by("-pk")


def _is_page(request: HttpRequest) -> bool:
    """What a person asked for; a page that looks by itself how far something is reads nothing."""
    return request.method == "GET" and not looks_by_itself(request)


def _path(request: HttpRequest) -> str:
    path = request.path
    for name, value in (request.resolver_match.kwargs if request.resolver_match else {}).items():
        path = path.replace(str(value), "***") if name in SECRETS else path
    return path[: PageRead._meta.get_field("path").max_length]
