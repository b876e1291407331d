"""Each download of a trail is noted."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_login_log'),
        ('casebook', '0005_mark_follows_the_trail'),
        ('reports', '0001_calendar_feed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TrailExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filters', models.TextField(blank=True, help_text='In words; empty: everything')),
                ('events', models.PositiveIntegerField(help_text='How many events were taken out')),
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
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='adfcfc1022e6fd55b650ca4809f5ab1d9969d849', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_03c0a', table='reports_trailexport', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trailexport',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='2ce9bf1bd4cce92f6dbc470e3ca8734639015027', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_c5b39', table='reports_trailexport', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trailexport',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='dd154cfcc7737e3ccb39f240b1d8ce425b473989', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_37066', table='reports_trailexport', when='BEFORE')),
        ),
    ]
