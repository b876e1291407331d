"""The log of logins, and what is unusual in it."""

from datetime import UTC
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from ecrf.access.kept_words import as_read
from ecrf.access.requests import UserRequest, whole_number
from ecrf.audit.texts import cleaned
from ecrf.people.administering import require_administrator
from ecrf.people.fields import DayField
from ecrf.people.logins.list import LoginFilter, log_of_logins, whats
from ecrf.people.logins.looking import unusual_accesses
from ecrf.people.logins.rules import RULES, titles

PAGE_ROWS = 50


@require_GET
def login_log_page(request: UserRequest) -> HttpResponse:
    """Logins, wrong tries, locks and ends of sessions, the newest first."""
    require_administrator(request.user)
    wanted, fault = _filter(request.GET)
    events, before = log_of_logins(wanted, whole_number(request.GET.get("before", "")))
    context = {
        "events": events,
        "before": before,
        "wanted": wanted,
        "fault": fault,
        "typed": request.GET.get("day", "") if fault else wanted.day,
        "whats": whats(),
        "zone": UTC,
    }
    return render(request, "people/logins/logins.html", context)


def _filter(given: Any) -> tuple[LoginFilter, str]:
    """What the address asks for; a day that is none is said, and left out."""
    day, fault = None, ""
    try:
        day = DayField(label=gettext_lazy("Day"), required=False).clean(given.get("day", ""))
    except ValidationError as error:
        fault = " ".join(error.messages)
    what = given.get("what", "")
    return LoginFilter(
        username=cleaned(given.get("who", "").replace("\x00", ""), lines=False)[:150],
        what=what if what in dict(whats()) else "",
        day=day,
    ), fault


@require_GET
def unusual_page(request: UserRequest) -> HttpResponse:
    """What the rules have found in the log, and the rules themselves."""
    require_administrator(request.user)
    page = Paginator(unusual_accesses(), PAGE_ROWS).get_page(whole_number(request.GET.get("page", "")) or 1)
    named = titles()
    lines = [(one, named.get(one.rule, one.rule), as_read(one.words)) for one in page.object_list]
    context = {"page": page, "lines": lines, "rules": RULES, "zone": UTC}
    return render(request, "people/logins/unusual.html", context)
