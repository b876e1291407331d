"""The product's settings with the reference beside it, and static files in the bench's own folder."""

import os

from ecrf.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.reference"]  # noqa: F405
ROOT_URLCONF = "tests.bench.urls"
STATIC_ROOT = os.environ["BENCH_STATIC_ROOT"]
