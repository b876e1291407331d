"""What ODM files need to know of the forms and the schedule: plain data, which is stored as JSON and read again."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from django.utils.functional import Promise

from ecrf.access.language import MASTER, in_master
from ecrf.exports.odm.names import safe

NUMBERED = re.compile(r"(.+)-([1-9][0-9]?)")
"""The code of one of several visits: `UNS-2`."""
Said = tuple[tuple[str, str], ...]
"""(language as xml:lang has it, words): English, then each language in which it is said otherwise."""


@dataclass(frozen=True)
class EditionLimit:
    """What an item cannot exceed: `comparator` as ODM has it (GE, LE), `message` what is said to who tries."""

    comparator: str
    value: str
    message: str


@dataclass(frozen=True)
class EditionCheck:
    """An edit check of an item, with what it is about in one sentence."""

    id: str
    version: int
    is_hard: bool
    title: str


@dataclass(frozen=True)
class EditionItem:
    """One item. `data_type`, `length` and `decimals` as the file declares them, where no text is longer. `asked_if`:
    (another item, its answers on which it is asked); `asked_with`: the form at whose visits it is asked; `asked_when`:
    one or the other in words; `codes`: (code, label) pairs."""

    name: str
    label: str
    kind: str
    data_type: str
    length: int = 0
    decimals: int = 0
    unit: str = ""
    hint: str = ""
    rule: str = ""
    cdash: str = ""
    section: str = ""
    required: bool = False
    identifying: bool = False
    instead_of: str = ""
    asked_if: tuple[str, tuple[str, ...]] | None = None
    asked_with: str = ""
    asked_when: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    limits: tuple[EditionLimit, ...] = ()
    checks: tuple[EditionCheck, ...] = ()


@dataclass(frozen=True)
class EditionForm:
    """One kind of form. `table`: where the trail has its values; `row_of`: the form whose rows its entries are, `rows`:
    the forms that are its own rows."""

    key: str
    title: str
    version: int
    fingerprint: str
    table: str
    domain: str
    repeats: bool
    row_of: str
    rows: tuple[str, ...]
    row_names: tuple[str, ...]
    entries: tuple[EditionItem, ...]

    @cached_property
    def items(self) -> dict[str, EditionItem]:
        """{name: item}, in the order of the form."""
        return {item.name: item for item in self.entries}


@dataclass(frozen=True)
class EditionVisit:
    """One visit of the schedule."""

    code: str
    label: str
    on_demand: bool
    repeats: bool
    forms: tuple[str, ...]
    optional: tuple[str, ...]


def labelled(place: str, label: str) -> str:
    """Under which the label of a table, a column or a code is kept: one place has two where a person may be named or
    not."""
    return f"{place}: {label}"


@dataclass(frozen=True)
class Edition:
    """All forms, in the order of the schedule with their rows behind them, and the schedule, at one moment.

    It is in English; `words` are {language: {a text of it: its translation}}, `phrases` the same of what the product
    says around them; `labels` are {language: {a place among the tables, with its label: its translation}}, where it is
    none of the words: one English label may be two of another language. All are empty of what was kept before there
    were translations: such a file stays English.
    """

    title: str
    short_title: str
    visits: tuple[EditionVisit, ...]
    patient_forms: tuple[str, ...]
    logs: tuple[str, ...]
    contents: tuple[EditionForm, ...]
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    phrases: dict[str, dict[str, str]] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    def label_in(self, language: str, place: str, label: str) -> str:
        """The label of the table, column or code at this place; the English one where it says no other."""
        return self.labels[language].get(labelled(place, label)) or self.words.get(language, {}).get(
            label, label
        )

    @property
    def has_languages(self) -> bool:
        return bool(self.words)

    def said(self, text: str | Promise, **what: str) -> Said:
        """A text of the trial's; or a phrase of the product's, with texts of the trial's in its places."""
        if isinstance(text, str):
            return self._said(
                text, {language: words.get(text, text) for language, words in self.words.items()}
            )
        with in_master():
            phrase = str(text)
        others = {}
        for language, words in self.words.items():
            filled = {name: words.get(value, value) for name, value in what.items()}
            others[language] = self.phrases[language].get(phrase, phrase).format(**filled)
        return self._said(phrase.format(**what), others)

    def _said(self, english: str, others: dict[str, str]) -> Said:
        # Sorted: what is read of JSON has no other order.
        return ((MASTER, english), *(pair for pair in sorted(others.items()) if pair[1] != english))

    @cached_property
    def forms(self) -> dict[str, EditionForm]:
        """{key: form}, in their order."""
        return {form.key: form for form in self.contents}

    @cached_property
    def tables(self) -> dict[str, str]:
        """{table of a form's values: its key}"""
        return {form.table: form.key for form in self.contents}

    @property
    def study_oid(self) -> str:
        return safe(f"ST.{self.short_title}")

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the versions and fingerprints of all forms."""
        forms = [[key, form.version, form.fingerprint] for key, form in sorted(self.forms.items())]
        return hashlib.sha256(json.dumps(forms).encode()).hexdigest()

    @property
    def metadata_oid(self) -> str:
        """Changes with any form's version or fingerprint."""
        return f"MDV.{self.fingerprint[:16]}"

    def words_of(self, key: str, item: str) -> str:
        """`Vital signs: Pulse`; the names themselves of what is in no form of it."""
        form = self.forms.get(key)
        return f"{form.title}: {form.items[item].label}" if form and item in form.items else f"{key}: {item}"

    def is_scheduled(self, visit_code: str) -> bool:
        """Whether the schedule has such a visit."""
        return self._repeats.get(visit_code) is False or self._numbered(visit_code) is not None

    def event_oid(self, visit_code: str) -> tuple[str, str | None]:
        """The event of a visit, and its repeat key where the visit repeats: UNS-2 is the second of SE.UNS. A visit that
        the schedule no longer has is an event of its own."""
        found = None if visit_code in self._repeats else self._numbered(visit_code)
        return (f"SE.{found[1]}", found[2]) if found else (f"SE.{safe(visit_code)}", None)

    def visit_of(self, visit_code: str) -> EditionVisit | None:
        """The visit of the schedule: of UNS-2, that which repeats."""
        found = None if visit_code in self._repeats else self._numbered(visit_code)
        code = found[1] if found else visit_code
        return next((visit for visit in self.visits if visit.code == code), None)

    def _numbered(self, visit_code: str) -> re.Match[str] | None:
        found = NUMBERED.fullmatch(visit_code)
        return found if found and self._repeats.get(found[1]) else None

    @cached_property
    def _repeats(self) -> dict[str, bool]:
        return {visit.code: visit.repeats for visit in self.visits}


def as_text(edition: Edition) -> str:
    """JSON: the same text for the same edition."""
    return json.dumps(asdict(edition), ensure_ascii=False, sort_keys=True)


def read_text(text: str) -> Edition:
    """What `as_text` wrote."""
    stored: dict[str, Any] = json.loads(text, object_hook=_with_tuples)
    visits = tuple(EditionVisit(**visit) for visit in stored["visits"])
    return Edition(**{**stored, "visits": visits, "contents": tuple(map(_form, stored["contents"]))})


def _form(stored: dict[str, Any]) -> EditionForm:
    return EditionForm(**{**stored, "entries": tuple(map(_item, stored["entries"]))})


def _item(stored: dict[str, Any]) -> EditionItem:
    limits = tuple(EditionLimit(**limit) for limit in stored["limits"])
    checks = tuple(EditionCheck(**check) for check in stored["checks"])
    return EditionItem(**{**stored, "limits": limits, "checks": checks})


def _with_tuples(stored: dict[str, Any]) -> dict[str, Any]:
    return {name: _as_tuple(value) for name, value in stored.items()}


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_tuple, value)) if isinstance(value, list) else value


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
