"""The review screens: of one site, or of all sites that the reader may read; each GET writes nothing."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from ecrf.access.models import Site
from ecrf.access.reach import sites
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.reports.printing import READERS
from ecrf.reports.trail import reach_site
from ecrf.reports.trail_filters import NO_DAY
from ecrf.reports.trail_review import KEYS, Period, screens

DAYS_BACK = 90
LONGEST = 366
DAYS_LATE, TIMES = 7, 3


class PeriodForm(forms.Form):
    """From when to when, from how many days or changes on, and which screen alone."""

    since = forms.DateField(required=False, input_formats=["%Y-%m-%d"], error_messages={"invalid": NO_DAY})
    until = forms.DateField(required=False, input_formats=["%Y-%m-%d"], error_messages={"invalid": NO_DAY})
    days = forms.IntegerField(required=False, min_value=0, max_value=365)
    times = forms.IntegerField(required=False, min_value=1, max_value=1000)
    show = forms.ChoiceField(required=False, choices=[("", "All"), *KEYS.items()])

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data)
        self.today = today
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any]:
        """Ninety days back unless a period is given; never more than a year at once."""
        given = self.cleaned_data
        for name in set(self.data) - set(self.fields):
            self.add_error(None, f"There is no filter called “{name[:40]}”.")
        if self.errors:
            return given
        given["until"] = given["until"] or self.today
        given["since"] = given["since"] or _before(given["until"], DAYS_BACK)
        if given["since"] > given["until"]:
            self.add_error("until", "The period ends before it begins.")
        elif given["since"] < _before(given["until"], LONGEST):
            self.add_error("since", f"At most {LONGEST} days at once: choose a later first day.")
        return given

    def period(self, where: list[Site]) -> Period:
        """The days as they begin and end on the clock of the first site."""
        given, zone = self.cleaned_data, where[0].zone
        last = min(given["until"], date.max - timedelta(days=1))
        return Period(
            datetime.combine(given["since"], time(), zone),
            datetime.combine(last + timedelta(days=1), time(), zone),
            DAYS_LATE if given["days"] is None else given["days"],
            given["times"] or TIMES,
        )


def _before(day: date, days: int) -> date:
    return day - timedelta(days=min(days, (day - date.min).days))


@require_GET
def of_site(request: UserRequest, code: str) -> HttpResponse:
    """The review screens of one site."""
    site = reach_site(request.user, code)
    return _page(request, [site], {"site": site})


@require_GET
def of_all_sites(request: UserRequest) -> HttpResponse:
    """The same over every site where the reader enters or reviews."""
    where = list(sites(request.user, *READERS))
    if not where and not request.user.rights & set(READERS):
        raise PermissionDenied("Your role does not let you review trails.")
    return _page(request, where, {"site": None})


def _page(request: UserRequest, where: list[Site], context: dict[str, Any]) -> HttpResponse:
    today = where[0].today() if where else timezone.now().date()
    form = PeriodForm(request.GET, today)
    context |= {"sites": where, "form": form, "keys": KEYS, "enters": Right.ENTER in request.user.rights}
    if not form.is_valid():
        return render(request, "reports/trail/review.html", context, status=422)
    period, only = (form.period(where), form.cleaned_data["show"]) if where else (None, "")
    found = screens(where, period, only) if period else []
    context |= {"screens": found, "period": period, "only": only, "given": form.cleaned_data}
    return render(request, "reports/trail/review.html", context)
