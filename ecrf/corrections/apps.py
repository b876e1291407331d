from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "ecrf.corrections"
    verbose_name = "Corrections"
