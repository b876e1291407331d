"""The addresses of the trial's outcomes: of the study, and of each site."""

from django.urls import path

from ecrf.outcomes import views

urlpatterns = [
    path("outcomes/", views.study, name="outcomes"),
    path("outcomes/rows/<slug:key>/", views.study_rows, name="outcomes-rows"),
    path("outcomes/pdf/", views.study_pdf, name="outcomes-pdf"),
    path("outcomes/sites/<slug:code>/", views.site, name="site-outcomes"),
    path("outcomes/sites/<slug:code>/rows/<slug:key>/", views.site_rows, name="site-outcomes-rows"),
    path("outcomes/sites/<slug:code>/pdf/", views.site_pdf, name="site-outcomes-pdf"),
]
