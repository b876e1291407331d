from django.apps import AppConfig


class CasebookConfig(AppConfig):
    name = "ecrf.casebook"
    verbose_name = "Casebook"

    def ready(self) -> None:
        from ecrf.casebook import patient_rows  # noqa: F401  (is among what reads with the owner's rights)
        from ecrf.casebook.record import withdrawn  # noqa: F401  (what is refused after a withdrawal of consent)
        from ecrf.casebook.schedule import proof  # noqa: F401  (joins the checks of the trail)
