"""Signatures, broken by any change."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from ecrf.audit.functions import install
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('locks', '0001_initial'),
        ('audit', '0001_initial'),
        ('access', '0001_initial'),
        ('casebook', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(help_text='The words that were shown and agreed to')),
                ('declared_at', models.DateTimeField()),
                ('declared_by', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='declaration', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='IdentityCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.TextField(help_text='For instance: passport seen at the site; never its number')),
                ('confirmed_at', models.DateTimeField()),
                ('confirmed_by', models.CharField(help_text='The name of who made sure, user or not', max_length=200)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identity_checks', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('form', 'form'), ('visit', 'visit'), ('casebook', 'casebook')], max_length=10)),
                ('position', models.BigIntegerField(help_text="Length of the patient's chain when it was signed")),
                ('head', models.CharField(help_text='Hash of the last event at that position', max_length=64)),
                ('meaning', models.TextField(help_text='What the signature means, in words, as shown when it was given')),
                ('printed_name', models.CharField(max_length=200)),
                ('role', models.CharField(max_length=20)),
                ('signed_at', models.DateTimeField()),
                ('broken_position', models.BigIntegerField(help_text="In the patient's chain: the change that broke it", null=True)),
                ('broken_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='casebook.entry')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='casebook.patient')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.site')),
                ('visit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='casebook.visit')),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='declaration',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='e3c99cde02047be83cfad47ace8d442d6e17b398', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_c83d3', table='signatures_declaration', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='declaration',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='7cbddc75a6a1147c3c8ddc95e39c2353953f4e42', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_279e7', table='signatures_declaration', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='declaration',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='d5c1f97dfeca6a15dbd2ed16c846036e7a70f862', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_0ff8e', table='signatures_declaration', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='identitycheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('how', ''), _negated=True), models.Q(('confirmed_by', ''), _negated=True)), name='identity_check_says_how_and_who'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='identitycheck',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='99e896601f44e9ff95a16789c9fc814dd665674a', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_25295', table='signatures_identitycheck', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='identitycheck',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='31d06ce9bb64aa98baa2c55bb7346ffbcaf7e16d', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_d9ea4', table='signatures_identitycheck', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='identitycheck',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='e677ad1962448cf1c92d7f3fba7d26cf589a2323', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_dfc5e', table='signatures_identitycheck', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(fields=['site', 'signed_at'], name='signature_when'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', False), ('scope', 'form'), ('visit__isnull', True)), models.Q(('entry__isnull', True), ('scope', 'visit'), ('visit__isnull', False)), models.Q(('entry__isnull', True), ('scope', 'casebook'), ('visit__isnull', True)), _connector='OR'), name='signature_scope_fits'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('broken_at__isnull', True), ('broken_position__isnull', True)), models.Q(('broken_at__isnull', False), ('broken_position__isnull', False)), _connector='OR'), name='signature_broken_at_and_position'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(condition=models.Q(('broken_position__isnull', True)), fields=('patient', 'visit', 'entry'), name='signature_stands_once', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signature',
            trigger=pgtrigger.compiler.Trigger(name='only_broken', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF OLD.broken_position IS NOT NULL OR (to_jsonb(OLD) - 'broken_position' - 'broken_at')\n        IS DISTINCT FROM (to_jsonb(NEW) - 'broken_position' - 'broken_at')\n    THEN\n        RAISE EXCEPTION 'A signature is never changed; signing anew is another one.' USING ERRCODE = 'EC003';\n    END IF;\n    RETURN NEW;\n", hash='cb854d24d9477e9eb9de1e150eb2cef7016f5870', operation='UPDATE', pgid='pgtrigger_only_broken_5e774', table='signatures_signature', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signature',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NEW.patient_id, NEW.entry_id, NEW.id::text,\n            ARRAY['broken_position', 'broken_at']::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='575e8944999cc6cbfbfa54fc2e4f5991e04bdf25', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_fc5cd', table='signatures_signature', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signature',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='5743d2b4266b4971b31581c48fd22d7c59133e56', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_c7432', table='signatures_signature', when='BEFORE')),
        ),
        install("signatures/sql/break.sql", "signatures/sql/review_status.sql", "signatures/sql/refuse_locked.sql"),
    ]
