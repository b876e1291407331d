from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "ecrf.mail"
    verbose_name = "Mail"

    def ready(self) -> None:
        from ecrf.mail import account_notice  # noqa: F401  (registers its kind)
