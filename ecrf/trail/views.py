"""The trail of a patient and of a site, to read and, by POST, as a file; each GET writes nothing."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from ecrf.access.language import answered_in_master, as_the_page_is_read
from ecrf.access.models import User
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.casebook.reach import reach_patient
from ecrf.trail.context import place_words
from ecrf.trail.download import csv_file, csv_lines
from ecrf.trail.download.services import note_export
from ecrf.trail.events import oldest_first, until_now
from ecrf.trail.filters import Filters, TrailForm, TrailScope, lately
from ecrf.trail.page import beside, reach_site, trail_page

TOO_MANY = gettext_lazy(
    "These are {count:,} events; one file holds at most {most:,}. Choose a shorter period, and take several."
)
SITE_DAYS = 30
"""A site's trail begins so many days ago, unless it is asked for earlier ones."""


@require_GET
def patient_trail(request: UserRequest, number: str) -> HttpResponse:
    """Everything that happened to one patient's casebook, the newest first."""
    patient = reach_patient(request.user, number)
    return _page(request, TrailScope(patient.site, patient), reverse("patient-trail-csv", args=[number]))


@require_GET
def site_trail(request: UserRequest, code: str) -> HttpResponse:
    """The same over all patients of a site, of the last 30 days unless asked otherwise."""
    site = reach_site(request.user, code)
    return _page(
        request,
        TrailScope(site, for_reviewer=request.user.may(Right.REVIEW, site)),
        reverse("site-trail-csv", args=[code]),
    )


@require_POST
@answered_in_master
def patient_csv(request: UserRequest, number: str) -> HttpResponseBase:
    """The patient's trail as a file, narrowed as the page was; the download is noted."""
    patient = reach_patient(request.user, number)
    return _file(request, TrailScope(patient.site, patient))


@require_POST
@answered_in_master
def site_csv(request: UserRequest, code: str) -> HttpResponseBase:
    """The site's trail as a file: the page's period, or (`whole`) from the beginning."""
    site = reach_site(request.user, code)
    return _file(request, TrailScope(site, for_reviewer=request.user.may(Right.REVIEW, site)))


def _page(request: UserRequest, scope: TrailScope, csv_url: str) -> HttpResponse:
    form, filters = _filters(request.GET, scope)
    if filters is None:
        return _refused(request, scope, form)
    context = _context(request.user, scope, form, csv_url)
    page = trail_page(scope, filters, request.user)
    older = filters.query(page.before) if page.before else ""
    context |= {"page": page, "filters": filters, "older": older}
    context |= {"since": filters.pairs().get("since", ""), "until": filters.pairs().get("until", "")}
    return render(request, "trail/page.html", context)


def _filters(data: Mapping[str, Any], scope: TrailScope) -> tuple[TrailForm, Filters | None]:
    """The form as it was filled in, and what it says; None where it says nothing that can be."""
    form = TrailForm(data, scope)
    if not form.is_valid():
        return form, None
    filters = form.filters
    return form, filters if scope.patient else lately(filters, scope.site.today(), SITE_DAYS)


def _context(user: User, scope: TrailScope, form: TrailForm, csv_url: str) -> dict[str, object]:
    return {
        "page_url": _page_url(scope),
        "site": scope.site,
        "patient": scope.patient,
        "beside": beside(scope.patient) if scope.patient else None,
        "form": form,
        "since": form["since"].value(),
        "until": form["until"].value(),
        "entry_words": place_words(form.cleaned_data["entry"]) if form.cleaned_data.get("entry") else "",
        "csv_url": csv_url,
        "enters": user.may(Right.READ, scope.site),
        "zone": scope.zone,
        "site_days": SITE_DAYS,
    }


def _page_url(scope: TrailScope) -> str:
    """The page whose trail it is; a refused download answers at another address."""
    if scope.patient:
        return reverse("patient-trail", args=[scope.patient.number])
    return reverse("site-trail", args=[scope.site.code])


def _file(request: UserRequest, scope: TrailScope) -> HttpResponseBase:
    with as_the_page_is_read():
        form, filters = _filters(request.POST, scope)
        if filters is None:
            return _refused(request, scope, form)
    if request.POST.get("whole"):
        filters = replace(filters, since=None, until=None)
    filters = replace(filters, before=None)
    events, count = until_now(oldest_first(scope, filters))
    if count > csv_lines.MOST:
        with as_the_page_is_read():
            form.add_error(None, TOO_MANY.format(count=count, most=csv_lines.MOST))
            return _refused(request, scope, form)
    rows = csv_lines.rows(events.iterator(chunk_size=csv_lines.CHUNK), scope, filters)
    name = csv_lines.file_name(scope, timezone.now())
    note = partial(note_export, scope=scope, filters=filters, events=count, by=request.user)
    return csv_file.answer(name, csv_lines.COLUMNS, rows, note)


def _refused(request: UserRequest, scope: TrailScope, form: TrailForm) -> HttpResponse:
    context = _context(request.user, scope, form, request.path)
    return render(request, "trail/page.html", context, status=422)
