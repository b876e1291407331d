"""The monitor's admin site: a Django admin of its own, read-only throughout, behind the product's own login."""

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.roles import Right
from ecrf.monitoring.home import views as home
from ecrf.monitoring.locks import views as locks
from ecrf.monitoring.urls import review_urls
from ecrf.monitoring.visits import views as visits

READING = frozenset({Right.REVIEW, Right.REVIEW_SAFETY})
"""Either of these opens the monitor's pages; each page then asks for its own."""


class MonitorSite(AdminSite):
    """For everybody who may read patients' data: monitors at their sites, data managers and safety at all."""

    site_header = site_title = "Review"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and user.is_authenticated and user.rights & READING)

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
                raise PermissionDenied("Your role does not let you review patients' data.")
            request.current_app = self.name  # type: ignore[attr-defined]
            return view(request, *args, **options)

        return never_cache(guarded)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The first page and the models' pages; of the admin's own login, log-out and helpers, none."""
        urls: list[URLPattern | URLResolver] = [path("", self.admin_view(home.index), name="index")]
        urls += self._visit_urls()
        urls += review_urls(self)
        for model, model_admin in self._registry.items():
            address = f"{model._meta.app_label}/{model._meta.model_name}/"
            urls.append(path(address, include(model_admin.urls)))
        return [*urls, *self._lock_urls()]

    def _lock_urls(self) -> list[URLPattern]:
        """What is frozen or locked, and what is in the way of it."""
        return [
            path("locks/", self.admin_view(locks.overview), name="locks"),
            path("locks/study/", self.form_view(locks.scope), {"scope": "study"}, name="study-locks"),
            path("locks/<slug:scope>/<str:key>/", self.form_view(locks.scope), name="scope-locks"),
        ]

    def _visit_urls(self) -> list[URLPattern]:
        """The work at a site, and the monitoring visits."""
        one = "monitoring-visits/<int:pk>/"
        work, text = "sites/<slug:code>/<slug:section>/", f"{one}<slug:kind>/"
        return [
            path(work, self.admin_view(home.work_list), name="work-list"),
            path("monitoring-visits/", self.form_view(visits.visits), name="monitoring-visits"),
            path(one, self.form_view(visits.visit), name="monitoring-visit"),
            path(f"{one}start/", self.act_view(visits.start), name="start-monitoring-visit"),
            path(f"{one}call-off/", self.act_view(visits.call_off), name="call-off-monitoring-visit"),
            path(f"{one}end/", self.act_view(visits.end), name="end-monitoring-visit"),
            path(f"{one}finish/", self.act_view(visits.finish), name="finish-monitoring-visit"),
            path(f"{text}save/", self.act_view(visits.save_text), name="save-monitoring-text"),
            path(f"{text}print/", self.admin_view(visits.printed), name="print-monitoring-text"),
        ]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What the admin's templates ask for; the list of all models is none of it."""
        return {"site_title": self.site_title, "site_header": self.site_header, "has_permission": True}


monitor_site = MonitorSite(name="monitor")
