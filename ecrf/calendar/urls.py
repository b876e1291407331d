"""The addresses of the calendar feed."""

from django.urls import path

from ecrf.calendar import views

urlpatterns = [
    path("calendar/feed/", views.addresses, name="calendar-addresses"),
    path("calendar/<int:pk>/revoke/", views.revoke, name="revoke-calendar"),
    path("calendar/<slug:token>.ics", views.feed, name="calendar-feed"),
]
