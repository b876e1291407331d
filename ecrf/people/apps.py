from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "ecrf.people"
    verbose_name = "People"

    def ready(self) -> None:
        from ecrf.people.logins import telling  # noqa: F401  (registers its kind of mail, and what the worker looks for)
