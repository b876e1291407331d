"""The page of the rows behind a number: who may go on from a patient's number to the data, and where to."""

from dataclasses import dataclass

from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.models import Patient
from ecrf.outcomes.report import RowBehind, RowsBehind


@dataclass(frozen=True)
class LinkedRow:
    """A row, with where its patient's data are read; "" for who does not read them."""

    number: str
    url: str
    cells: tuple[str, ...]


def linked_rows(rows: RowsBehind, user: User) -> tuple[list[LinkedRow], list[LinkedRow]]:
    """The rows that count, and those left out; one statement."""
    numbers = {row.number for row in rows.rows} | {number for number, _why in rows.left_out}
    patients = {one.number: one for one in Patient.objects.filter(number__in=numbers).select_related("site")}
    left_out = (RowBehind(number, (why,)) for number, why in rows.left_out)
    counted, others = (
        [LinkedRow(row.number, _url(row, patients.get(row.number), user), row.cells) for row in some]
        for some in (rows.rows, left_out)
    )
    return counted, others


def _url(row: RowBehind, patient: Patient | None, user: User) -> str:
    if patient is None:
        return ""
    if user.may(Right.READ, patient.site):
        args = [row.number, row.visit_code] if row.visit_code else [row.number]
        return reverse("visit" if row.visit_code else "patient", args=args)
    if user.may(Right.REVIEW, patient.site):
        return reverse("monitor:casebook_patient_change", args=[patient.pk])
    return ""
