"""The calendar page by month and by week, and the page of one day, from which an appointment is made. No GET writes."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from ecrf.access.reach import require_anywhere, sites
from ecrf.access.requests import UserRequest
from ecrf.access.roles import READERS, Right
from ecrf.appointments.calendar.days import MOST, lines_between, page_of, statuses_between
from ecrf.appointments.calendar.query import day_in, query_of
from ecrf.appointments.lines import open_of
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Patient


@require_GET
def page(request: UserRequest) -> HttpResponse:
    """A month or a week of all the person's sites, or of one."""
    require_anywhere(request.user, *READERS)
    where = list(sites(request.user, *READERS))
    if not where:
        return render(request, "appointments/calendar/no_site.html")
    query = query_of(request.GET.dict(), where)
    context = {
        "query": query,
        "page": page_of(query, where),
        "sites": where,
        "entering": any(request.user.may(Right.ENTER, site) for site in where),
    }
    return render(request, "appointments/calendar/calendar.html", context)


@require_GET
def day(request: UserRequest, day: str) -> HttpResponse:
    """Who is expected on a day, and whose visit may take place on it, with the way to an appointment."""
    require_anywhere(request.user, *READERS)
    chosen = day_in(day)
    where = list(sites(request.user, *READERS))
    if chosen is None or not where:
        raise Http404
    query = query_of({**request.GET.dict(), "day": day}, where)
    shown = [site for site in where if query.site in ("", site.code)]
    statuses = statuses_between(shown, chosen, chosen)
    booked = open_of(status.patient_id for status in statuses[:MOST])
    entered = {site.pk for site in shown if request.user.may(Right.ENTER, site)}
    could_come = [
        {
            "status": status,
            "label": label_of(status.next_code),
            "appointment": booked.get(status.patient_id, {}).get(status.next_code),
            "url": _make(status.patient, status.next_code, day) if status.site_id in entered else "",
        }
        for status in statuses[:MOST]
    ]
    context = {
        "day": chosen,
        "query": query,
        "lines": lines_between(shown, chosen, chosen),
        "could_come": could_come,
        "is_past": chosen < query.today,
        "is_entered": bool(entered),
    }
    return render(request, "appointments/calendar/day.html", context)


def _make(patient: Patient, code: str, day: str) -> str:
    return f"{reverse('make-appointment', args=[patient.number])}?visit={code}&day={day}"
