"""`@check` makes a function an edit check. A check reads its row and the patient's data, and writes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ecrf.access.language import in_master
from ecrf.casebook.data import PatientData
from ecrf.checks.texts import Stored, Text, parse, stored
from ecrf.forms.registry import CRFS
from ecrf.forms.words import spoken

ANY = "*"


@dataclass(frozen=True, init=False)
class Question:
    """What a check says of one item: why it is refused (hard), or what the site is asked (soft).

    `parameters` are the values it speaks of, as they are kept. `variant` chooses among the texts of a check that has
    several; it is no part of what identifies a question, so the parameters must tell the cases apart.

    What could be asked at one place or another is asked `once` (see there), lest it wanders with the values.
    """

    item: str
    variant: str
    parameters: dict[str, Stored]
    about: str = ""
    only_if_there: bool = False

    def __init__(self, item: str, variant: str = "", /, **parameters: object) -> None:
        kept = {name: stored(value) for name, value in parameters.items()}
        for name, value in (("item", item), ("variant", variant), ("parameters", kept)):
            object.__setattr__(self, name, value)

    def once(self, about: str, *, only_if_there: bool = False) -> "Question":
        """The same, asked once of what it is `about`: a limb, a visit. A check that yields several such questions asks
        the one that stands already, else that which is not `only_if_there`. So a query keeps its place and its
        conversation while the check finds the same thing, whichever value is now the first, the lowest or the last."""
        one = Question(self.item, self.variant, **self.parameters)
        object.__setattr__(one, "about", about)
        object.__setattr__(one, "only_if_there", only_if_there)
        return one


Rule = Callable[[Any, PatientData], Iterator[Question]]


@spoken("label")
@dataclass(frozen=True)
class Offer:
    """What the page offers beside a check's question: to add an entry to a log, filled in as far as is known.

    `fill` takes (row, patient data) as the check does, and gives {item: text as one would type it}.
    """

    crf: str
    label: str
    fill: Callable[[Any, PatientData], dict[str, str]]


@spoken("title")
@dataclass(frozen=True)
class Check:
    """One edit check: its id never changes. `on` is the CRF it looks at, `items` those that set it off ("*": all);
    `kinds` narrows that to items of these kinds. `reads` names the forms it reads beside its row, `triggers` what of
    them sets it off too: "form" for any item, "form.item" for one. `same_name`: of a fixed set of rows it sees those
    with the name of its own row alone. `same_visit`: it reads nothing but what stands at the visit of its row. `late`:
    what it misses is entered further below, so that it asks when the form is left or completed, and not while it is
    entered. `among_rows`: what it asks `once`, it asks once of all rows. `source` says whose limit it is. `texts`:
    {variant: what it says}, with the one variant "" if it has a single text."""

    id: str
    version: int
    on: str
    items: tuple[str, ...]
    kinds: tuple[str, ...]
    hard: bool
    reads: frozenset[str]
    triggers: frozenset[str]
    source: str
    rule: Rule
    title: str
    texts: dict[str, Text]
    offer: Offer | None
    same_name: bool
    same_visit: bool
    late: bool
    among_rows: bool

    def ask(self, row: Any, data: PatientData) -> Iterator[Question]:
        """What it says of a row. TypeError if a question does not give exactly what its text shows."""
        named = {self.on: row.entry.number} if self.same_name else {}
        with in_master():  # whatever language the values' labels are read in, the same is kept of them
            questions = list(self.rule(row, data.limited_to(self.reads, named)))
        for question in questions:
            if not self.can_fill(question.variant, question.parameters):
                given = f"“{question.variant}” with {sorted(question.parameters)}"
                raise TypeError(f"Edit check {self.id} has no text {given}.")
            yield question

    def can_fill(self, variant: str, parameters: dict[str, Stored]) -> bool:
        return variant in self.texts and self.texts[variant].names == set(parameters)

    def text_of(self, question: Question) -> str:
        return self.texts[question.variant].filled(question.parameters, self.on)

    def looks_at(self, crf: str, changed: list[str]) -> bool:
        """Whether a change of these items of its own form sets it off."""
        if self.on not in (ANY, crf) or not (ANY in self.items or set(self.items) & set(changed)):
            return False
        return not self.kinds or any(CRFS[crf].items[name].kind in self.kinds for name in changed)

    def is_triggered(self, crf: str, changed: list[str]) -> bool:
        """Whether a change of these items sets it off for other rows than their own."""
        if crf not in self.reads:  # so it is with nearly all: a save asks each check
            return False
        if crf == self.on and crf in self.triggers:
            return self.looks_at(crf, changed)
        return crf in self.triggers or any(f"{crf}.{name}" in self.triggers for name in changed)


CHECKS: dict[str, Check] = {}


def check(
    id: str,
    *,
    on: str,
    text: str | dict[str, str],
    version: int = 1,
    items: tuple[str, ...] = (ANY,),
    kinds: tuple[str, ...] = (),
    hard: bool = False,
    reads: tuple[str, ...] = (),
    source: str = "P",
    offer: Offer | None = None,
    same_name: bool = False,
    same_visit: bool = False,
    late: bool = False,
    among_rows: bool = False,
) -> Callable[[Rule], Rule]:
    """Register an edit check; the first sentence of its docstring is its title. Duplicate ids raise at start.

    The function takes (row, patient data) and yields a `Question` per item it objects to.
    `text`: what it says, with a name in braces for each value that the question gives (`texts.SHOWN` lists how a value
    may be shown); {variant: text} where it says different things. A text may be worded anew at any time, but a variant
    keeps its name, and what is shown of it keeps the names of its values.
    `version`: raise it when the rule changes so that an answer given before no longer counts: then what was confirmed
    is asked anew. A discrepancy is the same one as long as version and values are.
    `reads` may narrow a form to the items that matter: "consent.signed_on". `same_name`: among the rows of a fixed set
    it compares those with the same name, a haemoglobin with haemoglobins, and is given no others; then only those are
    loaded when one is saved. `same_visit`: what it reads stands at the visit of its row, so that a change there sets it
    off for the forms of that visit, and no others are loaded. `late`: it asks only once its form is left or complete,
    of what is still to come while it is being entered: that a form has no rows yet. `among_rows`: a question that it
    asks `once` is asked once among all rows of the form, and not once in each.
    `source`: P for our provisional default, or D, S, O as in the protocol's list of facts.
    """

    def register(rule: Rule) -> Rule:
        if id in CHECKS:
            raise ImproperlyConfigured(f"Two edit checks have the id {id}.")
        if on != ANY and ANY not in items and (odd := set(items) - set(CRFS[on].items)):
            raise ImproperlyConfigured(f"Edit check {id} names items that {on} does not have: {sorted(odd)}.")
        title = (rule.__doc__ or "").strip().split("\n")[0]
        if not title:
            raise ImproperlyConfigured(f"Edit check {id} has no docstring to tell what it asks.")
        try:
            texts = {
                name: parse(words) for name, words in ({"": text} if isinstance(text, str) else text).items()
            }
        except ValueError as error:
            raise ImproperlyConfigured(f"Edit check {id}: {error}") from error
        if same_name and not (on in CRFS and CRFS[on].row_names):
            raise ImproperlyConfigured(
                f"Edit check {id} compares rows of one name, and {on} has no fixed set of them."
            )
        if among_rows and not all(on in reads or f"{on}.{name}" in reads for name in items):
            raise ImproperlyConfigured(
                f"Edit check {id} asks once among rows: what sets it off must set it off for all."
            )
        forms = frozenset(read.partition(".")[0] for read in reads)
        CHECKS[id] = Check(
            id=id,
            version=version,
            on=on,
            items=tuple(items),
            kinds=kinds,
            hard=hard,
            reads=forms,
            triggers=frozenset(reads),
            source=source,
            rule=rule,
            title=title,
            texts=texts,
            offer=offer,
            same_name=same_name,
            same_visit=same_visit,
            late=late,
            among_rows=among_rows,
        )
        return rule

    return register
