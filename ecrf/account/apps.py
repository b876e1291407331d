from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "ecrf.account"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from ecrf.account import mails, policy  # noqa: F401  (registers its kinds of mail)
        from ecrf.account.arriving import reset_links  # noqa: F401  (what the worker looks for)

        policy.check_setting()
