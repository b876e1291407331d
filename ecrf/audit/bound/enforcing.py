"""After each migration: the policies, the rights of the bound roles and the program's key of this version."""

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ecrf.audit.bound.grants import ROLES, grant
from ecrf.audit.bound.policies import enforce
from ecrf.audit.bound.proof import program_key

_IS_THERE = (
    "SELECT to_regclass('access_programkey') IS NOT NULL AND to_regclass('django_migrations') IS NOT NULL"
)
_IS_APPLIED = "SELECT EXISTS (SELECT FROM django_migrations WHERE app = 'audit' AND name = '0008_reading')"
_KEEP_KEY = (
    "INSERT INTO access_programkey (key) VALUES (%s) ON CONFLICT (is_one) DO UPDATE SET key = EXCLUDED.key"
)
# What an installation of before grants on every table that is made.
_NO_DEFAULTS = (
    "ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM {0}",
    "ALTER DEFAULT PRIVILEGES REVOKE ALL ON SEQUENCES FROM {0}",
)


def bind_roles(database: BaseDatabaseWrapper) -> None:
    """By the owner of the tables. A role that the server does not have gets nothing; pages wait while it lasts."""
    with database.cursor() as cursor:
        for asked in (_IS_THERE, _IS_APPLIED):
            cursor.execute(asked)
            if cursor.fetchone() != (True,):  # migrated back to before policies
                return
        with transaction.atomic(using=database.alias):
            cursor.execute(_KEEP_KEY, [program_key()])
            cursor.execute(enforce())
            cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [list(ROLES)])
            for (role,) in cursor.fetchall():
                for statement in (*grant(role), *(one.format(role) for one in _NO_DEFAULTS)):
                    cursor.execute(statement)
