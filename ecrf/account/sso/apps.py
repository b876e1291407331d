from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy


class SsoConfig(AppConfig):
    name = "ecrf.account.sso"
    verbose_name = "Single sign-on"

    def ready(self) -> None:
        from ecrf.account.own.page import OwnLink, register_own_link
        from ecrf.account.sso.flow import is_on

        register_own_link(
            OwnLink(settings.OIDC_NAME or gettext_lazy("Single sign-on"), "sso-own", lambda _user: is_on())
        )
