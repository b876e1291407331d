"""The secret addresses of calendar feeds."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(blank=True, help_text='Which program or device it was made for', max_length=40)),
                ('token_hash', models.CharField(help_text='SHA-256 of the secret; the secret itself is stored nowhere', max_length=64, unique=True)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='calendar_feed_revoked_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarfeed',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY['token_hash']::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='96bbb819b0e168e051bdd8ba31cea7b1f6d81a12', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_8332c', table='calendar_calendarfeed', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarfeed',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='4f06f630c3b373babfa3a1aa097904b20eab1775', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_bdce0', table='calendar_calendarfeed', when='BEFORE')),
        ),
    ]
