"""Policies ask views, and no other table's policy.

Both are made after every migration (ecrf/audit/bound/policies.py). Going back takes them off.
"""

from django.db import migrations

WITHOUT_VIEWS = """
    DO $$
    DECLARE
        found record;
    BEGIN
        FOR found IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' LOOP
            EXECUTE format('DROP POLICY %I ON %I', found.policyname, found.tablename);
        END LOOP;
        FOR found IN SELECT viewname FROM pg_views WHERE schemaname = 'public' AND starts_with(viewname, 'reached_') LOOP
            EXECUTE format('DROP VIEW %I', found.viewname);
        END LOOP;
    END
    $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0006_policies'),
        ('access', '0010_handed_over'),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, WITHOUT_VIEWS),
    ]
