from django.apps import AppConfig


class SignaturesConfig(AppConfig):
    name = "ecrf.signatures"
    verbose_name = "Signatures"
