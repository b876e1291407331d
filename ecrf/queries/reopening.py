"""Queries that people asked, when the value moves: reopened after a change, handed back when the row is struck out."""

from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy

from ecrf.access.kept_words import as_kept
from ecrf.casebook.models import Patient, Status
from ecrf.casebook.record.hooks import HOOKS, Writing
from ecrf.queries.messages import say
from ecrf.queries.models import Act, Message, Query, QueryKind, Turn
from ecrf.queries.quotes import quoted, rows_of

CHANGED_AFTERWARDS = gettext_lazy("The value changed after the query was closed: was %(was)s, is %(now)s.")
ROW_STRUCK = gettext_lazy("The row was struck out by %(person)s: %(reason)s")
VISIT_STRUCK = gettext_lazy("The visit was struck out by %(person)s: %(reason)s")
PATIENT_STRUCK = gettext_lazy("The patient was struck out by %(person)s: %(reason)s")


@HOOKS.after_write
def reopen_when_value_changes(writing: Writing) -> list[Any]:
    """A closed query whose value is another now is asked again; one statement, in complete forms only."""
    written = [writing.row, *writing.recalculated]
    rows = {row.entry_id: row for row in written if row.entry.status == Status.COMPLETE}
    if not rows:
        return []
    last = Message.objects.filter(query=OuterRef("pk")).order_by("-pk").values("value")[:1]
    closed = Query.objects.filter(entry__in=list(rows), discrepancy=None, turn=Turn.NOBODY)
    for query in closed.annotate(was=Subquery(last)):
        now = quoted(rows[query.form.pk], query.item)
        if query.was and now and query.was != now:
            text = as_kept(CHANGED_AFTERWARDS, was=query.was, now=now)
            say(query, Act.REOPENED, text, turn=query.asked_in, value=now)
    return []


@HOOKS.after_strike
def hand_back_struck(patient: Patient) -> None:
    """What was asked about a row that is struck out goes back to who asked, a site's question to the site; a check's
    query closes by itself, a note waits for nobody."""
    struck = Q(entry__struck_at__isnull=False) | Q(entry__parent__struck_at__isnull=False)
    # At a form that nobody had begun, of a visit or a patient that is struck out whole.
    struck |= Q(entry=None) if patient.struck_at else Q(entry=None, visit__struck_at__isnull=False)
    open_ones = Query.every.exclude(turn=Turn.NOBODY).exclude(kind__isnull=False, kind=QueryKind.NOTE)
    asked_by_people = open_ones.filter(struck, patient=patient, discrepancy=None)
    queries = list(
        asked_by_people.select_related("entry__struck_by", "entry__parent__struck_by", "visit__struck_by")
    )
    rows = rows_of(query.entry for query in queries if query.entry)
    for query in queries:
        above = [query.entry, query.entry and query.entry.parent, query.visit, patient]
        gone = next(one for one in above if one and one.struck_at)
        is_visit = query.visit and query.visit.struck_at
        what = ROW_STRUCK if query.entry else VISIT_STRUCK if is_visit else PATIENT_STRUCK
        text = as_kept(what, person=gone.struck_by, reason=gone.struck_reason)
        is_said = any(not message.said_by_id and message.text == text for message in query.said)
        if query.turn == Turn.SITE or not is_said:
            value = quoted(rows.get(query.form.pk), query.item)
            say(query, Act.PASSED_ON, text, turn=query.asked_in, value=value)
