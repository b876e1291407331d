from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class NoticesConfig(AppConfig):
    name = "ecrf.notices"
    verbose_name = "Notices"

    def ready(self) -> None:
        from ecrf.account.own.page import OwnLink, register_own_link
        from ecrf.notices import digests, letters, serious_events  # noqa: F401  (each registers what it says or sends)

        register_own_link(OwnLink(gettext_lazy("Which mails you get"), "mail-choices"))
