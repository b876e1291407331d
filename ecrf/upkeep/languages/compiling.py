"""Compiles the catalogues: `make setup` and the image call `python -m ecrf.upkeep.languages.compiling`.

It needs no settings and no database. Of the texts of the scripts it makes static files, static/words/<language>.js.
"""

import json
from pathlib import Path

from ecrf.upkeep.languages.catalogues import ENGINE, LOCALES, ROOT, TRIAL, empty, entries

WORDS = ROOT / "static" / "words"
STAMP = WORDS / ".compiled"
BETWEEN = "\x04"
"""Between the context and the text, as gettext has it."""


def compile_all() -> None:
    WORDS.mkdir(parents=True, exist_ok=True)
    for locale, code in LOCALES.items():
        for folder in (ENGINE, TRIAL):
            _compile(folder, locale)
        _write_if_new(WORDS / f"{code}.js", _script(locale).encode())
    STAMP.touch()


def _compile(folder: Path, locale: str) -> None:
    """All rooms of a language into the one file that Django reads. Of several entries of a text, the first holds."""
    whole, known = empty(locale), set[tuple[str | None, str]]()
    for entry in entries(folder, locale, of_scripts=False):
        if (entry.msgctxt, entry.msgid) not in known:
            known.add((entry.msgctxt, entry.msgid))
            whole.append(entry)
    path = folder / locale / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_if_new(path, whole.to_binary())


def _script(locale: str) -> str:
    """A script that puts the words where static/js/words.js looks: a classic one, which runs before all modules."""
    words: dict[str, str | list[str]] = {}
    for folder in (ENGINE, TRIAL):
        for entry in entries(folder, locale, of_scripts=True):
            key = f"{entry.msgctxt}{BETWEEN}{entry.msgid}" if entry.msgctxt else entry.msgid
            words[key] = (
                [entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural)]
                if entry.msgid_plural
                else entry.msgstr
            )
    text = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"globalThis.ecrfWords = {text};\n"


def _write_if_new(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


def compile_what_is_old() -> None:
    """Unless everything is newer than every catalogue: for tests, which may run where nobody said `make setup`."""
    newest = max(
        (path.stat().st_mtime for folder in (ENGINE, TRIAL) for path in folder.glob("*/*.po")), default=0.0
    )
    if not STAMP.exists() or STAMP.stat().st_mtime < newest:
        compile_all()


if __name__ == "__main__":
    compile_all()
