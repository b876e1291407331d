"""The texts of checks: templates with named parameters, filled in when they are shown.

A discrepancy keeps the parameters. So its text can be worded anew, or in another language, and it stays the same one.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from string import Formatter
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Visit
from ecrf.forms.answers import answers_of
from ecrf.forms.registry import CRFS
from ecrf.forms.words import said

Stored = str | int | list[Any]
WORD_AT_BEGINNING = re.compile(r"^[A-Z][a-z]+\b")
"""Not that of AST, IgG or D-dimer, which keep their capitals within a sentence."""


def stored(value: object) -> Stored:
    """A parameter as it is kept, in JSON: `31.5`, `2026-11-22` and `09:30` as text, a visit by its code.

    TypeError for what has no form to be kept in: no value, yes and no, floating point numbers.
    """
    match value:
        case bool():
            raise TypeError("Yes and no are no parameters: they want a text each.")
        case str():
            return str(value)
        case int():
            return int(value)
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case Visit():
            return value.code
        case list() | tuple():
            return [stored(part) for part in value]
    raise TypeError(f"A check's parameter cannot be kept: {value!r}.")


def identity(version: int, parameters: dict[str, Stored]) -> str:
    """Sixteen characters, the same for the same version of a check and the same values."""
    text = json.dumps([version, parameters], ensure_ascii=False, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Text:
    """A template in its parts: (text before, parameter, how the parameter is shown), both "" at the end."""

    parts: tuple[tuple[str, str, str], ...]
    template: str = ""
    """As the trial wrote it."""

    @property
    def names(self) -> set[str]:
        return {name for _before, name, _shown in self.parts if name}

    def filled(self, parameters: dict[str, Stored], on: str) -> str:
        """In the reader's language. `on`: the form that the check looks at."""
        words = said(self.template)
        parts = self.parts if words == self.template else parse(words).parts
        return "".join(
            before + (_shown(parameters[name], how, on) if name else "") for before, name, how in parts
        )


@lru_cache(maxsize=4096)
def parse(template: str) -> Text:
    """Read `Severity went from {before} to {now} since {visit:visit}.`; ValueError where it cannot be read."""
    parts = []
    for before, name, how, conversion in Formatter().parse(template):
        if name is not None and not name.isidentifier():
            raise ValueError(f"“{name}” cannot be the name of a parameter: {template}")
        if conversion or (how and how.partition(" ")[0] not in SHOWN):
            raise ValueError(f"There is no way “{conversion or how}” to show {name}: {template}")
        parts.append((before, name or "", how or ""))
    return Text(tuple(parts), template)


def _shown(value: Stored, how: str, on: str) -> str:
    show, _, argument = how.partition(" ")
    if isinstance(value, list):
        joint = pgettext("between the values of a list", " and ") if show == "and" else "; "
        return joint.join(_shown(part, how, on) for part in value)
    return SHOWN[show](value, argument, on) if show else str(value)


def _item(path: str, on: str) -> Any | None:
    """`item`, or `form.item` of another form; None if the trial no longer has it."""
    form, _, name = path.rpartition(".")
    definition = CRFS.get(form or on)
    return definition.items.get(name) if definition else None


def _item_label(name: Any, form: str, on: str) -> str:
    item = _item(f"{form}.{name}" if form else name, on)
    return str(item.verbose_name) if item else str(name)


def _form_title(key: Any, _argument: str, _on: str) -> str:
    return CRFS[key].title if key in CRFS else str(key)


def _answer_label(code: Any, path: str, on: str) -> str:
    item = _item(path, on)
    return str(dict(answers_of(item)).get(code, code)) if item else str(code)


def _with_days(number: Any, _argument: str, _on: str) -> str:
    return ngettext("%(number)s day", "%(number)s days", number) % {"number": number}


def _in_brackets(text: Any, _argument: str, _on: str) -> str:
    return gettext(" (%(text)s)") % {"text": text} if text else ""


def _with_minutes(number: Any, _argument: str, _on: str) -> str:
    return gettext("%(hours)s h %(minutes)s min") % {"hours": number // 60, "minutes": number % 60}


SHOWN: dict[str, Callable[[Any, str, str], str]] = {
    "and": lambda value, _argument, _on: str(value),
    "answer": lambda code, path, on: WORD_AT_BEGINNING.sub(
        lambda word: word[0].lower(), _answer_label(code, path, on)
    ),
    "Answer": _answer_label,
    "brackets": _in_brackets,
    "days": _with_days,
    "form": _form_title,
    "item": _item_label,
    "minutes": _with_minutes,
    "visit": lambda code, _argument, _on: label_of(code),
}
"""How a parameter may be shown, `{name:how}`. Without one it stands as it is kept; lists are joined by "; ".

`and`: a list, joined by "and"; `answer item` or `answer form.item`: the label of a choice, within a sentence (`Answer`:
at its beginning); `brackets`: ` (text)`, or nothing; `days`: `1 day`, `3 days`; `form`: the title of a form; `item` or
`item form`: the label of an item; `minutes`: `2 h 5 min`; `visit`: what people call the visit."""
