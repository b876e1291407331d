"""Where the virus scanner listens, read from the environment."""

import re

from django.core.exceptions import ImproperlyConfigured

HOST_AND_PORT = re.compile(r"(?:\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}", re.ASCII)


def scanner_address(text: str) -> str:
    """`clamd:3310`, `/run/clamd.sock`; "" where files are not looked at. ImproperlyConfigured for anything else: no
    file would be taken, and nobody would know why."""
    is_address = HOST_AND_PORT.fullmatch(text) and 0 < int(text.rpartition(":")[2]) < 2**16
    if text and not text.startswith("/") and not is_address:
        raise ImproperlyConfigured(
            f"CLAMD_ADDRESS is {text!r}. Set it to HOST:PORT, or to the path of a socket; leave it away where there is"
            " no clamd."
        )
    return text
