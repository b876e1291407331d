"""Queries that checks open by themselves: each follows its discrepancy, and closes when that is settled."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.kept_words import as_kept
from ecrf.access.language import in_master
from ecrf.audit.actor import Actor, acting
from ecrf.casebook.models import Patient, Status
from ecrf.casebook.record.hooks import HOOKS
from ecrf.checks.discrepancies import is_known
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS
from ecrf.forms.crf import Crf
from ecrf.queries.messages import MOVED, message, turn_to
from ecrf.queries.models import Act, Message, Query, Turn
from ecrf.queries.quotes import quoted, rows_of

CONFIRMED = gettext_lazy("Confirmed against the source by %(person)s.")
STRUCK = gettext_lazy("The row was struck out: %(reason)s")
NO_CHECK = gettext_lazy("The check %(id)s is no longer part of the system.")
NO_ITEM = gettext_lazy("The item is no longer part of the form.")
CHANGED = gettext_lazy("No longer so: the value was changed from %(before)s to %(now)s.")
CHANGED_ELSEWHERE = gettext_lazy("No longer so: a value that the question followed from was changed.")

ASKING = (Act.OPENED, Act.REOPENED, Act.ASKED_AGAIN)
"""Acts of a check that ask: their words are its question."""


@dataclass(frozen=True)
class Step:
    """What the query of one discrepancy does next, and whose turn it is then."""

    discrepancy: Discrepancy
    act: Act
    turn: Turn

    @property
    def asks(self) -> bool:
        return self.act in ASKING


@HOOKS.after_discrepancies
def follow(patient: Patient, discrepancies: list[Discrepancy]) -> None:
    """No statement where the form is in progress: there the question stands on the page alone."""
    rows = {one.entry_id: one.row for one in discrepancies if one.row is not None}
    moved = [one.pk for one in discrepancies if one.row is None or one.row.entry.status == Status.COMPLETE]
    if moved:
        _carry_out(patient, _steps(_with_queries(pk__in=moved)), rows)


@HOOKS.after_completion
def open_at_completion(patient: Patient, rows: list[Crf]) -> None:
    """Questions that nobody has answered become queries; one statement where there are none."""
    by_entry = {row.entry_id: row for row in rows}
    unanswered = _with_queries(entry__in=list(by_entry), state=DiscrepancyState.OPEN)
    _carry_out(patient, _steps(unanswered), by_entry)


def follow_all(patient: Patient, by: Actor) -> int:
    """Bring every query of a check to what its discrepancy says now (after loading data, or an older version); how
    many moved."""
    with acting(by, patient_id=patient.pk, source="system"):
        # A query that a person closed although the question stands is not reopened each time.
        steps = [s for s in _steps(_with_queries(entry__patient=patient)) if s.act != Act.REOPENED]
        _carry_out(patient, steps, {})
    return len(steps)


def _with_queries(**which: object) -> QuerySet[Discrepancy]:
    """Discrepancies of complete forms, and those that have a query; with the patient's last number. One statement."""
    numbers = Query.every.filter(patient=OuterRef("entry__patient")).order_by("-number").values("number")
    by_people = Message.objects.filter(
        query__discrepancy=OuterRef("pk"), said_by__isnull=False, act__in=[Act.ASKED_AGAIN, Act.REOPENED]
    )
    concerned = Q(entry__status=Status.COMPLETE) | Q(query__isnull=False)
    discrepancies = Discrepancy.objects.filter(concerned, **which).order_by("pk")
    return discrepancies.select_related("entry__parent", "query", "confirmed_by").annotate(
        last_number=Subquery(numbers[:1]), is_asked_by_people=Exists(by_people)
    )


def _steps(discrepancies: QuerySet[Discrepancy]) -> list[Step]:
    """What has to be done about them, in their order; of most of them, nothing."""
    return [Step(one, *step) for one in discrepancies if (step := _next_step(one))]


def _next_step(discrepancy: Discrepancy) -> tuple[Act, Turn] | None:
    query: Query | None = getattr(discrepancy, "query", None)
    if discrepancy.state == DiscrepancyState.OPEN:
        if discrepancy.entry.is_struck or not is_known(discrepancy):
            return None
        if query is None:
            return Act.OPENED, Turn.SITE
        if not query.is_open:
            return Act.REOPENED, Turn.SITE
        return (Act.ASKED_AGAIN, Turn.SITE) if query.identity != discrepancy.identity else None
    if query is None or not query.is_open:
        return None
    # What a person has asked in it is not closed by a machine: it is answered.
    if discrepancy.is_asked_by_people:  # type: ignore[attr-defined]
        return Act.ANSWERED, Turn(query.asked_in)
    return Act.CLOSED, Turn.NOBODY


def _carry_out(patient: Patient, steps: list[Step], rows: dict[int, Crf]) -> None:
    """In bulk: a statement each for the rows of a kind, the queries opened, the queries moved, the messages."""
    if not steps:
        return
    rows = rows | rows_of(step.discrepancy.entry for step in steps if step.discrepancy.entry_id not in rows)
    now = timezone.now()
    number = steps[0].discrepancy.last_number or 0  # type: ignore[attr-defined]
    opened: list[Query] = []
    moved: list[Query] = []
    messages: list[Message] = []
    for step in steps:
        discrepancy = step.discrepancy
        value = quoted(rows.get(discrepancy.entry_id), discrepancy.item)
        with in_master():  # stored, whoever completes a form
            text = discrepancy.text if step.asks else _why_settled(discrepancy, value)
        query = getattr(discrepancy, "query", None)
        if query is None:
            number += 1
            query = Query(
                patient=patient,
                site_id=patient.site_id,
                number=number,
                entry_id=discrepancy.entry_id,
                item=discrepancy.item,
                discrepancy=discrepancy,
                check_id=discrepancy.check_id,
                opened_at=now,
            )
            opened.append(query)
        else:
            moved.append(query)
        if step.asks:
            # Asked about the value of now, and the answer goes to a monitor.
            query.check_version, query.variant = discrepancy.check_version, discrepancy.variant
            query.parameters, query.text_as_asked = discrepancy.parameters, text
            query.value, query.asked_in = value, Turn.MONITOR
        turn_to(query, step.act, step.turn, now)
        messages.append(message(query, step.act, text, value, now))
    Query.objects.bulk_create(opened)
    if len(moved) == 1:
        moved[0].save(update_fields=MOVED)  # nearly always; a third of the bulk statement's time
    elif moved:
        Query.objects.bulk_update(moved, MOVED)
    Message.objects.bulk_create(messages)


def _why_settled(discrepancy: Discrepancy, value: str) -> str:
    """Why nothing is asked any more, in words."""
    query: Query = discrepancy.query  # type: ignore[attr-defined]
    struck = next((e for e in (discrepancy.entry, discrepancy.entry.parent) if e and e.struck_at), None)
    if discrepancy.state == DiscrepancyState.CONFIRMED:
        return as_kept(CONFIRMED, person=discrepancy.confirmed_by)
    if struck:
        return as_kept(STRUCK, reason=struck.struck_reason)
    if discrepancy.check_id not in CHECKS:
        return as_kept(NO_CHECK, id=discrepancy.check_id)
    if not is_known(discrepancy):
        return as_kept(NO_ITEM)
    if query.value and query.value != value:
        return as_kept(CHANGED, before=query.value, now=value)
    return as_kept(CHANGED_ELSEWHERE)
