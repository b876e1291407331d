"""The product's settings, with static files in a folder of the siege's own."""

import os

from ecrf.settings import *  # noqa: F403

STATIC_ROOT = os.environ["SIEGE_STATIC_ROOT"]
