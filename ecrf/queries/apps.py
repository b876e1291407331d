from django.apps import AppConfig


class QueriesConfig(AppConfig):
    name = "ecrf.queries"
    verbose_name = "Queries"

    def ready(self) -> None:
        from ecrf.queries import automatic, history, reopening  # noqa: F401  (their hooks follow values and checks)
