"""Patients, visits, entries; reference ranges; what lists count by."""

import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from ecrf.audit.functions import install
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audit', '0001_initial'),
        ('access', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Patient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField(help_text='Given by the system, from 1 at each site')),
                ('number', models.CharField(help_text='Site code and sequence: 01-001', max_length=20, unique=True)),
                ('request_key', models.UUIDField(default=uuid.uuid4, help_text='Of the click that added the patient; a second one adds none', unique=True)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='access.site')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='ReferenceRange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('test', models.CharField(help_text="The test's code, as the trial names it", max_length=20)),
                ('unit', models.CharField(max_length=40)),
                ('low', models.DecimalField(decimal_places=3, help_text='Empty: no lower limit', max_digits=10, null=True)),
                ('high', models.DecimalField(decimal_places=3, help_text='Empty: no upper limit', max_digits=10, null=True)),
                ('sex', models.CharField(blank=True, choices=[('', 'any'), ('F', 'female'), ('M', 'male')], default='', max_length=1)),
                ('valid_from', models.DateField(help_text='First day')),
                ('valid_to', models.DateField(help_text='Last day; empty: until further notice', null=True)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_why', models.CharField(blank=True, max_length=500)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reference_ranges', to='access.site')),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['site', 'test', 'unit', 'sex', 'valid_from', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text="As in the protocol's schedule: SCR, W01, W04 …", max_length=10)),
                ('opened_at', models.DateTimeField(auto_now_add=True)),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='casebook.patient')),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('crf', models.CharField(help_text="The CRF's key", max_length=40)),
                ('number', models.PositiveSmallIntegerField(default=1, help_text='Within a repeat, from 1')),
                ('form_version', models.PositiveSmallIntegerField(help_text='Of the CRF, when the entry was made')),
                ('form_fingerprint', models.CharField(help_text="Of that version's definition: SHA-256, in hex", max_length=64)),
                ('status', models.CharField(choices=[('draft', 'In progress'), ('complete', 'Complete')], default='draft', max_length=10)),
                ('missing', models.PositiveSmallIntegerField(default=0, help_text='How many required items are empty; derived, kept for lists')),
                ('request_key', models.UUIDField(help_text='Of the click that added it; a second click adds none', null=True, unique=True)),
                ('struck_at', models.DateTimeField(help_text='Struck out: shown, but no longer counted', null=True)),
                ('struck_reason', models.CharField(blank=True, max_length=500)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='casebook.entry')),
                ('struck_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='casebook.patient')),
                ('visit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='casebook.visit')),
            ],
            options={
                'verbose_name': 'form',
            },
        ),
        migrations.CreateModel(
            name='ReviewStatus',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='review_status', serialize=False, to='casebook.entry')),
                ('completed_at', models.DateTimeField(help_text='When it was completed for the first time')),
                ('changed_at', models.DateTimeField(help_text='When a value of it, or its standing, last changed')),
                ('sample', models.PositiveSmallIntegerField(help_text='0 to 9999: drawn for verification where below the share')),
                ('is_sampled', models.BooleanField(help_text='Drawn: the items that are not critical are verified too')),
                ('critical', models.PositiveSmallIntegerField(default=0, help_text='Critical items with a value or a reason')),
                ('rest', models.PositiveSmallIntegerField(default=0, help_text='Its other items with a value or a reason')),
                ('critical_verified', models.PositiveSmallIntegerField(default=0)),
                ('rest_verified', models.PositiveSmallIntegerField(default=0)),
                ('is_signed', models.BooleanField(default=False, help_text='A signature that stands covers it')),
                ('planned', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(models.F('critical'), '+', models.Case(models.When(is_sampled=True, then=models.F('rest')), default=models.Value(0))), output_field=models.IntegerField())),
                ('verified', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(models.F('critical_verified'), '+', models.Case(models.When(is_sampled=True, then=models.F('rest_verified')), default=models.Value(0))), output_field=models.IntegerField())),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.patient')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.site')),
                ('visit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.visit')),
            ],
        ),
        migrations.CreateModel(
            name='PatientStatus',
            fields=[
                ('patient', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='schedule_status', serialize=False, to='casebook.patient')),
                ('state', models.CharField(max_length=20)),
                ('last_code', models.CharField(blank=True, max_length=10)),
                ('last_on', models.DateField(null=True)),
                ('next_code', models.CharField(blank=True, max_length=10)),
                ('due_on', models.DateField(null=True)),
                ('opens_on', models.DateField(null=True)),
                ('closes_on', models.DateField(null=True)),
                ('unfinished_code', models.CharField(blank=True, help_text='The earliest visit begun and not completed', max_length=10)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.site')),
            ],
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['site', 'number'], name='patient_list'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.UniqueConstraint(fields=('site', 'sequence'), name='patient_sequence_unique'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NEW.id, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='431ae9066b7249348fe889b7ee74b4f595e3f62b', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_daaeb', table='casebook_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='388497ace3ad40a99ce3b7826812dba8be7e4d54', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_29927', table='casebook_patient', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='referencerange',
            constraint=models.CheckConstraint(condition=models.Q(('low__isnull', True), ('high__isnull', True), ('low__lte', models.F('high')), _connector='OR'), name='range_low_not_above_high'),
        ),
        migrations.AddConstraint(
            model_name='referencerange',
            constraint=models.CheckConstraint(condition=models.Q(('low__isnull', False), ('high__isnull', False), _connector='OR'), name='range_has_a_limit'),
        ),
        migrations.AddConstraint(
            model_name='referencerange',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_from__lte', models.F('valid_to')), _connector='OR'), name='range_from_not_after_to'),
        ),
        migrations.AddConstraint(
            model_name='referencerange',
            constraint=models.CheckConstraint(condition=models.Q(('sex__in', ['', 'F', 'M'])), name='range_sex'),
        ),
        migrations.AddConstraint(
            model_name='referencerange',
            constraint=models.CheckConstraint(condition=models.Q(('unit', ''), _negated=True), name='range_unit'),
        ),
        migrations.AddConstraint(
            model_name='referencerange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='range_withdrawn_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='referencerange',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('withdrawn_why', ''), _negated=True), _connector='OR'), name='range_withdrawn_with_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referencerange',
            trigger=pgtrigger.compiler.Trigger(name='no_overlap', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.withdrawn_at IS NOT NULL THEN\n        RETURN NULL;\n    END IF;\n    -- Two people who add at once take turns here, so that the second one sees the first one's range.\n    PERFORM pg_advisory_xact_lock(hashtext('ecrf.ranges'), NEW.site_id::integer);\n    IF EXISTS (\n        SELECT 1 FROM casebook_referencerange AS r\n        WHERE r.id <> NEW.id AND r.withdrawn_at IS NULL\n            AND (r.site_id, r.test, r.unit, r.sex) = (NEW.site_id, NEW.test, NEW.unit, NEW.sex)\n            AND daterange(r.valid_from, r.valid_to, '[]') && daterange(NEW.valid_from, NEW.valid_to, '[]')\n    ) THEN\n        RAISE EXCEPTION 'The reference range overlaps another one.' USING ERRCODE = '23P01';\n    END IF;\n    RETURN NULL;\n", hash='775e364ce3a2462e726c1568bd27a95f69f94d99', operation='INSERT OR UPDATE', pgid='pgtrigger_no_overlap_3c971', table='casebook_referencerange', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referencerange',
            trigger=pgtrigger.compiler.Trigger(name='only_ended', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF OLD.withdrawn_at IS NOT NULL OR\n        (NEW.site_id, NEW.test, NEW.unit, NEW.low, NEW.high, NEW.sex, NEW.valid_from, NEW.added_at, NEW.added_by_id)\n        IS DISTINCT FROM\n        (OLD.site_id, OLD.test, OLD.unit, OLD.low, OLD.high, OLD.sex, OLD.valid_from, OLD.added_at, OLD.added_by_id)\n    THEN\n        RAISE EXCEPTION 'A reference range is ended or withdrawn, never changed.' USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='3f5cbe7947582a2a4de72121a5355fa3e2cc3cab', operation='UPDATE', pgid='pgtrigger_only_ended_0ad1e', table='casebook_referencerange', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referencerange',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='3b4a976aca7da1529da44eabf71cdb304e1dfb0c', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_84992', table='casebook_referencerange', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referencerange',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='0187db06e230e98e76177fdcae89ab3d040fbd95', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_eb740', table='casebook_referencerange', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.UniqueConstraint(fields=('patient', 'code'), name='visit_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NEW.patient_id, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='959c9e50ad7983a1da61e33c5902356ec6d41f89', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_2204a', table='casebook_visit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='b3ab9db4dcbde354880127a496ec1395251ad655', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_cd4d6', table='casebook_visit', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('patient', 'visit', 'crf', 'parent', 'number'), name='entry_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'complete'])), name='entry_status'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('form_fingerprint__regex', '^[0-9a-f]{64}$'), ('form_version__gte', 1)), name='entry_form_version_and_fingerprint'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('struck_at__isnull', True), ('struck_by__isnull', True), ('struck_reason', '')), models.Q(('struck_at__isnull', False), ('struck_by__isnull', False), models.Q(('struck_reason', ''), _negated=True)), _connector='OR'), name='entry_struck_at_by_and_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NEW.patient_id, NEW.id, NEW.id::text,\n            ARRAY['missing', 'request_key']::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='ad996be552cc654d81af81054b3b1918a4489966', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_46a9a', table='casebook_entry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='b3b1b664a503948960144bec5eec969792092e38', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_bc7da', table='casebook_entry', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='reviewstatus',
            index=models.Index(fields=['site', 'changed_at'], name='review_status_changed'),
        ),
        migrations.AddIndex(
            model_name='reviewstatus',
            index=models.Index(fields=['site', 'planned', 'verified'], name='review_status_progress'),
        ),
        migrations.AddIndex(
            model_name='reviewstatus',
            index=models.Index(fields=['patient', 'visit'], name='review_status_patient'),
        ),
        migrations.AddIndex(
            model_name='reviewstatus',
            index=models.Index(condition=models.Q(('planned__gt', models.F('verified'))), fields=['site', 'patient'], name='review_status_to_verify'),
        ),
        migrations.AddIndex(
            model_name='reviewstatus',
            index=models.Index(condition=models.Q(('is_signed', False)), fields=['site', 'patient', 'visit'], name='review_status_unsigned'),
        ),
        migrations.AddIndex(
            model_name='patientstatus',
            index=models.Index(fields=['site', 'closes_on'], name='schedule_status_closes'),
        ),
        migrations.AddIndex(
            model_name='patientstatus',
            index=models.Index(condition=models.Q(('unfinished_code', ''), _negated=True), fields=['site', 'patient'], name='schedule_status_unfinished'),
        ),
        install("casebook/sql/review_status.sql"),
    ]
