from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "ecrf.corrections"
    verbose_name = "Corrections"

    def ready(self) -> None:
        from ecrf.corrections.moving import acts as moving  # noqa: F401  (joins the menus)
        from ecrf.corrections.striking import acts  # noqa: F401  (joins the menus)
