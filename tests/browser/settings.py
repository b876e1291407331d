"""The product's settings, with each worker's own folder of static files, and passwords that are checked quickly."""

import os

from ecrf.settings import *  # noqa: F403

STATIC_ROOT = f"{os.environ['BROWSER_STATIC_ROOT']}/files"
INSTALLED_APPS = [*INSTALLED_APPS, "tests.browser.stub_acts.StubActs"]  # noqa: F405
MIDDLEWARE = [*MIDDLEWARE, "tests.browser.nothing_stays.nothing_stays"]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
