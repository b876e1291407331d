"""Corrects a value and answers the query about it in one act: one transaction, and one text for both."""

from typing import Any

from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.casebook.places import Place
from ecrf.casebook.recording import record
from ecrf.casebook.writing import Recorded
from ecrf.queries.models import Query
from ecrf.queries.services import answer

LONGEST_REASON = 500


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
    seen_value: str | None = None,
    seen: int | None = None,
    reason: str = "",
) -> Recorded:
    """Both or neither. The answer is the reason of the change, unless one is given.

    What became of the value stands in the result, as of `record`; QueryRefused says why there is no answer.
    """
    result = Recorded(place)
    shown = {} if seen_value is None else {query.item: seen_value}

    def change() -> None:
        nonlocal result
        why = reason or text.strip()[:LONGEST_REASON]
        result = record(place=place, values={query.item: value}, by=actor, reason=why, seen=shown)
        if not result.is_clean:
            raise _NotSaved

    try:
        with acting(actor, patient_id=query.patient_id, reason=reason):
            if not query.check_id:
                change()
            answer(query=query, text=text, by=by, actor=actor, seen=seen)
            if (
                query.check_id
            ):  # a check's query closes by itself with the change: the answer stands before that
                change()
    except _NotSaved:
        pass
    return result
