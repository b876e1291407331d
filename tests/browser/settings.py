"""The product's settings, with each worker's own folder of static files, and passwords that are checked quickly."""

import os

from ecrf.settings import *  # noqa: F403

STATIC_ROOT = f"{os.environ['BROWSER_STATIC_ROOT']}/files"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
