"""The product's addresses, and the decoy."""

from django.urls import path

from ecrf.urls import *  # noqa: F403
from ecrf.urls import urlpatterns as of_the_product
from tests.siege.scan.decoy import decoy

urlpatterns = [*of_the_product, path("decoy/", decoy, name="decoy")]
