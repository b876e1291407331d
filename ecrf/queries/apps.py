from django.apps import AppConfig


class QueriesConfig(AppConfig):
    name = "ecrf.queries"
    verbose_name = "Queries"
