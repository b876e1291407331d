from django.apps import AppConfig


class EntryConfig(AppConfig):
    name = "ecrf.entry"
    verbose_name = "Site entry"

    def ready(self) -> None:
        from ecrf.entry.ending import acts  # noqa: F401  (lines of a patient's menu)
        from ecrf.entry.signing import declaration  # noqa: F401  (a step on the way of a new person)
