"""The keys that the secrets of authenticators are encrypted with, read from the environment."""

import os
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured

NAME = "SECOND_FACTOR_KEY"
TO_DO = "Set it to 50 or more random characters; while it changes, to the new and the old one with a comma between."


def second_factor_keys(read: Callable[..., str], secret_key: str) -> list[str]:
    """The first encrypts, each decrypts. SECRET_KEY where nothing is set."""
    if not os.environ.get(NAME) and not os.environ.get(f"{NAME}_FILE"):
        return [secret_key]
    keys = [key.strip() for key in read(NAME, TO_DO).split(",") if key.strip()]
    if not keys or min(len(key) for key in keys) < 50:
        raise ImproperlyConfigured(f"{NAME} holds a key of fewer than 50 characters. {TO_DO}")
    return keys
