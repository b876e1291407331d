"""Queries that checks open by themselves: each follows its discrepancy, and closes when the discrepancy is settled."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from ecrf.audit.actor import Actor, acting
from ecrf.casebook.models import Patient, Status
from ecrf.casebook.record.hooks import HOOKS
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS
from ecrf.checks.retired import is_known
from ecrf.forms.crf import Crf
from ecrf.queries.messages import MOVED, message, turn_to
from ecrf.queries.models import Act, Message, Query, Turn
from ecrf.queries.quotes import quoted, rows_of


@dataclass(frozen=True)
class Step:
    """What is to be done about one discrepancy."""

    discrepancy: Discrepancy
    act: Act
    text: str
    turn: Turn


@HOOKS.after_discrepancies
def follow(patient: Patient, discrepancies: list[Discrepancy]) -> None:
    """No statement where the form is in progress: there the question stands on the page alone."""
    rows = {
        discrepancy.entry_id: discrepancy.row for discrepancy in discrepancies if discrepancy.row is not None
    }
    moved = [f.pk for f in discrepancies if f.row is None or f.row.entry.status == Status.COMPLETE]
    if moved:
        steps = [step for discrepancy in _with_queries(pk__in=moved) if (step := _step(discrepancy))]
        _carry_out(patient, steps, rows)


@HOOKS.after_completion
def open_at_completion(patient: Patient, rows: list[Crf]) -> None:
    """Questions that nobody has answered become queries; one statement where there are none."""
    by_entry = {row.entry_id: row for row in rows}
    left = _with_queries(entry__in=list(by_entry), state=DiscrepancyState.OPEN)
    _carry_out(patient, [step for discrepancy in left if (step := _step(discrepancy))], by_entry)


def follow_all(patient: Patient, by: Actor) -> int:
    """Bring every query of a check to what its discrepancy says now (after loading data, or an older version); how
    many moved."""
    with acting(by, patient_id=patient.pk, source="system"):
        found = _with_queries(entry__patient=patient)
        steps = [step for discrepancy in found if (step := _step(discrepancy)) and step.act != Act.REOPENED]
        _carry_out(patient, steps, {})
    return len(steps)


def _with_queries(**which: object) -> QuerySet[Discrepancy]:
    """Discrepancies of complete forms, and those that have a query; with the patient's last number. One statement."""
    numbers = Query.objects.filter(patient=OuterRef("entry__patient")).order_by("-number").values("number")
    by_people = Message.objects.filter(
        query__discrepancy=OuterRef("pk"), said_by__isnull=False, act__in=[Act.ASKED_AGAIN, Act.REOPENED]
    )
    concerned = Q(entry__status=Status.COMPLETE) | Q(query__isnull=False)
    found = Discrepancy.objects.filter(concerned, **which).select_related(
        "entry__parent", "query", "confirmed_by"
    )
    return found.order_by("pk").annotate(
        last_number=Subquery(numbers[:1]), is_asked_by_people=Exists(by_people)
    )


def _step(discrepancy: Discrepancy) -> Step | None:
    query: Query | None = getattr(discrepancy, "query", None)
    if discrepancy.state == DiscrepancyState.OPEN:
        return _asking(discrepancy, query)
    if query is None or not query.is_open:
        return None
    # What a person has asked in it is not closed by a machine: it is answered.
    if discrepancy.is_asked_by_people:  # type: ignore[attr-defined]
        return Step(discrepancy, Act.ANSWERED, "", Turn(query.asked_in))
    return Step(discrepancy, Act.CLOSED, "", Turn.NOBODY)


def _asking(discrepancy: Discrepancy, query: Query | None) -> Step | None:
    if discrepancy.entry.is_struck or not is_known(discrepancy):
        return None
    if query is None:
        return Step(discrepancy, Act.OPENED, discrepancy.text, Turn.SITE)
    if not query.is_open:
        return Step(discrepancy, Act.REOPENED, discrepancy.text, Turn.SITE)
    return (
        Step(discrepancy, Act.ASKED_AGAIN, discrepancy.text, Turn.SITE)
        if query.text != discrepancy.text
        else None
    )


def _carry_out(patient: Patient, steps: list[Step], rows: dict[int, Crf]) -> None:
    """In bulk: a statement each for the rows of a kind, the queries opened, the queries moved, the messages."""
    if not steps:
        return
    rows = rows | rows_of(step.discrepancy.entry for step in steps if step.discrepancy.entry_id not in rows)
    now = timezone.now()
    number = steps[0].discrepancy.last_number or 0  # type: ignore[attr-defined]
    new: list[Query] = []
    known: list[Query] = []
    said: list[Message] = []
    for step in steps:
        value = quoted(rows.get(step.discrepancy.entry_id), step.discrepancy.item)
        text = step.text or _why(step.discrepancy, value)
        query = getattr(step.discrepancy, "query", None)
        if query is None:
            number += 1
            query = _new(patient, step.discrepancy, number, value)
            new.append(query)
        else:
            _ask_about(query, step, value)
            turn_to(query, step.act, step.turn, now)
            known.append(query)
        said.append(message(query, step.act, text, value, now))
    Query.objects.bulk_create(new)
    _update(known)
    Message.objects.bulk_create(said)


def _update(known: list[Query]) -> None:
    if len(known) == 1:
        known[0].save(update_fields=MOVED)  # nearly always; a third of the bulk statement's time
    elif known:
        Query.objects.bulk_update(known, MOVED)


def _new(patient: Patient, discrepancy: Discrepancy, number: int, value: str) -> Query:
    now = timezone.now()
    return Query(
        patient=patient,
        site_id=patient.site_id,
        number=number,
        entry_id=discrepancy.entry_id,
        item=discrepancy.item,
        discrepancy=discrepancy,
        check_id=discrepancy.check_id,
        text=discrepancy.text,
        value=value,
        turn=Turn.SITE,
        turn_since=now,
        asked_in=Turn.MONITOR,
        opened_at=now,
    )


def _ask_about(query: Query, step: Step, value: str) -> None:
    """What is asked anew is asked about the value of now, and the answer goes to a monitor."""
    if step.act in (Act.REOPENED, Act.ASKED_AGAIN):
        query.text, query.value, query.asked_in = step.text, value, Turn.MONITOR


def _why(discrepancy: Discrepancy, value: str) -> str:
    """Why a discrepancy is settled, in words."""
    query: Query = discrepancy.query  # type: ignore[attr-defined]
    struck = next((e for e in (discrepancy.entry, discrepancy.entry.parent) if e and e.struck_at), None)
    if discrepancy.state == DiscrepancyState.CONFIRMED:
        return f"Confirmed against the source by {discrepancy.confirmed_by}."
    if struck:
        return f"The row was struck out: {struck.struck_reason}"
    if discrepancy.check_id not in CHECKS:
        return f"The check {discrepancy.check_id} is no longer part of the system."
    if not is_known(discrepancy):
        return "The item is no longer part of the form."
    if query.value and query.value != value:
        return f"No longer so: the value was changed from {query.value} to {value}."
    return "No longer so: a value that the question followed from was changed."
