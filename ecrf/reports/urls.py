"""The addresses of the reports."""

from django.urls import path

from ecrf.reports.views import calendar

urlpatterns = [
    path("calendar/", calendar.addresses, name="calendar"),
    path("calendar/<int:pk>/revoke/", calendar.revoke, name="revoke-calendar"),
    path("calendar/<slug:token>.ics", calendar.feed, name="calendar-feed"),
]
