from django.apps import AppConfig


class RedactionConfig(AppConfig):
    name = "ecrf.redaction"
    verbose_name = "Redaction"
