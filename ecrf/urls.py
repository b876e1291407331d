"""The addresses of the product: the login, the monitor's admin, the site's pages."""

from django.urls import include, path

from ecrf.monitoring.site import monitor_site
from ecrf.web.places import places

handler403 = "ecrf.monitoring.refusals.refused"
handler404 = "ecrf.monitoring.refusals.not_found"
handler500 = "ecrf.web.errors.server_error"

# What a patient's pages ask for stands first: with every value that is saved, an address is looked up.
urlpatterns = [
    path("", include("ecrf.corrections.urls")),
    path("", include("ecrf.appointments.urls")),
    path("", include("ecrf.files.urls")),
    path("", include("ecrf.trail.urls")),
    path("", include("ecrf.prints.urls")),
    path("", include("ecrf.exports.urls")),
    path("", include("ecrf.entry.urls")),
    path("", include("ecrf.account.urls")),
    path("", include("ecrf.account.sso.urls")),
    path("places/", places, name="places"),
    path("monitor/", monitor_site.urls),
    path("", include("ecrf.mail.urls")),
    path("", include("ecrf.anchors.urls")),
    path("", include("ecrf.notices.urls")),
    path("", include("ecrf.help.urls")),
    path("", include("ecrf.outcomes.urls")),
    path("", include("ecrf.calendar.urls")),
    path("", include("ecrf.people.urls")),
    path("", include("ecrf.delegation.urls")),
    path("", include("ecrf.imports.urls")),
    path("", include("ecrf.listings.urls")),
    path("", include("ecrf.grid.urls")),
]
