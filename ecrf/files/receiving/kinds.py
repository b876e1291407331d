"""What a file is, told by its first bytes and never by its name; and in which words others are refused."""

import re

from django.utils.translation import gettext_lazy

HEAD = 1024
"""So many bytes are looked at."""

SIGNS: tuple[tuple[str, int, bytes], ...] = (
    ("jpeg", 0, b"\xff\xd8\xff"),
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("tiff", 0, b"II*\x00"),
    ("tiff", 0, b"MM\x00*"),
    ("dicom", 128, b"DICM"),
    ("zip", 0, b"PK\x03\x04"),
    ("zip", 0, b"PK\x05\x06"),
    ("archive", 0, b"\x1f\x8b"),
    ("archive", 0, b"7z\xbc\xaf\x27\x1c"),
    ("archive", 0, b"Rar!"),
    ("office", 0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("program", 0, b"MZ"),
    ("program", 0, b"\x7fELF"),
    ("heic", 4, b"ftyp"),
    ("image", 0, b"GIF8"),
    ("image", 0, b"BM"),
    ("image", 8, b"WEBP"),
)
"""(kind, where its sign stands, the sign)."""
MARKUP = re.compile(rb"<\s*(?:!doctype|\?xml|svg|html|script|head|body)", re.IGNORECASE)

TAKEN = gettext_lazy("PDF, PNG, JPEG and TIFF files are taken.")
WHAT = {
    "dicom": gettext_lazy("This is a DICOM file."),
    "markup": gettext_lazy("This is an SVG, HTML or XML file, which can hold a script."),
    "zip": gettext_lazy("This is a ZIP or Office file."),
    "archive": gettext_lazy("This is an archive."),
    "office": gettext_lazy("This is an Office file."),
    "program": gettext_lazy("This is a program, and no document."),
    "heic": gettext_lazy("This is a HEIC picture or a film."),
    "image": gettext_lazy("This kind of picture is not taken: save it as PNG or JPEG."),
    "empty": gettext_lazy("The file is empty."),
    "": gettext_lazy("What kind of file this is cannot be told from what it holds, whatever its name says."),
}
WHAT_TO_DO = {
    "dicom": gettext_lazy("It names the patient in many places and cannot be blacked out here."),
    "markup": gettext_lazy("Print it to a PDF file."),
    "zip": gettext_lazy("Print the document in it to a PDF file, and add that."),
    "archive": gettext_lazy("Add the files in it one by one."),
    "office": gettext_lazy("Print it to a PDF file, and add that."),
    "heic": gettext_lazy("Save the picture as JPEG, and add that."),
}


def kind_of(head: bytes) -> str:
    """`pdf`, `png`, `jpeg`, `tiff`; another word of `WHAT`; "" for what is not known."""
    if not head:
        return "empty"
    for kind, at, sign in SIGNS:
        if head[at : at + len(sign)] == sign:
            return kind
    if b"%PDF-" in head:
        return "pdf"
    return "markup" if MARKUP.search(head) or MARKUP.search(head.replace(b"\0", b"")) else ""


def why_not(kind: str) -> str:
    said = [WHAT.get(kind, WHAT[""]), WHAT_TO_DO.get(kind), TAKEN if kind != "empty" else None]
    return " ".join(str(words) for words in said if words)


def what_it_is(kind: str) -> str:
    return str(WHAT.get(kind, WHAT[""]))
