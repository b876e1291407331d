"""The database's functions: missing, of another body or with other rights, or unknown."""

from collections.abc import Iterator

from django.db import connection

from ecrf.audit.shipped.statements import closed_functions, shipped_functions
from ecrf.audit.verifying.checks import CHECKS, AuditCheck, Extent
from ecrf.audit.verifying.faults import Fault, database_fault

# Functions of extensions are theirs. One of the library's that no trigger calls was left behind by an earlier version.
_THERE = """
    SELECT p.proname, pg_get_function_arguments(p.oid), p.prosrc, p.proowner = owner.oid,
        has_function_privilege('public', p.oid, 'EXECUTE'),
        ARRAY['language ' || l.lanname,
            'returns ' || CASE WHEN p.proretset THEN 'setof ' ELSE '' END || p.prorettype::regtype::text]
        || CASE p.provolatile WHEN 'i' THEN ARRAY['immutable'] WHEN 's' THEN ARRAY['stable'] ELSE '{}' END
        || CASE p.proparallel WHEN 's' THEN ARRAY['parallel safe'] WHEN 'r' THEN ARRAY['parallel restricted']
            ELSE '{}' END
        || CASE WHEN p.prosecdef THEN ARRAY['security definer'] ELSE '{}' END
        || CASE WHEN p.proisstrict THEN ARRAY['strict'] ELSE '{}' END
        || CASE WHEN p.proleakproof THEN ARRAY['leakproof'] ELSE '{}' END
        || CASE WHEN p.prokind <> 'f' THEN ARRAY['kind ' || p.prokind::text] ELSE '{}' END
        || coalesce(p.proconfig, '{}')
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    CROSS JOIN (SELECT relowner AS oid FROM pg_class WHERE oid = 'public.audit_auditevent'::regclass) owner
    WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
        AND (p.proname NOT LIKE 'pgtrigger\\_%' OR EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgfoid = p.oid))
"""


def functions_as_shipped(extent: Extent) -> Iterator[Fault]:
    with connection.cursor() as cursor:
        cursor.execute(_THERE)
        there = {(name, takes): rest for name, takes, *rest in cursor.fetchall()}
    shipped = shipped_functions()
    for name, takes in sorted(shipped.keys() | there.keys()):
        said = f"function {name}({takes})"
        if (name, takes) not in there:
            yield database_fault(f"{said} is gone")
            continue
        if (name, takes) not in shipped:
            yield database_fault(f"{said} is not of this version", there[name, takes])
            continue
        body, is_owners, is_open, traits = there[name, takes]
        function = shipped[name, takes]
        if body != function.body:
            yield database_fault(f"{said} has another body than this version's", body)
        if tuple(sorted(traits)) != function.traits:
            others = ", ".join(sorted({*traits} ^ {*function.traits}))
            yield database_fault(f"{said} was made otherwise than this version's: {others}")
        if not is_owners:
            yield database_fault(f"{said} belongs to another role than the tables")
        if is_open and name in closed_functions():
            yield database_fault(f"{said} may be called by everybody, and must be the owner's alone")


CHECKS.add("functions", AuditCheck("Functions as shipped", functions_as_shipped, of_database=True))
