from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "ecrf.imports"
    verbose_name = "Imports"

    def ready(self) -> None:
        from ecrf.imports import proof  # noqa: F401  (it joins the checks of the trail)
        from ecrf.imports.work import at_work  # noqa: F401  (who saves meanwhile is told)
