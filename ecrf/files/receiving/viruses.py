"""Looks for viruses with clamd, where there is one. What it finds, and what it could not look at, is not taken."""

import logging
import socket
import struct
from collections.abc import Iterable
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from ecrf.files.receiving.refusals import FileRefused

log = logging.getLogger("ecrf.files")
WITHIN = 60.0
"""Seconds that it may take to answer."""
BLOCK = 1 << 16
LONGEST_ANSWER = 4096

AWAY = gettext_lazy(
    "The virus scanner of this system does not answer, and no file is taken without it. Nothing was saved. Try again in"
    " a few minutes; if it stays so, tell whoever runs the system."
)


def refuse_viruses(*files: BinaryIO) -> None:
    """FileRefused (422) for a virus, (503) where the scanner cannot say. Nothing where none is set."""
    if settings.CLAMD_ADDRESS:
        for file in files:
            file.seek(0)
            _look_at(iter(lambda: file.read(BLOCK), b""))  # noqa: B023  (used up before the next one)
            file.seek(0)


def _look_at(blocks: Iterable[bytes]) -> None:
    try:
        answer = _answer_to(blocks)
    except OSError as error:
        log.warning("clamd does not answer: %s", type(error).__name__)
        raise FileRefused(str(AWAY), status=503) from error
    if answer.endswith("FOUND"):
        found = answer.removeprefix("stream:").removesuffix("FOUND").strip()
        log.warning("a virus was found in a file that was sent")
        words = gettext("The virus scanner has found “%(name)s” in the file. Nothing was saved.")
        raise FileRefused(words % {"name": found[:80]})
    if answer != "stream: OK":
        log.warning("clamd answers in words that are not known")
        raise FileRefused(str(AWAY), status=503)


def _answer_to(blocks: Iterable[bytes]) -> str:
    """clamd's INSTREAM: each block behind its length in four bytes, a length of zero at the end."""
    with _connected(settings.CLAMD_ADDRESS) as clamd:
        clamd.sendall(b"zINSTREAM\0")
        for block in blocks:
            clamd.sendall(struct.pack("!L", len(block)) + block)
        clamd.sendall(struct.pack("!L", 0))
        answer = b""
        while b"\0" not in answer and len(answer) < LONGEST_ANSWER and (more := clamd.recv(1024)):
            answer += more
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        clamd = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        clamd.settimeout(WITHIN)
        try:
            clamd.connect(address)
        except OSError:
            clamd.close()
            raise
        return clamd
    host, _, port = address.rpartition(":")
    try:
        return socket.create_connection((host.strip("[]"), int(port)), timeout=WITHIN)
    except ValueError as error:
        raise OSError(f"{address} is no address") from error
