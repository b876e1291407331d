"""The addresses of the calendar feed."""

from django.urls import path

from ecrf.calendar import views

urlpatterns = [
    path("calendar/", views.addresses, name="calendar"),
    path("calendar/<int:pk>/revoke/", views.revoke, name="revoke-calendar"),
    path("calendar/<slug:token>.ics", views.feed, name="calendar-feed"),
]
