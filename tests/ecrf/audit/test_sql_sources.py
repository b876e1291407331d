"""The database's functions and triggers: what their files say is what runs, and there are no others."""

import re

import pytest
from django.apps import apps
from django.db import connection, transaction

from ecrf.audit.bound.reading import READING
from ecrf.audit.functions import IsReview, sources
from ecrf.audit.models import AuditEvent
from ecrf.audit.triggers import AUDITED
from ecrf.forms.crf import Crf
from ecrf.trail.kinds import EventKind, kind_of

pytestmark = pytest.mark.django_db

FUNCTIONS = """
    SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid), coalesce(p.proacl::text, '')
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND p.prokind = 'f' AND p.proname !~ '^_?pgtrigger_'
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
TRIGGERS = """
    SELECT tgrelid::regclass::text || ' ' || tgname, pg_get_triggerdef(oid), tgenabled
    FROM pg_trigger WHERE NOT tgisinternal AND tgname !~ '^pgtrigger_'
"""


def rows(sql: str, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def installed():
    return sorted(rows(FUNCTIONS)) + sorted(rows(TRIGGERS))


@pytest.mark.parametrize("file", sources())
def test_running_a_source_anew_changes_nothing_in_the_database(file):
    before = installed()
    assert before
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sources()[file].replace("%", "%%"), [])
    assert installed() == before, (
        f"{file} says something else than the database: a migration must install it again."
    )


def test_every_function_and_trigger_of_the_database_has_its_source():
    text = "\n".join([*sources().values(), *(made() for made in READING.values())])
    made = set(re.findall(r"CREATE OR REPLACE FUNCTION (\w+)\(", text))
    assert {name.partition("(")[0] for name, *_ in rows(FUNCTIONS)} == made
    triggers = {
        f"{table} {name}"
        for name, table in re.findall(r"CREATE OR REPLACE TRIGGER (\w+)\s[^;]*?\sON (\w+)", text)
    }
    assert {name for name, *_ in rows(TRIGGERS)} == triggers


def test_python_and_triggers_ask_the_same_function_what_is_no_study_data():
    tables = {audited.model._meta.db_table: audited.model for audited in AUDITED}
    of_review = {table for table in tables if rows("SELECT audit_is_review(%s)", table) == [(True,)]}
    assert of_review
    for table, model in tables.items():
        if issubclass(model, Crf) or model._meta.app_label == "casebook":
            assert table not in of_review
        elif any(field.name == "entry" for field in model._meta.fields):
            assert table in of_review
            assert kind_of(table) != EventKind.DATA
    asked = str(AuditEvent.objects.exclude(IsReview("table")).query)
    assert 'audit_is_review("audit_auditevent"."table")' in asked
    assert {table.partition("_")[0] for table in of_review} <= {app.label for app in apps.get_app_configs()}
