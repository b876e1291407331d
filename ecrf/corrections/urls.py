"""The addresses of what puts mistakes right: striking out, moving, handing a patient over."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
