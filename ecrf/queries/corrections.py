"""Corrects a value and answers the queries about it in one act: one transaction, and one text for all."""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.audit.reasons import tidy
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Shown
from ecrf.queries.models import Query, Turn
from ecrf.queries.services import answer


class _NotSaved(Exception):
    """The value was not taken: the answer is not given either."""


def correct_and_answer(
    *,
    query: Query,
    place: Place,
    value: Any,
    text: str,
    by: User,
    actor: Actor,
    seen_value: Shown | None = None,
    seen: int | None = None,
    reason: str = "",
    also: Collection[int] = (),
) -> Recorded:
    """All or nothing. The answer is the reason of the change, unless one is given. `also`: the numbers of other
    queries at the item that get the same answer, as far as they still wait for the site.

    What became of the value stands in the result, as of `record`; QueryRefused says why there is no answer.
    """
    result = Recorded(place)
    shown = {} if seen_value is None else {query.item: seen_value}
    why = reason or tidy(text)
    with suppress(_NotSaved), acting(actor, patient_id=query.patient_id, reason=reason):
        to_answer = [query, *_others(query, also)]
        seen_at = {query.pk: seen}
        # A check's query closes by itself with the change: the answer stands before that.
        for waiting in (one for one in to_answer if one.check_id):
            answer(query=waiting, text=text, by=by, actor=actor, seen=seen_at.get(waiting.pk))
        result = record(place=place, values={query.item: value}, by=actor, reason=why, seen=shown)
        if not result.is_clean:
            raise _NotSaved
        for waiting in (one for one in to_answer if not one.check_id):
            answer(query=waiting, text=text, by=by, actor=actor, seen=seen_at.get(waiting.pk))
    return result


def waiting_at(place: Place, item: str, numbers: Collection[int]) -> list[Query]:
    """Of the queries with these numbers, those at this item that wait for the site; none for no numbers."""
    if not numbers:
        return []
    queries = Query.objects.filter(patient=place.patient, number__in=numbers, item=item, turn=Turn.SITE)
    return list(queries.filter(place.held("entry__")).select_related("entry", "site").order_by("number"))


def _others(query: Query, numbers: Collection[int]) -> list[Query]:
    if not numbers:
        return []
    beside = Query.objects.filter(entry=query.entry_id, item=query.item, number__in=numbers, turn=Turn.SITE)
    return list(beside.exclude(pk=query.pk).select_related("entry", "site").order_by("number"))
