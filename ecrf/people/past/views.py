"""Who had access on a day: the page, its print, its file; and the matrix of roles and acts."""

from dataclasses import dataclass
from datetime import UTC, date
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from ecrf.access.language import answered_in_master
from ecrf.access.models import Site, User
from ecrf.access.reach import site_ids, sites
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right, Role
from ecrf.people.administering import require_seeing_access
from ecrf.people.fields import DayField
from ecrf.people.past.access_file import access_file
from ecrf.people.past.days import HeldRole, access_on, access_today
from ecrf.people.past.matrix import held_where, role_matrix

STILL_TO_COME = gettext_lazy("This day is still to come: shown is what is planned for it today.")


@dataclass(frozen=True)
class WantedList:
    """The day and the site that were chosen. `day` None: today, each role by the calendar of its own site. `fault` says
    in words what is wrong with the day that was `typed`."""

    day: date | None
    site: Site | None
    where: list[int] | None
    typed: str
    fault: str = ""

    @cached_property
    def held(self) -> list[HeldRole]:
        return access_on(self.day, self.where) if self.day else access_today(self.where)

    @property
    def context(self) -> dict[str, Any]:
        return {
            "day": self.day,
            "site": self.site,
            "typed": self.typed,
            "fault": self.fault,
            "held": self.held,
            "zone": UTC,
        }


def _wanted(user: User, given: dict[str, str]) -> WantedList:
    """Of the sites that the person's role reaches; another one does not exist (404)."""
    require_seeing_access(user)
    reached = sites(user, Right.SEE_ACCESS)
    site = get_object_or_404(reached, code=given["site"]) if given.get("site") else None
    where = [site.pk] if site else site_ids(user, Right.SEE_ACCESS)
    now = site.now() if site else timezone.now()
    today = site.today() if site else None
    typed = given.get("day") or (today.isoformat() if today else "")
    if not typed:
        return WantedList(today, site, where, typed)
    field = DayField(label=gettext_lazy("Day"))
    field.now = lambda: now
    try:
        day = field.clean(typed) or today
    except ValidationError as error:
        words = gettext("%(fault)s Shown is today.") % {"fault": " ".join(error.messages)}
        return WantedList(today, site, where, typed, words)
    if day is None:
        return WantedList(today, site, where, typed)
    return WantedList(day, site, where, day.isoformat(), str(STILL_TO_COME) if day > now.date() else "")


@require_GET
def access_page(request: UserRequest) -> HttpResponse:
    """On the chosen day, at all sites or at one."""
    wanted = _wanted(request.user, request.GET.dict())
    context = {**wanted.context, "sites": sites(request.user, Right.SEE_ACCESS)}
    return render(request, "people/past/access.html", context)


@require_GET
def print_access(request: UserRequest) -> HttpResponse:
    wanted = _wanted(request.user, request.GET.dict())
    return render(request, "people/past/print_access.html", {**wanted.context, "printed_at": timezone.now()})


@require_POST
@answered_in_master
def access_csv(request: UserRequest) -> FileResponse:
    """The same as a file; that it is taken along stands in the trail."""
    wanted = _wanted(request.user, request.POST.dict())
    return access_file(wanted.day, wanted.site, wanted.held, by=request.user)


@require_GET
def matrix_page(request: UserRequest) -> HttpResponse:
    """What each role may do: on the screen and on paper."""
    require_seeing_access(request.user)
    context = {
        "rows": role_matrix(),
        "roles": [(role.label, held_where(role)) for role in Role],
        "printed_at": timezone.now(),
        "zone": UTC,
    }
    return render(request, "people/past/matrix.html", context)
