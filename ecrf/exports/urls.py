"""The addresses of what leaves the product."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
