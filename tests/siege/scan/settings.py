"""The product's settings without the limit of searches a minute, behind which a scanner would see nothing."""

from tests.siege.settings import *  # noqa: F403

MIDDLEWARE = [one for one in MIDDLEWARE if one != "ecrf.web.middleware.limit_searches"]  # noqa: F405
