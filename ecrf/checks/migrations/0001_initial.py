"""What checks asked, and what the site answered."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('casebook', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Discrepancy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('check_id', models.CharField(max_length=40)),
                ('check_version', models.PositiveSmallIntegerField(default=1)),
                ('variant', models.CharField(blank=True, help_text="Which of the check's texts", max_length=40)),
                ('parameters', models.JSONField(default=dict, help_text='The values it speaks of: {name in the text: value}')),
                ('text_as_asked', models.TextField(help_text='In words, when it was asked')),
                ('item', models.CharField(max_length=63)),
                ('state', models.CharField(choices=[('open', 'To answer'), ('confirmed', 'Confirmed against the source'), ('cleared', 'No longer so')], default='open', max_length=10)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='discrepancies', to='casebook.entry')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('entry', 'check_id', 'item'), name='discrepancy_once'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='discrepancy_confirmed_at_and_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancy',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='3175284d35727ffbbb67984ca803ec615fd77e62', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_219f7', table='checks_discrepancy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancy',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='ac9ffbcad48822115c60c5ee24ab1570f3728ccc', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_d25f0', table='checks_discrepancy', when='BEFORE')),
        ),
    ]
