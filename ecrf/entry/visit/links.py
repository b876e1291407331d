"""What links on a page offer and show: the rows that one may name, and those that name this one."""

from collections.abc import Sequence

from ecrf.access.joined import headed
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import short_name
from ecrf.casebook.places import Place
from ecrf.casebook.striking import links_to
from ecrf.entry.addresses import PagePlace, page_url
from ecrf.entry.visit.form_input import FormInput, Linking
from ecrf.forms.registry import CRFS, CrfDefinition

MOST_CHOICES = 100
"""How many rows a field offers by itself: fifty rows of a log would each repeat them."""

MOST_LINKING = 20
"""How many entries that name a row are named below it."""


def is_long(choices: Sequence[tuple[str, str]]) -> bool:
    """Whether they are offered once for the page, and not at each field."""
    return len(choices) > MOST_CHOICES


def choices_of(kinds: list[CrfDefinition], data: PatientData) -> dict[str, list[tuple[str, str]]]:
    """{CRF key: (address, words) of its rows}, of every kind that a link on these forms may name."""
    targets = {link.to for d in with_row_kinds(kinds) for link in d.links.values()}
    data.load(*targets)
    return {
        key: [(row.entry.link, f"{row.entry.link} · {CRFS[key].in_a_line(row)}") for row in data.rows(key)]
        for key in targets
    }


def linked_from(form_input: FormInput, data: PatientData) -> tuple[list[Linking], int]:
    """The entries that name this one, for the way back: the first of them, and how many more there are."""
    if form_input.row is None:
        return [], 0
    named = {(form_input.definition.key, form_input.row.entry.link): short_name(form_input.row)}
    found, rows = [], links_to(form_input.row.entry, data)
    for row in rows[:MOST_LINKING]:
        definition, entry = CRFS[row.entry.crf], row.entry
        place = Place(form_input.where.patient, definition, entry.visit, entry.number)
        words = headed(f"{definition.title} {entry.link}", definition.in_a_line(row, named))
        found.append(Linking(words, page_url(PagePlace(form_input.where.patient, entry.visit), place)))
    return found, len(rows) - len(found)


def with_row_kinds(definitions: list[CrfDefinition]) -> list[CrfDefinition]:
    return [d for definition in definitions for d in [definition, *(CRFS[key] for key in definition.rows)]]
