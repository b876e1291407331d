"""Everything that a listing may be made of: sources, their columns, and the listings that are there from the start."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from ecrf.access.language import each_language
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.listings.columns.column import ListingColumn
from ecrf.listings.columns.of_forms import columns_of
from ecrf.listings.columns.of_study import study_ready, study_sources
from ecrf.listings.columns.source import ListingSource, form_source, patients_source
from ecrf.listings.columns.windows import study_facts
from ecrf.listings.definition import Definition, NoListing
from ecrf.listings.ready import ReadyListing, TrialListings

NOTHING = TrialListings()


@dataclass(frozen=True)
class ListingBook:
    """`sources` by their keys; `ready` by theirs, which stand in addresses and never change."""

    sources: Mapping[str, ListingSource]
    beside: Mapping[str, Mapping[str, ListingColumn]]
    ready: Mapping[str, ReadyListing]

    def source(self, key: str) -> ListingSource:
        if key not in self.sources:
            raise NoListing(gettext("“%(form)s” is no form of this study (any more).") % {"form": key})
        return self.sources[key]

    def column(self, definition: Definition, key: str) -> ListingColumn | None:
        """The column of this name that the listing may have; None if there is none (any more)."""
        source = self.source(definition.main)
        if key in source.columns:
            return source.columns[key]
        form = key.partition(".")[0]
        return self.beside[form].get(key) if definition.form(form) and form in self.beside else None


@each_language
def book() -> ListingBook:
    """Of the trial that is installed."""
    trial = protocol()
    own: TrialListings = import_string(trial.listings) if trial.listings else NOTHING
    facts: dict[str, list[ListingColumn]] = {}
    for fact in (*study_facts(), *own.facts):
        if fact.form not in CRFS or fact.item:
            raise ImproperlyConfigured(f"The fact {fact.key} of a listing stands on no form.")
        facts.setdefault(fact.form, []).append(fact)
    keys = [key for first in trial.scheduled_crfs() for key in (first, *CRFS[first].rows)]
    order = dict.fromkeys([*keys, *CRFS])
    forms = [form_source(CRFS[key], facts.get(key, [])) for key in order]
    sources = {source.key: source for source in (*forms, patients_source(), *study_sources())}
    beside = {
        key: {column.key: column for column in (*columns_of(CRFS[key]), *facts.get(key, []))} for key in order
    }
    ready = {listing.key: listing for listing in (*own.ready, *study_ready())}
    return ListingBook(sources, beside, ready)
