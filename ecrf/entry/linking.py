"""What links on a page offer and show: the rows that one may name, and those that name this one."""

from ecrf.casebook.book import Book
from ecrf.casebook.naming import short_name
from ecrf.casebook.places import Place
from ecrf.casebook.registry import CRFS, CrfDefinition
from ecrf.casebook.striking import links_to
from ecrf.entry.addresses import Where, page_url
from ecrf.entry.panels import Linking, Panel


def choices_of(kinds: list[CrfDefinition], book: Book) -> dict[str, list[tuple[str, str]]]:
    """{CRF key: (address, words) of its rows}, of every kind that a link on these forms may name."""
    targets = {link.to for d in with_row_kinds(kinds) for link in d.links.values()}
    book.load(*targets)
    return {
        key: [(row.entry.link, f"{row.entry.link} · {CRFS[key].in_a_line(row)}") for row in book.rows(key)]
        for key in targets
    }


def linked_from(panel: Panel, book: Book) -> list[Linking]:
    """The entries that name this one, for the way back."""
    if panel.row is None:
        return []
    named = {(panel.definition.key, panel.row.entry.link): short_name(panel.row)}
    found = []
    for row in links_to(panel.row.entry, book):
        definition, entry = CRFS[row.entry.crf], row.entry
        place = Place(panel.where.patient, definition, entry.visit, entry.number)
        words = f"{definition.title} {entry.link}: {definition.in_a_line(row, named)}"
        found.append(Linking(words, page_url(Where(panel.where.patient, entry.visit), place)))
    return found


def with_row_kinds(definitions: list[CrfDefinition]) -> list[CrfDefinition]:
    return [d for definition in definitions for d in [definition, *(CRFS[key] for key in definition.rows)]]
