from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "ecrf.appointments"
    verbose_name = "Appointments"
