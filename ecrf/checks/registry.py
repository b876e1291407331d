"""`@check` makes a function an edit check. A check reads its row and its patient's patient data, and writes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ecrf.casebook.data import PatientData
from ecrf.forms.registry import CRFS

ANY = "*"


@dataclass(frozen=True)
class Question:
    """What a check says of one item: why it is refused (hard), or what the site is asked (soft)."""

    item: str
    text: str


Rule = Callable[[Any, PatientData], Iterator[Question]]


@dataclass(frozen=True)
class Offer:
    """What the page offers beside a check's question: to add an entry to a log, filled in as far as is known.

    `fill` takes (row, patient data) as the check does, and gives {item: text as one would type it}.
    """

    crf: str
    label: str
    fill: Callable[[Any, PatientData], dict[str, str]]


@dataclass(frozen=True)
class Check:
    """One edit check: its id never changes. `on` is the CRF it looks at, `items` those that set it off ("*": all);
    `kinds` narrows that to items of these kinds. `reads` names the forms it reads beside its row, `woken_by` what
    of them sets it off too: "form" for any item, "form.item" for one. `source` says whose limit it is."""

    id: str
    on: str
    items: tuple[str, ...]
    kinds: tuple[str, ...]
    hard: bool
    reads: frozenset[str]
    triggers: frozenset[str]
    source: str
    rule: Rule
    title: str
    offer: Offer | None = None

    def looks_at(self, crf: str, changed: list[str]) -> bool:
        """Whether a change of these items of its own form sets it off."""
        if self.on not in (ANY, crf) or not (ANY in self.items or set(self.items) & set(changed)):
            return False
        return not self.kinds or any(CRFS[crf].items[name].kind in self.kinds for name in changed)

    def is_triggered(self, crf: str, changed: list[str]) -> bool:
        """Whether a change of these items sets it off for other rows than their own."""
        if crf == self.on and crf in self.triggers:
            return self.looks_at(crf, changed)
        return crf in self.triggers or any(f"{crf}.{name}" in self.triggers for name in changed)


CHECKS: dict[str, Check] = {}


def check(
    id: str,
    *,
    on: str,
    items: tuple[str, ...] = (ANY,),
    kinds: tuple[str, ...] = (),
    hard: bool = False,
    reads: tuple[str, ...] = (),
    source: str = "P",
    offer: Offer | None = None,
) -> Callable[[Rule], Rule]:
    """Register an edit check; the first sentence of its docstring is its title. Duplicate ids raise at start.

    `reads` may narrow a form to the items that matter: "consent.signed_on".
    The function takes (row, patient data) and yields a `Question` per item it objects to. `source`: P for our
    provisional default, or D, S, O as in the protocol's list of facts.
    """

    def register(rule: Rule) -> Rule:
        if id in CHECKS:
            raise ImproperlyConfigured(f"Two edit checks have the id {id}.")
        if on != ANY and ANY not in items and (odd := set(items) - set(CRFS[on].items)):
            raise ImproperlyConfigured(f"Edit check {id} names items that {on} does not have: {sorted(odd)}.")
        title = (rule.__doc__ or "").strip().split("\n")[0]
        if not title:
            raise ImproperlyConfigured(f"Edit check {id} has no docstring to tell what it asks.")
        forms = frozenset(read.partition(".")[0] for read in reads)
        CHECKS[id] = Check(
            id, on, tuple(items), kinds, hard, forms, frozenset(reads), source, rule, title, offer
        )
        return rule

    return register
