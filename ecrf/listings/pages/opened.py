"""A listing that somebody has opened: made up in the address, there from the start, or kept under a name."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse

from ecrf.access.alike import InOrder
from ecrf.access.models import User
from ecrf.listings.columns.book import book
from ecrf.listings.definition import Definition, Narrowing, read_lists, read_narrowing, read_pairs
from ecrf.listings.models import SavedListing

Lists = dict[str, list[str]]
AS_SAID = "n"
"""In an address: the listing is narrowed as the address says, and not as it was kept."""


@dataclass(frozen=True)
class OpenListing:
    """`path`: its address without a query. `mark_key`: what rows are marked in; "" where it has no name yet."""

    definition: Definition
    path: str
    title: str
    question: str = ""
    mark_key: str = ""
    chart: tuple[str, str] = ("", "")
    saved: SavedListing | None = None

    @property
    def has_name(self) -> bool:
        return bool(self.mark_key)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What the address of this very view says."""
        narrowing = self.definition.narrowing.pairs
        return [(AS_SAID, "1"), *narrowing] if self.has_name else [*self.definition.pairs, *narrowing]

    def url(self, **changes: Any) -> str:
        """The same with something changed in what it is narrowed to; from the first row on, unless that is said."""
        start = changes.pop("start", 0)
        other = replace(self, definition=self.definition.narrowed(start=0, **changes))
        pairs = [*other.pairs, *([("start", str(start))] if start else [])]
        return f"{self.path}?{urlencode(pairs)}"

    @property
    def full_address(self) -> str:
        """All that it is made of, as a query: for the page where it is changed or kept."""
        return self.definition.address


def made_up(lists: Lists) -> OpenListing:
    """From the address alone. NoListing if it can be none."""
    definition = read_lists(lists)
    source = book().source(definition.main)
    if not definition.columns:
        definition = replace(definition, columns=source.usual)
    return OpenListing(definition, reverse("listing"), source.title)


def ready_made(key: str, lists: Lists) -> OpenListing:
    """One that is there from the start; 404 where there is none."""
    found = book().ready.get(key)
    if found is None:
        raise Http404
    return OpenListing(
        _narrowed(found.definition, lists),
        reverse("ready-listing", args=[key]),
        found.title,
        found.question,
        f"ready:{key}",
        found.chart,
    )


def kept(user: User, pk: int, lists: Lists) -> OpenListing:
    """One's own, or one that is shared with a role of the person's; 404 for any other."""
    saved = listings_of(user).filter(pk=pk).first()
    if saved is None:
        raise Http404
    definition = read_pairs(saved.definition)
    return OpenListing(
        _narrowed(definition, lists),
        reverse("saved-listing", args=[pk]),
        saved.name,
        mark_key=f"saved:{pk}",
        saved=saved,
    )


def listings_of(user: User) -> QuerySet[SavedListing]:
    """Those of the person, and those that are shared with a role that the person has now."""
    roles = {membership.role for membership in user.current_memberships}
    mine = Q(made_by=user) | Q(role__in=roles)
    return (
        SavedListing.objects.filter(mine, is_deleted=False)
        .select_related("made_by")
        .order_by(InOrder("name"), "pk")
    )


def opened(user: User, at: str, lists: Lists) -> OpenListing:
    """The one that a page names in its forms: `ready:key`, `saved:12`, or none of these."""
    kind, _, key = at.partition(":")
    if kind == "ready":
        return ready_made(key, lists)
    if kind == "saved" and key.isascii() and key.isdigit() and len(key) < 18:
        return kept(user, int(key), lists)
    return made_up(lists)


def _narrowed(definition: Definition, lists: Lists) -> Definition:
    """As it was kept, or as the address says it."""
    if AS_SAID in lists:
        return replace(definition, narrowing=read_narrowing(lists))
    start: Narrowing = read_narrowing(lists)
    return definition.narrowed(start=start.start)
