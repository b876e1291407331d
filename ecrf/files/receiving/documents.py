"""A document of the study or of a site as it comes in: a PDF file that does nothing but show its pages."""

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext, gettext_lazy

from ecrf.files.receiving.kinds import HEAD, kind_of, what_it_is
from ecrf.files.receiving.refusals import FileRefused

MOST_BYTES_OF_DOCUMENT = 25_000_000
MOST_PAGES_OF_DOCUMENT = 2_000
LOOK_INSIDE = Path(__file__).with_name("look_inside.py")
WITHIN = 60
"""Seconds."""

REFUSALS = {
    "encrypted": gettext_lazy("The PDF file is encrypted. Add one that is not."),
    "password": gettext_lazy("The PDF file asks for a password. Add one that does not."),
    "parts": gettext_lazy("The PDF file has more parts than can be looked through."),
    "acts": gettext_lazy(
        "The PDF file holds a script, another file or a form that sends. Print it to a new PDF file, and add that."
    ),
    "broken": gettext_lazy("The PDF file cannot be read: it is broken, or unpacks to too much."),
}


@dataclass(frozen=True)
class ReadDocument:
    pages: int


def read_document(sent: BinaryIO, size: int) -> ReadDocument:
    """FileRefused for what is no PDF file, is encrypted, or holds a script, another file, or an act. It is stored as it
    came: a protocol with a changed byte is another protocol."""
    if size > MOST_BYTES_OF_DOCUMENT:
        words = gettext("At most %(most)s MB are taken.") % {"most": MOST_BYTES_OF_DOCUMENT // 1_000_000}
        raise FileRefused(words, "file", 413)
    sent.seek(0)
    kind = kind_of(sent.read(HEAD))
    if kind != "pdf":
        words = gettext("Documents are taken as PDF files.")
        named = "" if kind in ("png", "jpeg", "tiff") else f"{what_it_is(kind)} "
        raise FileRefused(f"{named}{words}", "file")
    found = _looked_into(sent)
    if "pages" not in found:
        raise FileRefused(str(REFUSALS.get(str(found.get("why")), REFUSALS["broken"])), "file")
    pages = int(str(found["pages"]))
    if not 1 <= pages <= MOST_PAGES_OF_DOCUMENT:
        words = gettext("It has %(pages)s pages: 1 to %(most)s are taken.")
        raise FileRefused(words % {"pages": pages, "most": MOST_PAGES_OF_DOCUMENT}, "file")
    return ReadDocument(pages)


def _looked_into(sent: BinaryIO) -> dict[str, object]:
    """What the program found that has limits of its own; nothing where they ended it."""
    sent.seek(0)
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(sent, copy)
        copy.flush()
        copy.seek(0)
        sent.seek(0)
        try:
            done = subprocess.run(  # noqa: S603  (our own program, and no word of it comes from outside)
                [sys.executable, "-I", str(LOOK_INSIDE)],
                stdin=copy,
                capture_output=True,
                timeout=WITHIN,
                env={},
            )
            found = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            return {}
    return found if isinstance(found, dict) else {}
