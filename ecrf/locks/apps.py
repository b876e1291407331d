from django.apps import AppConfig


class LocksConfig(AppConfig):
    name = "ecrf.locks"
    verbose_name = "Locks"

    def ready(self) -> None:
        from ecrf.locks import guard  # noqa: F401  (says to the checks what is locked)
