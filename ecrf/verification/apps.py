from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "ecrf.verification"
    verbose_name = "Verification"

    def ready(self) -> None:
        from ecrf.verification import (  # noqa: F401  (they join the recording of values, and the checks of the trail)
            history,
            proof,
            review_status,
        )
