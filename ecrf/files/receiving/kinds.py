"""What a file is, told by its first bytes and never by its name; and in which words others are refused."""

import re

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

TAKEN = "PDF, PNG, JPEG and TIFF files are taken."
NOT_TAKEN = {
    "dicom": f"This is a DICOM file. It names the patient in many places and cannot be blacked out here. {TAKEN}",
    "markup": f"This is an SVG, HTML or XML file, which can hold a script. Print it to a PDF file. {TAKEN}",
    "zip": f"This is a ZIP or Office file. Print the document in it to a PDF file, and add that. {TAKEN}",
    "archive": f"This is an archive. Add the files in it one by one. {TAKEN}",
    "office": f"This is an Office file. Print it to a PDF file, and add that. {TAKEN}",
    "program": f"This is a program, and no document. {TAKEN}",
    "heic": f"This is a HEIC picture or a film. Save the picture as JPEG, and add that. {TAKEN}",
    "image": f"This kind of picture is not taken: save it as PNG or JPEG. {TAKEN}",
    "empty": "The file is empty.",
    "": f"What kind of file this is cannot be told from what it holds, whatever its name says. {TAKEN}",
}


def kind_of(head: bytes) -> str:
    """`pdf`, `png`, `jpeg`, `tiff`; another word of `NOT_TAKEN`; "" for what is not known."""
    if not head:
        return "empty"
    for kind, at, sign in SIGNS:
        if head[at : at + len(sign)] == sign:
            return kind
    if b"%PDF-" in head:
        return "pdf"
    return "markup" if MARKUP.search(head) or MARKUP.search(head.replace(b"\0", b"")) else ""


def why_not(kind: str) -> str:
    return NOT_TAKEN.get(kind, NOT_TAKEN[""])
