"""The addresses of the product: the login, the monitor's admin, the site's pages."""

from django.urls import include, path

from ecrf.access.login import log_in_again, log_out, login_page
from ecrf.monitoring.site import monitor_site
from ecrf.web.places import places

handler403 = "ecrf.monitoring.refusals.refused"
handler500 = "ecrf.web.errors.server_error"

urlpatterns = [
    path("login/", login_page, name="login"),
    path("login/again/", log_in_again, name="log-in-again"),
    path("logout/", log_out, name="logout"),
    path("places/", places, name="places"),
    path("monitor/", monitor_site.urls),
    path("", include("ecrf.exports.urls")),
    path("", include("ecrf.outcomes.urls")),
    path("", include("ecrf.calendar.urls")),
    path("", include("ecrf.prints.urls")),
    path("", include("ecrf.grid.urls")),
    path("", include("ecrf.trail.urls")),
    path("", include("ecrf.entry.urls")),
]
