from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "ecrf.verification"
    verbose_name = "Verification"

    def ready(self) -> None:
        from ecrf.verification import history, marking  # noqa: F401  (join the recording of values and the story of items)
