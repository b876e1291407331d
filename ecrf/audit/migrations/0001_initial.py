"""The trail, its chains, and the functions that write them."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from ecrf.audit.functions import install
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditChain',
            fields=[
                ('chain', models.BigIntegerField(primary_key=True, serialize=False)),
                ('length', models.BigIntegerField()),
                ('head', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain', models.BigIntegerField(help_text="The patient's id, or 0 for what belongs to no patient")),
                ('position', models.BigIntegerField(help_text='Place in the chain, from 1 without a gap')),
                ('at', models.DateTimeField(help_text="The server's clock, UTC")),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor', models.TextField(help_text='User name, never used again for another person')),
                ('role', models.TextField(blank=True)),
                ('site', models.TextField(blank=True)),
                ('reason', models.TextField(blank=True)),
                ('source', models.TextField(help_text='site, monitor, command, synthetic, import')),
                ('transaction', models.TextField(help_text='The same for all that one save changed')),
                ('table', models.TextField()),
                ('row', models.TextField()),
                ('entry_id', models.BigIntegerField(null=True)),
                ('operation', models.TextField(choices=[('INSERT', 'entered'), ('UPDATE', 'changed'), ('DELETE', 'deleted')])),
                ('changes', models.JSONField(help_text='{item: [old, new]}')),
                ('calculated', models.JSONField(help_text='{item: [old, new]} of items the system derived in the same save')),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Redaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain', models.BigIntegerField(help_text="Of the event, and of this row's own event")),
                ('position', models.BigIntegerField(help_text='Of the event')),
                ('places', models.PositiveIntegerField(help_text='How often the text stood in the event')),
                ('before', models.CharField(max_length=64)),
                ('after', models.CharField(max_length=64)),
                ('reason', models.TextField()),
                ('redacted_at', models.DateTimeField()),
                ('operator', models.CharField(help_text="The machine's user who ran the command", max_length=200)),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditchain',
            trigger=pgtrigger.compiler.Trigger(name='only_by_trigger', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF pg_trigger_depth() < 2 THEN\n        RAISE EXCEPTION 'The audit trail is written by the database only.' USING ERRCODE = 'EC002';\n    END IF;\n    RETURN NEW;\n", hash='1498bd987dbfc1bff2369d953651a71002feb559', operation='INSERT OR UPDATE', pgid='pgtrigger_only_by_trigger_ed05e', table='audit_auditchain', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditchain',
            trigger=pgtrigger.compiler.Trigger(name='refuse_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'The audit trail cannot be changed.' USING ERRCODE = 'EC002';", hash='3e27de4557dcde16c4597f67ed557d47a11f1d1f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_refuse_delete_a68ef', table='audit_auditchain', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditchain',
            trigger=pgtrigger.compiler.Trigger(name='refuse_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'The audit trail cannot be changed.' USING ERRCODE = 'EC002';", hash='fbe11b15b49e3dad8053ba5e7d3565c7f2496032', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_refuse_truncate_e61a7', table='audit_auditchain', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['table', 'row'], name='audit_row'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('entry_id__isnull', False)), fields=['entry_id'], name='audit_entry'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['at', 'id'], name='audit_when'),
        ),
        migrations.AddConstraint(
            model_name='auditevent',
            constraint=models.UniqueConstraint(fields=('chain', 'position'), name='audit_position_unique'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditevent',
            trigger=pgtrigger.compiler.Trigger(name='only_by_trigger', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF pg_trigger_depth() < 2 THEN\n        RAISE EXCEPTION 'The audit trail is written by the database only.' USING ERRCODE = 'EC002';\n    END IF;\n    RETURN NEW;\n", hash='f9c6e304bad90b4b24fc58c5e1ef044a76450669', operation='INSERT', pgid='pgtrigger_only_by_trigger_a9db9', table='audit_auditevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditevent',
            trigger=pgtrigger.compiler.Trigger(name='refuse_change', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF audit_is_redacting(TG_RELID) THEN RETURN NULL; END IF; RAISE EXCEPTION 'The audit trail cannot be changed.' USING ERRCODE = 'EC002';", hash='8ea4993ea6796129d9b41126502a2e920f226ad5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_refuse_change_f878e', table='audit_auditevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditevent',
            trigger=pgtrigger.compiler.Trigger(name='refuse_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'The audit trail cannot be changed.' USING ERRCODE = 'EC002';", hash='1d2cd522b3cb77b819a57aed3f2b6684feef43db', level='STATEMENT', operation='DELETE', pgid='pgtrigger_refuse_delete_2a0f7', table='audit_auditevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditevent',
            trigger=pgtrigger.compiler.Trigger(name='refuse_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'The audit trail cannot be changed.' USING ERRCODE = 'EC002';", hash='01a07a946cc65cf5acaf27068e5faffbcc9e72d5', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_refuse_truncate_1d5b7', table='audit_auditevent', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='redaction',
            name='redacted_by',
            field=models.ForeignKey(help_text='Who answers for it', on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='redaction',
            index=models.Index(fields=['chain', 'position'], name='redaction_of'),
        ),
        migrations.AddConstraint(
            model_name='redaction',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='redaction_has_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='redaction',
            trigger=pgtrigger.compiler.Trigger(name='only_by_redacting', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NOT audit_is_redacting(TG_RELID) THEN\n        RAISE EXCEPTION 'Tombstones are left by the database only.' USING ERRCODE = 'EC002';\n    END IF;\n    RETURN NEW;\n", hash='a95e3359996dfcbdc7cf22384ff9d718dfc18d23', operation='INSERT', pgid='pgtrigger_only_by_redacting_15b97', table='audit_redaction', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='redaction',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULLIF(NEW.chain, 0), NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='7d99bf18e263e324cd53b116884f94634231c6d8', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_b3f6f', table='audit_redaction', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='redaction',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='eeedfecfb43604d39eab26ebe1720c25c896e4ba', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_02bd5', table='audit_redaction', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='redaction',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='1f8e5c62c20a02c515f120b252d7ecbdad968286', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_36549', table='audit_redaction', when='BEFORE')),
        ),
        install("audit/sql/review_tables.sql", "audit/sql/read_only.sql", "audit/sql/write.sql", "audit/sql/redact.sql"),
    ]
