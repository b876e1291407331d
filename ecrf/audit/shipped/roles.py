"""The database's roles: who may write past the trail, by a right, by being more than a role, or by a setting."""

from collections.abc import Iterator

from django.db import connection

from ecrf.audit.privileges import lacking, too_much
from ecrf.audit.verifying.checks import CHECKS, AuditCheck, Extent
from ecrf.audit.verifying.faults import Fault, FaultKind, database_fault

# The first role of a server is its superuser, and in small installations the tables' owner is that role. Any other one
# that stands above all rights is named: whoever runs the server knows why it is there, and records it as known. The
# roles that make backups (docker-compose.yml) and feed standbys (docs/operation/ha.yaml) copy the server, and write
# nothing.
_ABOVE_RIGHTS = """
    SELECT r.rolname, concat_ws(', ', CASE WHEN r.rolsuper THEN 'is a superuser' END,
        CASE WHEN r.rolbypassrls AND NOT r.rolsuper THEN 'passes every policy' END,
        CASE WHEN r.rolreplication AND NOT r.rolsuper AND r.rolcanlogin
                AND r.rolname NOT IN ('ecrf_backup', 'ecrf_standby')
            THEN 'may copy the whole server' END,
        (SELECT 'is a member of ' || string_agg(g.rolname, ', ' ORDER BY g.rolname) FROM pg_roles g
            WHERE g.rolname IN (
                    'pg_execute_server_program', 'pg_write_server_files', 'pg_write_all_data', 'pg_maintain'
                ) AND NOT r.rolsuper AND pg_has_role(r.oid, g.oid, 'MEMBER')),
        CASE WHEN NOT r.rolsuper AND has_parameter_privilege(r.oid, 'session_replication_role', 'SET')
            THEN 'may switch triggers off for a session' END)
    FROM pg_roles r CROSS JOIN (SELECT relowner FROM pg_class WHERE oid = 'public.audit_auditevent'::regclass) owner
    WHERE r.oid >= 16384 AND r.oid <> owner.relowner ORDER BY 1
"""
# In one database or in all, for one role or for all.
_SETTINGS = """
    SELECT coalesce(r.rolname, 'every role'), setting
    FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole CROSS JOIN LATERAL unnest(s.setconfig) setting
    WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        AND split_part(setting, '=', 1) IN (
            'session_replication_role', 'search_path', 'role', 'session_authorization', 'local_preload_libraries',
            'session_preload_libraries', 'check_function_bodies', 'row_security'
        ) OR setting LIKE 'ecrf.%' OR setting LIKE 'pgtrigger.%'
    ORDER BY 1, 2
"""


def rights_as_shipped(extent: Extent) -> Iterator[Fault]:
    for words in too_much():
        yield database_fault(words, kind=FaultKind.OPEN)
    for words in lacking():
        yield database_fault(words)


def roles_above_rights(extent: Extent) -> Iterator[Fault]:
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE_RIGHTS)
        for role, words in cursor.fetchall():
            if words:
                yield database_fault(f"{role} {words}", kind=FaultKind.OPEN)
        cursor.execute(_SETTINGS)
        for role, setting in cursor.fetchall():
            yield database_fault(f"each session of {role} begins with {setting}", kind=FaultKind.OPEN)


CHECKS.add("rights", AuditCheck("Rights as shipped", rights_as_shipped, of_database=True))
CHECKS.add("roles", AuditCheck("No role above all rights", roles_above_rights, of_database=True))
