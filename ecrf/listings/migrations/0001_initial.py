"""Listings kept under a name, and marks on their rows; these are no study data (docs/decisions/0045)."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from ecrf.audit.functions import install
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('appointments', '0002_not_study_data'),
        ('casebook', '0005_transfer'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedListing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('definition', models.JSONField(help_text='The pairs of its address, its narrowing with them')),
                ('role', models.CharField(blank=True, choices=[('investigator', 'Investigator'), ('sub-investigator', 'Sub-investigator'), ('coordinator', 'Coordinator'), ('monitor', 'Monitor'), ('data-manager', 'Data manager'), ('safety', 'Safety'), ('statistician', 'Statistician'), ('inspector', 'Inspector'), ('administrator', 'Administrator')], help_text='With which role it is shared; empty: with none', max_length=20)),
                ('request_key', models.UUIDField(default=uuid.uuid4, help_text='Of the click that kept it', unique=True)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('is_deleted', models.BooleanField(default=False)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='listings', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='RowMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('listing', models.CharField(help_text='`ready:` and its key, or `saved:` and its number', max_length=60)),
                ('digest', models.CharField(help_text='SHA-256 of what the row showed, in hex', max_length=64)),
                ('reviewed_at', models.DateTimeField()),
                ('together', models.PositiveIntegerField(help_text='So many rows by one act; none: by itself', null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(help_text='Of which the row shows one', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.entry')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.patient')),
                ('reviewed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['entry', 'listing', '-id'], name='row_mark_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='row_mark_undone_at_and_by'), models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='row_mark_digest')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rowmark',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NEW.patient_id, NEW.entry_id, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='06424f773b4ad508d7c6536cd6d28e62eb346cec', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_30fa0', table='listings_rowmark', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rowmark',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='b469811105ef9a9d678609b84beb15df31a7b5e3', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_be3f0', table='listings_rowmark', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='savedlisting',
            constraint=models.UniqueConstraint(condition=models.Q(('is_deleted', False)), fields=('made_by', 'name'), name='saved_listing_name_once'),
        ),
        migrations.AddConstraint(
            model_name='savedlisting',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='saved_listing_has_a_name'),
        ),
        install("audit/sql/review_tables.sql"),
    ]
