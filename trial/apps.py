from django.apps import AppConfig


class TrialConfig(AppConfig):
    name = "trial"
    verbose_name = "Case report forms"

    def ready(self) -> None:
        from trial import cross_checks  # noqa: F401  (registers the checks across forms)
