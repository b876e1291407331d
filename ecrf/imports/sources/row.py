"""One row of a file as it was read, whatever the file: for whom, where, and which values, still as texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.translation import gettext

from ecrf.access.language import in_every_language
from ecrf.audit.texts import fold
from ecrf.casebook.record.values import Missing
from ecrf.forms.crf import MissingReason
from ecrf.forms.registry import CRFS
from ecrf.imports.reading.tables import key_of

LONGEST_NUMBER = 40
"""Of what stands in the place of a patient's number."""

Given = str | Missing | None
"""A text, why there is no value, or None: the file says that it is blank."""


@cache
def _reasons() -> dict[str, str]:
    """{code, or its words in any language: the code}"""
    found: dict[str, str] = {}
    for _language in in_every_language():
        choices = MissingReason.choices
        found |= {fold(str(text)).casefold(): str(code) for code, label in choices for text in (code, label)}
    return found


@cache
def row_numbers(key: str) -> dict[str, int]:
    """{name of a row, as it is compared, in any language: its number}, of a form with a fixed set of rows."""
    found: dict[str, int] = {}
    for _language in in_every_language():
        found |= {key_of(name): at for at, name in enumerate(CRFS[key].row_names, 1)}
    return found


@dataclass
class SourceRow:
    """`number`: of the row in the file, `place`: among those that come from one row. `form`: the CRF's key; for a row
    of a form, `form_number` is that of the form, and `row` its own as written: a number or, of a fixed set, a name.
    `faults`: {item, "" for the row: what cannot be read}. `day`: when it was, where it is found by that. `unit`: the
    item that takes the unit of a laboratory's result. `visit_on`: the date of the visit, where the file gives it."""

    number: int
    patient: str
    form: str
    place: int = 0
    visit: str = ""
    form_number: str = ""
    row: str = ""
    values: dict[str, Given] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    visit_on: str = ""
    day: str = ""
    day_item: str = ""
    unit: str = ""

    def as_json(self) -> dict[str, Any]:
        """Without what is empty: a large file has many rows."""
        given = {
            **{name: getattr(self, name) for name in PLAIN},
            "values": {name: _as_json(value) for name, value in self.values.items()},
        }
        return {name: value for name, value in given.items() if value}


PLAIN = ("form", "visit", "form_number", "row", "faults", "visit_on", "day", "day_item", "unit")


def read_row(number: int, place: int, patient: str, stored: Mapping[str, Any]) -> SourceRow:
    """What `as_json` made."""
    plain = {name: stored[name] for name in PLAIN if name in stored}
    values = {name: _from_json(value) for name, value in stored.get("values", {}).items()}
    return SourceRow(number, patient, place=place, **{**plain, "values": values})


def missing_of(reason: str, comment: str) -> Missing | str:
    """Why there is no value, from its code or its words; or what is wrong with it."""
    code = _reasons().get(fold(reason).casefold(), "")
    if not code:
        named = ", ".join(MissingReason.values)
        return gettext("“%(typed)s” is no reason why there is no value. Write one of %(named)s.") % {
            "typed": reason.strip()[:40],
            "named": named,
        }
    return Missing(code, comment.strip())


def _as_json(value: Given) -> Any:
    return [value.reason, value.comment] if isinstance(value, Missing) else value


def _from_json(value: Any) -> Given:
    return Missing(*value) if isinstance(value, list) else value
