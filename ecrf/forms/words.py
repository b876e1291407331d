"""The words of a trial's definitions, said in the reader's language.

A trial writes them once, in English, where they are defined; nothing is marked there. Whoever reads such an attribute
is given the translation, if there is one (docs/languages.md). Read under `in_master`, they are as they were written.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from django.utils import translation
from django.utils.translation import get_language

from ecrf.access.language import MASTER

C = TypeVar("C", bound=type)
CONTEXT = "trial"
"""Of these texts in the catalogues."""
AS_WRITTEN = (None, MASTER)
"""What `get_language` says where nothing is to be looked up."""
MOST = 1 << 15
"""Texts of a trial, in all languages."""

SPOKEN: dict[type, tuple[str, ...]] = {}
"""{class of definitions: its attributes that people read}: what `make messages` looks for."""


def said(text: str) -> str:
    """A text of the trial's, in the reader's language."""
    language = get_language()
    return text if language in AS_WRITTEN else _looked_up(text, language)


@lru_cache(MOST)
def _looked_up(text: str, _language: str) -> str:
    """A page reads a thousand of them: each is looked up once in a language, which is the one that is spoken."""
    return translation.pgettext(CONTEXT, text) if text else text


@lru_cache(MOST)
def _all_looked_up(texts: tuple[Any, ...], language: str) -> tuple[Any, ...]:
    """The names of a form's rows, of which each row on a page asks for its own."""
    return tuple(_whole(each, language) for each in texts)


def _whole(value: Any, language: str) -> Any:
    """The same of a tuple, or of the values of a mapping, of such texts."""
    if isinstance(value, str):
        return _looked_up(value, language)
    if isinstance(value, tuple):
        return _all_looked_up(value, language)
    if isinstance(value, Mapping):
        return {key: _whole(each, language) for key, each in value.items()}
    return value


def line_and_column(item: Any) -> tuple[str, str]:
    """What an item's label names, in English: `Elbow flexion` and `right`; the first is "" where it names no two."""
    line, _, column = str(as_written(item, "verbose_name")).rpartition(", ")
    return line, column


class SpokenAttribute:
    """An attribute that is kept as it was written, and read in the reader's language."""

    def __init__(self, name: str, default: Any = "") -> None:
        self.name, self.default = name, default

    def __get__(self, instance: Any, owner: type) -> Any:
        kept = self.default if instance is None else vars(instance).get(self.name, self.default)
        # Most have no unit and no hint: of these a page, which has a thousand, need not ask for the language.
        if not kept:
            return kept
        language = get_language()
        return kept if language in AS_WRITTEN else _whole(kept, language)

    def __set__(self, instance: Any, value: Any) -> None:
        vars(instance)[self.name] = value


def spoken(*names: str) -> Callable[[C], C]:
    """Above a class of definitions: people read these attributes, each in his own language."""

    def speak(definition: C) -> C:
        SPOKEN[definition] = names
        for name in names:
            setattr(definition, name, SpokenAttribute(name, vars(definition).get(name, "")))
        return definition

    return speak


def as_written(instance: Any, name: str) -> Any:
    """The attribute in English, whoever reads."""
    return vars(instance).get(name, "")
