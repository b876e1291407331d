from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "ecrf.access"
    verbose_name = "Users and sites"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from ecrf.access.alike import look_for_collations
        from ecrf.access.kept_words import reason_as_kept
        from ecrf.access.language import keep_language_by_thread
        from ecrf.audit.reasons import KEPT_AS

        keep_language_by_thread()
        KEPT_AS.append(reason_as_kept)
        connection_created.connect(look_for_collations)
