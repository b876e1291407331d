"""Sets a PDF file from a Typst source of the engine and from data; the same data give the same bytes."""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import typst
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from ecrf import __version__
from ecrf.audit.texts import apart
from ecrf.forms.protocol import protocol
from ecrf.prints.pdf.fonts import drawable, families, fonts
from ecrf.prints.pdf.said import said

SOURCES = Path(__file__).parent
ROOT = SOURCES.parents[1]
"""What a source may name files in, by paths that begin with a slash."""
STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
"""For archives and for screen readers. Both refuse a file in which a character could not be drawn."""

REMEMBERED = 11
"""How many files Typst's memory goes back."""

SYNTHETIC = gettext_lazy("Synthetic data. No real patient is in this file.")

LONGEST_WORD = 24
"""So many characters fit into any column for text; longer words may be broken there."""

A_LONG_WORD = re.compile(rf"(\S{{{LONGEST_WORD}}})(?=[\x21-\x7e]|\w)")
"""So much of one that it may be broken behind it, before a letter and never before a mark that stands on one."""

RIGHT_TO_LEFT = {"R", "AL"}
BREAK = "\N{ZERO WIDTH SPACE}"


def _words(value: object) -> str:
    """Of a text that is translated when it is read; TypeError for anything else that JSON does not know."""
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f"This cannot be set: {value!r}.")


def typeset(
    source: str | Path,
    data: dict[str, Any],
    *,
    title: str,
    made_at: datetime,
    drawings: Mapping[str, str] | None = None,
) -> bytes:
    """`source`: the name of one beside this module, or the path of another. `drawings` are SVG, by their names.

    `data` reach Typst as data and nothing else: text in them is never read as markup. A character that still cannot
    be drawn, such as a mark on a letter that none of the fonts joins to it, has all such signs spelled out.
    """
    language = get_language() or "en"
    frame = {
        "title": title,
        "trial": protocol().title,
        "trial_short": protocol().short_title,
        "software": f"eCRF {__version__}",
        "synthetic": str(SYNTHETIC) if settings.SYNTHETIC_DATA else "",
        "fonts": families(language),
        "lang": language.partition("-")[0],
        "region": "cn" if language.startswith("zh") else None,
        "said": said(),
    }

    def made(strictly: bool) -> bytes:
        drawn = {name: drawable(svg, strictly=strictly) for name, svg in (drawings or {}).items()}
        content = {**printable({**frame, **data}, strictly=strictly), "drawings": drawn}
        return _compiled(SOURCES / source, content, made_at)

    try:
        return made(strictly=False)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        return made(strictly=True)


def _compiled(source: Path, data: Any, made_at: datetime) -> bytes:
    try:
        made = _compiler(source).compile(
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=_words)},
            pdf_standards=[*STANDARDS],
            timestamp=made_at.astimezone(UTC).replace(microsecond=0),
        )
    finally:
        _forget()
    return cast(bytes, made)


def _forget() -> None:
    """Typst keeps what it made, some 200 MB for a casebook, until so many files later: let these be empty ones."""
    for _ in range(REMEMBERED):
        typst.compile(b"#0", format="pdf", font_paths=fonts(), ignore_system_fonts=True)


@cache
def _compiler(source: Path) -> typst.Compiler:
    """Keeps what it read of its source and of the fonts."""
    return typst.Compiler(source, root=ROOT, font_paths=fonts(), ignore_system_fonts=True)


def printable(data: Any, *, strictly: bool = False) -> Any:
    """The same data with every text as it can be set: drawn by the fonts (see `drawable`), its longest words breakable,
    apart from what stands beside it, and {"rtl": text} where it is written from right to left."""
    if isinstance(data, str):
        return data if len(data) < LONGEST_WORD and data.isascii() else _text(data, strictly)
    if isinstance(data, dict):
        return {name: printable(value, strictly=strictly) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [printable(value, strictly=strictly) for value in data]
    return data


def _text(text: str, strictly: bool) -> str | dict[str, str]:
    words = A_LONG_WORD.sub(rf"\1{BREAK}", drawable(apart(text), strictly=strictly))
    return {"rtl": words} if not words.isascii() and _is_from_right_to_left(words) else words


def _is_from_right_to_left(text: str) -> bool:
    """By its first letter, as browsers decide it."""
    ways = (unicodedata.bidirectional(char) for char in text)
    return next((way for way in ways if way in ("L", *RIGHT_TO_LEFT)), "L") in RIGHT_TO_LEFT
