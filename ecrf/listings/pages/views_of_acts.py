"""What is done on the page of a listing: keep it, take it away, ask about rows, mark them as reviewed."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from ecrf.access.requests import UserRequest, click_key
from ecrf.access.roles import ASKING
from ecrf.audit.texts import fold
from ecrf.listings.acts.asking import AskedRows, NotAsked, ask_about
from ecrf.listings.acts.keeping import NotKept, change_listing, delete_listing, keep_listing
from ecrf.listings.acts.marking import MarkedRows, mark_rows, take_marks_back
from ecrf.listings.acts.ticked import TickedRows, ticked_rows
from ecrf.listings.models import SavedListing
from ecrf.listings.pages.opened import kept
from ecrf.listings.pages.page import ListingView, listing_view
from ecrf.listings.pages.views import CANNOT, opened_or_refused, shown, typed_to_keep
from ecrf.listings.reading.reader import listing_reader
from ecrf.queries.rules import TextRefused


@require_POST
def keep(request: UserRequest) -> HttpResponse:
    """Under a new name."""
    return _kept(request, None)


@require_POST
def change(request: UserRequest, pk: int) -> HttpResponse:
    """One's own, as it is shown now."""
    return _kept(request, _own(request, pk))


@require_POST
def delete(request: UserRequest, pk: int) -> HttpResponse:
    saved = _own(request, pk)
    delete_listing(saved)
    messages.success(
        request,
        gettext("The listing “%(name)s” is deleted. What was marked in it stays in the trail.")
        % {"name": saved.name},
    )
    return redirect("listings")


def _own(request: UserRequest, pk: int) -> SavedListing:
    """404 for one that the person does not see, 403 for one that another shares."""
    listing_reader(request.user)
    saved = kept(request.user, pk, {}).saved
    assert saved is not None
    if saved.made_by_id != request.user.pk:
        raise PermissionDenied(
            gettext("“%(name)s” is somebody else’s listing: keep it under a name of yours.")
            % {"name": saved.name}
        )
    return saved


def _kept(request: UserRequest, saved: SavedListing | None) -> HttpResponse:
    found = opened_or_refused(request)
    if isinstance(found, HttpResponse):
        return found
    name, role = request.POST.get("name", ""), request.POST.get("role", "")
    try:
        # What the forms no longer have goes with the next time it is kept.
        definition = listing_view(request.user, found).listing.definition
        if saved:
            made = change_listing(saved=saved, name=name, definition=definition, role=role)
        else:
            key = click_key(request)
            made = keep_listing(name=name, definition=definition, role=role, by=request.user, request_key=key)
    except NotKept as fault:
        return shown(request, found, {"not_kept": str(fault), **typed_to_keep(request)}, CANNOT)
    messages.success(request, gettext("The listing is kept as “%(name)s”.") % {"name": made.name})
    return redirect("saved-listing", made.pk)


@require_POST
def ask(request: UserRequest) -> HttpResponse:
    """First what would be asked; once the number is typed back, it is."""
    if not request.user.rights & ASKING:
        raise PermissionDenied(gettext("Your role does not let you open, pass on and close queries."))
    found = opened_or_refused(request)
    if isinstance(found, HttpResponse):
        return found
    view = listing_view(request.user, found)
    ticked = ticked_rows(request, view)
    asked = AskedRows(ticked, request.POST.get("column", ""), request.user)
    if "send" not in request.POST:
        return _preview(request, view, asked)
    try:
        _check_sent(request, asked)
        key, text = click_key(request) or uuid.uuid4(), request.POST.get("text", "")
        made = ask_about(asked=asked, text=text, request_key=key, by=request.user)
    except (NotAsked, TextRefused) as fault:
        more = {"trouble": str(fault), "changes": getattr(fault, "changes", ())}
        return _preview(request, view, asked, more, fault.status)
    words = ngettext(
        "%(number)d query asked, one for each row.", "%(number)d queries asked, one for each row.", len(made)
    )
    messages.success(request, words % {"number": len(made)})
    return redirect(view.listing.url())


def _check_sent(request: UserRequest, asked: AskedRows) -> None:
    """The number that was typed back is that of the rows on the page: of those that are there no more, too."""
    if changes := tuple(asked.ticked.changes):
        raise NotAsked(gettext("Nobody was asked: rows have changed since you looked."), changes)
    count = len(asked.rows)
    if not count:
        raise NotAsked(
            gettext("Nobody was asked: about none of these rows anything can be asked here."), status=CANNOT
        )
    if fold(request.POST.get("count", "")).strip() != str(count):
        words = ngettext(
            "Nobody was asked: type %(number)d to ask %(number)d query.",
            "Nobody was asked: type %(number)d to ask %(number)d queries.",
            count,
        )
        raise NotAsked(words % {"number": count}, status=CANNOT)


def _preview(
    request: UserRequest,
    view: ListingView,
    asked: AskedRows,
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "view": view,
        "listing": view.listing,
        "asked": asked,
        "typed": request.POST.get("text", ""),
        "key": click_key(request) if "send" in request.POST else uuid.uuid4(),
        **(more or {}),
    }
    return render(request, "listings/ask.html", context, status=status)


@require_POST
def mark(request: UserRequest) -> HttpResponse:
    """The ticked rows are reviewed as they were shown."""
    return _marked(
        request,
        mark_rows,
        lambda n: ngettext("%(number)d row marked as reviewed.", "%(number)d rows marked as reviewed.", n),
        gettext_lazy("No row of these has to be marked as reviewed: nothing was changed."),
    )


@require_POST
def take_back(request: UserRequest) -> HttpResponse:
    return _marked(
        request,
        take_marks_back,
        lambda n: ngettext(
            "%(number)d row no longer marked as reviewed.", "%(number)d rows no longer marked as reviewed.", n
        ),
        gettext_lazy("No row of these has to be no longer marked as reviewed: nothing was changed."),
    )


def _marked(
    request: UserRequest, act: Callable[..., MarkedRows], done: Callable[[int], str], nothing: str | Promise
) -> HttpResponse:
    if not request.user.rights & ASKING:
        raise PermissionDenied(gettext("Your role does not let you review rows of listings."))
    found = opened_or_refused(request)
    if isinstance(found, HttpResponse):
        return found
    view = listing_view(request.user, found)
    if not found.has_name or view.statement.source.definition is None:
        raise Http404
    ticked: TickedRows = ticked_rows(request, view)
    result = act(ticked=ticked, by=request.user)
    for words in result.left_out:
        messages.warning(request, gettext("Left out: %(row)s") % {"row": words})
    if ticked.seen and not result.done and not result.left_out:
        messages.warning(request, str(nothing))
    elif ticked.seen:
        messages.success(request, done(result.done) % {"number": result.done})
    else:
        messages.warning(request, gettext("Tick rows first."))
    return redirect(view.listing.url(start=found.definition.narrowing.start))
