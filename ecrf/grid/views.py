"""The grid of all patients: a page, its rows as one scrolls, its columns, and the same as a file. No GET writes."""

from functools import partial

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from ecrf.access.language import answered_in_master, as_the_page_is_read
from ecrf.access.requests import UserRequest
from ecrf.grid import csv_rows
from ecrf.grid.cells import STATES
from ecrf.grid.columns import choice_of, choose, every_column, every_form
from ecrf.grid.page import (
    ON_PAPER,
    GridQuery,
    GridScope,
    counts_of,
    page_of,
    scope_of,
    sites_in_grid,
    struck_out_at,
)
from ecrf.trail.download import csv_file
from ecrf.trail.download.services import note_screen
from ecrf.trail.kinds import GRID

TOO_MANY = gettext_lazy(
    "These are {count:,} patients; one file holds at most {most:,}. Choose a site, and take several."
)


@require_GET
def grid(request: UserRequest) -> HttpResponse:
    """The first screen; behind it, for a script, the next rows alone; for the printer, all of them."""
    where = sites_in_grid(request.user)
    query = GridQuery(request.GET, where)
    choice, is_whole = choice_of(request.user), "all" in request.GET
    scope = scope_of(request.user, query, where, choice.on_paper if is_whole else choice)
    if request.headers.get("HX-Request"):
        return render(request, "grid/_rows.html", {"page": page_of(scope)})
    page = page_of(scope, ON_PAPER if is_whole else 0)
    more: dict[str, object] = {"page": page, "is_whole": is_whole, "struck_out": struck_out_at(where)}
    return _shown(request, scope, query, more)


def _shown(
    request: UserRequest, scope: GridScope, query: GridQuery, more: dict[str, object], status: int = 200
) -> HttpResponse:
    patients, practice = counts_of(scope)
    context = {
        "scope": scope,
        "query": query,
        "columns": scope.columns,
        "every_column": every_column(),
        "every_form": every_form(),
        "legend": [mark for mark in STATES.values() if mark[0]],
        "patients": patients,
        "practice": practice,
        **more,
    }
    return render(request, "grid/grid.html", context, status=status if query.is_valid() else 422)


@require_POST
def columns(request: UserRequest) -> HttpResponse:
    """Remember which columns the person wants to see."""
    where = sites_in_grid(request.user)
    choose(
        user=request.user,
        by_form=request.POST.get("by") == "form",
        shown=request.POST.getlist("show"),
    )
    query = GridQuery(request.POST, where)
    scope = scope_of(request.user, query, where, choice_of(request.user))
    return redirect(reverse("grid") + scope.address())


@require_POST
@answered_in_master
def csv(request: UserRequest) -> HttpResponseBase:
    """All states in words; that it was taken out is noted at each site."""
    where = sites_in_grid(request.user)
    scope = scope_of(request.user, GridQuery(request.POST, where), where, choice_of(request.user))
    count = sum(counts_of(scope))
    with as_the_page_is_read():
        query = GridQuery(request.POST, where)
        if query.is_valid() and count > csv_rows.MOST:
            query.add_error(None, TOO_MANY.format(count=count, most=csv_rows.MOST))
        if not query.is_valid():
            refused = scope_of(request.user, query, where, choice_of(request.user))
            return _shown(request, refused, query, {"page": page_of(refused)}, 422)
    lines = list(csv_rows.rows(scope))
    taken = [
        (site, sum(line[0] == site.code for line in lines)) for site in where if scope.site in ("", site.code)
    ]
    note = partial(note_screen, screen=GRID, filters=scope.words, rows=taken, by=request.user)
    return csv_file.answer(csv_rows.file_name(scope, timezone.now()), csv_rows.COLUMNS, lines, note)
