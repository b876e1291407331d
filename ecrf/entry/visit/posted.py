"""Reads what a page posts: one item from the script, or every field of the page by its one Save."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.http import HttpRequest, QueryDict

from ecrf.access.models import User
from ecrf.audit.actor import Actor
from ecrf.audit.reasons import tidy
from ecrf.audit.texts import fold
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Missing, Shown, from_page
from ecrf.entry.addresses import field_name
from ecrf.entry.visit.form_input import FormInput
from ecrf.forms.crf import MissingReason
from ecrf.forms.typed_text import is_unknown
from ecrf.queries.corrections import correct_and_answer
from ecrf.queries.rules import QueryRefused

SHORTHAND = {
    "nd": MissingReason.NOT_DONE,
    "na": MissingReason.NOT_APPLICABLE,
    "uk": MissingReason.UNKNOWN,
    "rf": MissingReason.REFUSED,
    "unk": MissingReason.UNKNOWN,
}
"""Typed alone into a field these give a missing reason; in a line of text only in small letters."""


REASON_OF_ALL = "reason-of-all"
"""The field of the page that gives one reason for every change that has none of its own."""


def typed_value(kind: str, text: str) -> Any:
    """The text as typed, or the missing reason that its shorthand stands for."""
    if kind in ("day", "partial-day") and is_unknown(text):
        return Missing(MissingReason.UNKNOWN, keeps_comment=True)
    word = text.strip() if kind == "line" else fold(text).lower()
    reason = None if kind == "prose" else SHORTHAND.get(word)
    return Missing(reason, keeps_comment=True) if reason else text


def posted_item(request: HttpRequest, kind: str) -> Any:
    """The one value of an item's own request: `missing` wins over `value`. Its `comment` is posted where it was to be
    seen and changed, blank or not."""
    if reason := request.POST.get("missing"):
        comment = request.POST.get("comment")
        return Missing(reason, (comment or "").strip(), keeps_comment=comment is None)
    return typed_value(kind, request.POST.get("value", ""))


def reason_given(data: QueryDict, name: str = "reason") -> str:
    """Why a completed value changes."""
    return tidy(data.get(name) or "")


def save_page(form_inputs: list[FormInput], data: QueryDict, user: User, by: Actor) -> bool:
    """Save what differs from what the page showed, form by form; whether everything given is now stored. The reason of
    a correction answers the queries at the item that are ticked.

    Each form input then holds what became of its values, and keeps what was typed and not saved.
    """
    clean = True
    for form_input in form_inputs:
        seen = _seen(data, form_input)
        values = _changed(form_input, data, seen)
        if not values:
            continue
        form_input.recorded = _record(form_input, values, seen, data, user, by)
        form_input.row = form_input.recorded.row
        clean = clean and form_input.recorded.is_clean
        lost = {
            *form_input.recorded.refused,
            *form_input.recorded.conflicts,
            *form_input.recorded.wants_reason,
        }
        form_input.typed = {name: data.get(field_name(form_input.place, name), "") for name in lost}
    return clean


def keep_typed(form_inputs: list[FormInput], data: QueryDict) -> None:
    """Nothing is saved: each form input keeps what was typed into it, and the answers to queries."""
    for form_input in form_inputs:
        changed = _changed(form_input, data, _seen(data, form_input))
        form_input.typed = {name: data.get(field_name(form_input.place, name), "") for name in changed}
        for query in (query for queries in form_input.queries.values() for query in queries):
            query.typed = data.get(f"answer:{query.pk}", "")


def _record(
    form_input: FormInput,
    values: Mapping[str, Any],
    seen: Mapping[str, Shown],
    data: QueryDict,
    user: User,
    by: Actor,
) -> Recorded:
    """Items with the same reason in one act; what became of all of them, together."""
    by_reason: dict[str, dict[str, Any]] = {}
    done = Recorded(form_input.place, form_input.row)
    for name, value in values.items():
        own = reason_given(data, f"reason:{field_name(form_input.place, name)}")
        reason = own or reason_given(data, REASON_OF_ALL)
        answered = _answered(form_input, name, value, seen, data, reason, user, by)
        if answered is None:
            by_reason.setdefault(reason, {})[name] = value
        else:
            done.add(answered)
    for reason, given in by_reason.items():
        shown = {name: seen.get(name, "") for name in given}
        done.add(record(place=form_input.place, values=given, by=by, seen=shown, reason=reason))
    return done


def _answered(
    form_input: FormInput,
    name: str,
    value: Any,
    seen: Mapping[str, Shown],
    data: QueryDict,
    reason: str,
    user: User,
    by: Actor,
) -> Recorded | None:
    """The item, saved with the answer to its ticked queries; None where there are none, or they take no answer now."""
    ticked = set(data.getlist("answers")) if reason else set()
    asked = [q for q in form_input.queries.get(name, ()) if q.is_sites_turn and str(q.number) in ticked]
    if not asked:
        return None
    with suppress(QueryRefused):
        return correct_and_answer(
            query=asked[0],
            place=form_input.place,
            value=value,
            text=reason,
            by=user,
            actor=by,
            seen_value=seen.get(name, ""),
            also=[query.number for query in asked],
        )
    return None


def given_in(form_input: FormInput, data: QueryDict) -> tuple[dict[str, Any], dict[str, Shown]]:
    """{item: its new value} and {item: what the page showed before}, of those that were not left as they were."""
    seen = _seen(data, form_input)
    values = _changed(form_input, data, seen)
    return values, {name: seen.get(name, "") for name in values}


def changed_item(form_input: FormInput, data: QueryDict, name: str) -> tuple[Any, Shown] | None:
    """One item's new value and what the page showed before; None if it was left as it was, or was not posted."""
    changed, seen = given_in(form_input, data)
    return (changed[name], seen[name]) if name in changed else None


def posted_seen(data: QueryDict) -> Shown | None:
    """What an item's own request says the page showed: a text in `seen`, or a reason in `seen_missing`, and its
    comment in `seen_comment` where that was to be changed."""
    if reason := data.get("seen_missing"):
        comment = data.get("seen_comment")
        return Missing(reason, comment or "", shows_comment=comment is not None)
    return data.get("seen")


def _seen(data: QueryDict, form_input: FormInput) -> dict[str, Shown]:
    states = {name: from_page(state) for name, state in _object(data, f"seen:{form_input.id}").items()}
    return {name: state for name, state in states.items() if state is not None}


def _changed(form_input: FormInput, data: QueryDict, seen: dict[str, Shown]) -> dict[str, Any]:
    values = {}
    for name, item in form_input.definition.entered.items():
        key = field_name(form_input.place, name)
        text = data.get(key)
        if text is None:
            continue
        before = seen.get(name, "")
        if text != ("" if isinstance(before, Missing) else before):
            values[name] = typed_value(item.kind, text)
    # A row in which nothing stands but what the page itself proposed was not begun.
    drawn = _proposed(data, form_input)
    return {} if all(drawn.get(name) == value for name, value in values.items()) else values


def _proposed(data: QueryDict, form_input: FormInput) -> dict[str, str]:
    """What the page proposed there when it was drawn, by its own word: what it would propose by now may differ."""
    proposed = _object(data, f"proposed:{form_input.id}")
    return {name: text for name, text in proposed.items() if isinstance(text, str)}


def _object(data: QueryDict, name: str) -> dict[str, Any]:
    """What a hidden field of the page says in JSON, by item; nothing of what the page cannot have written."""
    try:
        posted = json.loads(data.get(name, "{}"))
    except (ValueError, RecursionError):
        return {}
    return posted if isinstance(posted, dict) else {}
