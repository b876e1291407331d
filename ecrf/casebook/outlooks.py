"""Gathers what `due.py` needs from the entries, and keeps each patient's outlook."""

from datetime import date

from django.db.models import Count, Q

from ecrf.casebook.due import Outlook, PatientEnd, VisitFacts, outlook
from ecrf.casebook.models import Crf, Entry, Patient, PatientOutlook, Status
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import CRFS


def outlook_forms() -> tuple[str, str]:
    """The two forms whose values move the schedule."""
    return protocol().visit_form, protocol().end_form


def facts_of(patient: Patient) -> list[VisitFacts]:
    """One fact per opened visit, by two statements."""
    trial = protocol()
    complete = _complete_forms(patient)
    rows = CRFS[trial.visit_form].model._default_manager.filter(entry__patient=patient)
    dates = {row.entry.visit_id: row for row in rows.select_related("entry")}
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
    whole = Entry.objects.filter(patient=patient, parent=None, visit__isnull=False)
    by_kind = whole.values("visit_id", "crf").annotate(
        open=Count("pk", filter=~Q(status=Status.COMPLETE)), done=Count("pk")
    )
    counts: dict[int, int] = {}
    for kind in by_kind:
        counts[kind["visit_id"]] = counts.get(kind["visit_id"], 0) + (0 if kind["open"] else 1)
    visits = patient.visits.values_list("pk", "code")
    return [(pk, code, counts.get(pk, 0)) for pk, code in visits]


def end_of(patient: Patient) -> PatientEnd | None:
    """How the patient left the study, if an end-of-study form says so."""
    trial = protocol()
    row = CRFS[trial.end_form].model._default_manager.filter(entry__patient=patient).first()
    return _end(row)


def _end(row: Crf | None) -> PatientEnd | None:
    trial = protocol()
    if row is None or not getattr(row, trial.end_reason_item):
        return None
    completed = getattr(row, trial.end_reason_item) == trial.completed_reason
    return PatientEnd(getattr(row, trial.end_date_item), completed)


def outlook_of(patient: Patient, today: date | None = None) -> Outlook:
    """The patient's schedule as of today at the site; four statements whatever the number of visits."""
    started_on = patient.added_at.astimezone(patient.site.zone).date()
    facts = facts_of(patient)
    dated = [fact.visited_on for fact in facts if fact.visited_on]
    started_on = min([started_on, *dated])
    return outlook(protocol(), facts, end_of(patient), started_on, today or patient.site.today())


def refresh_outlook(patient: Patient) -> PatientOutlook:
    """Store what comes next for the patient, for the lists."""
    found = outlook_of(patient)
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
