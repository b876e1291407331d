"""Consent of two administrators, reviews of access, what is unusual in the log of logins."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0007_login_when'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessListExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('lines', models.PositiveIntegerField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(help_text='Empty: all', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.site')),
            ],
        ),
        migrations.CreateModel(
            name='AccessReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begun_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('begun_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('finished_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='AccessDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_confirmed', models.BooleanField(help_text='No: it was ended')),
                ('reason', models.CharField(help_text='Why it was ended', max_length=500, null=True)),
                ('full_name', models.CharField(help_text='Of the person, as it was then', max_length=200)),
                ('last_login', models.DateTimeField(help_text='Of the person, before the decision', null=True)),
                ('decided_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='access.membership')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='people.accessreview')),
            ],
        ),
        migrations.CreateModel(
            name='AdministratorRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('give', 'give the administrator role'), ('end', 'end the administrator role')], max_length=10)),
                ('starts_on', models.DateField(null=True)),
                ('ends_on', models.DateField(null=True)),
                ('reason', models.CharField(max_length=500)),
                ('asked_at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('consented', 'consented'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], max_length=10, null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision_reason', models.CharField(max_length=500, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='administrator_requests', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PageCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(help_text='Its beginning')),
                ('pages', models.PositiveIntegerField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='UnusualAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=20)),
                ('identity', models.CharField(help_text='What is found again is told once', max_length=200, unique=True)),
                ('username', models.CharField(help_text='As in the log of logins', max_length=150)),
                ('at', models.DateTimeField()),
                ('words', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['-at'], name='unusual_access_when')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accesslistexport',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='ed1627521dc457065e4a2cd26b997c8c234f5a4b', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_ae0f4', table='people_accesslistexport', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accesslistexport',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='77d0ce36e3d0a6dece689025b1e42892da22c4cb', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_c033a', table='people_accesslistexport', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accesslistexport',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='c96aee3344360b2959611d6f06f46fdd1582e8cc', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_db244', table='people_accesslistexport', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='accessreview',
            constraint=models.UniqueConstraint(models.Value(1), condition=models.Q(('finished_at__isnull', True)), name='access_review_one_open'),
        ),
        migrations.AddConstraint(
            model_name='accessreview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('finished_by__isnull', True)), models.Q(('finished_at__isnull', False), ('finished_by__isnull', False)), _connector='OR'), name='access_review_finished_whole'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessreview',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='41e4cc22c2f26739c5dca3ccc0ea5f44c342a464', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_2945b', table='people_accessreview', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessreview',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='e759170627f42ca5917f11b3dffaabc993d0cfe8', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_d75b5', table='people_accessreview', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='accessdecision',
            constraint=models.UniqueConstraint(fields=('review', 'membership'), name='access_decision_once'),
        ),
        migrations.AddConstraint(
            model_name='accessdecision',
            constraint=models.CheckConstraint(condition=models.Q(('is_confirmed', True), ('reason__isnull', False), _connector='OR'), name='access_decision_end_has_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessdecision',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='d9097f24ea0b7596b1009afe52113d22334f897e', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_6d03c', table='people_accessdecision', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessdecision',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='ff1d1cde88a9bf2a48441242ef0535ede7af8955', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_ad30f', table='people_accessdecision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessdecision',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='e68022a4c51601dab8425cd72f7afcd6544fb643', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_624c6', table='people_accessdecision', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='administratorrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome__isnull', True)), fields=('user', 'act'), name='administrator_request_once', violation_error_message='This is asked for already, and waits for another administrator.'),
        ),
        migrations.AddConstraint(
            model_name='administratorrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('outcome__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('outcome__isnull', False)), _connector='OR'), name='administrator_request_decided_whole'),
        ),
        migrations.AddConstraint(
            model_name='administratorrequest',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), ('outcome', 'withdrawn'), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='administrator_request_by_two'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='administratorrequest',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='c64734efd589ee3a6aa511e0461b4d408e008c18', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_cfc40', table='people_administratorrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='administratorrequest',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='e0e63bb9d1afb0de6e8ee5e793c210b3c5407654', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_d4ee6', table='people_administratorrequest', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='pagecount',
            constraint=models.UniqueConstraint(fields=('user', 'hour'), name='page_count_once'),
        ),
    ]
