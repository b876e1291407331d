"""The addresses of the reports."""

from django.urls import path

from ecrf.reports.views import calendar, printing

urlpatterns = [
    path("calendar/", calendar.addresses, name="calendar"),
    path("calendar/<int:pk>/revoke/", calendar.revoke, name="revoke-calendar"),
    path("calendar/<slug:token>.ics", calendar.feed, name="calendar-feed"),
    path("print/patients/<str:number>/", printing.casebook, name="print-casebook"),
    path("print/patients/<str:number>/casebook/<slug:crf>/", printing.log, name="print-log"),
    path("print/patients/<str:number>/<str:code>/", printing.visit, name="print-visit"),
    path("print/worksheets/", printing.worksheets, name="worksheets"),
    path("print/worksheets/log/<slug:crf>/", printing.log_worksheet, name="log-worksheet"),
    path("print/worksheets/<str:code>/", printing.worksheet, name="worksheet"),
]
