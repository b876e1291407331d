from typing import Any

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from ecrf.audit.bound.enforcing import bind_roles
from ecrf.audit.functions import NO_WAY_AROUND, revoke
from ecrf.audit.made_by import refuse_before_migrating
from ecrf.audit.privileges import check


class AuditConfig(AppConfig):
    name = "ecrf.audit"
    verbose_name = "Audit trail"

    def ready(self) -> None:
        from ecrf.audit.shipped import (  # noqa: F401  (they join the checks of the trail)
            applied,
            constraints,
            functions,
            policies,
            roles,
            tables,
            triggers,
        )
        from ecrf.audit.verifying import data  # noqa: F401  (as these)

        pre_migrate.connect(refuse_before_migrating, sender=self)
        post_migrate.connect(_protect, sender=self)
        register(check, Tags.database)


def _protect(using: str, **_: Any) -> None:
    """The library lets any session switch triggers off by a setting of its own, `pgtrigger.ignore`. Each migration that
    adds a trigger makes its function anew; after the last one it answers no, and only the owner could change that.

    Privileges are taken away after each migration too: default privileges or a restore may have granted them since."""
    with connections[using].cursor() as cursor:
        cursor.execute(NO_WAY_AROUND)
    bind_roles(connections[using])  # makes views anew, to which default privileges may grant too
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('audit_revoke(text[], text)')")
        if cursor.fetchone() != (None,):  # migrated back to before the first version
            cursor.execute(revoke())
            # A table of one's own that stands before the real one in the search path.
            name = connections[using].ops.quote_name(connections[using].settings_dict["NAME"])
            cursor.execute(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
