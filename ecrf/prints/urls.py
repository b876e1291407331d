"""The addresses of the pages made for paper."""

from django.urls import path

from ecrf.prints import views

urlpatterns = [
    path("print/patients/<str:number>/", views.casebook, name="print-casebook"),
    path("print/patients/<str:number>/casebook/<slug:crf>/", views.log, name="print-log"),
    path(
        "print/patients/<str:number>/<str:code>/worksheet/",
        views.patient_visit_worksheet,
        name="patient-worksheet",
    ),
    path("print/patients/<str:number>/<str:code>/", views.visit, name="print-visit"),
    path("print/worksheets/", views.worksheets, name="worksheets"),
    path("print/worksheets/log/<slug:crf>/", views.log_worksheet, name="log-worksheet"),
    path("print/worksheets/<str:code>/", views.worksheet, name="worksheet"),
]
