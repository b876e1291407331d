"""Monitoring visits."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MonitoringVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('planned_on', models.DateField(help_text="The site's calendar")),
                ('how', models.CharField(choices=[('on-site', 'On site'), ('remote', 'Remote')], max_length=10)),
                ('purpose', models.TextField(blank=True)),
                ('called_off_at', models.DateTimeField(null=True)),
                ('called_off_why', models.CharField(blank=True, max_length=500)),
                ('request_key', models.UUIDField(help_text='Of the click that planned it; a second one plans none', unique=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('worklist', models.JSONField(help_text='What was to do when the visit started', null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('report', models.TextField(blank=True)),
                ('letter', models.TextField(blank=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('called_off_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('finished_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('monitor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='monitoring_visits', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='monitoring_visits', to='access.site')),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['site', 'started_at'], name='monitoring_visit_when')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('started_at__isnull', True), ('started_by__isnull', True)), models.Q(('started_at__isnull', False), ('started_by__isnull', False)), _connector='OR'), name='monitoring_visit_started_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='monitoring_visit_ended_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('finished_by__isnull', True)), models.Q(('finished_at__isnull', False), ('finished_by__isnull', False)), _connector='OR'), name='monitoring_visit_finished_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('called_off_at__isnull', True), ('called_off_by__isnull', True)), models.Q(('called_off_at__isnull', False), ('called_off_by__isnull', False)), _connector='OR'), name='monitoring_visit_called_off_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('called_off_at', None), ('called_off_why', '')), models.Q(('called_off_at__isnull', False), ('started_at', None), models.Q(('called_off_why', ''), _negated=True)), _connector='OR'), name='monitoring_visit_called_off_before_its_start_and_why'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('started_at__isnull', False), _connector='OR'), name='monitoring_visit_ended_after_started'), models.CheckConstraint(condition=models.Q(('finished_at__isnull', True), ('ended_at__isnull', False), _connector='OR'), name='monitoring_visit_finished_after_ended'), models.CheckConstraint(condition=models.Q(models.Q(('started_at__isnull', True), ('worklist__isnull', True)), models.Q(('started_at__isnull', False), ('worklist__isnull', False)), _connector='OR'), name='monitoring_visit_worklist_of_the_start'), models.CheckConstraint(condition=models.Q(('how__in', ['on-site', 'remote'])), name='monitoring_visit_how'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('started_at__isnull', False)), fields=('site', 'monitor'), name='monitoring_visit_one_under_way')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='monitoringvisit',
            trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF OLD.finished_at IS NOT NULL THEN\n        RAISE EXCEPTION 'A finished monitoring visit is never changed.' USING ERRCODE = 'EC003';\n    END IF;\n    IF OLD.called_off_at IS NOT NULL THEN\n        RAISE EXCEPTION 'A monitoring visit that was called off is never changed.' USING ERRCODE = 'EC003';\n    END IF;\n    IF OLD.started_at IS NOT NULL AND\n        (NEW.site_id, NEW.monitor_id, NEW.planned_on, NEW.how, NEW.purpose, NEW.started_at, NEW.started_by_id,\n         NEW.worklist)\n        IS DISTINCT FROM\n        (OLD.site_id, OLD.monitor_id, OLD.planned_on, OLD.how, OLD.purpose, OLD.started_at, OLD.started_by_id,\n         OLD.worklist)\n    THEN\n        RAISE EXCEPTION 'What a monitoring visit started with stays as it was.' USING ERRCODE = 'EC003';\n    END IF;\n    IF OLD.ended_at IS NOT NULL\n        AND (NEW.ended_at, NEW.ended_by_id) IS DISTINCT FROM (OLD.ended_at, OLD.ended_by_id)\n    THEN\n        RAISE EXCEPTION 'The end of a monitoring visit stays as it was.' USING ERRCODE = 'EC003';\n    END IF;\n    RETURN NEW;\n", hash='e72ec95379184a6a51b40d8b00d422103e827b2f', operation='UPDATE', pgid='pgtrigger_stays_99143', table='monitoring_monitoringvisit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='monitoringvisit',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='03661570336e8872515c4c0b159c3e2f828da51d', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_195f8', table='monitoring_monitoringvisit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='monitoringvisit',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='68cbf6f6b9d2900c388e7edde079ac000bf9d3a9', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_26d83', table='monitoring_monitoringvisit', when='BEFORE')),
        ),
    ]
