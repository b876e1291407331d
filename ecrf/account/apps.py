from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "ecrf.account"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from ecrf.account import policy

        policy.check_setting()
