from django.apps import AppConfig


class ChecksConfig(AppConfig):
    name = "ecrf.checks"
    verbose_name = "Edit checks"

    def ready(self) -> None:
        from ecrf.checks import running  # noqa: F401  (its steps join the recording of values)
