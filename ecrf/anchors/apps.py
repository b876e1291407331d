from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

ONE_KEY = """
    INSERT INTO anchors_installation (key)
    SELECT gen_random_uuid() WHERE NOT EXISTS (SELECT FROM anchors_installation)
"""


class AnchorsConfig(AppConfig):
    name = "ecrf.anchors"
    verbose_name = "Anchors"

    def ready(self) -> None:
        from ecrf.anchors import runs  # noqa: F401  (parts of verify_audit)
        from ecrf.anchors.making import jobs  # noqa: F401  (what the worker does, and kinds of mail)

        post_migrate.connect(_name_installation, sender=self)


def _name_installation(using: str, **_: Any) -> None:
    """A database has its key from the migration that makes the table; one that was emptied is another installation."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('anchors_installation')")
        if cursor.fetchone() != (None,):
            cursor.execute(ONE_KEY)
