from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "ecrf.appointments"
    verbose_name = "Appointments"

    def ready(self) -> None:
        from ecrf.appointments import joins  # noqa: F401  (the patient's menu, the words of the trail)
