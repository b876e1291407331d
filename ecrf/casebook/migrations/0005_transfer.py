"""Patients move to other sites: each move is a row, and a number says where its patient was added, not where he is."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from ecrf.audit.functions import install
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0007_login_when'),
        ('casebook', '0004_consent_to_striking'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moved_on', models.DateField(help_text="The new site's first day with the patient")),
                ('reason', models.CharField(max_length=500)),
                ('from_agreed_on', models.DateField(help_text='When the investigator of the site before agreed')),
                ('to_agreed_on', models.DateField(help_text='When the investigator of the new site agreed')),
                ('request_key', models.UUIDField(default=uuid.uuid4, help_text='Of the click that moved the patient; a second one moves nobody', unique=True)),
                ('recorded_at', models.DateTimeField(help_text='From this moment on the new site reads and enters')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='patient',
            name='patient_sequence_unique',
        ),
        migrations.AlterField(
            model_name='patient',
            name='sequence',
            field=models.PositiveIntegerField(help_text='Given by the system, from 1 at the site that added the patient, whose code begins the number'),
        ),
        migrations.AlterField(
            model_name='patient',
            name='site',
            field=models.ForeignKey(help_text='Where the patient is now: see `Transfer`', on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='access.site'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='from_investigator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='transfer',
            name='from_site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.site'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='casebook.patient'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='transfer',
            name='to_investigator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='transfer',
            name='to_site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.site'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('from_site', models.F('to_site')), _negated=True), name='transfer_to_another_site'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='transfer_has_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transfer',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NEW.patient_id, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='65edebc3afad5200151dc051fbb6258047e9c406', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_d5732', table='casebook_transfer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transfer',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='7228e6c40c5c490f0063a2048309168cc7a7c8ff', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_86bed', table='casebook_transfer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transfer',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='466103cc9b77f4e20ad5307f9ac719a3d332fac9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_bf1f7', table='casebook_transfer', when='BEFORE')),
        ),
        install("casebook/sql/transfer.sql"),
    ]
