"""The monitor's admin site: a Django admin of its own, read-only throughout."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from ecrf.access.roles import Right


class MonitorSite(AdminSite):
    """For everybody who may read patients' data: monitors at their sites, data managers and safety at all."""

    site_header = site_title = "Monitoring"
    index_title = "Review"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and user.is_authenticated and user.rights & {Right.REVIEW, Right.REVIEW_SAFETY})


monitor_site = MonitorSite(name="monitor")
