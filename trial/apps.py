from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig


class TrialConfig(AppConfig):
    name = "trial"
    verbose_name = "Case report forms"

    def ready(self) -> None:
        # They register the checks across forms.
        from trial import checks

        for module in iter_modules(checks.__path__):
            import_module(f"{checks.__name__}.{module.name}")
