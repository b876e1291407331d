"""What a written text is, wherever one is taken: values, reasons, queries, comments, names, searches.

Nothing that can be seen is dropped, and nothing that cannot be seen counts. What files cannot carry is refused.
"""

import re
import unicodedata

from django.utils.translation import gettext

BLANKS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U000e0001")
"""Letters and signs by their category, drawn as nothing: Hangul fillers, the empty Braille cell."""

SELECTORS = frozenset(
    [
        "\u034f",
        *map(chr, range(0x180B, 0x1810)),
        *map(chr, range(0xFE00, 0xFE10)),
        *map(chr, range(0xE0020, 0xE0080)),
        *map(chr, range(0xE0100, 0xE01F0)),
    ]
)
"""They choose how the sign before them is drawn; alone they are nothing."""

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})

MEANINGLESS = re.compile("[\u00ad\u200b\u2060\ufeff]")
"""Soft hyphen, zero width space, word joiner, byte order mark: nothing is lost without them, inside a text either."""

NO_BREAK = re.compile("[\u00a0\u2007\u202f]")
LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
COMPOSED = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
"""All but the forms of ideographs that names are written with and that have a code of their own (\ufa19, \ufa1b): NFC
would put the usual form in their place, and that is seen."""

BLANK_RUN = re.compile("[ \t\n]+")
"""A whole run at once: to look for the line end in it from each of its blanks would take minutes for a long one."""

DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069]")
"""They order what is written both ways; the letters are read as before."""

OVERRIDES = re.compile("[\u202d\u202e]")
"""They turn the letters themselves round: `5.10` is read as `01.5`, which is another text."""

FIRST_LETTERS_WAY, ITS_END = "\u2068", "\u2069"
OPENS_ITS_OWN = frozenset("\u2066\u2067\u2068")
"""What a text says of its own order is said between one of these and the end."""

TURNS = frozenset(("R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
"""Signs, by how Unicode orders them, without which a text stands from left to right whatever is beside it."""


def cleaned(text: str, *, lines: bool = True) -> str:
    """The text as it is stored: composed letters (NFC), line ends as LF, or as a blank where it is one line only;
    without invisible signs that say nothing, nor blanks and invisible signs around it. "" if nothing of it is seen."""
    text = MEANINGLESS.sub("", line_ends_as_one(text))
    text = COMPOSED.sub(lambda part: unicodedata.normalize("NFC", part[0]), text)
    text = NO_BREAK.sub(" ", text)
    if not lines:
        text = BLANK_RUN.sub(lambda run: " " if run[0].strip(" ") else run[0], text.strip())
    if not any(is_visible(sign) or fault_of_text(sign) for sign in text):
        return ""
    return _without_ends(text)


def cleaned_or_fault(text: str, *, lines: bool = True) -> tuple[str, str]:
    """The text as it is stored, and why it cannot be, in words for the page; "" if it can."""
    words = cleaned(text, lines=lines)
    return words, fault_of_text(words)


def line_ends_as_one(text: str) -> str:
    """Browsers send two characters for a line's end, files bring others; one is kept."""
    return LINE_ENDS.sub("\n", text)


def is_visible(sign: str) -> bool:
    """Whether the sign alone leaves a mark on paper. One of private use does, where its font is."""
    if unicodedata.category(sign) in INVISIBLE:
        return False
    return sign not in BLANKS and sign not in SELECTORS


def meaning(text: str) -> str:
    """What two texts that look and read the same have in common: to compare by, not to store."""
    words = cleaned(text)
    return words if OVERRIDES.search(words) else DIRECTION.sub("", words)


def apart(text: str) -> str:
    """The text for a line in which others stand beside it: it orders itself, by its first letter, and nothing else.

    Without this, `old → new` of two Hebrew words would be read from new to old, and what an override turns round would
    go on to the end of the line.
    """
    if text.isascii() or not any(unicodedata.bidirectional(sign) in TURNS for sign in text):
        return text
    kept, depth = [], 0
    for sign in text:
        if sign == ITS_END and not depth:
            continue  # of nothing that was begun: it would end what is put round the text
        depth += (sign in OPENS_ITS_OWN) - (sign == ITS_END)
        kept.append(sign)
    return FIRST_LETTERS_WAY + "".join(kept) + ITS_END * (depth + 1)


def fault_of_text(text: str) -> str:
    """Why a cleaned text cannot be stored, in words for the page; "" if it can. Surrogates, control characters and what
    Unicode reserves cannot be carried by XML, transport files and sheets."""
    for at, sign in enumerate(text):
        code, category = ord(sign), unicodedata.category(sign)
        if (category == "Cc" and sign not in "\n\t") or category == "Cs" or is_noncharacter(code):
            around = text[max(0, at - 10) : at].replace("\n", " ")
            if around and code == 0:
                words = gettext(
                    "The text holds a null character after “%(around)s”, which cannot be seen or stored."
                    " Type that part again."
                )
            elif around:
                words = gettext(
                    "The text holds a control character (%(code)s) after “%(around)s”, which cannot be seen or"
                    " stored. Type that part again."
                )
            elif code == 0:
                words = gettext(
                    "The text holds a null character at the beginning, which cannot be seen or stored."
                    " Type that part again."
                )
            else:
                words = gettext(
                    "The text holds a control character (%(code)s) at the beginning, which cannot be seen or"
                    " stored. Type that part again."
                )
            return words % {"around": around, "code": f"U+{code:04X}"}
    return ""


def is_noncharacter(code: int) -> bool:
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _without_ends(text: str) -> str:
    """Without what cannot be seen before the first and after the last visible sign; what belongs to that sign stays.
    A control character stays too, to be refused by name."""
    first = next(at for at, sign in enumerate(text) if _holds(sign) and sign not in SELECTORS)
    last = max(at for at, sign in enumerate(text) if _holds(sign))
    return text[first : last + 1]


def _holds(sign: str) -> bool:
    return is_visible(sign) or sign in SELECTORS or bool(fault_of_text(sign))


def fold(text: str) -> str:
    """Full-width letters, digits and signs of an Asian keyboard as the plain ones they stand for; every minus and dash
    as `-`, between digits the long vowel sign too, which is what a Japanese keyboard writes for the key of the dash. No
    other sign becomes a digit: ¹, ④ and ⅷ stay what they are."""
    return _DASH_OF_KANA.sub("-", cleaned(text, lines=False).translate(_FOLDED))


_FOLDED = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | {"\u3000": " ", "。": ".", "、": ","}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\uff0d", "-")
)
_DASH_OF_KANA = re.compile("(?<=[0-9])[\u30fc\uff70\u2015](?=[0-9])")
