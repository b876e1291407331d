"""Several changes of complete forms with one reason: one act, so that no question comes and goes between them."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.casebook.data import stored_row
from ecrf.checks.discrepancies import discrepancies_on
from ecrf.entry.addresses import PagePlace, place_of, reach_where
from ecrf.entry.visit.consequences import just_changed, say_what_is_undone
from ecrf.entry.visit.form_input import FormInput
from ecrf.entry.visit.item_views import for_script
from ecrf.entry.visit.load import one_form_input, recalculated_rows
from ecrf.entry.visit.posted import REASON_OF_ALL, reason_given, save_page
from ecrf.entry.visit.reasons import REASONS

MOST_FORMS = 200
"""How many forms and rows one act may change: a page has no more."""


@require_POST
def save_with_reason(request: UserRequest, number: str, segment: str) -> HttpResponse:
    """Save what waited for its reason, posted as a page without script posts it; the answer is that of each item."""
    where = reach_where(request.user, number, segment)
    by = request.user.acting_at(where.patient.site, Right.ENTER)
    given = _given(request)
    form_inputs = [_form_input(where, crf, address, request) for crf, address in given]
    shown = [form_input.seen for form_input in form_inputs]
    with acting(by, patient_id=where.patient.pk):
        save_page(form_inputs, request.POST, request.user, by)
    say_what_is_undone(form_inputs)
    fragments, outcomes = [], []
    for form_input, seen, names in zip(form_inputs, shown, given.values(), strict=True):
        now = _as_it_is_now(form_input, request)
        for name in (one for one in names if one in now.definition.entered):
            reason = reason_given(request.POST, REASON_OF_ALL)
            if name in now.recorded.changed:
                now.changes |= just_changed(now.place, name, seen.get(name, ""), reason, request.user)
            context = {
                "item": now.item_views[name],
                "form_input": now,
                "patient": where.patient,
                "reasons": REASONS,
            }
            context["answered"] = now.answered(now.item_views[name])
            fragments.append(render_to_string("entry/_item_answer.html", context, request))
            outcomes.append(for_script(now.item_views[name]))
    response = HttpResponse("".join(fragments))
    response["HX-Trigger"] = json.dumps({"ecrf:outcomes": {"all": outcomes}})
    return response


def _given(request: HttpRequest) -> dict[tuple[str, str], list[str]]:
    """{(form, address): its items that were posted}."""
    given: dict[tuple[str, str], list[str]] = {}
    for field in request.POST:
        crf, _, rest = field.partition(":")
        address, _, name = rest.partition(":")
        if name and crf not in ("seen", "reason"):
            given.setdefault((crf, address), []).append(name)
    if len(given) > MOST_FORMS:
        raise Http404
    return given


def _form_input(where: PagePlace, crf: str, address: str, request: UserRequest) -> FormInput:
    place = place_of(where, crf, address)
    return one_form_input(where, place, stored_row(place), [], request.user, with_queries=True)


def _as_it_is_now(saved: FormInput, request: UserRequest) -> FormInput:
    """The form with what is asked about it after all was saved, and what became of what was given."""
    row = saved.row
    asked = discrepancies_on([row.entry_id]) if row else []
    now = one_form_input(saved.where, saved.place, row, asked, request.user, with_queries=True)
    now.recorded, now.typed, now.undoes = saved.recorded, saved.typed, saved.undoes
    now.tables = recalculated_rows(saved.where, saved.place, saved.recorded.changed)
    return now
