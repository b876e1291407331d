"""The addresses of the site's appointments, and of the calendar that shows them."""

from django.urls import path

from ecrf.appointments import views
from ecrf.appointments.calendar import views as calendar

urlpatterns = [
    path("calendar/", calendar.page, name="calendar"),
    path("calendar/day/<str:day>/", calendar.day, name="calendar-day"),
    path("patients/<str:number>/appointments/new/", views.make, name="make-appointment"),
    path("appointments/<int:pk>/", views.appointment, name="appointment"),
    path("appointments/<int:pk>/move/", views.move, name="move-appointment"),
    path("appointments/<int:pk>/miss/", views.miss, name="miss-appointment"),
    path("appointments/<int:pk>/cancel/", views.cancel, name="cancel-appointment"),
]
