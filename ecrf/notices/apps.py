from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "ecrf.notices"
    verbose_name = "Notices"

    def ready(self) -> None:
        from ecrf.account.own.page import OwnLink, register_own_link
        from ecrf.notices import digests, serious_events  # noqa: F401  (register kinds of mail, and what the worker looks for)

        register_own_link(OwnLink("Which mails you get", "mail-choices"))
