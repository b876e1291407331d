"""What a file is by its bytes, and in which encoding its text stands: said by its mark, recognised, or asked for."""

import codecs
from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

Pieces = Callable[[], Iterable[bytes]]
"""Gives the bytes of a file from its beginning, piece by piece, each time it is called."""

ENCODINGS: dict[str, str | Promise] = {
    "utf-8": "UTF-8",
    "utf-16": gettext_lazy("UTF-16 (Excel: “Unicode text”)"),
    "cp932": gettext_lazy("Japanese (Shift_JIS, cp932)"),
    "cp1252": gettext_lazy("Western European (cp1252)"),
}
"""What can be declared: {name: in words}."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The mark a file may begin with; "" for an encoding that is not read. The longer one stands first."""

NO_TEXT = (
    (
        b"PK\x03\x04",
        gettext_lazy(
            "This is a workbook (.xlsx) or another zip file. In the spreadsheet choose “Save as” and the type"
            " “CSV UTF-8”, then upload that file."
        ),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        gettext_lazy(
            "This is a workbook of an older Excel (.xls). Save it as “CSV UTF-8”, then upload that file."
        ),
    ),
    (
        b"%PDF",
        gettext_lazy(
            "This is a PDF. Ask who sent it for a CSV or ODM-XML file: values are not read from pages."
        ),
    ),
    (b"\x1f\x8b", gettext_lazy("This is a packed file (gzip). Unpack it, then upload what was in it.")),
    (b"\x89PNG", gettext_lazy("This is a picture. Ask who sent it for a CSV or ODM-XML file.")),
    (b"\xff\xd8\xff", gettext_lazy("This is a picture. Ask who sent it for a CSV or ODM-XML file.")),
)
ZEROS = gettext_lazy("This is no text file: it holds zero bytes. Save it as “CSV UTF-8”, then upload it.")
UTF_16_ALTERNATES = 0.4
"""So large a share of every second byte is zero where mostly Latin text stands in UTF-16."""
NOT_IN_CP932 = frozenset("\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3")
"""What Python makes of bytes to which Shift_JIS gives no sign."""
SAMPLE = 60


class UnreadableFile(Exception):
    """Why a file cannot be read, in words for the page. `readings`: {encoding: how a part of it then reads}, where it
    could be in several."""

    def __init__(self, words: str | Promise, readings: dict[str, str] | None = None) -> None:
        super().__init__(str(words))
        self.readings = readings or {}


def encoding_of(pieces: Pieces, declared: str = "") -> str:
    """The name under which Python decodes the file; every byte of it was decoded once. What may be in two encodings is
    not guessed: UnreadableFile carries the readings. `declared`: one of ENCODINGS, "" where nobody said."""
    codec = _fitting(pieces, declared)
    # Zeros are signs of every encoding, and of no text: the database stores none.
    if any("\0" in text for text in _decoded(pieces, codec)):
        raise UnreadableFile(ZEROS)
    return codec


def _fitting(pieces: Pieces, declared: str) -> str:
    head = next(iter(pieces()), b"")
    refuse_no_text(head)
    for mark, codec in MARKS:
        if head.startswith(mark):
            return _marked(pieces, codec, declared)
    if declared:
        return _declared(pieces, declared)
    if b"\0" in head:
        return _utf_16_without_mark(pieces, head)
    if is_in(pieces, "utf-8"):
        return "utf-8"
    fitting = [name for name in ("cp932", "cp1252") if is_in(pieces, name)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise UnreadableFile(
            gettext(
                "The text of this file is in an encoding that is not read here. Save it as “CSV UTF-8”, then upload it."
            )
        )
    raise UnreadableFile(
        gettext(
            "This file is not in UTF-8, and its letters could be read in two ways. Choose the one that is right."
        ),
        {name: _sample(pieces, name) for name in fitting},
    )


def refuse_no_text(head: bytes) -> None:
    """UnreadableFile for a workbook, a PDF, a picture: by what it is, whatever it is called."""
    if not head.strip():
        raise UnreadableFile(gettext("The file is empty."))
    for sign, words in NO_TEXT:
        if head.startswith(sign):
            raise UnreadableFile(words)


def is_in(pieces: Pieces, codec: str) -> bool:
    """Whether every byte of the file is a sign, or a part of one, in this encoding."""
    try:
        return all(not NOT_IN_CP932 & set(text) or codec != "cp932" for text in _decoded(pieces, codec))
    except UnicodeDecodeError:
        return False


def _decoded(pieces: Pieces, codec: str) -> Iterable[str]:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    for piece in pieces():
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _marked(pieces: Pieces, codec: str, declared: str) -> str:
    if not codec:
        raise UnreadableFile(
            gettext("This file is in UTF-32, which is not read here. Save it as “CSV UTF-8”.")
        )
    if declared and declared != codec.removesuffix("-sig"):
        raise UnreadableFile(
            gettext(
                "The file says that it is in %(said)s, and you chose %(chosen)s. Leave it to the file, or look whether"
                " it is the right one."
            )
            % {"said": ENCODINGS[codec.removesuffix("-sig")], "chosen": ENCODINGS[declared]}
        )
    if not is_in(pieces, codec):
        raise UnreadableFile(
            gettext("The file is cut off or damaged: not all of its text can be read. Ask for it again.")
        )
    return codec


def _declared(pieces: Pieces, declared: str) -> str:
    codec = "utf-16-le" if declared == "utf-16" else declared
    if not is_in(pieces, codec):
        raise UnreadableFile(
            gettext(
                "This file is not in %(chosen)s: some of its bytes are no signs there. Choose another, or leave it to"
                " the file."
            )
            % {"chosen": ENCODINGS[declared]}
        )
    return codec


def _utf_16_without_mark(pieces: Pieces, head: bytes) -> str:
    even, odd = head[::2], head[1::2]
    for codec, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        alternates = high.count(0) >= UTF_16_ALTERNATES * len(high) and not low.count(0)
        if alternates and is_in(pieces, codec):
            return codec
    raise UnreadableFile(ZEROS)


def _sample(pieces: Pieces, codec: str) -> str:
    """The beginning of the first line that holds more than plain letters."""
    rest = ""
    for text in _decoded(pieces, codec):
        lines = (rest + text).splitlines()
        rest = lines.pop() if lines else ""
        for line in lines:
            if not line.isascii():
                return _around(line)
    return _around(rest)


def _around(line: str) -> str:
    first = next((at for at, sign in enumerate(line) if not sign.isascii()), 0)
    return line[max(0, first - SAMPLE // 3) :][:SAMPLE].strip()
