"""`{% struck_visits patient count %}` lists the visits that are struck out, `{% struck_forms patient entries %}` the
forms that left their place on a page; `{% struck_note patient subject %}` says so of a visit or a patient. None of them
costs a statement where nothing is struck out."""

from collections.abc import Sequence
from typing import Any

from django import template

from ecrf.casebook.labels import form_title, visit_label
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.corrections.rights import may_correct
from ecrf.corrections.striking.reach import struck_visits_of

register = template.Library()


@register.inclusion_tag("corrections/_struck_visits.html", takes_context=True)
def struck_visits(context: template.Context, patient: Patient, count: int) -> dict[str, Any]:
    visits = struck_visits_of(patient) if count else []
    return {
        "patient": patient,
        "visits": [(visit, visit_label(visit)) for visit in visits],
        "may_restore": bool(visits) and not patient.struck_at and may_correct(context["user"], patient),
    }


@register.inclusion_tag("corrections/_struck_forms.html", takes_context=True)
def struck_forms(context: template.Context, patient: Patient, entries: Sequence[Entry]) -> dict[str, Any]:
    """Of a page that knows of none, `entries` is empty."""
    return {
        "patient": patient,
        "forms": [(entry, form_title(entry)) for entry in entries],
        "may_restore": bool(entries) and may_correct(context["user"], patient),
    }


@register.inclusion_tag("corrections/_struck_note.html")
def struck_note(patient: Patient, subject: Visit | Patient) -> dict[str, Any]:
    return {"patient": patient, "subject": subject if subject.struck_at else None}
