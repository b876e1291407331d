"""Gathers what `due.py` needs from the entries, and keeps each patient's outlook."""

from django.db.models import Count, Q

from ecrf.casebook.book import Book
from ecrf.casebook.due import Outlook, PatientEnd, VisitFacts, outlook
from ecrf.casebook.models import Crf, Patient, PatientOutlook, Status
from ecrf.casebook.protocol import protocol


def outlook_forms() -> tuple[str, str]:
    """The two forms whose values move the schedule."""
    return protocol().visit_form, protocol().end_form


def facts_of(patient: Patient, book: Book) -> list[VisitFacts]:
    """One fact per opened visit, by two statements."""
    trial = protocol()
    complete = _complete_forms(patient)
    dates = {row.entry.visit_id: row for row in book.rows(trial.visit_form)}
    facts = []
    for visit_id, code, forms_complete in complete:
        row = dates.get(visit_id)
        missed = bool(row and getattr(row, trial.visit_fate_item) == trial.visit_missed)
        plan = trial.plan(code)
        wanted = 1 if missed else len(plan.forms) if plan else 1
        visited_on = getattr(row, trial.visit_date_item) if row else None
        facts.append(VisitFacts(code, visited_on, missed, forms_complete >= wanted))
    return facts


def _complete_forms(patient: Patient) -> list[tuple[int, str, int]]:
    """(visit id, code, number of kinds of form of which an entry is complete and none is in progress)."""
    whole = Q(entries__parent=None, entries__isnull=False)
    by_kind = patient.visits.values_list("pk", "code", "entries__crf").annotate(
        done=Count("entries", filter=whole & Q(entries__status=Status.COMPLETE)),
        open=Count("entries", filter=whole & ~Q(entries__status=Status.COMPLETE)),
    )
    found: dict[tuple[int, str], int] = {}
    for pk, code, _crf, done, begun in by_kind.order_by("pk"):
        found[pk, code] = found.get((pk, code), 0) + (1 if done and not begun else 0)
    return [(pk, code, count) for (pk, code), count in found.items()]


def end_of(book: Book) -> PatientEnd | None:
    """How the patient left the study, if an end-of-study form says so."""
    return _end(book.one(protocol().end_form))


def _end(row: Crf | None) -> PatientEnd | None:
    trial = protocol()
    if row is None or not getattr(row, trial.end_reason_item):
        return None
    completed = getattr(row, trial.end_reason_item) == trial.completed_reason
    return PatientEnd(getattr(row, trial.end_date_item), completed)


def outlook_of(patient: Patient, book: Book | None = None) -> Outlook:
    """The patient's schedule as of today at the site; three statements whatever the number of visits."""
    book = book or Book(patient)
    started_on = patient.added_at.astimezone(patient.site.zone).date()
    facts = facts_of(patient, book)
    dated = [fact.visited_on for fact in facts if fact.visited_on]
    started_on = min([started_on, *dated])
    return outlook(protocol(), facts, end_of(book), started_on, patient.site.today())


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
