"""The addresses of the trail, read: a patient's, a site's, and the review screens."""

from django.urls import path

from ecrf.trail import views
from ecrf.trail.review import views as review_views

urlpatterns = [
    path("patients/<str:number>/trail/", views.patient_trail, name="patient-trail"),
    path("patients/<str:number>/trail/csv/", views.patient_csv, name="patient-trail-csv"),
    path("sites/<slug:code>/trail/", views.site_trail, name="site-trail"),
    path("sites/<slug:code>/trail/csv/", views.site_csv, name="site-trail-csv"),
    path("sites/<slug:code>/trail/review/", review_views.of_site, name="trail-review"),
    path("sites/<slug:code>/trail/review/csv/", review_views.csv_of_site, name="trail-review-csv"),
    path("trail/review/", review_views.of_all_sites, name="trail-review-all"),
    path("trail/review/csv/", review_views.csv_of_all_sites, name="trail-review-all-csv"),
]
