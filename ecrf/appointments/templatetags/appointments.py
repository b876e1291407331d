"""What the pages show of appointments: fields that were refused, a window as a strip, a patient's next appointment."""

from datetime import date
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ecrf.access.roles import Right
from ecrf.appointments.lines import open_in
from ecrf.appointments.planning import PlannedVisit, StripDay
from ecrf.casebook.models import Patient
from ecrf.casebook.schedule.matrix import Matrix

register = template.Library()


@register.simple_tag
def invalid(field: BoundField, name: str) -> SafeString | str:
    """The attributes of a field that was refused; nothing for any other."""
    if not field.errors:
        return ""
    return format_html(' aria-invalid="true" aria-describedby="{}-error"', name)


@register.filter
def iso_day(value: date | str | None) -> str:
    """A day as the browser's own field takes it."""
    return str(value or "")


@register.simple_tag
def strip_of(visit: PlannedVisit | None, *days: date) -> list[StripDay]:
    """The window day by day, these days marked."""
    return visit.days(*days) if visit else []


@register.inclusion_tag("appointments/_next.html", takes_context=True)
def next_appointment(context: template.Context, patient: Patient, matrix: Matrix) -> dict[str, Any]:
    """The patient's appointments to come, and the way to make the next, unless nobody expects one; one statement."""
    booked = open_in(matrix, patient)
    lines = [line for line in booked.values() if line.is_planned or line.is_passed]
    following = matrix.schedule_status.next
    code = following.plan.code if following and following.plan.code not in booked else ""
    may_make = bool(following or matrix.seen_again) and context["user"].may(Right.ENTER, patient.site)
    return {"lines": lines, "patient": patient, "may_make": may_make, "code": code}
