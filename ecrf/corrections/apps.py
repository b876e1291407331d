from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "ecrf.corrections"
    verbose_name = "Corrections"

    def ready(self) -> None:
        from ecrf.corrections.transfer import acts  # noqa: F401  (joins the menu of a patient)
