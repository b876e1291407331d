"""What the pages send: a source copy as pictures of its pages, or a document; looked through before it is stored."""

import re
from collections.abc import Sequence
from datetime import date
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.requests import UserRequest, whole_number
from ecrf.files.receiving.documents import read_document
from ecrf.files.receiving.flat_pages import MOST_BYTES_SENT, MOST_PAGES, flat_file
from ecrf.files.receiving.names import file_name
from ecrf.files.receiving.refusals import FileRefused
from ecrf.files.receiving.viruses import refuse_viruses
from ecrf.files.services import NewVersion
from ecrf.forms import typed_text

PDF = "application/pdf"
SHA256 = re.compile(r"[0-9a-f]{64}")
MOST_BOXES = 32_000

WITHOUT_SCRIPT = gettext_lazy(
    "A source copy is blacked out in the browser before it is sent, which needs JavaScript. Nothing was saved."
    " Switch it on for this page, or leave a note at the item that the source was seen."
)

COPY_NAME = "source-copy.pdf"
"""Of every source copy: what the original is called on its machine may be a patient's name."""


def posted_copy(request: UserRequest) -> NewVersion:
    """Pictures of pages, one behind the other in one file, and how long each is. FileRefused in words for the page."""
    sent = _sent(request, "pages", str(WITHOUT_SCRIPT))
    if request.POST.get("confirmed") != "yes":
        raise FileRefused(
            gettext(
                "Look at every page, then confirm that no name, date of birth or record number can be read."
            ),
            "confirmed",
        )
    if (sent.size or 0) > MOST_BYTES_SENT:
        words = gettext("At most %(most)s MB are taken at once.")
        raise FileRefused(words % {"most": MOST_BYTES_SENT // 1_000_000}, "file", 413)
    file = _file_of(sent)
    refuse_viruses(file)
    flat = flat_file(file, _sizes(request.POST.get("sizes", "")))
    refuse_viruses(flat.file)
    original = request.POST.get("original", "")
    return NewVersion(
        file=flat.file,
        media_type=PDF,
        pages=flat.pages,
        name=COPY_NAME,
        original_sha256=original if SHA256.fullmatch(original) else "",
        boxes=min(whole_number(request.POST.get("boxes", "")) or 0, MOST_BOXES),
    )


def posted_document(request: UserRequest) -> NewVersion:
    """A PDF file as it is, with the days between which it is valid."""
    sent = _sent(request, "document", gettext("Choose a PDF file."))
    valid_from, valid_until = _day(request, "valid_from"), _day(request, "valid_until")
    if valid_from and valid_until and valid_until < valid_from:
        raise FileRefused(gettext("The last day is before the first."), "valid_until")
    file = _file_of(sent)
    pages = read_document(file, sent.size or 0).pages
    refuse_viruses(file)
    return NewVersion(
        file, PDF, pages, file_name(sent.name or "", ".pdf"), valid_from=valid_from, valid_until=valid_until
    )


def _sent(request: UserRequest, name: str, if_none: str) -> UploadedFile:
    sent = request.FILES.get(name)
    if sent is None or not sent.size:
        raise FileRefused(if_none, "file")
    return sent


def _file_of(sent: UploadedFile) -> BinaryIO:
    assert sent.file is not None
    return cast(BinaryIO, sent.file)


def _sizes(text: str) -> Sequence[int]:
    numbers = [whole_number(part) for part in text.split(",", MOST_PAGES + 1)]
    if len(numbers) > MOST_PAGES:
        words = gettext("At most %(most)s pages are taken at once. Divide the file.")
        raise FileRefused(words % {"most": MOST_PAGES}, "file")
    if not all(numbers):
        raise FileRefused(gettext("The file did not arrive whole. Nothing was saved. Send it again."), "file")
    return [number for number in numbers if number]


def _day(request: UserRequest, name: str) -> date | None:
    """By the rule of the forms; "today" by the clock of this machine, for a document may be of no site."""
    try:
        text = typed_text.day(request.POST.get(name, ""), timezone.localtime())
        if text and len(text) != len("2026-11-22"):
            raise typed_text.Unreadable(typed_text.NOT_WHOLE)
    except typed_text.Unreadable as refusal:
        raise FileRefused(" ".join(refusal.messages), name) from refusal
    return date.fromisoformat(text) if text else None
