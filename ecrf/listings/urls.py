"""The addresses of the listings."""

from django.urls import path

from ecrf.listings.pages import views
from ecrf.listings.pages import views_of_acts as acts

urlpatterns = [
    path("listings/", views.listings, name="listings"),
    path("listings/choose/", views.choose, name="choose-listing"),
    path("listings/show/", views.listing, name="listing"),
    path("listings/ready/<slug:key>/", views.ready_listing, name="ready-listing"),
    path("listings/saved/<int:pk>/", views.saved_listing, name="saved-listing"),
    path("listings/keep/", acts.keep, name="keep-listing"),
    path("listings/saved/<int:pk>/change/", acts.change, name="change-listing"),
    path("listings/saved/<int:pk>/delete/", acts.delete, name="delete-listing"),
    path("listings/ask/", acts.ask, name="ask-about-rows"),
    path("listings/mark/", acts.mark, name="mark-rows"),
    path("listings/take-marks-back/", acts.take_back, name="take-marks-back"),
    path("listings/csv/", views.csv, name="listing-csv"),
]
