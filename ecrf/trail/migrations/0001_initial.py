"""Which trails were downloaded."""

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
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TrailExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filters', models.TextField(blank=True, help_text='In words; empty: everything')),
                ('screen', models.CharField(blank=True, help_text='Of the review screen; empty: the events', max_length=20)),
                ('events', models.PositiveIntegerField(help_text='How many events, or rows of the screen, were taken out')),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.patient')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.site')),
            ],
            options={
                'indexes': [models.Index(fields=['site', 'patient', 'made_at'], name='trail_export_of')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trailexport',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='80044fdb11e944b2ce639ec73f33a81c1476079c', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_2f07f', table='trail_trailexport', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trailexport',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='bc347206f1bbe7cd4da523693d8bae73ab003f6a', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_f0d9a', table='trail_trailexport', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trailexport',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='3073636ec4f700dc8f5887969e1103b4ee02f5d8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_9245c', table='trail_trailexport', when='BEFORE')),
        ),
    ]
