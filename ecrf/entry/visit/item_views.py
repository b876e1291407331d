"""One item: saved when the focus leaves it, asked about, confirmed, and its history."""

import json

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from ecrf.access.reach import reach
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.casebook.data import stored_row
from ecrf.casebook.history import item_story
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.values import for_page
from ecrf.checks.discrepancies import confirm, discrepancies_with_place
from ecrf.checks.running import leave
from ecrf.entry.addresses import html_id, place_of, reach_where
from ecrf.entry.queries.answers import item_with_queries, save_item
from ecrf.entry.visit.consequences import consequences, just_changed
from ecrf.entry.visit.form_input import FormInput
from ecrf.entry.visit.guard import refuse_held
from ecrf.entry.visit.item_input import ItemInput, cell_words
from ecrf.entry.visit.load import asked_elsewhere, due_if_moved, one_form_input, recalculated_rows
from ecrf.entry.visit.posted import posted_item, posted_seen, reason_given
from ecrf.entry.visit.reasons import REASONS
from ecrf.forms.registry import CRFS
from ecrf.queries.lookup import counted_with

STATUS = {"saved": 200, "refused": 422, "conflict": 409, "reason": 428}


@require_POST
def item(request: UserRequest, number: str, segment: str, crf: str, address: str, name: str) -> HttpResponse:
    """Save one item; the answer is the fragments of the page that the save changes."""
    where = reach_where(request.user, number, segment)
    place = place_of(where, crf, address)
    if name not in place.definition.entered:
        raise Http404
    kind = place.definition.items[name].kind
    reason, seen = reason_given(request.POST), posted_seen(request.POST)
    result = save_item(
        place=place,
        name=name,
        value=posted_item(request, kind),
        by=request.user,
        seen={} if seen is None else {name: seen},
        reason=reason,
        answers=request.POST.get("answers", ""),
    )
    if result.wants_reason:
        refuse_held(place, result)
    form_input = one_form_input(where, place, result.row, result.remarks, request.user)
    form_input.recorded = result
    form_input.tables = recalculated_rows(where, place, result.changed)
    if name in result.changed:
        form_input.read_from = {name: request.POST.get("value", "")}
    if result.wants_reason:
        form_input.undoes = consequences(place, result.row, result.wants_reason)
    elif reason and name in result.changed:
        form_input.changes = just_changed(place, name, seen or "", reason, request.user)
    return answered_with(request, form_input, form_input.item_views[name])


def _outcome(result: Recorded, name: str) -> str:
    if name in result.refused:
        return "refused"
    if name in result.conflicts:
        return "conflict"
    return "reason" if name in result.wants_reason else "saved"


def answered_with(request: UserRequest, form_input: FormInput, view: ItemInput) -> HttpResponse:
    """The fragments of the page that a save changes, and what the script is told of it."""
    outcome = _outcome(form_input.recorded, view.name)
    own = form_input.row.entry_id if form_input.row else 0
    moved = [one for one in form_input.recorded.remarks if one.entry_id != own]
    elsewhere = asked_elsewhere(form_input.where, moved, request.user)
    context = {
        "item": view,
        "form_input": form_input,
        "patient": form_input.where.patient,
        "moved": due_if_moved(form_input.where, form_input.place, form_input.recorded.changed),
        "answered": form_input.answered(view),
        "elsewhere": elsewhere,
        "outcome": outcome,
        "reasons": REASONS,
    }
    asked = [*form_input.queries.values(), *(each.queries for each in elsewhere)]
    if (count := counted_with(asked)) is not None:
        context |= {"queries_to_answer": count, "is_counted": True}
    response = render(request, "entry/_item_answer.html", context, status=STATUS[outcome])
    response["HX-Trigger"] = json.dumps({"ecrf:outcome": for_script(view)})
    return response


def for_script(view: ItemInput) -> dict[str, object]:
    """What the script is told of an item that was given: what became of it, and what is stored and asked now."""
    form_input = view.form_view
    asked = [html_id(form_input.place, f.item) for f in form_input.discrepancies]
    return {
        "id": view.id,
        "outcome": _outcome(form_input.recorded, view.name),
        "seen": for_page(view.state),
        "missing": view.missing["label"] if view.missing else "",
        "comment": view.missing["comment"] if view.missing else "",
        "panel": form_input.id,
        "asked": asked if form_input.recorded.changed else None,
        "at": form_input.where.patient.site.now().strftime("%H:%M:%S"),
    }


@require_POST
def leave_form(request: UserRequest, number: str, segment: str, crf: str, entry_number: int) -> HttpResponse:
    """The site goes on to another form of the page: asks what waited until this one was left."""
    where = reach_where(request.user, number, segment)
    place = place_of(where, crf, str(entry_number))
    moved = leave(place, request.user.acting_at(where.patient.site, Right.ENTER))
    context = {"elsewhere": asked_elsewhere(where, moved, request.user), "patient": where.patient}
    return render(request, "entry/_asked_elsewhere.html", context)


@require_POST
def confirm_discrepancy(request: UserRequest, discrepancy_id: int) -> HttpResponse:
    """The site confirms a questioned value against the source."""
    discrepancy = reach(request.user, discrepancies_with_place(), Right.ENTER, pk=discrepancy_id)
    actor = request.user.acting_at(discrepancy.site, Right.ENTER)
    done = confirm(discrepancy=discrepancy, by=request.user, actor=actor, asked=request.POST.get("asked", ""))
    if request.POST.get("at") == "query":
        item = item_with_queries(discrepancy.entry, discrepancy.item)
        return render(request, "entry/_queries_answer.html", {"item": item}, status=200 if done else 409)
    entry = discrepancy.entry
    cell = cell_words(CRFS[entry.crf], entry.number, discrepancy.item)
    context = {"discrepancy": discrepancy, "out_of_date": not done, "cell": cell}
    return render(request, "entry/_question.html", context, status=200 if done else 409)


@require_GET
def history(
    request: UserRequest, number: str, segment: str, crf: str, address: str, name: str
) -> HttpResponse:
    """Who changed the item when, from what to what, and why."""
    where = reach_where(request.user, number, segment)
    place = place_of(where, crf, address)
    if name not in place.definition.items:
        raise Http404
    row = stored_row(place)
    context = {
        "lines": item_story(place.definition, row, name) if row else [],
        "zone": where.patient.site.zone,
        "patient": where.patient,
        "entry_id": row.pk if row else None,
    }
    return render(request, "entry/_history.html", context)
