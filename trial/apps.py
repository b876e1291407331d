from django.apps import AppConfig


class TrialConfig(AppConfig):
    name = "trial"
    verbose_name = "Case report forms"

    def ready(self) -> None:
        from trial import clock_checks, cross_checks, event_checks  # noqa: F401  (register the checks across forms)
