from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class DelegationConfig(AppConfig):
    name = "ecrf.delegation"
    verbose_name = "Delegation and training"

    def ready(self) -> None:
        from ecrf.account.own.page import OwnLink, register_own_link

        register_own_link(OwnLink(gettext_lazy("Your training"), "training"))
