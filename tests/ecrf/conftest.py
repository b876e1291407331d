"""Keeps the tests fast: a new test client need not read the folder of collected static files."""

import pytest


@pytest.fixture(autouse=True)
def _no_walk_through_static_files(settings):
    settings.WHITENOISE_AUTOREFRESH = True
