"""`make messages`: brings the catalogues up to date with what is marked. Translations are kept; what nobody says any
more goes. A new text takes over the translation that another room has of it."""

import os
from pathlib import Path

import django
import polib

from ecrf.upkeep.languages.catalogues import LOCALES, empty, places, read
from ecrf.upkeep.languages.marked import Marked

Key = tuple[str, str]


def bring_up_to_date() -> list[str]:
    """A line for each catalogue that still lacks translations."""
    from ecrf.upkeep.languages.rooms import wanted

    texts, lacking = wanted(), list[str]()
    for locale in LOCALES:
        known = _known(locale)
        for place in sorted({*texts, *places()}):
            lacks = _write(place.path(locale), locale, texts.get(place, {}), known)
            if lacks:
                lacking.append(f"{place} ({locale}): {lacks} to translate")
    return lacking


def _known(locale: str) -> dict[Key, polib.POEntry]:
    found: dict[Key, polib.POEntry] = {}
    for place in places():
        if place.path(locale).exists():
            for entry in read(place.path(locale)).translated_entries():
                found.setdefault((entry.msgctxt or "", entry.msgid), entry)
    return found


def _write(path: Path, locale: str, texts: dict[Marked, set[str]], known: dict[Key, polib.POEntry]) -> int:
    """How many entries lack a translation."""
    old = {(e.msgctxt or "", e.msgid): e for e in read(path)} if path.exists() else {}
    if not texts:
        path.unlink(missing_ok=True)
        return 0
    file = empty(locale)
    for marked in sorted(texts, key=lambda one: (one.text, one.context)):
        file.append(_entry(marked, texts[marked], old, known))
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"{file}"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return len(file.untranslated_entries()) + len(file.fuzzy_entries())


def _entry(
    marked: Marked, where: set[str], old: dict[Key, polib.POEntry], known: dict[Key, polib.POEntry]
) -> polib.POEntry:
    key = (marked.context, marked.text)
    before = old.get(key)
    if before is None or not before.translated():
        before = known.get(key, before)
    entry = polib.POEntry(msgid=marked.text, occurrences=[(name, "") for name in sorted(where)])
    if marked.context:
        entry.msgctxt = marked.context
    if marked.plural:
        entry.msgid_plural = marked.plural
        entry.msgstr_plural = {0: before.msgstr_plural.get(0, "") if before else ""}
    elif before:
        entry.msgstr = before.msgstr
    if before:
        entry.tcomment = before.tcomment
        entry.flags = [flag for flag in before.flags if flag == "fuzzy"]
    if "%(" in marked.text:  # so that an editor of catalogues minds them
        entry.flags.append("python-format")
    return entry


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecrf.settings")
    django.setup()
    for line in bring_up_to_date():
        print(line)


if __name__ == "__main__":
    main()
