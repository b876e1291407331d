"""The monitor's admin site: a Django admin of its own, read-only throughout, behind the product's own login."""

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.roles import Right
from ecrf.monitoring.urls import urls

READ = frozenset({Right.REVIEW, Right.REVIEW_SAFETY})
"""Either of these opens the monitor's pages; each page then asks for its own."""


class MonitorSite(AdminSite):
    """For everybody who may read patients' data: monitors at their sites, data managers and safety at all.

    Of the admin's own login, log-out and helpers there is nothing: only what the table of addresses names.
    """

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [*urls(self)]

    @property
    def lists(self) -> list[Any]:
        return list(self._registry.values())

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and user.is_authenticated and user.rights & READ)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Answer a GET of somebody who may read; refuse (403) everybody else. Nobody is sent to a second login."""
        return require_GET(self._guarded(view))

    def form_view(self, view: Any) -> Any:
        """As `admin_view`, for a page with a form on it: a GET shows, a POST acts."""
        return require_http_methods(["GET", "POST"])(self._guarded(view))

    def act_view(self, view: Any) -> Any:
        """As `admin_view`, for what only acts: a POST."""
        return require_POST(self._guarded(view))

    def _guarded(self, view: Any) -> Any:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
            if not self.has_permission(request):
                raise PermissionDenied(gettext("Your role does not let you review patients' data."))
            request.current_app = self.name  # type: ignore[attr-defined]
            return view(request, *args, **options)

        return never_cache(guarded)


monitor_site = MonitorSite(name="monitor")
