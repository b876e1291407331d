"""A document of the study or of a site as it comes in: a PDF file that does nothing but show its pages."""

from dataclasses import dataclass
from typing import BinaryIO

import pikepdf

from ecrf.files.receiving.kinds import HEAD, kind_of, why_not
from ecrf.files.receiving.refusals import FileRefused

MOST_BYTES_OF_DOCUMENT = 25_000_000
MOST_PAGES_OF_DOCUMENT = 2_000
MOST_OBJECTS = 200_000

ACTS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/RichMediaExecute"}
"""What an action in a PDF file may not do."""
HOLDS = {"/JS", "/JavaScript", "/EmbeddedFile", "/EmbeddedFiles", "/XFA", "/RichMediaContent", "/EF"}


@dataclass(frozen=True)
class ReadDocument:
    pages: int


def read_document(sent: BinaryIO, size: int) -> ReadDocument:
    """FileRefused for what is no PDF file, is encrypted, or holds a script, another file, or an act. It is stored as it
    came: a protocol with a changed byte is another protocol."""
    if size > MOST_BYTES_OF_DOCUMENT:
        raise FileRefused(f"At most {MOST_BYTES_OF_DOCUMENT // 1_000_000} MB are taken.", "file", 413)
    sent.seek(0)
    kind = kind_of(sent.read(HEAD))
    if kind != "pdf":
        words = "Documents are taken as PDF files."
        named = "" if kind in ("png", "jpeg", "tiff") else why_not(kind).partition(". ")[0] + ". "
        raise FileRefused(f"{named}{words}", "file")
    sent.seek(0)
    try:
        with pikepdf.open(sent, attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                raise FileRefused("The PDF file is encrypted. Add one that is not.", "file")
            _refuse_acts(pdf)
            pages = len(pdf.pages)
    except FileRefused:
        raise
    except pikepdf.PasswordError as error:
        raise FileRefused("The PDF file asks for a password. Add one that does not.", "file") from error
    except Exception as error:  # whatever the library raises on a file that was made to break it
        raise FileRefused("The PDF file cannot be read: it is broken.", "file") from error
    if not 1 <= pages <= MOST_PAGES_OF_DOCUMENT:
        raise FileRefused(f"It has {pages} pages: 1 to {MOST_PAGES_OF_DOCUMENT} are taken.", "file")
    sent.seek(0)
    return ReadDocument(pages)


def _refuse_acts(pdf: pikepdf.Pdf) -> None:
    """What stands in objects of its own or within them: all of them are looked at, no stream is unpacked."""
    waiting = list(pdf.objects)
    if len(waiting) > MOST_OBJECTS:
        raise FileRefused("The PDF file has more parts than can be looked through.", "file")
    while waiting:
        found = waiting.pop()
        holder = getattr(found, "stream_dict", found) if isinstance(found, pikepdf.Stream) else found
        if isinstance(holder, pikepdf.Dictionary):
            keys = set(holder.keys())
            act = str(holder.get("/S", "")) if isinstance(holder.get("/S"), pikepdf.Name) else ""
            if keys & HOLDS or act in ACTS:
                raise FileRefused(
                    "The PDF file holds a script, another file or a form that sends. Print it to a new PDF file, and"
                    " add that.",
                    "file",
                )
            waiting += [value for value in holder.values() if _is_within(value)]
        elif isinstance(holder, pikepdf.Array):
            waiting += [value for value in holder if _is_within(value)]


def _is_within(value: object) -> bool:
    """Whether it is a part of the object that holds it: what is one by itself is looked at by itself."""
    is_composed = isinstance(value, pikepdf.Dictionary | pikepdf.Array)
    return is_composed and not value.is_indirect  # type: ignore[attr-defined]
