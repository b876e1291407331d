from django.apps import AppConfig


class CasebookConfig(AppConfig):
    name = "ecrf.casebook"
    verbose_name = "Casebook"
