"""The first page of the listings: what there is to open, and of what a new one may be made."""

from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from ecrf.access.models import User
from ecrf.listings.columns.book import book
from ecrf.listings.columns.source import ListingSource
from ecrf.listings.models import SavedListing
from ecrf.listings.pages.opened import listings_of
from ecrf.listings.ready import ReadyListing


@dataclass(frozen=True)
class ListingsHome:
    """`mine` and `shared` are kept under a name; `forms` and `others` give a new listing its rows."""

    ready: list[ReadyListing]
    mine: list[SavedListing]
    shared: list[SavedListing]
    forms: list[ListingSource]
    others: list[ListingSource]

    @property
    def kept(self) -> list[tuple[str, list[SavedListing]]]:
        """With their headings; those that are shared, only where there are some."""
        return [
            (pgettext("listings", "Mine"), self.mine),
            *([(gettext("Shared with my role"), self.shared)] if self.shared else []),
        ]

    @property
    def new(self) -> list[ListingSource]:
        """Of which a new listing may have its rows."""
        return [*self.forms, *self.others]


def home_of(user: User) -> ListingsHome:
    """One statement."""
    saved = list(listings_of(user))
    sources = list(book().sources.values())
    return ListingsHome(
        ready=list(book().ready.values()),
        mine=[one for one in saved if one.made_by_id == user.pk],
        shared=[one for one in saved if one.made_by_id != user.pk],
        forms=[source for source in sources if source.definition],
        others=[source for source in sources if not source.definition],
    )
