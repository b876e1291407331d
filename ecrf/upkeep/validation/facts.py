"""What an installation is, for its report: versions, settings without secrets, and who may do what in the database."""

import platform
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from ecrf import __version__
from ecrf.access.roles import RIGHTS, Right, Role
from ecrf.upkeep.validation.manifest import FOLDERS, files_of, fingerprint, make_manifest

SHOWN = (
    *("DEBUG", "TLS", "SYNTHETIC_DATA", "LOG_LEVEL", "ALLOWED_HOSTS", "IDLE_MINUTES", "SESSION_COOKIE_AGE"),
    *(
        "SECOND_FACTOR_FOR",
        "ADMINISTRATORS_AGREE",
        "ACCESS_REVIEW_DAYS",
        "PASSWORD_MAX_DAYS",
        "PASSWORD_HISTORY",
    ),
    *("PROTOCOL", "EXPORTS_KEPT_DAYS", "OIDC_ISSUER", "SECURE_HSTS_SECONDS", "X_FRAME_OPTIONS", "TIME_ZONE"),
)
"""Settings that hold no secret. Of those that do, it is told whether they are set."""
SECRETS = ("SECRET_KEY", "SECOND_FACTOR_KEYS", "OIDC_CLIENT_SECRET", "HEALTH_TOKEN", "EMAIL_HOST_PASSWORD")

_ROLES = """
    SELECT rolname, concat_ws(', ', CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolreplication THEN
        'may copy the server' END, CASE WHEN rolbypassrls THEN 'passes policies' END,
        CASE WHEN rolcreaterole THEN 'makes roles' END, CASE WHEN NOT rolcanlogin THEN 'no login' END)
    FROM pg_roles WHERE NOT starts_with(rolname, 'pg_') ORDER BY 1
"""
_RIGHTS = """
    SELECT role.rolname, string_agg(DISTINCT right_name, ', ' ORDER BY right_name), c.relname
    FROM pg_class c CROSS JOIN pg_roles role
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) right_name
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT role.rolsuper
        AND NOT starts_with(role.rolname, 'pg_') AND has_table_privilege(role.oid, c.oid, right_name)
    GROUP BY 1, 3 ORDER BY 1, 3
"""


def facts(root: Path) -> dict[str, Any]:
    """As JSON takes it."""
    return {
        "software": f"ecrf {__version__}",
        "release": fingerprint(make_manifest(root)),
        "files": {
            folder: sum(name.startswith(f"{folder}/") for name in files_of(root)) for folder in FOLDERS
        },
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": {one.metadata["Name"].lower(): one.version for one in distributions()},
        "settings": {name: _plain(getattr(settings, name)) for name in SHOWN},
        "secrets": {name: "set" if getattr(settings, name) else "not set" for name in SECRETS},
        "database": _database(),
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | str | None) else [str(one) for one in value]


def _database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (server,) = cursor.fetchone()
        cursor.execute(_ROLES)
        roles = dict(cursor.fetchall())
        cursor.execute(_RIGHTS)
        rights: dict[str, dict[str, list[str]]] = {}
        for role, held, table in cursor.fetchall():
            rights.setdefault(role, {}).setdefault(held, []).append(table)
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        migrations = [f"{app}.{name}" for app, name in cursor.fetchall()]
    return {"postgresql": server, "roles": roles, "rights": rights, "migrations": migrations}


def role_matrix() -> dict[str, dict[str, bool]]:
    """{what may be done: {role: whether it may}}, as the code decides."""
    return {str(right.label): {str(role.label): right in RIGHTS[role] for role in Role} for right in Right}
