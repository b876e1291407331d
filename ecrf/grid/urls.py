"""The addresses of the grid of all patients."""

from django.urls import path

from ecrf.grid import views

urlpatterns = [
    path("grid/", views.grid, name="grid"),
    path("grid/columns/", views.columns, name="grid-columns"),
    path("grid/csv/", views.csv, name="grid-csv"),
]
