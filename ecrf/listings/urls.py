"""The addresses of the listings."""

from django.urls import path

from ecrf.listings import views

urlpatterns = [
    path("listings/", views.listings, name="listings"),
    path("listings/choose/", views.choose, name="choose-listing"),
    path("listings/show/", views.listing, name="listing"),
    path("listings/ready/<slug:key>/", views.ready_listing, name="ready-listing"),
    path("listings/saved/<int:pk>/", views.saved_listing, name="saved-listing"),
    path("listings/csv/", views.csv, name="listing-csv"),
]
