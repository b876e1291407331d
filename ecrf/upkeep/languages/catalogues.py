"""Where the catalogues lie: a file for each language and room, such as ecrf/locale/ja/entry-today.po.

A room has a file of its own, so that several people translate at once and none waits for another. All of a language are
compiled into the one file that Django reads, so what a room says is found from everywhere: a text that two rooms have
stands in both files, and is translated the same.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[3]
LOCALES = {"ja": "ja", "zh_Hans": "zh-hans"}
"""{folder of a language: its code}. English is the master and has none."""
PLURALS = "nplurals=1; plural=0;"
"""Of Japanese and Chinese alike."""
ENGINE, TRIAL = ROOT / "ecrf" / "locale", ROOT / "trial" / "locale"
SCRIPTS = "scripts"
"""The room of what the scripts in the browser say: they read another file than Django does."""
WIDTH = 110
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|(?<!%)%(?=[a-z])|\{[^{}]*\}")
TAG = re.compile(r"</?[a-z]+\b[^<>]*>")


@dataclass(frozen=True, order=True)
class RoomCatalogue:
    """A catalogue in no language yet: whose it is, and of which room."""

    folder: Path
    room: str

    def path(self, locale: str) -> Path:
        return self.folder / locale / f"{self.room}.po"

    def __str__(self) -> str:
        return f"{self.folder.parent.name}/{self.room}"


def empty(locale: str) -> polib.POFile:
    """A new catalogue. Nothing in its head changes by itself: no dates, no names."""
    file = polib.POFile(wrapwidth=WIDTH)
    file.metadata = {
        "Language": locale,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS,
    }
    return file


def read(path: Path) -> polib.POFile:
    return polib.pofile(str(path), wrapwidth=WIDTH, encoding="utf-8")


def places() -> list[RoomCatalogue]:
    """Every catalogue that lies there in any language."""
    found = {
        RoomCatalogue(folder, path.stem)
        for folder in (ENGINE, TRIAL)
        for locale in LOCALES
        for path in (folder / locale).glob("*.po")
    }
    return sorted(found)


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def broken(entry: polib.POEntry) -> list[str]:
    """Its translations that have other placeholders or tags than the source: a page that said them would fail."""
    sources = [entry.msgid, *([entry.msgid_plural] if entry.msgid_plural else [])]
    return [
        text
        for text in translations(entry)
        for pattern in (PLACEHOLDER, TAG)
        if sorted(pattern.findall(text)) not in [sorted(pattern.findall(source)) for source in sources]
    ]


def entries(folder: Path, locale: str, *, of_scripts: bool) -> Iterator[polib.POEntry]:
    """What is translated, of all rooms. What is broken is left out and named: the page says it in English."""
    for path in sorted((folder / locale).glob("*.po")):
        if (path.stem == SCRIPTS) != of_scripts:
            continue
        for entry in read(path).translated_entries():
            if wrong := broken(entry):
                print(
                    f"{path.name} ({locale}) is left in English: {entry.msgid} → {wrong[0]}", file=sys.stderr
                )
            else:
                yield entry
