from django.apps import AppConfig


class LocksConfig(AppConfig):
    name = "ecrf.locks"
    verbose_name = "Locks"
