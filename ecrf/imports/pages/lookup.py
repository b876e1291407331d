"""What the pages of imports show of a file: its rows by kind, page by page, and what they come to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext_lazy, pgettext, pgettext_lazy

from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.roles import Right
from ecrf.audit.bound.person import whole_study
from ecrf.casebook.models import Patient
from ecrf.imports.models import Import, ImportRow, ImportState, RowKind
from ecrf.imports.pages.links import RowLinks
from ecrf.imports.plan.outcome import CellOutcome, RowOutcome, SideEffect, in_readers_language, outcome_of
from ecrf.imports.rights import is_for_all

SHOWN = 100
COMPARED: dict[RowKind, Promise] = {
    RowKind.NEW: pgettext_lazy("a row of a compared file", "Not transcribed"),
    RowKind.CHANGED: pgettext_lazy("a row of a compared file", "Differs"),
    RowKind.SAME: pgettext_lazy("a row of a compared file", "Equal"),
    RowKind.REFUSED: pgettext_lazy("a row of a compared file", "Not compared"),
}
"""What the kinds of row are called where a file was only compared."""
EFFECTS: dict[SideEffect, Promise] = {
    SideEffect.SIGNATURE: ngettext_lazy(
        "%(number)d signature broken", "%(number)d signatures broken", "number"
    ),
    SideEffect.VERIFICATION: ngettext_lazy(
        "%(number)d verification undone", "%(number)d verifications undone", "number"
    ),
    SideEffect.QUERY: ngettext_lazy("%(number)d query reopened", "%(number)d queries reopened", "number"),
    SideEffect.QUESTION: ngettext_lazy(
        "%(number)d question of a check", "%(number)d questions of checks", "number"
    ),
}
"""{what is set off: so many of them}"""


@dataclass(frozen=True)
class ShownRow:
    """One row of a file with what it does, its page, and each of its values with the address of the item."""

    row: ImportRow
    outcome: RowOutcome
    words: str
    page: str
    cells: list[tuple[CellOutcome, str]]


@dataclass(frozen=True)
class KindTab:
    """A way to narrow the rows, with how many are left."""

    key: str
    words: str
    count: int
    is_chosen: bool


def rows_for(user: User, batch: Import) -> QuerySet[ImportRow]:
    """Of a comparison over all sites, others than data managers see the patients of the sites where they verify."""
    if batch.site_id or is_for_all(user):
        return batch.rows.all()
    mine = reachable(user, Patient.objects.all(), Right.VERIFY)
    return batch.rows.filter(patient_number__in=mine.values("number"))


def kind_words(batch: Import, kind: str) -> str:
    found = COMPARED if batch.is_comparison else {}
    return str(found.get(RowKind(kind)) or RowKind(kind).label)


def tabs_of(user: User, batch: Import, chosen: str) -> list[KindTab]:
    counts: Counter[str] = Counter()
    differing = 0
    for kind, count in rows_for(user, batch).values_list("kind").annotate(Count("pk")).order_by():
        counts[kind] = count
    if batch.state != ImportState.DONE:  # then it did what was shown last
        differing = rows_for(user, batch).filter(differs=True).count()
    tabs = [KindTab("", pgettext("rows of a file", "All"), counts.total(), not chosen)]
    for kind in (RowKind.REFUSED, RowKind.CHANGED, RowKind.NEW, RowKind.SAME):
        tabs.append(KindTab(kind, kind_words(batch, kind), counts[kind], chosen == kind))
    if differing:
        tabs.append(KindTab("differs", gettext("Other than shown before"), differing, chosen == "differs"))
    return tabs


def narrowed(rows: QuerySet[ImportRow], kind: str) -> QuerySet[ImportRow]:
    if kind == "differs":
        return rows.filter(differs=True)
    return rows.filter(kind=kind) if kind in RowKind.values else rows


def page_of_rows(user: User, batch: Import, kind: str, after: int) -> tuple[list[ShownRow], int | None]:
    """The rows behind the first `after` ones, and where the next page begins; None where none follows."""
    rows = narrowed(rows_for(user, batch), kind).order_by("number", "place")
    some = list(rows[after : after + SHOWN + 1])
    links = RowLinks(user, some[:SHOWN])
    shown = [_shown(batch, row, links) for row in some[:SHOWN]]
    return shown, after + SHOWN if len(some) > SHOWN else None


def _shown(batch: Import, row: ImportRow, links: RowLinks) -> ShownRow:
    outcome = outcome_of(row.result)
    page = links.page_of(row.patient_number, outcome) if not outcome.opens else ""
    outcome = in_readers_language(outcome)
    cells = [(cell, links.item_of(page, outcome, cell.item)) for cell in outcome.cells]
    return ShownRow(row, outcome, kind_words(batch, row.kind), page, cells)


def effects_of(batch: Import) -> list[str]:
    """`3 signatures broken`, in words for all rows together."""
    undoes = batch.counts.get("undoes", {})
    return [str(words % {"number": undoes[what]}) for what, words in EFFECTS.items() if undoes.get(what)]


def csv_columns(batch: Import) -> list[str]:
    old, new = ("stored", "in the file") if batch.is_comparison else ("old", "new")
    return ["row", "patient", "place", "kind", "item", "value", old, new, "why", "undoes"]


def csv_lines(user: User, batch: Import, kind: str) -> Iterator[list[str]]:
    """A line for each value, or for the row where it holds none; read a few at a time."""
    rows = narrowed(rows_for(user, batch), kind).order_by("number", "place")
    for row in rows.iterator(chunk_size=500):
        outcome = outcome_of(row.result)
        place = [str(row.number), row.patient_number, outcome.where, kind_words(batch, row.kind)]
        undoes = "; ".join(words for _what, words in outcome.undoes)
        opens = f"opens {outcome.opens}" if outcome.opens else ""
        undone = "; ".join(part for part in (opens, undoes) if part)
        if outcome.why or not outcome.cells:
            yield [*place, "", "", "", "", outcome.why, undone]
        for cell in outcome.cells:
            words = kind_words(batch, cell.kind)
            yield [*place, cell.label, words, cell.old, cell.new, cell.why, undone]


def waiting_before(batch: Import) -> int:
    """How many files are worked on before this one, which waits, whosever they are."""
    with whole_study():
        return Import.objects.filter(
            state__in=["waiting", "checking", "due", "acting"], pk__lt=batch.pk
        ).count()
