"""Where a row of a file is read: on the site's own page, or in Review, at the item."""

from collections.abc import Iterable

from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.requests import whole_number
from ecrf.access.roles import Right
from ecrf.casebook.labels import element_id
from ecrf.casebook.log_pieces import query_with
from ecrf.casebook.models import STANDING, Patient, Visit
from ecrf.forms.protocol import CASEBOOK, protocol
from ecrf.forms.registry import CRFS
from ecrf.imports.models import ImportRow
from ecrf.imports.plan.outcome import RowOutcome


def _piece(outcome: RowOutcome) -> str:
    """Which piece of a long log shows it; the first one while it has no number."""
    number = whole_number(outcome.at.partition(".")[0])
    return query_with(number) if number else ""


class RowLinks:
    """The addresses of some rows, looked up for all of them at once: two statements."""

    def __init__(self, user: User, rows: Iterable[ImportRow]) -> None:
        numbers = {row.patient_number for row in rows}
        patients = Patient.objects.filter(number__in=numbers).select_related("site")
        self.patients = {patient.number: patient for patient in patients}
        self.enters = {
            number for number, patient in self.patients.items() if user.may(Right.READ, patient.site)
        }
        reviewed = [patient.pk for number, patient in self.patients.items() if number not in self.enters]
        visits = Visit.objects.filter(STANDING, patient__in=reviewed).values_list("patient", "code", "pk")
        self.visits = {(patient, code): pk for patient, code, pk in visits}

    def page_of(self, number: str, outcome: RowOutcome) -> str:
        """ "" where there is none: of an unknown patient, or of a visit that is not opened yet."""
        patient, definition = self.patients.get(number), CRFS.get(outcome.form)
        if patient is None or definition is None:
            return ""
        key = definition.row_of or definition.key
        is_log = key in protocol().logs
        if number in self.enters:
            if is_log and not outcome.visit:
                return reverse("log", args=[number, key]) + _piece(outcome)
            return reverse("visit", args=[number, outcome.visit or CASEBOOK])
        if outcome.visit:
            pk = self.visits.get((patient.pk, outcome.visit))
            return reverse("monitor:casebook_visit_change", args=[pk]) if pk else ""
        if is_log:
            return reverse("monitor:log", args=[patient.pk, key]) + _piece(outcome)
        return reverse("monitor:casebook_patient_change", args=[patient.pk])

    def item_of(self, page: str, outcome: RowOutcome, item: str) -> str:
        """The same page at the item; "" for what stands on another form than the row's."""
        definition = CRFS.get(outcome.form)
        if not page or definition is None or item not in definition.items:
            return ""
        return f"{page}#{element_id(outcome.form, outcome.at, item)}"
