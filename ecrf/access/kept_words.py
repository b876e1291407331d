"""What the product has stored in English, said in the reader's language: the one way to store it, and to read it.

The trail, comparisons and exports depend on nobody's language: sentences of the product's are stored in English, with
what stands in their places (`as_kept`). A reader is given the sentence of the catalogues that has these words, filled
with the same (`as_read`). So nothing is stored beside it; what another version has worded otherwise is shown as it is.
What people wrote is never looked up so. A reason that they chose from a list of ours is stored in English too, whatever
language it was offered in, and read in the reader's (`reason_as_kept`, `reason_as_read`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

import polib
from django.apps import apps
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext, to_locale

from ecrf.access.language import MASTER, in_master
from ecrf.access.models import LANGUAGE_NAMES
from ecrf.audit.actor import SYSTEM

PLACE = re.compile(r"%\((\w+)\)[a-z]|\{(\w+)(?::[^{}]*)?\}")
"""The text of a check says behind a colon how a place is filled."""
WHOLE_NUMBER = re.compile(r"%\((\w+)\)d")
REASON = "reason"
"""The context of reasons that are offered beside a field."""
LEAST = 8
"""Letters that a sentence has outside its places: one with fewer would be found in what is none of it."""
SENTENCE_ENDS = re.compile(r"(?<=[.!?]) ")
KEPT = 4096
"""Of what was read lately, in all languages."""


def as_kept(sentence: Promise, **what: object) -> str:
    """To be stored."""
    with in_master():
        return str(sentence) % what


def as_read(kept: str, *among: Promise) -> str:
    """What is stored, in the reader's language; where it may be one of few sentences, only of `among`."""
    language = get_language() or MASTER
    if not kept or language == MASTER:
        return kept
    return _said(kept, _only(among, language)) if among else _read(kept, language)


def reason_as_kept(typed: str) -> str:
    """In English, where it is one of the reasons that are offered, in any language; any other as somebody wrote it."""
    return _offered().get(typed, typed)


def reason_as_read(kept: str) -> str:
    """In the reader's language, where it was offered; one that was stored in another language than English too."""
    english = _offered().get(kept)
    return translation.pgettext(REASON, english) if english else kept


def actor_as_read(name: str) -> str:
    """Who did something, as the trail names it: the product itself by its word in the reader's language."""
    return pgettext("who did it", "system") if name == SYSTEM.name else name


@dataclass(frozen=True)
class KnownSentence:
    """One sentence: in English, and as it is said."""

    english: str
    said: str

    @cached_property
    def pieces(self) -> list[str]:
        """Words and the names of places by turns."""
        return [piece for piece in PLACE.split(self.english) if piece is not None]

    @property
    def weight(self) -> tuple[int, int]:
        """Letters and signs outside its places: of two that fit, the heavier one is meant."""
        words = "".join(self.pieces[::2])
        return sum(map(str.isalpha, words)), len(words)

    @cached_property
    def longest(self) -> str:
        """What must stand in a text that is this sentence: found sooner than the whole."""
        return max(self.pieces[::2], key=len).replace("%%", "%")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        names: set[str] = set()
        numbers = set(WHOLE_NUMBER.findall(self.english))
        parts = []
        for at, piece in enumerate(self.pieces):
            if at % 2 == 0:
                parts.append(re.escape(piece.replace("%%", "%")))
            elif piece in names:
                parts.append(f"(?P={piece})")
            else:
                names.add(piece)
                parts.append(f"(?P<{piece}>{'[0-9]+' if piece in numbers else '.+'})")
        return re.compile("".join(parts), re.DOTALL)

    def filled(self, what: dict[str, str]) -> str:
        """Whatever stood in its places stands there as text."""
        return PLACE.sub(lambda place: what.get(place[1] or place[2], ""), self.said).replace("%%", "%")


@dataclass(frozen=True)
class KnownSentences:
    """`whole`: {in English: as it is said}, without places; `filled`: those with places, the heaviest first."""

    whole: dict[str, str]
    filled: tuple[KnownSentence, ...]


def _sorted(sentences: Iterator[KnownSentence], least: int) -> KnownSentences:
    whole: dict[str, str] = {}
    filled = []
    for one in sentences:
        if len(one.pieces) == 1:
            whole.setdefault(one.english, one.said)
        elif one.weight[0] >= least and all(one.pieces[2:-1:2]):  # else nobody knows where one place ends
            filled.append(one)
    return KnownSentences(whole, tuple(sorted(filled, key=lambda one: one.weight, reverse=True)))


@lru_cache(KEPT)
def _only(among: tuple[Promise, ...], _language: str) -> KnownSentences:
    """A page of results reads the limits of each by the same few."""
    said = [str(one) for one in among]
    with in_master():
        english = [str(one) for one in among]
    return _sorted(map(KnownSentence, english, said), least=0)


@lru_cache(KEPT)
def _read(kept: str, language: str) -> str:
    return _said(kept, _all_of(language))


def _said(kept: str, known: KnownSentences) -> str:
    if (whole := _as_one(kept, known)) is not None:
        return whole
    ends = [end.start() for end in SENTENCE_ENDS.finditer(kept)]
    for end in reversed(ends):  # several in a row: neither Japanese nor Chinese puts a blank between
        if (first := _as_one(kept[:end], known)) is not None:
            return first + _said(kept[end + 1 :], known)
    return kept


def _as_one(kept: str, known: KnownSentences) -> str | None:
    """None where it is no sentence that is known."""
    if kept in known.whole:
        return known.whole[kept]
    for one in known.filled:
        if one.longest in kept and (found := one.pattern.fullmatch(kept)):
            return one.filled({name: _said(text, known) for name, text in found.groupdict().items()})
    return None


@cache
def _offered() -> dict[str, str]:
    """{a reason that is offered, in each language: the same in English}"""
    entries = [entry for code in LANGUAGE_NAMES for entry in _entries(code) if entry.msgctxt == REASON]
    return {words: entry.msgid for entry in entries for words in (_said_by(entry), entry.msgid)}


@cache
def _all_of(language: str) -> KnownSentences:
    """Of all catalogues; what has no context comes first."""
    entries = sorted(_entries(language), key=lambda entry: entry.msgctxt or "")
    return _sorted((one for entry in entries for one in _of_entry(entry)), LEAST)


def _entries(language: str) -> list[polib.MOEntry]:
    """Of what is compiled, ours before Django's own. Python's own `gettext` keeps no plurals of the source."""
    folders = [*settings.LOCALE_PATHS, *(Path(app.path) / "locale" for app in apps.get_app_configs())]
    files = [Path(folder) / to_locale(language) / "LC_MESSAGES" / "django.mo" for folder in folders]
    return [entry for path in files if path.exists() for entry in polib.mofile(str(path), encoding="utf-8")]


def _said_by(entry: polib.MOEntry) -> str:
    """In the first of the forms of its number."""
    return str(entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr)


def _of_entry(entry: polib.MOEntry) -> Iterator[KnownSentence]:
    said = _said_by(entry)
    yield KnownSentence(entry.msgid, said)
    if entry.msgid_plural:
        yield KnownSentence(entry.msgid_plural, said)
