"""The product's addresses and the reference's one, served by the same processes."""

from django.urls import include, path

from tests.bench.reference.views import reference

urlpatterns = [path("reference/<int:pk>/", reference, name="reference"), path("", include("ecrf.urls"))]
