from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "ecrf.verification"
    verbose_name = "Verification"

    def ready(self) -> None:
        from ecrf.verification import marking  # noqa: F401  (its steps join the recording of values)
