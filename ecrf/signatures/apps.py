from django.apps import AppConfig


class SignaturesConfig(AppConfig):
    name = "ecrf.signatures"
    verbose_name = "Signatures"

    def ready(self) -> None:
        from ecrf.signatures import history  # noqa: F401  (tells what was done about an item)
