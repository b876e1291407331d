from django.apps import AppConfig


class DelegationConfig(AppConfig):
    name = "ecrf.delegation"
    verbose_name = "Delegation and training"
