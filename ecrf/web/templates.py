"""Loads templates without their indentation: it helps who writes them, and weighs up to 5 kB in a page."""

import re

from django.template import Origin
from django.template.loaders import app_directories, filesystem

AROUND_A_LINE = re.compile(r"^[ \t]+|[ \t]+$", re.MULTILINE)
"""The ends of the lines stay: Django's error pages count them."""


class FilesystemLoader(filesystem.Loader):
    """Those of the project."""

    def get_contents(self, origin: Origin) -> str:
        return AROUND_A_LINE.sub("", super().get_contents(origin))


class AppDirectoriesLoader(app_directories.Loader):
    """Those of the apps, Django's own admin among them."""

    def get_contents(self, origin: Origin) -> str:
        return AROUND_A_LINE.sub("", super().get_contents(origin))
