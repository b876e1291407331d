"""Gathers what `due.py` needs from the entries, and keeps each patient's outlook."""

from django.db.models import Count, Q

from ecrf.casebook.book import Book
from ecrf.casebook.due import Outlook, PatientEnd, VisitFacts, outlook
from ecrf.casebook.models import Crf, Patient, PatientOutlook, Status
from ecrf.casebook.protocol import VisitPlan, protocol


def outlook_forms() -> tuple[str, str]:
    """The two forms whose values move the schedule."""
    return protocol().visit_form, protocol().end_form


def facts_of(patient: Patient, book: Book) -> list[VisitFacts]:
    """One fact per opened visit, by two statements."""
    trial = protocol()
    rows = {row.entry.visit_id: row for row in book.rows(trial.visit_form)}
    facts = []
    for (visit_id, code), counts in _entries_by_visit(patient).items():
        row = rows.get(visit_id)
        missed = bool(row and getattr(row, trial.visit_fate_item) == trial.visit_missed)
        visited_on = getattr(row, trial.visit_date_item) if row else None
        facts.append(VisitFacts(code, visited_on, missed, _is_complete(trial.plan(code), counts, missed)))
    return facts


def _entries_by_visit(patient: Patient) -> dict[tuple[int, str], dict[str, tuple[int, int]]]:
    """{(visit id, code): {CRF key: (entries complete, entries in progress)}}, rows of forms among them."""
    by_kind = patient.visits.values_list("pk", "code", "entries__crf").annotate(
        done=Count("entries", filter=Q(entries__status=Status.COMPLETE, entries__missing=0)),
        begun=Count("entries", filter=Q(entries__status=Status.DRAFT) | Q(entries__missing__gt=0)),
    )
    found: dict[tuple[int, str], dict[str, tuple[int, int]]] = {}
    for pk, code, crf, done, begun in by_kind.order_by("pk"):
        found.setdefault((pk, code), {})[crf] = (done, begun)
    return found


def _is_complete(plan: VisitPlan | None, counts: dict[str, tuple[int, int]], missed: bool) -> bool:
    """Nothing in progress, and every expected entry complete; of a missed visit the visit form alone."""
    trial = protocol()
    wanted = (trial.visit_form,) if missed or plan is None else plan.forms
    if any(begun for _done, begun in counts.values()):
        return False
    return all(counts.get(key, (0, 0))[0] >= (plan.expected_of(key) if plan else 1) for key in wanted)


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
