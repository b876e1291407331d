"""Listings that are there from the start, and what a trial adds: its own facts about forms, and its own listings."""

from dataclasses import dataclass

from ecrf.forms.words import spoken
from ecrf.listings.columns.column import CellKind, ListingColumn
from ecrf.listings.definition import Definition


@spoken("title", "question")
@dataclass(frozen=True)
class ReadyListing:
    """`key` stands in addresses. `question`: what it answers, in a sentence."""

    key: str
    title: str
    question: str
    definition: Definition
    chart: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class TrialListings:
    """What a trial's protocol names: `facts` are further columns of its forms."""

    facts: tuple[ListingColumn, ...] = ()
    ready: tuple[ReadyListing, ...] = ()


def fact(
    form: str,
    name: str,
    label: str,
    kind: CellKind,
    sql: str,
    *,
    group: str,
    unit: str = "",
    codes: tuple[tuple[str, str], ...] = (),
    help: str = "",
) -> ListingColumn:
    """A column that no item gives: see `ListingColumn.sql` for what the SQL may name. It must hold on data of every
    site, cost no more than a look at one patient, and show nothing that identifies."""
    key = f"{form}.@{name}"
    return ListingColumn(key, label, kind, sql, group, form, unit=unit, codes=codes, help=help)
