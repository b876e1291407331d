"""Verifications, which fall with the value, and each site's share."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from ecrf.audit.functions import install
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audit', '0001_initial'),
        ('access', '0001_initial'),
        ('casebook', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.CharField(max_length=63)),
                ('is_critical', models.BooleanField(help_text='By the plan of that moment')),
                ('position', models.BigIntegerField(help_text="In the patient's chain: the event that gave the item its value")),
                ('value', models.TextField(help_text='The item in words, as it was seen')),
                ('verified_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('fallen_position', models.BigIntegerField(help_text="In the patient's chain: the change that undid it", null=True)),
                ('fell_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verifications', to='casebook.entry')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.patient')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.site')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verified_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SiteShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('share', models.PositiveSmallIntegerField(help_text='Per cent of the forms that hold no critical item')),
                ('from_on', models.DateField(help_text='Forms completed on this day or later')),
                ('reason', models.CharField(max_length=500)),
                ('set_at', models.DateTimeField()),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='access.site')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('share__lte', 100)), name='site_share_per_cent'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='site_share_has_reason')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='siteshare',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='b6476213f3a6d1463de14971bb1be9c8b74a0561', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_a2915', table='verification_siteshare', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='siteshare',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='9e0922637c5e5975bdb3a32ef612d519de02aec8', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_0747a', table='verification_siteshare', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='siteshare',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='856774e68edc0e3b3138fe97f7e92836e262fc5d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_04ba1', table='verification_siteshare', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='verification',
            index=models.Index(fields=['site', 'verified_at'], name='verification_when'),
        ),
        migrations.AddIndex(
            model_name='verification',
            index=models.Index(fields=['patient', 'entry'], name='verification_patient'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.UniqueConstraint(condition=models.Q(('fallen_position__isnull', True), ('undone_at__isnull', True)), fields=('entry', 'item'), name='verification_stands_once'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='verification_undone_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fallen_position__isnull', True), ('fell_at__isnull', True)), models.Q(('fallen_position__isnull', False), ('fell_at__isnull', False)), _connector='OR'), name='verification_fell_at_and_position'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='verification',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NEW.patient_id, NEW.entry_id, NEW.id::text,\n            ARRAY['fallen_position', 'fell_at']::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='5e7c479e3c9e1664377990a9f0d083754b94f0a2', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_a1de8', table='verification_verification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='verification',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='7eae32c38c6856f20f44b9d26ea6c3f587ac2974', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_e8c5f', table='verification_verification', when='BEFORE')),
        ),
        install("verification/sql/fall.sql", "verification/sql/count.sql"),
    ]
