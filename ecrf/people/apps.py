from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "ecrf.people"
    verbose_name = "People"

    def ready(self) -> None:
        from ecrf.account.sso.services import BEFORE_UNLINKING
        from ecrf.people.logins import telling  # noqa: F401  (registers its kind of mail, and what the worker looks for)
        from ecrf.people.memberships.last_way_in import require_a_way_in

        BEFORE_UNLINKING.append(require_a_way_in)
