from django.apps import AppConfig


class QueriesConfig(AppConfig):
    name = "ecrf.queries"
    verbose_name = "Queries"

    def ready(self) -> None:
        from ecrf.queries import history  # noqa: F401  (tells what was done about an item)
