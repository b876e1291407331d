"""A chapter in another language: the file of the same name in the folder of that language."""

import re
from hashlib import sha256
from pathlib import Path

OF = re.compile(r"\A<!-- of: ([0-9a-f]{12}) -->\n+")
"""Its first line: of which English text it is the translation."""


def version_of(master: str) -> str:
    """What a translation of this text names in its first line."""
    return sha256(master.encode()).hexdigest()[:12]


def translation_of(master: str, path: Path) -> str | None:
    """The text without its first line. None where there is no such file, or where it translates another text than this
    one: as in the catalogues, a translation falls away when the English changes."""
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    found = OF.match(text)
    return text[found.end() :] if found and found[1] == version_of(master) else None
