from django.apps import AppConfig


class AnchorsConfig(AppConfig):
    name = "ecrf.anchors"
    verbose_name = "Anchors"

    def ready(self) -> None:
        from ecrf.anchors import downtime, runs  # noqa: F401  (the worker's beat; parts of verify_audit)
        from ecrf.anchors.making import jobs  # noqa: F401  (what the worker does, and kinds of mail)
