"""The listings: which there are, one of them as a page, on paper and as a file. No GET writes."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from ecrf.access.language import answered_in_master, as_the_page_is_read
from ecrf.access.requests import UserRequest
from ecrf.audit.snapshot import one_snapshot
from ecrf.listings.acts.keeping import roles_to_share_with
from ecrf.listings.definition import NoListing
from ecrf.listings.pages import csv_rows
from ecrf.listings.pages.chart import ListingChart
from ecrf.listings.pages.chooser import choice_in
from ecrf.listings.pages.home import home_of
from ecrf.listings.pages.opened import Lists, OpenListing, kept, made_up, opened, ready_made
from ecrf.listings.pages.page import ON_PAPER, SIZE, listing_view
from ecrf.listings.reading.reader import listing_reader, lists_of
from ecrf.listings.reading.rows import ListingPage
from ecrf.listings.reading.statement import REVIEWED, STATUSES
from ecrf.trail.download import csv_file
from ecrf.trail.download.services import note_screen
from ecrf.trail.kinds import LISTING

CANNOT = 422


@require_GET
def listings(request: UserRequest) -> HttpResponse:
    """Those that are there from the start, one's own, those that are shared; and the way to a new one."""
    listing_reader(request.user)
    return render(request, "listings/home.html", {"home": home_of(request.user)})


@require_GET
def listing(request: UserRequest) -> HttpResponse:
    """One that the address makes up."""
    listing_reader(request.user)
    if not request.GET:
        return redirect("listings")
    try:
        return shown(request, made_up(lists_of(request.GET)))
    except NoListing as fault:
        return no_listing(request, str(fault))


@require_GET
def ready_listing(request: UserRequest, key: str) -> HttpResponse:
    listing_reader(request.user)
    return _named(request, partial(ready_made, key))


@require_GET
def saved_listing(request: UserRequest, pk: int) -> HttpResponse:
    listing_reader(request.user)
    return _named(request, partial(kept, request.user, pk))


def _named(request: UserRequest, found_by: Callable[[Lists], OpenListing]) -> HttpResponse:
    title = ""
    try:
        found = found_by(lists_of(request.GET))
        title = found.title
        return shown(request, found)
    except NoListing as fault:
        words = gettext("%(listing)s: %(why)s") % {"listing": title, "why": fault}
        return no_listing(request, words if title else str(fault))


def no_listing(request: UserRequest, words: str) -> HttpResponse:
    """The first page, with why what was asked for cannot be shown."""
    context = {"trouble": words, "home": home_of(request.user)}
    return render(request, "listings/home.html", context, status=CANNOT)


def shown(
    request: UserRequest, found: OpenListing, more: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The page of a listing; with what it cannot be narrowed by in words, and no rows then."""
    view, is_whole = listing_view(request.user, found), "all" in request.GET
    context: dict[str, Any] = {"view": view, "listing": view.listing, "is_whole": is_whole}
    saved = view.listing.saved
    context |= {"chosen_role": saved.role if saved else "", **(more or {})}
    try:
        context["page"] = view.page(ON_PAPER if is_whole else SIZE)
    except NoListing as fault:
        context |= {"page": ListingPage([], 0, 0, SIZE), "trouble": str(fault)}
        status = CANNOT
    page = context["page"]
    ways = {
        name: view.listing.url(start=at)
        for name, at in (("previous_url", page.previous), ("next_url", page.next))
        if at is not None
    }
    x, y = (request.GET.get(name, usual) for name, usual in zip("xy", view.listing.chart, strict=True))
    context["chart"] = ListingChart(view, x, y, "x" in request.GET)
    context |= {"click": uuid.uuid4(), "roles": roles_to_share_with()}
    context |= {**ways, "statuses": STATUSES, "reviewed": REVIEWED}
    return render(request, "listings/listing.html", context, status=status)


def typed_to_keep(request: UserRequest) -> dict[str, Any]:
    """What was typed to keep a listing, for the page that comes back."""
    return {"typed_name": request.POST.get("name", ""), "chosen_role": request.POST.get("role", "")}


def opened_or_refused(request: UserRequest) -> OpenListing | HttpResponse:
    """The listing that the page names; the first page, with what is wrong, where it names none, and the listing with
    all that was typed where it cannot be narrowed so."""
    listing_reader(request.user)
    try:
        found = opened(request.user, request.POST.get("at", ""), lists_of(request.POST))
        view = listing_view(request.user, found)
    except NoListing as fault:
        return no_listing(request, str(fault))
    try:
        view.statement.count()
    except NoListing:
        return shown(request, found, typed_to_keep(request))
    return found


@require_GET
def choose(request: UserRequest) -> HttpResponse:
    """Which columns, in which order, joined how; then to the listing that they make."""
    reader, lists = listing_reader(request.user), lists_of(request.GET)
    try:
        choice = choice_in(lists, reader)
    except NoListing as fault:
        return no_listing(request, str(fault))
    if "show" in request.GET:
        return redirect(f"{reverse('listing')}?{choice.definition.address}")
    return render(request, "listings/choose.html", {"choice": choice})


@require_POST
@answered_in_master
def csv(request: UserRequest) -> HttpResponseBase:
    """All rows, as they are at one moment; that they were taken out is noted at each site."""
    with as_the_page_is_read():
        page = opened_or_refused(request)
    if isinstance(page, HttpResponse):
        return page
    # Once more, with the titles that the file has.
    view = listing_view(
        request.user, opened(request.user, request.POST.get("at", ""), lists_of(request.POST))
    )
    with one_snapshot():
        count = view.count
        lines = list(csv_rows.rows(view)) if count <= csv_rows.MOST else []
    if count > csv_rows.MOST:
        with as_the_page_is_read():
            trouble = gettext(
                "These are %(count)s rows; one file holds at most %(most)s. Narrow the listing, and take several."
            ) % {"count": f"{count:,}", "most": f"{csv_rows.MOST:,}"}
            return shown(request, page, {"trouble": trouble}, CANNOT)
    taken = [(site, sum(line[0] == site.code for line in lines)) for site in view.reader.sites]
    words = "; ".join([view.listing.title, *(words for words, _url in view.narrowed_words)])
    note = partial(
        note_screen, screen=LISTING, filters=words, rows=[one for one in taken if one[1]], by=request.user
    )
    return csv_file.answer(csv_rows.file_name(view, timezone.now()), csv_rows.head(view), lines, note)
