"""The catalogue: every rule that what is entered must pass, and every assumption, in words a data manager can sign."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from django.utils.translation import gettext, gettext_lazy

from ecrf.access.language import in_master
from ecrf.checks.item_words import needed, takes
from ecrf.checks.registry import ANY, CHECKS, Check
from ecrf.forms.protocol import Assumption, Protocol
from ecrf.forms.registry import CRFS, CrfDefinition

MARKS = {
    "P": gettext_lazy("Our provisional default"),
    "D": gettext_lazy("The trial's publication"),
    "S": gettext_lazy("The sibling trial"),
    "O": gettext_lazy("Another trial, guideline or standard"),
}
"""Whose limit it is, by the marks of the protocol's list of facts."""

KINDS = {
    "day": gettext_lazy("every full date"),
    "partial-day": gettext_lazy("every date that may be partial"),
}
"""Kinds of item that a check of any form may look at."""

LONG = 3
"""Sections of more items are named by their title where a check looks at all of them."""


@dataclass(frozen=True)
class CheckLine:
    """One edit check, its items and forms by their titles; `offers` is what the site is offered, "" for nothing."""

    id: str
    version: int
    title: str
    hard: bool
    looks_at: tuple[str, ...]
    reads: tuple[str, ...]
    mark: str
    offers: str

    @property
    def whose(self) -> str:
        return str(MARKS[self.mark])


@dataclass(frozen=True)
class ItemLine:
    """Items that take the same, and are needed alike."""

    labels: tuple[str, ...]
    takes: str
    needed: str


@dataclass(frozen=True)
class FormRules:
    """All rules of one form. `part_of` is the form whose rows its entries are; "" for a form of its own.

    `rows` names the entries of a fixed set, all of which are wanted.
    """

    key: str
    title: str
    part_of: str
    rows: tuple[str, ...]
    checks: tuple[CheckLine, ...]
    items: tuple[ItemLine, ...]


@dataclass(frozen=True)
class Catalogue:
    """All rules of a trial, form by form in the order of its schedule, and its assumptions."""

    trial: str
    forms: tuple[FormRules, ...]
    assumptions: tuple[Assumption, ...]
    fingerprint: str = ""
    """Twelve characters that change with any word of the catalogue: they tie a signed paper to it. The same in every
    language: they are those of the English words."""

    @property
    def checks(self) -> list[CheckLine]:
        return [line for form in self.forms for line in form.checks]


def catalogue(trial: Protocol) -> Catalogue:
    """The rules as they stand in the code now, in the reader's language."""
    with in_master():
        known = asdict(_catalogue(trial))
        del known["fingerprint"]
    text = json.dumps(known, ensure_ascii=False, sort_keys=True)
    return replace(_catalogue(trial), fingerprint=hashlib.sha256(text.encode()).hexdigest()[:12])


def _catalogue(trial: Protocol) -> Catalogue:
    forms = tuple(_form(CRFS[key]) for key in _in_order(trial))
    any_form = FormRules("any-form", gettext("Any form"), "", (), _checks_on(ANY), ())
    return Catalogue(trial.title, (*forms, any_form), trial.assumptions)


def _in_order(trial: Protocol) -> Iterable[str]:
    """Every form once: as scheduled, each followed by those that are its rows."""
    keys = [*trial.scheduled_crfs(), *CRFS]
    return dict.fromkeys(form for key in keys for form in _with_rows(CRFS[key].row_of or key))


def _with_rows(key: str) -> list[str]:
    return [key, *(form for row in CRFS[key].rows for form in _with_rows(row))]


def _form(definition: CrfDefinition) -> FormRules:
    part_of = CRFS[definition.row_of].title if definition.row_of else ""
    checks, items = _checks_on(definition.key), _items(definition)
    return FormRules(definition.key, definition.title, part_of, definition.row_names, checks, items)


def _checks_on(key: str) -> tuple[CheckLine, ...]:
    checks = sorted((check for check in CHECKS.values() if check.on == key), key=lambda check: check.id)
    return tuple(
        CheckLine(
            id=check.id,
            version=check.version,
            title=check.title,
            hard=check.hard,
            looks_at=_looks_at(check),
            reads=tuple(_read(check, *read.split(".")) for read in sorted(check.triggers)),
            mark=check.source,
            offers=check.offer.label if check.offer else "",
        )
        for check in checks
    )


def _looks_at(check: Check) -> tuple[str, ...]:
    if check.kinds:
        every = gettext("every %(kind)s")
        return tuple(str(KINDS.get(kind, every % {"kind": kind})) for kind in check.kinds)
    if ANY in check.items:
        return (gettext("every item"),)
    return tuple(_sections_first(CRFS[check.on], check.items) if check.on in CRFS else check.items)


def _sections_first(definition: CrfDefinition, names: Iterable[str]) -> list[str]:
    """The items by their labels, a long section that is looked at as a whole by its title."""
    wanted, words = set(names), []
    for section in definition.sections:
        inside = [name for name in section.items if name in wanted]
        is_whole = len(inside) == len(section.items) > LONG
        whole = gettext("all of “%(section)s”") % {"section": section.title}
        words += [whole] if is_whole else [label(definition.key, n) for n in inside]
    return words


def label(key: str, name: str) -> str:
    """What the form calls its item."""
    return str(CRFS[key].items[name].verbose_name)


def _read(check: Check, key: str, name: str = "") -> str:
    title = CRFS[key].title
    if key == check.on:
        title = gettext("other entries of %(form)s") % {"form": title}
    return gettext("%(form)s (%(item)s)") % {"form": title, "item": label(key, name)} if name else title


def _items(definition: CrfDefinition) -> tuple[ItemLine, ...]:
    """Its items in their order, those of one rule together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, item in definition.items.items():
        alike.setdefault((takes(item), needed(definition, item)), []).append(label(definition.key, name))
    return tuple(ItemLine(tuple(labels), *rule) for rule, labels in alike.items())
