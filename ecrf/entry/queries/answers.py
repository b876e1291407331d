"""How the site answers queries from its pages: with text, or with a corrected value whose reason is the answer."""

from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.requests import whole_number
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.casebook.models import Entry
from ecrf.casebook.places import Place, keeps_its_place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Shown
from ecrf.entry.addresses import PagePlace, html_id, page_url
from ecrf.entry.visit.form_input import FormInput
from ecrf.entry.visit.item_input import ItemInput
from ecrf.entry.visit.page import EntryPage
from ecrf.entry.visit.posted import changed_item, posted_item, posted_seen, reason_given
from ecrf.forms.registry import CRFS
from ecrf.queries.corrections import correct_and_answer, waiting_at
from ecrf.queries.lookup import queries_on
from ecrf.queries.models import Query
from ecrf.queries.services import QueryRefused, answer

MOST_ANSWERS = 50
"""How many queries one reason may answer: more do not wait at one item."""


@dataclass
class Given:
    """An answer as it was posted; `value` with what the page showed before, if the item is corrected with it; `also`
    the other queries at the item that the correction answers."""

    text: str
    said: int | None = None
    value: Any = None
    seen: Shown | None = None
    has_value: bool = False
    reason: str = ""
    also: list[int] = field(default_factory=list)


@dataclass
class AnswerOutcome:
    """What became of an answer: why it is refused, and what became of the value that came with it."""

    refusal: str = ""
    status: int = 200
    recorded: Recorded | None = None

    @property
    def is_done(self) -> bool:
        return not self.refusal and (self.recorded is None or self.recorded.is_clean)


def has_item(entry: Entry, name: str) -> bool:
    """Whether the form and the item are still part of the trial."""
    return entry.crf in CRFS and name in CRFS[entry.crf].items


def address_of(query: Query) -> str:
    """The item on the site's page, with its queries; of an item that is no more, or left its place, the query alone."""
    entry = query.form
    where = PagePlace(query.patient, entry.visit)
    if not has_item(entry, query.item) or struck_address(query):
        return reverse("answer-query", args=[query.patient.number, query.number])
    place = Place.of(entry)
    return f"{page_url(where, place).partition('#')[0]}#{'k' if query.is_of_site else 'y'}-{html_id(place, query.item)}"


def struck_address(query: Query) -> str:
    """Where what it asks about is shown struck out, if its page shows it no more: with its patient, with its visit, or
    as a form that is there once. A row of a log stays on its page, struck out; then "", as of what stands."""
    entry, number = query.form, query.patient.number
    if query.patient.struck_at:
        return reverse("patient", args=[number])
    if entry.visit and entry.visit.struck_at:
        return reverse("struck-visit", args=[number, entry.visit.pk])
    if query.entry and not keeps_its_place(query.entry):
        return reverse("struck-form", args=[number, query.entry.parent_id or query.entry.pk])
    return ""


def give(query: Query, typed: Given, by: User) -> AnswerOutcome:
    """Answer, and correct the value if one was given: both or neither."""
    actor = by.acting_at(query.site, Right.ENTER if typed.has_value else Right.ANSWER)
    try:
        if not typed.has_value:
            answer(query=query, text=typed.text, by=by, actor=actor, seen=typed.said)
            return AnswerOutcome()
        recorded = correct_and_answer(
            query=query,
            place=Place.of(query.form),
            value=typed.value,
            text=typed.text,
            by=by,
            actor=actor,
            seen_value=typed.seen,
            seen=typed.said,
            reason=typed.reason,
            also=typed.also,
        )
    except QueryRefused as refused:
        return AnswerOutcome(str(refused), refused.status)
    return AnswerOutcome(recorded=recorded, status=200 if recorded.is_clean else 422)


def posted_answer(request: HttpRequest, query: Query) -> Given:
    """What the script posts: the text, and the value that is held back for want of a reason."""
    data = request.POST
    answer = Given(data.get("text", ""), whole_number(data.get("said", "")))
    definition = CRFS.get(query.form.crf)
    if definition and query.item in definition.entered and ("value" in data or data.get("missing")):
        answer.has_value = True
        answer.value = posted_item(request, definition.items[query.item].kind)
        answer.seen = posted_seen(data)
        answer.reason = reason_given(data)
        answer.also = numbers_in(data.get("answers", ""))
    return answer


def answer_of_page(page: EntryPage, rest: str, data: QueryDict) -> tuple[Query, Given]:
    """What the page's own button posts, where there is no script. LookupError if it names no query of the page."""
    shown = {
        str(query.pk): (form_input.item_views[name], query)
        for form_input in page.with_rows
        for name, queries in form_input.queries.items()
        for query in queries
        if name in form_input.item_views
    }
    view, query = shown[rest]
    answer = Given(data.get(f"answer:{rest}", ""), whole_number(data.get(f"said:{rest}", "")))
    if changed := changed_item(view.form_view, data, view.name):
        answer.has_value, (answer.value, answer.seen) = True, changed
        answer.also = [number for text in data.getlist("answers") for number in numbers_in(text)]
    return query, answer


def save_item(
    *, place: Place, name: str, value: Any, by: User, reason: str, seen: dict[str, Shown], answers: str
) -> Recorded:
    """Save one item; with a reason that also answers the queries with these numbers that still wait for the site."""
    actor = by.acting_at(place.patient.site, Right.ENTER)
    numbers = numbers_in(answers) if reason else []
    with ExitStack() as stack:
        if numbers:  # nobody answers between the look and the write
            stack.enter_context(acting(actor, patient_id=place.patient.pk, reason=reason))
        if waiting := waiting_at(place, name, numbers):
            with suppress(QueryRefused):  # the correction counts; the query shows what became of it
                return correct_and_answer(
                    query=waiting[0],
                    place=place,
                    value=value,
                    text=reason,
                    by=by,
                    actor=actor,
                    seen_value=seen.get(name),
                    also=numbers,
                )
        return record(place=place, values={name: value}, by=actor, seen=seen, reason=reason)


def item_with_queries(entry: Entry, name: str) -> ItemInput:
    """One item with its queries as they are now, to show them anew. Http404 for an item that is no more."""
    if not has_item(entry, name):
        raise Http404
    queries = queries_on([entry.pk]).get((entry.pk, name), [])
    place = Place.of(entry)
    where = PagePlace(entry.patient, entry.visit)
    return FormInput.at(where, place, queries={name: queries}).item_views[name]


def numbers_in(text: str) -> list[int]:
    """`1,4`: the numbers of queries, as the page's script sends them."""
    return [number for part in text.split(",")[:MOST_ANSWERS] if (number := whole_number(part)) is not None]
