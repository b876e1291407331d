"""The fonts of PDF files, from pip packages, and which characters they draw: what none of them has is spelled out."""

import re
import struct
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typst

from ecrf.audit.texts import FIRST_LETTERS_WAY, ITS_END

PACKAGES = "manimgx_fonts", "pylopdf_fonts_jp", "pylopdf_fonts_zh_cn"
"""Noto Sans for most scripts and for emoji; Noto Sans JP and SC. What a missing package would draw is spelled out."""

FIRST, LAST = ("Noto Sans", "Noto Sans JP", "Noto Sans SC"), ("DejaVu Sans Mono",)
"""Who is asked before and after the others for a character. The last is Typst's own, for the signs of the templates."""
FIRST_IN_CHINESE = ("Noto Sans", "Noto Sans SC", "Noto Sans JP")
"""Many characters are written otherwise in Japanese and in Chinese, under one code: the language decides."""

INVISIBLE = frozenset(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x061C))
)
"""Signs that join, part or turn the characters beside them: they leave no mark on paper and need none."""

REFUSED = frozenset((0, *range(0xD800, 0xF900), 0xFEFF, *range(0xF0000, 0x110000)))
"""What files for archives must not hold, whatever a font draws there: private signs, and those that are none."""

VARIANTS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Signs that choose between forms of the character before them."""


@cache
def fonts() -> typst.Fonts:
    """Read once: every file of the packages, and Typst's own."""
    specs = [find_spec(name) for name in PACKAGES]
    folders = [str(Path(spec.origin).parent) for spec in specs if spec and spec.origin]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


@cache
def families(language: str = "en") -> tuple[str, ...]:
    """The families in the order in which they are asked for a character in a text of this language."""
    first = FIRST_IN_CHINESE if language.startswith("zh") else FIRST
    there = set(fonts().families())
    others = (
        name for name in there - {*FIRST, *LAST} if name.startswith("Noto Sans") or name == "Noto Emoji"
    )
    return tuple(name for name in (*first, *sorted(others), *LAST) if name in there)


def drawable(text: str, *, strictly: bool = False) -> str:
    """The same text with what no font can draw as its code point in words, `[U+1F9EA]`: never a hole, never nothing.

    `strictly` spells out also what only changes the characters beside it: then each character stands for itself. What
    keeps one text apart from the next stays.
    """
    if text.isascii():
        return text
    if strictly:
        plain = _drawn_by_any() | {FIRST_LETTERS_WAY, ITS_END}
        return "".join(char if char in plain and not _is_mark(char) else _code_point(char) for char in text)
    for cluster in _clusters(text):
        if not any(set(cluster) <= drawn for drawn in _drawn()):
            text = text.replace(cluster, cluster[0] + "".join(map(_code_point, cluster[1:])))
    missing = set(text) - _drawn_by_any() - INVISIBLE - VARIANTS
    return "".join(_code_point(char) if char in missing else char for char in text) if missing else text


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _clusters(text: str) -> set[str]:
    """Letters with the marks that stand on them: drawn by one font, or not at all."""
    marks = {char for char in set(text) - VARIANTS if _is_mark(char)}
    if not marks:
        return set()
    any_mark = "".join(map(re.escape, sorted(marks)))
    return set(re.findall(f"[^{any_mark}][{any_mark}]+", text))


def _code_point(char: str) -> str:
    return f"[U+{ord(char):04X}]"


@cache
def _drawn() -> tuple[frozenset[str], ...]:
    """The characters of each font that is a file; those of Typst's own cannot be read, and count for nothing."""
    files = {font.path for font in fonts().fonts() if font.path and font.family in families()}
    return tuple(characters(Path(path).read_bytes()) for path in sorted(files))


@cache
def _drawn_by_any() -> frozenset[str]:
    return frozenset("\n").union(*_drawn())


def characters(font: bytes) -> frozenset[str]:
    """What an OpenType font draws: read from its table `cmap`, as the format's specification describes it."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = dict(struct.unpack_from(">4s4xL", font, 12 + 16 * n) for n in range(count))
    start = tables[b"cmap"]
    offsets = [
        struct.unpack_from(">L", font, start + 8 + 8 * n)[0]
        for n in range(struct.unpack_from(">H", font, start + 2)[0])
    ]
    found: set[int] = set()
    for offset in set(offsets):
        kind = struct.unpack_from(">H", font, start + offset)[0]
        found |= READERS[kind](font, start + offset) if kind in READERS else set()
    return frozenset(map(chr, found - REFUSED))


def _segments(font: bytes, at: int) -> set[int]:
    """Format 4: characters of the basic plane, in segments."""
    double = struct.unpack_from(">H", font, at + 6)[0]
    ends = struct.unpack_from(f">{double // 2}H", font, at + 14)
    starts, deltas, ranges = (
        struct.unpack_from(f">{double // 2}H", font, at + 16 + double * n) for n in (1, 2, 3)
    )
    found: set[int] = set()
    for n, (first, last, delta, ahead) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        if not ahead:
            found.update(code for code in range(first, last + 1) if (code + delta) & 0xFFFF)
            continue
        glyphs = at + 16 + 3 * double + 2 * n + ahead
        for code in range(first, last + 1):
            if struct.unpack_from(">H", font, glyphs + 2 * (code - first))[0]:
                found.add(code)
    return found - {0xFFFF}


def _groups(font: bytes, at: int) -> set[int]:
    """Format 12: characters of all planes, in groups."""
    found: set[int] = set()
    for n in range(struct.unpack_from(">L", font, at + 12)[0]):
        first, last, glyph = struct.unpack_from(">LLL", font, at + 16 + 12 * n)
        found.update(range(first if glyph else first + 1, last + 1))
    return found


READERS = {4: _segments, 12: _groups}
