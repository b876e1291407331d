from django.apps import AppConfig


class QueriesConfig(AppConfig):
    name = "ecrf.queries"
    verbose_name = "Queries"

    def ready(self) -> None:
        from ecrf.queries import (  # noqa: F401  (their hooks follow values, checks and patients; checks of the trail)
            automatic,
            history,
            moving,
            proof,
            reopening,
        )
