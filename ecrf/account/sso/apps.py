from django.apps import AppConfig


class SsoConfig(AppConfig):
    name = "ecrf.account.sso"
    verbose_name = "Single sign-on"
