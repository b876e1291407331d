from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "ecrf.corrections"
    verbose_name = "Corrections"

    def ready(self) -> None:
        from ecrf.corrections.striking import acts  # noqa: F401  (joins the menus)
        from ecrf.corrections.transfer import acts as transfer_acts  # noqa: F401
