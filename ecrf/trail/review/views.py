"""The review screens: of one site, or of all that the reader may read; each one, by POST, as a file. No GET writes."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from ecrf.access.language import answered_in_master, as_the_page_is_read
from ecrf.access.models import Site
from ecrf.access.reach import sites
from ecrf.access.requests import UserRequest
from ecrf.access.roles import READERS, Right
from ecrf.forms.typed_fields import TypedDay
from ecrf.trail.download import csv_file
from ecrf.trail.download.services import note_screen
from ecrf.trail.kinds import SCREENS
from ecrf.trail.page import reach_site
from ecrf.trail.review import csv_rows
from ecrf.trail.review.screens import Period, screens

DAYS_BACK = 90
LONGEST = 366
DAYS_LATE, TIMES = 7, 3
TOO_MANY = gettext_lazy(
    "These are {count:,} rows; one file holds at most {most:,}. Choose a shorter period, and take several."
)


class ReviewPeriodForm(forms.Form):
    """From when to when, from how many days or changes on, and which screen alone."""

    since = TypedDay(required=False, label=pgettext_lazy("of a period", "Since"))
    until = TypedDay(required=False, label=pgettext_lazy("of a period", "Until"))
    days = forms.IntegerField(
        label=pgettext_lazy("so many days", "Days"), required=False, min_value=0, max_value=365
    )
    times = forms.IntegerField(
        label=pgettext_lazy("so many times", "Times"), required=False, min_value=1, max_value=1000
    )
    show = forms.ChoiceField(
        label=pgettext_lazy("which list", "Show"),
        required=False,
        choices=[("", pgettext_lazy("choice: all of a list", "All")), *SCREENS.items()],
    )

    def __init__(self, data: Any, now: Callable[[], datetime]) -> None:
        """`now`: the clock of the site, or of the first of several."""
        super().__init__(data)
        self.today = now().date()
        self.fields["since"].now = self.fields["until"].now = now  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "form-control")

    def clean(self) -> dict[str, Any]:
        """Ninety days back unless a period is given; never more than a year at once."""
        cleaned = self.cleaned_data
        for name in set(self.data) - {*self.fields, "csrfmiddlewaretoken"}:
            self.add_error(None, gettext("There is no filter called “%(name)s”.") % {"name": name[:40]})
        if self.errors:
            return cleaned
        cleaned["until"] = cleaned["until"] or self.today
        cleaned["since"] = cleaned["since"] or _before(cleaned["until"], DAYS_BACK)
        if cleaned["since"] > cleaned["until"]:
            self.add_error("until", gettext("The period ends before it begins."))
        elif cleaned["since"] < _before(cleaned["until"], LONGEST):
            self.add_error(
                "since",
                gettext("At most %(number)d days at once: choose a later first day.") % {"number": LONGEST},
            )
        return cleaned

    def period(self, where: list[Site]) -> Period:
        """The days as they begin and end on the clock of the first site."""
        cleaned, zone = self.cleaned_data, where[0].zone
        last = min(cleaned["until"], date.max - timedelta(days=1))
        return Period(
            datetime.combine(cleaned["since"], time(), zone),
            datetime.combine(last + timedelta(days=1), time(), zone),
            DAYS_LATE if cleaned["days"] is None else cleaned["days"],
            cleaned["times"] or TIMES,
        )

    @property
    def words(self) -> str:
        """In one line, as the download's own line of the trail says it."""
        cleaned = self.cleaned_data
        named = {
            name: cleaned[name] for name in ("since", "until", "days", "times") if cleaned[name] is not None
        }
        return ", ".join(f"{name}: {value}" for name, value in named.items())


def _before(day: date, days: int) -> date:
    return day - timedelta(days=min(days, (day - date.min).days))


@require_GET
def of_site(request: UserRequest, code: str) -> HttpResponse:
    """The review screens of one site."""
    return _page(request, *_one(request, code))


@require_GET
def of_all_sites(request: UserRequest) -> HttpResponse:
    """The same over every site where the reader enters or reviews."""
    return _page(request, *_all(request))


@require_POST
@answered_in_master
def csv_of_site(request: UserRequest, code: str) -> HttpResponseBase:
    """One screen of one site as a file; the download is noted."""
    return _file(request, *_one(request, code))


@require_POST
@answered_in_master
def csv_of_all_sites(request: UserRequest) -> HttpResponseBase:
    """One screen over all sites of the reader as a file; the download is noted at each of them."""
    return _file(request, *_all(request))


def _one(request: UserRequest, code: str) -> tuple[list[Site], dict[str, Any]]:
    site = reach_site(request.user, code)
    urls = {
        "page_url": reverse("trail-review", args=[code]),
        "csv_url": reverse("trail-review-csv", args=[code]),
    }
    return [site], {"site": site, **urls}


def _all(request: UserRequest) -> tuple[list[Site], dict[str, Any]]:
    where = list(sites(request.user, *READERS))
    if not where and not request.user.rights & set(READERS):
        raise PermissionDenied(gettext("Your role does not let you review trails."))
    urls = {"page_url": reverse("trail-review-all"), "csv_url": reverse("trail-review-all-csv")}
    return where, {"site": None, **urls}


def _page(request: UserRequest, where: list[Site], context: dict[str, Any]) -> HttpResponse:
    form = _form(request.GET, where)
    if not form.is_valid():
        return _shown(request, form, where, context, 422)
    period, only = (form.period(where), form.cleaned_data["show"]) if where else (None, "")
    shown = screens(where, period, only) if period else []
    more = {"screens": shown, "period": period, "only": only, "given": form.cleaned_data}
    return _shown(request, form, where, context | more)


def _file(request: UserRequest, where: list[Site], context: dict[str, Any]) -> HttpResponseBase:
    with as_the_page_is_read():
        form = _form(request.POST, where)
        if form.is_valid() and not (form.cleaned_data["show"] and where):
            form.add_error("show", gettext("Say which list to download."))
        if not form.is_valid():
            return _shown(request, form, where, context, 422)
    key = form.cleaned_data["show"]
    screen = screens(where, form.period(where), key, csv_rows.MOST)[0]
    if screen.more:
        with as_the_page_is_read():
            form.add_error(None, TOO_MANY.format(count=screen.total, most=csv_rows.MOST))
            return _shown(request, form, where, context, 422)
    name = csv_rows.file_name(key, context["site"], timezone.now())
    counts = csv_rows.counts(screen, where)
    note = partial(note_screen, screen=key, filters=form.words, rows=counts, by=request.user)
    return csv_file.answer(name, csv_rows.COLUMNS, csv_rows.rows(screen), note)


def _form(data: Any, where: list[Site]) -> ReviewPeriodForm:
    return ReviewPeriodForm(data, where[0].now if where else timezone.now)


def _shown(
    request: UserRequest,
    form: ReviewPeriodForm,
    where: list[Site],
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    context |= {"sites": where, "form": form, "enters": Right.READ in request.user.rights}
    return render(request, "trail/review.html", context, status=status)
