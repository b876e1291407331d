"""Files, their versions and their bytes; what is said of them is no study data (docs/decisions/0043)."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from ecrf.audit.functions import install
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0007_login_when'),
        ('appointments', '0002_not_study_data'),
        ('audit', '0003_revoke_columns'),
        ('casebook', '0005_transfer'),
        ('queries', '0005_turn_of_safety'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FilePiece',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('piece', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='FileReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmed_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'receipt of a document',
            },
        ),
        migrations.CreateModel(
            name='FileVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(help_text='From 1')),
                ('name', models.CharField(help_text='Of the original, without folders', max_length=200)),
                ('original_sha256', models.CharField(blank=True, help_text='Of the original, as the browser counted it: it was never sent', max_length=64)),
                ('boxes', models.PositiveSmallIntegerField(default=0, help_text='How many places were blacked out')),
                ('valid_from', models.DateField(null=True)),
                ('valid_until', models.DateField(null=True)),
                ('reason', models.CharField(blank=True, help_text='Why there is another version', max_length=500)),
                ('request_key', models.UUIDField(default=uuid.uuid4, help_text='Of the click that added it', unique=True)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'version of a file',
                'verbose_name_plural': 'versions of files',
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('copy', 'Source copy'), ('protocol', 'Protocol'), ('manual', 'Manual'), ('certificate', 'Laboratory certificate'), ('document', 'Other document')], max_length=12)),
                ('title', models.CharField(help_text='What it is: “Laboratory report of 2026-11-22”', max_length=200)),
                ('item', models.CharField(blank=True, help_text='Empty: it proves the whole form', max_length=63)),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('investigator', 'Investigator'), ('sub-investigator', 'Sub-investigator'), ('coordinator', 'Coordinator'), ('monitor', 'Monitor'), ('data-manager', 'Data manager'), ('safety', 'Safety'), ('statistician', 'Statistician'), ('inspector', 'Inspector'), ('administrator', 'Administrator')], max_length=20), default=list, help_text='Who confirms to have read it', size=None)),
                ('request_key', models.UUIDField(default=uuid.uuid4, help_text='Of the click that added it', unique=True)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('struck_at', models.DateTimeField(help_text='Struck out: named, and its pages are not shown', null=True)),
                ('struck_reason', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'verbose_name': 'file',
            },
        ),
        migrations.CreateModel(
            name='FileContent',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('media_type', models.CharField(max_length=40)),
                ('size', models.PositiveIntegerField(help_text='In bytes')),
                ('pages', models.PositiveSmallIntegerField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='content_sha256')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filecontent',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='6198a20a2772f790e129e35491499b3bc054d4a4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_5ac99', table='files_filecontent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filecontent',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='12255bb7a1c2d58e787fcbac3dbf3833f1f2e08f', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_cc7f2', table='files_filecontent', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='filepiece',
            name='content',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pieces', to='files.filecontent'),
        ),
        migrations.AddField(
            model_name='filereceipt',
            name='confirmed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='fileversion',
            name='added_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='fileversion',
            name='content',
            field=models.ForeignKey(help_text='By its SHA-256', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.filecontent'),
        ),
        migrations.AddField(
            model_name='filereceipt',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='files.fileversion'),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='added_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='entry',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='casebook.entry'),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='of_site',
            field=models.ForeignKey(help_text='Of a file of no patient', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='access.site'),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='casebook.patient'),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='query',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='queries.query'),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='struck_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='fileversion',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='files.storedfile'),
        ),
        migrations.AddConstraint(
            model_name='filepiece',
            constraint=models.UniqueConstraint(fields=('content', 'number'), name='piece_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filepiece',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='5b96492a5a0c04dc700c4aac5cb2987b7c61fd3f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_9a5a6', table='files_filepiece', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filepiece',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='970baef1b615a7301acee3540acd0de9a7c7f623', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_f43a7', table='files_filepiece', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='filereceipt',
            constraint=models.UniqueConstraint(fields=('version', 'confirmed_by'), name='receipt_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filereceipt',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='b6bb64343b3df39a8ccc9aa019f19c8768adf3b4', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_0f3c9', table='files_filereceipt', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filereceipt',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='bee06e1cdfdd6a16e490489f693a33fdf6eb33bb', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_a1591', table='files_filereceipt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filereceipt',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='d84994fab3d9c116120919e34772cf9249f811b3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_18ef3', table='files_filereceipt', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(condition=models.Q(('entry__isnull', False)), fields=['entry', 'item'], name='file_place'),
        ),
        migrations.AddConstraint(
            model_name='storedfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('struck_at__isnull', True), ('struck_by__isnull', True), ('struck_reason', '')), models.Q(('struck_at__isnull', False), ('struck_by__isnull', False), models.Q(('struck_reason', ''), _negated=True)), _connector='OR'), name='file_struck_at_by_and_why'),
        ),
        migrations.AddConstraint(
            model_name='storedfile',
            constraint=models.CheckConstraint(condition=models.Q(('patient__isnull', True), models.Q(('kind', 'copy'), ('of_site__isnull', True)), _connector='OR'), name='file_of_patient_is_copy'),
        ),
        migrations.AddConstraint(
            model_name='storedfile',
            constraint=models.CheckConstraint(condition=models.Q(('patient__isnull', False), models.Q(('entry__isnull', True), ('item', ''), ('kind__in', ('protocol', 'manual', 'certificate', 'document')), ('query__isnull', True), ('kind__isnull', False)), _connector='OR'), name='file_of_nobody_is_document'),
        ),
        migrations.AddConstraint(
            model_name='storedfile',
            constraint=models.CheckConstraint(condition=models.Q(('item', ''), ('entry__isnull', False), _connector='OR'), name='file_of_item_has_form'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='storedfile',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NEW.patient_id, NEW.entry_id, NEW.id::text,\n            ARRAY['request_key']::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='cb702580611c4e7eb1b29885fce73ad50a4460da', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_03838', table='files_storedfile', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='storedfile',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='70f321e5084058dfab895032a946fe4ab636aa35', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_e0938', table='files_storedfile', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='fileversion',
            constraint=models.UniqueConstraint(fields=('file', 'number'), name='file_version_once'),
        ),
        migrations.AddConstraint(
            model_name='fileversion',
            constraint=models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='file_version_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='fileversion',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_from__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='file_version_valid_in_order'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fileversion',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT f.patient_id FROM files_storedfile f WHERE f.id = NEW.file_id), (SELECT f.entry_id FROM files_storedfile f WHERE f.id = NEW.file_id), NEW.id::text,\n            ARRAY['request_key']::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='0525bd19b25544dc76adf49e21f8a586de1ee567', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_189f2', table='files_fileversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fileversion',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='134f91dafba488171f345468ac4b7f703d5ce00a', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_83f74', table='files_fileversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fileversion',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='5e459bbde04e35dc16256099ccb7edc996b27bf5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_95f78', table='files_fileversion', when='BEFORE')),
        ),
        install("audit/sql/review_tables.sql"),
    ]
