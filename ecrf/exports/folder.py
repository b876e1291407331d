"""The folder of finished files: every process of the product reads it, only workers write there."""

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext

from ecrf.exports.models import Export

LEAST_FREE = 64 * 1024 * 1024
"""Bytes that must be free before anything is begun."""


class NoRoom(Exception):
    """The disk is full, or the folder cannot be written; in words for people."""


def folder() -> Path:
    """Made where it is not there yet."""
    path: Path = settings.EXPORTS_FOLDER
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NoRoom(
            gettext("The folder for exports cannot be made (%(why)s).")
            % {"why": os.strerror(error.errno or 0).lower()}
        ) from error
    return path


def free_bytes() -> int:
    """Room left where finished files lie: on the disk of the nearest folder above that is there. Nothing is made."""
    path: Path = settings.EXPORTS_FOLDER
    return shutil.disk_usage(next(one for one in (path, *path.parents) if one.exists())).free


def file_of(export: Export) -> Path:
    return folder() / export.stored_name


def begin(export: Export) -> Path:
    """An empty folder for what is being made; what a killed worker left there is gone."""
    forget(export)
    if shutil.disk_usage(folder()).free < LEAST_FREE:
        raise NoRoom(gettext("The disk is nearly full. Make room, then ask for it again."))
    path = _half_made(export)
    path.mkdir()
    return path


def forget(export: Export) -> None:
    """Nothing half made stays."""
    shutil.rmtree(_half_made(export), ignore_errors=True)
    for half in folder().glob(f"{export.request_key}.*.part"):
        half.unlink(missing_ok=True)


def _half_made(export: Export) -> Path:
    return folder() / f"{export.request_key}.part"
