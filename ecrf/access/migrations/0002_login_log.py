"""The log of logins: a table to which rows are added only."""

import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


# The web role adds rows; whoever was granted more, under whatever name, loses it: only the owner keeps it.
REVOKE = """
DO $$
DECLARE grantee text;
BEGIN
    FOR grantee IN
        SELECT DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END
        FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) acl
        WHERE c.oid = 'access_loginevent'::regclass AND acl.grantee <> c.relowner
    LOOP
        EXECUTE 'REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON access_loginevent FROM ' || grantee;
    END LOOP;
END
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0001_users_sites_memberships'),
    ]

    operations = [
        migrations.CreateModel(
            name='LoginEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text="The database server's clock")),
                ('what', models.CharField(choices=[('logged-in', 'logged in'), ('wrong', 'wrong user name or password'), ('locked', 'locked: too many wrong tries'), ('refused', 'refused: still locked'), ('slowed', 'refused: too many wrong tries from this address'), ('logged-out', 'logged out'), ('idle', 'session ended: not used'), ('too-long', 'session ended: its longest time'), ('unlocked', 'unlocked early')], max_length=20)),
                ('username', models.CharField(help_text='Of an account; of anything else that was typed, a keyed hash', max_length=150)),
                ('address', models.GenericIPAddressField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['username', 'what'], name='login_username'), models.Index(fields=['address', 'at'], name='login_address')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='loginevent',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='01fbb0691ae7e88b9085d58b56b01cf1d1ec0f2d', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_42980', table='access_loginevent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='loginevent',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='b7803f94c8fb832de6d61a0bc65b0bcedd82a7f2', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_0517a', table='access_loginevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='loginevent',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='7d85bd08d94f2200d95ed6cd03b64ec09bc8ca2b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_3fef1', table='access_loginevent', when='BEFORE')),
        ),
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
    ]
