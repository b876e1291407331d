"""As the day before: what a form may take over from the one before it at the visit, proposed and confirmed."""

import json

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from ecrf.access.joined import headed
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.casebook.carrying import carry_over, proposed
from ecrf.casebook.data import PatientData
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.values import for_page
from ecrf.entry.addresses import PagePlace, field_name, html_id, page_url, place_of, reach_where
from ecrf.entry.visit.form_input import FormInput
from ecrf.entry.visit.load import one_visit_form

MOST = 200
"""How many items one form takes over at most."""


@require_http_methods(["GET", "POST"])
def carry(request: UserRequest, number: str, segment: str, crf: str, entry_number: int) -> HttpResponse:
    """A GET proposes, item by item; a POST takes over those that are ticked, in one act."""
    where = reach_where(request.user, number, segment)
    place = place_of(where, crf, str(entry_number))
    if where.visit is None:
        raise Http404
    if request.method == "GET":
        return _proposal(request, where, place, [])
    by = request.user.acting_at(where.patient.site, Right.ENTER)
    names = request.POST.getlist("take")[:MOST]
    if not names:
        return _proposal(request, where, place, [gettext("Tick what is as it was the day before.")])
    confirmed = {tuple(name.split(":")) for name in names if name.count(":") == 2}
    done = carry_over(place=place, confirmed=confirmed, by=by)
    if not request.headers.get("HX-Request"):
        troubles = _troubles(done)
        return (
            _proposal(request, where, place, troubles)
            if troubles
            else redirect(f"{page_url(where)}#{html_id(place)}")
        )
    form_input = one_visit_form(where, place)
    response = render(request, "entry/_carried.html", {"form_input": form_input, "troubles": _troubles(done)})
    response["HX-Trigger"] = json.dumps({"ecrf:carried": {"items": _now_stored(form_input, done)}})
    return response


def _proposal(request: UserRequest, where: PagePlace, place: Place, troubles: list[str]) -> HttpResponse:
    """What is proposed: in its place on the visit's page, or without script as a page of its own."""
    lines = [(field_name(one.place, one.item), one) for one in proposed(place, PatientData(where.patient))]
    context = {
        "lines": lines,
        "troubles": troubles,
        "patient": where.patient,
        "form_input": FormInput.at(where, place),
        "back": f"{page_url(where)}#{html_id(place)}",
    }
    name = "entry/_carry.html" if request.headers.get("HX-Request") else "entry/carry.html"
    return render(request, name, context)


def _troubles(done: list[Recorded]) -> list[str]:
    """What was not taken over, and why, in words."""
    found = []
    for result in done:
        items = result.place.definition.items
        found += [headed(items[name].verbose_name, why) for name, why in result.refused.items()]
        complete, entered = (
            gettext("%(item)s: the form is complete."),
            gettext("%(item)s: somebody entered it meanwhile."),
        )
        found += [complete % {"item": items[name].verbose_name} for name in result.wants_reason]
        found += [entered % {"item": items[name].verbose_name} for name in result.conflicts]
    return found


def _now_stored(form_input: FormInput, done: list[Recorded]) -> list[dict[str, object]]:
    """For the script: what each item holds that was just taken over."""
    rows = [row for group in form_input.tables for row in group.form_views]
    shown = {(one.definition.key, one.address): one for one in [form_input, *rows]}
    views = [
        shown[result.place.definition.key, result.place.address].item_views[name]
        for result in done
        for name in result.changed
    ]
    return [{"id": view.id, "seen": for_page(view.state), "words": view.words} for view in views]
