"""Where a cell leads: to the site's page for who enters there, to the page of the review for who reviews."""

from functools import cache

from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.models import Patient
from ecrf.grid.cells import VisitCell


@cache
def _pattern(name: str, *arguments: str | int) -> str:
    """An address with places to fill: made anew for each of a thousand cells, it would take long."""
    return reverse(name, args=arguments)


class CellLinks:
    """The addresses of one patient's cells, for one person."""

    def __init__(self, patient: Patient, user: User) -> None:
        self.patient, self.is_entered = patient, user.may(Right.READ, patient.site)

    @property
    def home(self) -> str:
        """The patient's page, where a visit is opened."""
        if self.is_entered:
            return _pattern("patient", "NUMBER").replace("NUMBER", self.patient.number)
        return _pattern("monitor:casebook_patient_change", "0").replace("/0/", f"/{self.patient.pk}/")

    def visit(self, cell: VisitCell, form: str = "") -> str:
        """The page of an open visit, at one of its forms; of one that is due, the patient's, where it is opened."""
        if cell.visit_id is None:
            return self.home if cell.state in ("due", "overdue") else ""
        at = f"#{form}-1" if form else ""
        if self.is_entered:
            path = _pattern("visit", "NUMBER", "CODE").replace("NUMBER", self.patient.number)
            return path.replace("CODE", cell.due.plan.code) + at
        return _pattern("monitor:casebook_visit_change", "0").replace("/0/", f"/{cell.visit_id}/") + at

    def log(self, key: str) -> str:
        if self.is_entered:
            return _pattern("log", "NUMBER", key).replace("NUMBER", self.patient.number)
        return _pattern("monitor:log", 0, key).replace("/0/", f"/{self.patient.pk}/")
