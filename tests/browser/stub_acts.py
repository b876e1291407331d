"""Lines for the menu of a patient's and a visit's page, as a floor above would add them."""

from django.apps import AppConfig
from django.urls import reverse


class StubActs(AppConfig):
    name = "tests.browser"

    def ready(self) -> None:
        from ecrf.access.models import User
        from ecrf.casebook.models import Patient, Visit
        from ecrf.casebook.page_acts import PATIENT_ACTS, VISIT_ACTS, PageAct

        @PATIENT_ACTS
        def look_at_the_patients_trail(_user: User, patient: Patient) -> list[PageAct]:
            trail = reverse("patient-trail", args=[patient.number])
            return [
                PageAct("Invented act on this patient, with a rather long name…", trail, order=98),
                PageAct("Last invented act on this patient…", trail, order=99),
            ]

        @VISIT_ACTS
        def look_at_the_visits_trail(_user: User, visit: Visit) -> list[PageAct]:
            trail = reverse("patient-trail", args=[visit.patient.number])
            return [PageAct("Invented act on this visit…", f"{trail}?visit={visit.code}", order=99)]
