from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "ecrf.corrections"
    verbose_name = "Corrections"

    def ready(self) -> None:
        # They join the menus of the patient's and the visit's page.
        from ecrf.corrections.moving import acts as moving  # noqa: F401
        from ecrf.corrections.striking import acts as striking  # noqa: F401
        from ecrf.corrections.transfer import acts as transfer  # noqa: F401
