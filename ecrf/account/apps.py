from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "ecrf.account"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in
        from django.db.backends.signals import connection_created

        from ecrf.account import mails, policy  # noqa: F401  (registers its kinds of mail)
        from ecrf.account.acting_for import begin_session
        from ecrf.account.arriving import reset_links  # noqa: F401  (what the worker looks for)
        from ecrf.audit.bound.person import tell_again

        policy.check_setting()
        user_logged_in.connect(begin_session)
        connection_created.connect(tell_again)
