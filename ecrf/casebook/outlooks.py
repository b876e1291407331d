"""Gathers what `due.py` needs from the entries, and keeps each patient's outlook."""

from collections.abc import Iterable, Sequence

from ecrf.casebook.book import Book
from ecrf.casebook.completion import is_complete
from ecrf.casebook.due import Outlook, PatientEnd, VisitFacts, outlook
from ecrf.casebook.models import Crf, Entry, Patient, PatientOutlook, Visit
from ecrf.casebook.protocol import protocol


def outlook_forms() -> tuple[str, str]:
    """The two forms whose values move the schedule."""
    return protocol().visit_form, protocol().end_form


def visits_of(patient: Patient) -> list[Visit]:
    """The visits that were opened, in the order of opening; one statement."""
    return list(patient.visits.order_by("pk"))


def entries_of(patient: Patient, visits: Iterable[Visit]) -> list[Entry]:
    """Every entry of the patient with its visit and its parent, struck out ones too; one statement."""
    opened = {visit.pk: visit for visit in visits}
    found = list(patient.entries.order_by("number"))
    by_id = {entry.pk: entry for entry in found}
    for entry in found:
        if entry.visit_id:
            entry.visit = opened[entry.visit_id]
        if entry.parent_id:
            entry.parent = by_id[entry.parent_id]
    return found


def facts_of(book: Book, entries: list[Entry], visits: Iterable[Visit]) -> list[VisitFacts]:
    """One fact per visit that was opened."""
    trial = protocol()
    rows = {row.entry.visit.code: row for row in book.rows(trial.visit_form) if row.entry.visit}
    at_visits: dict[str, list[Entry]] = {visit.code: [] for visit in visits}
    for entry in entries:
        if entry.visit:
            at_visits.setdefault(entry.visit.code, []).append(entry)
    return [fact_of(code, here, rows.get(code)) for code, here in at_visits.items()]


def fact_of(code: str, entries: Sequence[Entry], row: Crf | None) -> VisitFacts:
    """What a visit's entries say of it; `row` is its visit form."""
    trial = protocol()
    missed = bool(row and getattr(row, trial.visit_fate_item) == trial.visit_missed)
    visited_on = getattr(row, trial.visit_date_item) if row else None
    return VisitFacts(code, visited_on, missed, is_complete(trial.plan(code), entries, missed=missed))


def end_of(book: Book) -> PatientEnd | None:
    """How the patient left the study, if an end-of-study form says so."""
    return end_from(book.one(protocol().end_form))


def end_from(row: Crf | None) -> PatientEnd | None:
    """What the end-of-study form says; None while it gives no reason."""
    trial = protocol()
    if row is None or not getattr(row, trial.end_reason_item):
        return None
    completed = getattr(row, trial.end_reason_item) == trial.completed_reason
    return PatientEnd(getattr(row, trial.end_date_item), completed)


def outlook_of(
    patient: Patient,
    book: Book | None = None,
    entries: list[Entry] | None = None,
    visits: list[Visit] | None = None,
) -> Outlook:
    """The patient's schedule as of today at the site; three statements whatever the number of visits."""
    book = book or Book(patient)
    book.load(*outlook_forms())
    visits = visits_of(patient) if visits is None else visits
    entries = entries_of(patient, visits) if entries is None else entries
    return outlook_from(patient, facts_of(book, entries, visits), end_of(book))


def outlook_from(patient: Patient, facts: list[VisitFacts], end: PatientEnd | None) -> Outlook:
    """The schedule that follows from the facts; no statement. A visit may have been before the patient was added."""
    added_on = patient.added_at.astimezone(patient.site.zone).date()
    started_on = min([added_on, *(fact.visited_on for fact in facts if fact.visited_on)])
    return outlook(protocol(), facts, end, started_on, patient.site.today())


def refresh_outlook(patient: Patient, book: Book | None = None) -> PatientOutlook:
    """Store what comes next for the patient, for the lists."""
    found = outlook_of(patient, book)
    following = found.next
    row = PatientOutlook(
        patient=patient,
        site_id=patient.site_id,
        state=found.state.value,
        last_code=found.last.plan.code if found.last else "",
        last_on=found.last.visited_on if found.last else None,
        next_code=following.plan.code if following else "",
        due_on=following.due_on if following else None,
        opens_on=following.opens_on if following else None,
        closes_on=following.closes_on if following else None,
        unfinished_code=found.unfinished.plan.code if found.unfinished else "",
    )
    columns = [f.name for f in PatientOutlook._meta.concrete_fields if not f.primary_key]
    PatientOutlook.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["patient"], update_fields=columns
    )
    return row
