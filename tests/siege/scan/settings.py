"""The product's settings with a decoy beside it, and without the limit of searches, behind which nothing is seen."""

from tests.siege.settings import *  # noqa: F403

MIDDLEWARE = [one for one in MIDDLEWARE if one != "ecrf.web.middleware.limit_searches"]  # noqa: F405
ROOT_URLCONF = "tests.siege.scan.urls"
