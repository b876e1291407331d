"""The database's triggers: missing, switched off, altered or unknown; with rules and event triggers, of which there are
none."""

from collections.abc import Iterator
from dataclasses import replace

from django.db import connection

from ecrf.audit.shipped.expressions import same_expressions
from ecrf.audit.shipped.statements import ShippedTrigger, shipped_triggers, triggers_in
from ecrf.audit.verifying.checks import CHECKS, AuditCheck, Extent
from ecrf.audit.verifying.faults import Fault, database_fault

_THERE = """
    SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled = 'O' FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal ORDER BY 1, 2
"""
# The triggers by which PostgreSQL keeps foreign keys.
_KEYS_OFF = """
    SELECT DISTINCT c.relname, k.conname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint
    WHERE c.relnamespace = 'public'::regnamespace AND t.tgisinternal AND t.tgenabled <> 'O' ORDER BY 1, 2
"""
_RULES = """
    SELECT c.relname, r.rulename, pg_get_ruledef(r.oid) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
    WHERE c.relnamespace = 'public'::regnamespace AND r.rulename <> '_RETURN' ORDER BY 1, 2
"""
_EVENT_TRIGGERS = """
    SELECT e.evtname, e.evtevent, e.evtfoid::regproc::text FROM pg_event_trigger e
    WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = e.oid AND d.deptype = 'e') ORDER BY 1
"""


def triggers_as_shipped(extent: Extent) -> Iterator[Fault]:
    there = {(table, name): (definition, is_on) for table, name, definition, is_on in _rows(_THERE)}
    shipped = shipped_triggers()
    for table, name in sorted(shipped.keys() | there.keys()):
        said = f"trigger {name} of {table}"
        if (table, name) not in there:
            yield database_fault(f"{said} is gone", table=table)
            continue
        definition, is_on = there[table, name]
        if (table, name) not in shipped:
            yield database_fault(f"{said} is not of this version", definition, table=table)
            continue
        if not is_on:
            yield database_fault(f"{said} is switched off, or fires at other times", table=table)
        if not _is_same(shipped[table, name], definition):
            yield database_fault(f"{said} is another than this version's", definition, table=table)


def _is_same(trigger: ShippedTrigger, definition: str) -> bool:
    found = triggers_in(definition)
    if found is None or replace(found, condition="") != replace(trigger, condition=""):
        return False
    if not (found.condition and trigger.condition):
        return found.condition == trigger.condition
    return same_expressions(trigger.table, [(found.condition, trigger.condition)]) == [True]


def rules_and_event_triggers(extent: Extent) -> Iterator[Fault]:
    for table, key in _rows(_KEYS_OFF):
        yield database_fault(f"foreign key {key} of {table} is switched off", table=table)
    for table, rule, definition in _rows(_RULES):
        yield database_fault(f"rule {rule} of {table} is not of this version", definition, table=table)
    for name, event, function in _rows(_EVENT_TRIGGERS):
        yield database_fault(f"event trigger {name} at {event} is not of this version", function)


def _rows(statement: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[tuple[str, ...]] = cursor.fetchall()
    return found


CHECKS.add("triggers", AuditCheck("Triggers as shipped", triggers_as_shipped, of_database=True))
CHECKS.add("rules", AuditCheck("No rules or event triggers", rules_and_event_triggers, of_database=True))
