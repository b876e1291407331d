"""Queries and what was said in them."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        ('casebook', '0001_initial'),
        ('checks', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Query',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='Given by the system, from 1 at each patient')),
                ('item', models.CharField(max_length=63)),
                ('check_id', models.CharField(blank=True, help_text='Of the check that asks, or empty', max_length=40)),
                ('check_version', models.PositiveSmallIntegerField(default=1)),
                ('variant', models.CharField(blank=True, help_text="Which of the check's texts", max_length=40)),
                ('parameters', models.JSONField(default=dict, help_text='The values it speaks of: {name in the text: value}')),
                ('text_as_asked', models.TextField(help_text='What is asked, in the words of who asked it last')),
                ('value', models.TextField(blank=True, help_text='The item in words when it was asked about')),
                ('turn', models.CharField(blank=True, choices=[('site', 'Site'), ('monitor', 'Monitor'), ('data-manager', 'Data manager'), ('', 'Closed')], max_length=12)),
                ('turn_since', models.DateTimeField()),
                ('asked_in', models.CharField(choices=[('site', 'Site'), ('monitor', 'Monitor'), ('data-manager', 'Data manager'), ('', 'Closed')], help_text='In which role it was asked: to whom an answer goes', max_length=12)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('request_key', models.UUIDField(help_text='Of the key press that opened it; a second one opens none', null=True, unique=True)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('discrepancy', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='query', to='checks.discrepancy')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='queries', to='casebook.entry')),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='queries', to='casebook.patient')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.site')),
            ],
            options={
                'verbose_name_plural': 'queries',
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('opened', 'asked'), ('answered', 'answered'), ('asked-again', 'asked again'), ('passed-on', 'passed on'), ('closed', 'closed'), ('reopened', 'reopened')], max_length=12)),
                ('text', models.TextField(blank=True)),
                ('value', models.TextField(blank=True, help_text='The item in words at that moment')),
                ('said_at', models.DateTimeField()),
                ('role', models.CharField(blank=True, max_length=20)),
                ('said_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('query', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='queries.query')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddIndex(
            model_name='query',
            index=models.Index(condition=models.Q(('turn', ''), _negated=True), fields=['site', 'turn', 'turn_since'], name='query_open'),
        ),
        migrations.AddIndex(
            model_name='query',
            index=models.Index(fields=['entry', 'item'], name='query_item'),
        ),
        migrations.AddIndex(
            model_name='query',
            index=models.Index(condition=models.Q(('check_id', ''), _negated=True), fields=['check_id'], name='query_check'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.UniqueConstraint(fields=('patient', 'number'), name='query_number_unique'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('turn', '')), models.Q(models.Q(('turn', ''), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='query_closed_is_nobodys_turn'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True)), ('closed_at__isnull', False), _connector='OR'), name='query_closed_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('turn__in', ['site', 'monitor', 'data-manager', ''])), name='query_turn'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('text_as_asked', ''), _negated=True), name='query_asks_something'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='query',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NEW.patient_id, NEW.entry_id, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='279107acd317e0056b596ca691c9af0092f54892', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_df32d', table='queries_query', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='query',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='22cffb11f504255e878ad39dfcdb62f5a86693ae', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_fb894', table='queries_query', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT q.patient_id FROM queries_query q WHERE q.id = NEW.query_id), (SELECT q.entry_id FROM queries_query q WHERE q.id = NEW.query_id), NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='59dc798754693e14042e603deb21ec8f5f04d610', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_e0fe7', table='queries_message', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='80f7bd6eaf77070bada77069e9f9a7ebd610d863', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_9d5ae', table='queries_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='30cee3086cde0a9a7f486129b5c5369e4bb7f465', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_8ee3f', table='queries_message', when='BEFORE')),
        ),
    ]
