"""A planned monitoring visit can be called off, with a reason."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0003_login_log_of_signing'),
        ('monitoring', '0001_monitoring_visits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='monitoringvisit',
            name='stays',
        ),
        migrations.AddField(
            model_name='monitoringvisit',
            name='called_off_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='monitoringvisit',
            name='called_off_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='monitoringvisit',
            name='called_off_why',
            field=models.CharField(blank=True, max_length=500),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='monitoringvisit',
            trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF OLD.finished_at IS NOT NULL THEN\n        RAISE EXCEPTION 'A finished monitoring visit is never changed.' USING ERRCODE = 'EC003';\n    END IF;\n    IF OLD.called_off_at IS NOT NULL THEN\n        RAISE EXCEPTION 'A monitoring visit that was called off is never changed.' USING ERRCODE = 'EC003';\n    END IF;\n    IF OLD.started_at IS NOT NULL AND\n        (NEW.site_id, NEW.monitor_id, NEW.planned_on, NEW.how, NEW.purpose, NEW.started_at, NEW.started_by_id,\n         NEW.worklist)\n        IS DISTINCT FROM\n        (OLD.site_id, OLD.monitor_id, OLD.planned_on, OLD.how, OLD.purpose, OLD.started_at, OLD.started_by_id,\n         OLD.worklist)\n    THEN\n        RAISE EXCEPTION 'What a monitoring visit started with stays as it was.' USING ERRCODE = 'EC003';\n    END IF;\n    IF OLD.ended_at IS NOT NULL\n        AND (NEW.ended_at, NEW.ended_by_id) IS DISTINCT FROM (OLD.ended_at, OLD.ended_by_id)\n    THEN\n        RAISE EXCEPTION 'The end of a monitoring visit stays as it was.' USING ERRCODE = 'EC003';\n    END IF;\n    RETURN NEW;\n", hash='e72ec95379184a6a51b40d8b00d422103e827b2f', operation='UPDATE', pgid='pgtrigger_stays_99143', table='monitoring_monitoringvisit', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='monitoringvisit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('called_off_at__isnull', True), ('called_off_by__isnull', True)), models.Q(('called_off_at__isnull', False), ('called_off_by__isnull', False)), _connector='OR'), name='monitoring_visit_called_off_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='monitoringvisit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('called_off_at', None), ('called_off_why', '')), models.Q(('called_off_at__isnull', False), ('started_at', None), models.Q(('called_off_why', ''), _negated=True)), _connector='OR'), name='monitoring_visit_called_off_before_its_start_and_why'),
        ),
    ]
