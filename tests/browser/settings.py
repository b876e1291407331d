"""The product's settings, with static files in a folder of each worker's own."""

import os

from ecrf.settings import *  # noqa: F403

STATIC_ROOT = os.environ["BROWSER_STATIC_ROOT"]
