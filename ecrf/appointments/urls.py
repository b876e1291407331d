"""The addresses of the site's appointments."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
