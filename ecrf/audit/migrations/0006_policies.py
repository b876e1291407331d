"""Policies hide what the person for whom the connection acts does not reach.

The policies themselves are made after every migration (ecrf/audit/bound/policies.py), as tables come and go. Going
back takes them off.
"""

from django.db import migrations

WITHOUT_POLICIES = """
    DO $$
    DECLARE
        found record;
    BEGIN
        FOR found IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' LOOP
            EXECUTE format('DROP POLICY %I ON %I', found.policyname, found.tablename);
        END LOOP;
        FOR found IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity LOOP
            EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', found.relname);
        END LOOP;
    END
    $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0005_guards'),
        ('access', '0008_session_person'),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, WITHOUT_POLICIES),
    ]
