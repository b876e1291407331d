from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    name = "ecrf.outcomes"
    verbose_name = "Outcomes"
