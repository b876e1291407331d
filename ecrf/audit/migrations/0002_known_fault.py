"""Faults of the trail that somebody has looked into."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='KnownFault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(help_text='The sha256 of what stands there', max_length=64, unique=True)),
                ('fault', models.TextField(help_text='In the words of verify_audit')),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('operator', models.CharField(help_text="The machine's user who ran the command", max_length=200)),
                ('recorded_by', models.ForeignKey(help_text='Who answers for it', on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='known_fault_has_reason')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='knownfault',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='6edc745ec91a7ccb96b8b093c374782f7a94acc8', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_70bbc', table='audit_knownfault', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='knownfault',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='8b7dfa54d9b38d1e8c08fa3f7de493c1c811c8bf', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_0b805', table='audit_knownfault', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='knownfault',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='b82eb87ad326438fdd62e595f7f32ca8fd65ba25', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_b66ec', table='audit_knownfault', when='BEFORE')),
        ),
    ]
