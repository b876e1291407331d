"""Whose each session is, and the program's key, in tables that only the owner reads; and the functions that look there."""

from ecrf.audit.functions import install
from django.db import migrations

TABLES = """
    CREATE TABLE access_sessionperson (
        session_key varchar(40) PRIMARY KEY,
        user_id bigint NOT NULL,
        begun_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE access_programkey (
        is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
        key bytea NOT NULL
    );
"""
# Going back, the actor is no longer asked for, as before.
BACK = """
    DROP TRIGGER access_refuse_other ON audit_auditevent;
    DROP TABLE access_sessionperson, access_programkey;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0007_login_when'),
        ('audit', '0003_revoke_columns'),
    ]

    operations = [
        migrations.RunSQL(TABLES, BACK),
        install("access/sql/person.sql"),
    ]
