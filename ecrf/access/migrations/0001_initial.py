"""Users, sites, memberships, the log of logins."""

import django.contrib.auth.validators
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import ecrf.access.models
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.CharField(max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()])),
                ('full_name', models.CharField(blank=True, max_length=200)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LoginEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text="The database server's clock")),
                ('what', models.CharField(choices=[('logged-in', 'logged in'), ('wrong', 'wrong user name or password'), ('locked', 'locked: too many wrong tries'), ('refused', 'refused: still locked'), ('slowed', 'refused: too many wrong tries from this address'), ('logged-out', 'logged out'), ('idle', 'session ended: not used'), ('too-long', 'session ended: its longest time'), ('unlocked', 'unlocked early'), ('confirmed', 'password given again to sign'), ('wrong-to-sign', 'wrong user name or password to sign')], max_length=20)),
                ('username', models.CharField(help_text='Of an account; of anything else that was typed, a keyed hash', max_length=150)),
                ('address', models.GenericIPAddressField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('investigator', 'Investigator'), ('coordinator', 'Coordinator'), ('monitor', 'Monitor'), ('data-manager', 'Data manager'), ('safety', 'Safety'), ('statistician', 'Statistician'), ('administrator', 'Administrator')], max_length=20)),
                ('is_current', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=10, unique=True, validators=[django.core.validators.RegexValidator('^[0-9A-Z]{1,10}$')])),
                ('name', models.CharField(max_length=200)),
                ('time_zone', models.CharField(max_length=64, validators=[ecrf.access.models.validate_time_zone])),
                ('is_practice', models.BooleanField(default=False, help_text="For training: its patients are never part of the study's data.")),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY['last_login']::text[], ARRAY['password']::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='05fc3fbd02b5c54ac3ea8eed7f3425c1ac8b5274', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_9397a', table='access_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='f148cb8df7f485c3fa041b3f58d62c66289bdf6a', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_c5d03', table='access_user', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='loginevent',
            index=models.Index(fields=['username', 'what'], name='login_username'),
        ),
        migrations.AddIndex(
            model_name='loginevent',
            index=models.Index(fields=['address', 'at'], name='login_address'),
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
        migrations.AddField(
            model_name='membership',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='membership',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='access.site'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='0eb2db499e3cedd81897e4aeb9ec49a047630cdd', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_d41bc', table='access_site', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='29727126985db11c1dee11e5ee519730d33f08a6', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_a5e05', table='access_site', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('user', 'role', 'site'), name='membership_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role__in', ['coordinator', 'investigator', 'monitor']), ('site__isnull', False)), models.Q(models.Q(('role__in', ['coordinator', 'investigator', 'monitor']), _negated=True), ('site__isnull', True)), _connector='OR'), name='membership_site_fits_role', violation_error_message='Investigators, coordinators and monitors belong to a site; the other roles to all sites.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='b702ac1bc7e5099f0f578388c0b68e113971ce61', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_f77ab', table='access_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='6efc01079a8ac23814f39d855439cd20e21cc75e', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_809a2', table='access_membership', when='BEFORE')),
        ),
    ]
