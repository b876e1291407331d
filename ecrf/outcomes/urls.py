"""The addresses of the trial's result."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
