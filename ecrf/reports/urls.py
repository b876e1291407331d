"""The addresses of the reports."""

from django.urls import path

from ecrf.reports.views import calendar, printing, trail, trail_review

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
    path("patients/<str:number>/trail/", trail.patient_trail, name="patient-trail"),
    path("patients/<str:number>/trail/csv/", trail.patient_csv, name="patient-trail-csv"),
    path("sites/<slug:code>/trail/", trail.site_trail, name="site-trail"),
    path("sites/<slug:code>/trail/csv/", trail.site_csv, name="site-trail-csv"),
    path("sites/<slug:code>/trail/review/", trail_review.of_site, name="trail-review"),
    path("sites/<slug:code>/trail/review/csv/", trail_review.csv_of_site, name="trail-review-csv"),
    path("trail/review/", trail_review.of_all_sites, name="trail-review-all"),
    path("trail/review/csv/", trail_review.csv_of_all_sites, name="trail-review-all-csv"),
]
