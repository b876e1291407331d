from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "ecrf.imports"
    verbose_name = "Imports"
