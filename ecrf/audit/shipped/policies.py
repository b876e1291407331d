"""The database's policies, and the views that they ask: gone, altered, unknown, or not enforced."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection

from ecrf.audit.bound.policies import Policy, shipped_policies, shipped_views
from ecrf.audit.verifying.checks import CHECKS, AuditCheck, Extent
from ecrf.audit.verifying.faults import Fault, database_fault

_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
_THERE = """
    SELECT c.relname, p.polname, p.polcmd::text, p.polpermissive AND p.polroles = '{0}'::oid[],
        coalesce(pg_get_expr(p.polqual, p.polrelid), ''), coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'public'::regnamespace
"""
_ENFORCED = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity
"""
# With its owner's rights, behind a barrier. Unknown views are named among the tables.
_VIEWS = """
    SELECT c.relname, c.relkind = 'v' AND c.relowner = owner.oid AND c.reloptions = ARRAY['security_barrier=true'],
        pg_get_viewdef(c.oid)
    FROM pg_class c
    CROSS JOIN (SELECT relowner AS oid FROM pg_class WHERE oid = 'public.audit_auditevent'::regclass) owner
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s)
"""
_known: dict[tuple[str, str], str] = {}
"""Of a table and an expression over its rows, how the database would work it out: asked once by each process."""


def policies_as_shipped(extent: Extent) -> Iterator[Fault]:
    there = {(table, name): tuple(rest) for table, name, *rest in _rows(_THERE)}
    enforced = {table for (table,) in _rows(_ENFORCED)}
    shipped = shipped_policies()
    for table in sorted({table for table, _name in shipped} - enforced):
        yield database_fault(f"the policies of {table} are not enforced", table=table)
    for table, name in sorted(shipped.keys() | there.keys()):
        said = f"policy {name} of {table}"
        if (table, name) not in there:
            yield database_fault(f"{said} is gone", table=table)
        elif (table, name) not in shipped:
            yield database_fault(f"{said} is not of this version", *there[table, name], table=table)
        elif not _is_same(shipped[table, name], *there[table, name]):
            yield database_fault(f"{said} is another than this version's", *there[table, name], table=table)


def views_as_shipped(extent: Extent) -> Iterator[Fault]:
    shipped = shipped_views()
    there = {name: tuple(rest) for name, *rest in _rows(_VIEWS, [list(shipped)])}
    for name, select in sorted(shipped.items()):
        if name not in there:
            yield database_fault(f"view {name}, which policies ask, is gone", table=name)
            continue
        is_closed, found = there[name]
        if not is_closed:
            yield database_fault(f"view {name} is not the owner's, behind a barrier", table=name)
        elif _planned(found) != _planned(select):
            yield database_fault(f"view {name} is another than this version's", found, table=name)


def _is_same(policy: Policy, command: str, is_for_everybody: bool, using: str, check: str) -> bool:
    if (_COMMANDS[command], is_for_everybody) != (policy.command, True):
        return False
    return all(
        _worked_out(policy.table, found) == _worked_out(policy.table, wanted)
        for found, wanted in ((using, policy.using), (check, policy.check))
    )


def _worked_out(table: str, expression: str) -> str:
    """The database writes an expression down in its own way, each version a little differently: so both are planned, in
    a query that is never run. The plan names every function, table and column that is asked, sub-selects too."""
    if expression and (table, expression) not in _known:
        _known[table, expression] = _planned(f'SELECT ({expression}) FROM "{table}"')  # noqa: S608
    return _known.get((table, expression), "")


def _planned(select: str) -> str:
    ((plan,),) = _rows(f"EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) {select.rstrip('; ')}")
    return plan if isinstance(plan, str) else json.dumps(plan)


def _rows(statement: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


CHECKS.add("policies", AuditCheck("Policies as shipped", policies_as_shipped, of_database=True))
CHECKS.add("views", AuditCheck("Views as shipped", views_as_shipped, of_database=True))
