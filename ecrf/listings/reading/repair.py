"""A listing that names what the forms no longer have, made whole: what is left out is said."""

from dataclasses import replace

from django.utils.translation import gettext

from ecrf.listings.columns.book import book
from ecrf.listings.definition import Definition
from ecrf.listings.reading.joining import fault_of


def repaired(definition: Definition) -> tuple[Definition, list[str]]:
    """Without the joins and conditions that cannot stand, and in words which these were. NoListing where the rows
    themselves are gone."""
    source, faults = book().source(definition.main), []
    joined = []
    for one in definition.joined:
        if fault := fault_of(source, one):
            faults.append(fault)
        else:
            joined.append(one)
    found = replace(definition, joined=tuple(joined))
    conditions = []
    for condition in definition.narrowing.conditions:
        if book().column(found, condition.column):
            conditions.append(condition)
        else:
            faults.append(
                gettext("It was narrowed by “%(column)s”, which is not there any more: it is not now.")
                % {"column": condition.column}
            )
    return found.narrowed(conditions=tuple(conditions)), faults
