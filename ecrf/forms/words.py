"""The words of a trial's definitions, said in the reader's language.

A trial writes them once, in English, where they are defined; nothing is marked there. Whoever reads such an attribute
is given the translation, if there is one (docs/languages.md). Read under `in_master`, they are as they were written.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.utils import translation
from django.utils.translation import get_language

from ecrf.access.language import MASTER

C = TypeVar("C", bound=type)
CONTEXT = "trial"
"""Of these texts in the catalogues."""
AS_WRITTEN = (None, MASTER)
"""What `get_language` says where nothing is to be looked up."""

SPOKEN: dict[type, tuple[str, ...]] = {}
"""{class of definitions: its attributes that people read}: what `make messages` looks for."""


def said(text: str) -> str:
    """A text of the trial's, in the reader's language."""
    return text if not text or get_language() in AS_WRITTEN else translation.pgettext(CONTEXT, text)


def said_whole(value: Any) -> Any:
    """The same of a tuple, or of the values of a mapping, of such texts."""
    match value:
        case str():
            return said(value)
        case tuple():
            return tuple(said_whole(each) for each in value)
        case Mapping():
            return {key: said_whole(each) for key, each in value.items()}
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
        return kept if not kept or get_language() in AS_WRITTEN else said_whole(kept)

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
