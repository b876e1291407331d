from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "ecrf.notices"
    verbose_name = "Notices"

    def ready(self) -> None:
        from ecrf.notices import digests, serious_events  # noqa: F401  (register kinds of mail, and what the worker looks for)
