"""A number as a laboratory reports it: in its own unit, with its own digits, and perhaps with a sign before it."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from ecrf.audit.texts import fold
from ecrf.forms.items import Choice, Measure

SIGNS = {
    "<": "<",
    ">": ">",
    "≤": "≤",
    "≥": "≥",
    "<=": "≤",
    "=<": "≤",
    ">=": "≥",
    "=>": "≥",
    "≦": "≤",
    "≧": "≥",
}
"""{as typed: as stored}"""
WITH_SIGN = re.compile(r"(<=|>=|=<|=>|[<>≤≥≦≧]) ?(?=[0-9.,])(.*)")


class AsReported(models.DecimalField):
    """A decimal column without a fixed scale: 5.0 comes back as 5.0, and 5 as 5."""

    def db_type(self, connection: Any) -> str:
        return "numeric"


class Sign(Choice):
    """What a laboratory puts before a number that is only a bound: less, more, at most, at least."""

    def __init__(self, label: str = "", **options: Any):
        signs = [(sign, sign) for sign in dict.fromkeys(SIGNS.values())]
        super().__init__(label, **{"choices": signs, **options})

    def normalise(self, text: str, now: datetime) -> str:
        text = fold(text)
        return SIGNS.get(text, text)

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        """It is typed: nothing to choose from stands beside it."""
        field = super().formfield(**options)
        signs = ", ".join(str(code) for code, _label in self.flatchoices)
        field.error_messages["invalid_choice"] = format_lazy(
            gettext_lazy("“%(value)s” is no such sign. Write {signs}, or leave it empty."), signs=signs
        )
        return field


class Reported(Measure):
    """A number with up to `decimals` places, kept and shown with the digits that were reported: what is exact differs
    by test. A sign typed before it goes to the item `sign`."""

    django_field = AsReported

    def __init__(self, label: str = "", *, decimals: int = 3, sign: str = "", **options: Any):
        self.sign = sign
        super().__init__(label, decimals=decimals, **options)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, options = super().deconstruct()
        return name, f"{AsReported.__module__}.{AsReported.__name__}", args, options

    def db_type(self, connection: Any) -> str:
        return "numeric"

    def stored(self, value: Any) -> Any:
        return Decimal(value)

    def text(self, value: Any) -> str:
        return "" if value is None else f"{Decimal(value):f}"


def sign_and_number(text: str) -> tuple[str, str] | None:
    """`＜0.5` as ("<", "0.5"); None where no sign stands before a number."""
    match = WITH_SIGN.fullmatch(fold(text))
    return (SIGNS[match[1]], match[2]) if match else None
