from django.apps import AppConfig


class TrialConfig(AppConfig):
    name = "trial"
    verbose_name = "Case report forms"

    def ready(self) -> None:
        # They register the checks across forms.
        from trial import clock_checks, cross_checks, event_checks, infusion_checks  # noqa: F401
